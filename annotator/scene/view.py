"""A place to look at: one picture and, where there is one, its map; scenes are cut from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from annotator.geometry import bounds_lonlat
from annotator.scene.features import EMPTY, FeatureIndex, read_osm_geojson
from annotator.scene.raster import MAX_SCENE_PX, RasterInfo, inspect_raster, read_window
from annotator.types import BoundsLonLat, Provenance, Scene

MARGIN = 0.2
"""A view is widened by this share of its sides on each side, so that what its edge cuts is seen whole."""
OSM_CREDIT = "© OpenStreetMap contributors, ODbL 1.0"
PLAIN_STEMS = frozenset({"ortho", "image", "sat", "satellite", "picture", "map", "odm_orthophoto"})
"""File names that do not tell one picture from another."""


@dataclass(frozen=True)
class Place:
    """A picture with its map features and where both come from."""

    raster: RasterInfo
    index: FeatureIndex
    provenance: Provenance

    @property
    def is_one_scene(self) -> bool:
        """True where the whole picture fits one scene; then every view gives the same scene and the same answer."""
        return self.raster.grid.width * self.raster.grid.height <= MAX_SCENE_PX

    def scene(self, view: BoundsLonLat | None = None) -> Scene:
        """The scene for a view (west, south, east, north; None: all): the whole picture where it fits, else the view
        with a margin."""
        bounds = None if view is None or self.is_one_scene else widen(view)
        return self.exact_scene(bounds)

    def exact_scene(self, bounds: BoundsLonLat | None) -> Scene:
        """The scene of just these bounds, cut to the picture."""
        grid, image, valid = read_window(self.raster, bounds)
        features = self.index.within(bounds_lonlat(grid))
        return Scene(grid, image, features, self.provenance, valid)

    def with_index(self, index: FeatureIndex) -> Place:
        return replace(self, index=index)


def widen(view: BoundsLonLat) -> BoundsLonLat:
    """The view with its margin."""
    west, south, east, north = view
    dx, dy = (east - west) * MARGIN, (north - south) * MARGIN
    return west - dx, max(south - dy, -90.0), east + dx, min(north + dy, 90.0)


def readable_name(path: Path) -> str:
    """A name for a picture file: its own, or its folder's where its own says nothing."""
    own = path.stem if path.stem.lower() not in PLAIN_STEMS else path.resolve().parent.name
    return own.replace("_", " ") or path.stem


def open_place(image: Path, map_file: Path | None, provenance: Provenance | None = None) -> Place:
    """A place from a GeoTIFF and an OSM GeoJSON file. Raises BadImage or BadMap with a sentence."""
    raster = inspect_raster(image)
    index = read_osm_geojson(map_file) if map_file else EMPTY
    if provenance is None:
        provenance = Provenance(
            imagery_provider=readable_name(image),
            imagery_date=raster.date,
            map_provider=map_file.stem if map_file else "",
            map_attribution=OSM_CREDIT if map_file else "",
        )
    return Place(raster, index, provenance)
