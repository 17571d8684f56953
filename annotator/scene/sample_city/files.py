"""A sample city on disk, in the forms of the real data: GeoTIFF, OSM GeoJSON, COCO."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.geometry import encode_window_rle, geometry_to_geojson
from annotator.types import Grid, RgbImage

if TYPE_CHECKING:
    from annotator.scene.sample_city.city import SampleCity

IMAGE_NAME, MAP_NAME, TRUTH_NAME = "ortho.tif", "map.geojson", "instances.coco.json"


def write_sample_city(city: SampleCity, folder: Path) -> tuple[Path, Path, Path]:
    """Write ``ortho.tif``, ``map.geojson`` and ``instances.coco.json`` into the folder; returns their paths.

    Each file is written aside and renamed, the picture last, so that a folder with a picture is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / IMAGE_NAME, folder / MAP_NAME, folder / TRUTH_NAME
    _replace(paths[1], lambda aside: _write_json(aside, _map_document(city)))
    _replace(paths[2], lambda aside: _write_json(aside, _truth_document(city)))
    _replace(paths[0], lambda aside: write_geotiff(aside, city.image, city.grid))
    return paths


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    aside = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        write(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def write_geotiff(path: Path, image: RgbImage, grid: Grid) -> None:
    """A tiled, deflated RGB GeoTIFF with overviews; the pixels come back exactly."""
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.transform import Affine

    profile = {"driver": "GTiff", "dtype": "uint8", "count": 3, "width": grid.width, "height": grid.height}
    storage = {"tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate", "predictor": 2, "zlevel": 4}
    where = {"crs": grid.crs, "transform": Affine.from_gdal(*grid.transform), "photometric": "RGB", "num_threads": 2}
    with rasterio.open(path, "w", **profile, **storage, **where) as dataset:
        dataset.write(image.transpose(2, 0, 1))
        dataset.build_overviews([2, 4, 8], Resampling.average)


def _map_document(city: SampleCity) -> dict[str, Any]:
    features = []
    for feature in city.features:
        kind, number = feature.id.split("/")
        properties = {**feature.tags, "osm_type": kind, "osm_id": int(number)}
        geometry = geometry_to_geojson(feature.geometry_lonlat)
        features.append({"type": "Feature", "id": feature.id, "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _truth_document(city: SampleCity) -> dict[str, Any]:
    classes = sorted({instance.class_id for instance in city.truth})
    number = {class_id: i + 1 for i, class_id in enumerate(classes)}
    tags = {feature.id: dict(feature.tags) for feature in city.features}
    annotations = []
    for i, instance in enumerate(city.truth):
        x0, y0, x1, y1 = instance.mask.window_px
        kind, osm_id = instance.feature_id.split("/")
        annotations.append(
            {
                "id": i + 1,
                "image_id": 1,
                "category_id": number[instance.class_id],
                "iscrowd": 0,
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": instance.mask.area_px,
                "segmentation": encode_window_rle(instance.mask, city.grid.width, city.grid.height),
                "attributes": {
                    **tags[instance.feature_id],
                    "class": instance.class_id,
                    "name": instance.name,
                    "osm_type": kind,
                    "osm_id": int(osm_id),
                },
            }
        )
    return {
        "info": {"description": f"sample city, seed {city.seed}", "gsd_m": city.grid.transform[1]},
        "images": [{"id": 1, "file_name": IMAGE_NAME, "width": city.grid.width, "height": city.grid.height}],
        "categories": [{"id": number[c], "name": c} for c in classes],
        "annotations": annotations,
    }
