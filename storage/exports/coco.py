"""``instances.coco.json`` and ``images/``: labels as instances on the pictures of their scenes.

One rule for ``segmentation``: pycocotools reads back exactly the pixels whose centres lie in the stored outline.
Where its own way of filling polygons gives those pixels and there are no holes, the outline itself is written as a
polygon list (pixels of the picture); everywhere else compressed RLE, with iscrowd 0. The exact outline, holes and
parts kept and not cut, is always there as ``geometry_px``, a GeoJSON geometry in pixels, which COCO readers pass over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely
import shapely.geometry as sg

from annotator.geometry import encode_window_rle, polygonal
from annotator.types import Grid
from storage.exports.folder import ExportFolder, json_bytes
from storage.exports.manifest import Contents, attribution_lines
from storage.exports.pixels import DECIMALS_PX, PlacedLabel, geojson_px
from storage.exports.placing import PicturedScene, place
from storage.exports.selection import Selection

Segmentation = list[list[float]] | dict[str, Any]


def write_coco(selection: Selection, folder: ExportFolder) -> Contents:
    """Images by scene id, categories by class id, annotations by label id; numbers count from 1."""
    placement = place(selection)
    placed = sorted((one for scene in placement.scenes for one in scene.labels), key=lambda one: one.label.id)
    labels = tuple(one.label for one in placed)
    exported = {label.id for label in labels}
    paths = sorted({(label.class_id, label.function) for label in labels})
    licences = _licences(placement.scenes)
    document = {
        "info": {
            "description": f"Reviewed labels of the project {selection.project.name}",
            "version": selection.snapshot.schema_version,
            "attribution": attribution_lines(row for row in selection.rows if row.label.id in exported),
        },
        "licenses": [{"id": n, "name": name, "url": ""} for n, name in enumerate(licences, 1)],
        "categories": [
            {"id": n, "name": class_id, "supercategory": function} for n, (class_id, function) in enumerate(paths, 1)
        ],
        "images": [_image(n, scene, licences) for n, scene in enumerate(placement.scenes, 1)],
        "annotations": _annotations(placement.scenes, placed, paths),
    }
    folder.write("instances.coco.json", json_bytes(document))
    for scene in placement.scenes:
        folder.write(_file_name(scene), selection.snapshot.blob(scene.image_sha256))
    return Contents(labels, placement.left_out, placement.cut, {"images": len(placement.scenes)})


def segmentation(placed: PlacedLabel, grid: Grid) -> Segmentation:
    """Polygons or RLE of the label on its picture, see the module."""
    rle = encode_window_rle(placed.mask, grid.width, grid.height)
    polygons = _polygons(placed, grid)
    return polygons if polygons and _reads_as(polygons, rle) else rle


def _polygons(placed: PlacedLabel, grid: Grid) -> list[list[float]]:
    """The outline inside the picture as flat x, y lists; empty where it has holes, which a list cannot carry."""
    inside = placed.geometry_px
    if placed.clipped:
        inside = polygonal(inside.intersection(sg.box(0, 0, grid.width, grid.height)))
    parts = shapely.get_parts(inside)
    if shapely.get_num_interior_rings(parts).sum():
        return []
    rings = [shapely.get_coordinates(part.exterior)[:-1] for part in parts]
    return [[round(float(v), DECIMALS_PX) for v in ring.ravel()] for ring in rings]


def _reads_as(polygons: list[list[float]], rle: dict[str, Any]) -> bool:
    from pycocotools import mask as coco

    height, width = rle["size"]
    read = coco.merge(coco.frPyObjects(polygons, height, width))
    wanted = {"size": rle["size"], "counts": rle["counts"].encode("ascii")}
    shared = coco.merge([read, wanted], intersect=True)
    return bool(coco.area(shared) == coco.area(read) == coco.area(wanted))


def _annotations(
    scenes: Sequence[PicturedScene], placed: Sequence[PlacedLabel], paths: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    image_of = {one.label.id: (n, scene.scene.grid) for n, scene in enumerate(scenes, 1) for one in scene.labels}
    category_of = {path: n for n, path in enumerate(paths, 1)}
    found = []
    for number, one in enumerate(placed, 1):
        image_id, grid = image_of[one.label.id]
        category_id = category_of[one.label.class_id, one.label.function]
        keys = {"id": number, "image_id": image_id, "category_id": category_id}
        found.append(keys | _annotation(one, grid))
    return found


def _annotation(placed: PlacedLabel, grid: Grid) -> dict[str, Any]:
    label = placed.label
    x0, y0, x1, y1 = placed.box_px
    return {
        "segmentation": segmentation(placed, grid),
        "geometry_px": geojson_px(placed.geometry_px),
        "iscrowd": 0,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": placed.mask.area_px,
        "attributes": {
            "label_id": label.id,
            "version": label.version,
            "name": label.name,
            "status": label.status.value,
            "function": label.function,
            "score": label.score,
        },
    }


def _licences(scenes: Sequence[PicturedScene]) -> list[str]:
    return sorted({scene.scene.provenance.imagery_licence for scene in scenes})


def _file_name(scene: PicturedScene) -> str:
    return f"images/{scene.scene.id}.png"


def _image(number: int, scene: PicturedScene, licences: Sequence[str]) -> dict[str, Any]:
    grid, provenance = scene.scene.grid, scene.scene.provenance
    return {
        "id": number,
        "file_name": _file_name(scene),
        "width": grid.width,
        "height": grid.height,
        "license": licences.index(provenance.imagery_licence) + 1,
        "date_captured": provenance.imagery_date,
        "attribution": provenance.imagery_attribution,
        "scene_id": scene.scene.id,
        "crs": grid.crs,
        "transform": list(grid.transform),
    }
