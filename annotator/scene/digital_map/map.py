"""A map that is indexed once and drawn often, as the picture of a scene or as the page's tiles."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.geometry import bounds_lonlat, gsd_m, lonlat_to_px
from annotator.scene.digital_map import style
from annotator.scene.digital_map.drawing import MARKERS_BELOW_M, Item, Sheet, draw
from annotator.scene.digital_map.fonts import font_for
from annotator.scene.digital_map.labels import Label
from annotator.types import BoundsLonLat, Grid, MapFeature, RgbImage

TILE_PX = 256
_METATILE = 4
"""Tiles per side that are drawn together: names are whole within them, and neighbours agree."""
_KEPT_METATILES = 24
_EARTH_M = 2 * math.pi * 6378137
_MAX_LATITUDE = 85.051128779806604
Points = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]


def draw_digital_map(features: Sequence[MapFeature], grid: Grid, *, width: int, height: int) -> RgbImage:
    """The features as a map of the grid's extent: (height, width, 3) uint8 RGB; no features give an empty map."""
    return DigitalMap(features).picture(grid, width, height)


class DigitalMap:
    """Features indexed by place. Safe to use from several threads: nothing but the tile cache changes."""

    def __init__(self, features: Sequence[MapFeature]) -> None:
        geometries, kept = _drawable(features)
        self._lonlat = geometries
        self._items = [_item(features[i], g) for i, g in zip(kept, geometries, strict=True)]
        self._world = shapely.transform(geometries, _to_world)
        self._extent = _extent(self._world)
        self._tree = shapely.STRtree(self._lonlat)
        self._lock = threading.Lock()
        self._metatiles: OrderedDict[tuple[int, int, int], RgbImage] = OrderedDict()

    def picture(self, grid: Grid, width: int, height: int) -> RgbImage:
        """The map of the grid's extent at the given size: (height, width, 3) uint8 RGB."""
        return draw(self._sheet(grid, width, height))[0]

    def labels(self, grid: Grid, width: int, height: int) -> tuple[Label, ...]:
        """The names and markers of that picture with their boxes in its pixels."""
        return draw(self._sheet(grid, width, height))[1]

    def tile(self, z: int, x: int, y: int) -> RgbImage:
        """The Web-Mercator tile (XYZ) as (256, 256, 3) uint8 RGB."""
        side = min(_METATILE, 1 << z)
        picture = self._metatile(z, x // side, y // side, side)
        row, column = (y % side) * TILE_PX, (x % side) * TILE_PX
        return picture[row : row + TILE_PX, column : column + TILE_PX]

    def _metatile(self, z: int, x: int, y: int, side: int) -> RgbImage:
        key = (z, x, y)
        with self._lock:
            if key not in self._metatiles:
                self._metatiles[key] = draw(self._tile_sheet(z, x * side, y * side, side))[0]
                if len(self._metatiles) > _KEPT_METATILES:
                    self._metatiles.popitem(last=False)
            self._metatiles.move_to_end(key)
            return self._metatiles[key]

    def _sheet(self, grid: Grid, width: int, height: int) -> Sheet:
        zoom = np.asarray([width / grid.width, height / grid.height])
        m_per_px = gsd_m(grid) / math.sqrt(float(zoom.prod()))
        hits = self._hits(bounds_lonlat(grid), m_per_px)
        near = _cut(self._lonlat[hits], bounds_lonlat(grid))
        shapes = shapely.transform(near, lambda points: _finite(lonlat_to_px(grid, points) * zoom))
        return Sheet([self._items[i] for i in hits], list(shapes), width, height, m_per_px)

    def _tile_sheet(self, z: int, x: int, y: int, side: int) -> Sheet:
        size, scale = side * TILE_PX, TILE_PX * (1 << z)
        corners = np.asarray([[x, y], [x + side, y + side]]) / (1 << z)
        (west, north), (east, south) = _from_world(corners)
        m_per_px = _EARTH_M / scale * math.cos(math.radians((north + south) / 2))
        hits = self._hits((west, south, east, north), m_per_px)
        near = _cut(self._world[hits], (*corners[0], *corners[1]))
        origin = np.asarray([x * TILE_PX, y * TILE_PX])
        shapes = shapely.transform(near, lambda points: points * scale - origin)
        return Sheet([self._items[i] for i in hits], list(shapes), size, size, m_per_px)

    def _hits(self, bounds: BoundsLonLat, m_per_px: float) -> npt.NDArray[np.intp]:
        """Features in the bounds, in file order; at small scales without points and what is less than a pixel."""
        west, south, east, north = bounds
        margin = 0.02 * (east - west)
        area = sg.box(west - margin, south - margin, east + margin, north + margin)
        hits = np.sort(self._tree.query(area))
        if m_per_px <= MARKERS_BELOW_M:
            return hits
        pixel = m_per_px / _EARTH_M / math.cos(math.radians((south + north) / 2))
        return hits[self._extent[hits] > pixel]


def _drawable(features: Sequence[MapFeature]) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Geometries made valid, and the positions of their features; empty and not finite ones are left out."""
    geometries: Geometries = np.array([f.geometry_lonlat for f in features], dtype=object)
    points, owner = shapely.get_coordinates(geometries, return_index=True)
    usable = ~shapely.is_empty(geometries)
    usable[owner[~np.isfinite(points).all(axis=1)]] = False
    crossed = usable.copy()
    crossed[usable] = ~shapely.is_valid(geometries[usable])
    geometries[crossed] = shapely.make_valid(geometries[crossed])
    usable[crossed] = ~shapely.is_empty(geometries[crossed])
    return geometries[usable], np.flatnonzero(usable)


def _extent(shapes: Geometries) -> Points:
    """The longer side of each shape's box."""
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    return np.asarray(np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]))


def _item(feature: MapFeature, geometry: BaseGeometry) -> Item:
    tags = feature.tags
    areal = geometry.area > 0
    return Item(
        feature_id=feature.id,
        name=_drawn_name(feature),
        area=style.area_look(tags) if areal else None,
        road=None if areal else style.road_look(tags),
        kind=style.kind_of(tags),
        rail=not areal and tags.get("railway") in {"rail", "light_rail", "tram", "narrow_gauge", "subway"},
        waterway=not areal and tags.get("waterway") in {"river", "stream", "canal", "drain", "ditch"},
        bridge=tags.get("bridge", "no") != "no",
        size=float(geometry.area),
    )


def _drawn_name(feature: MapFeature) -> str | None:
    """The name, or the first other one, that a font at hand can draw."""
    return next((name for name in feature.names if font_for(name, 12) is not None), None)


def _cut(shapes: Geometries, view: tuple[float, float, float, float]) -> Geometries:
    """Shapes much larger than the view are cut well outside it, so that they cost no more to draw than others."""
    x0, y0, x1, y1 = view
    reach = max(x1 - x0, y1 - y0)
    box = (x0 - reach, y0 - reach, x1 + reach, y1 + reach)
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    large = np.any((bounds[:, :2] < box[:2]) | (bounds[:, 2:] > box[2:]), axis=1)
    result = shapes.copy()
    result[large] = shapely.intersection(shapes[large], sg.box(*box))
    return result


def _finite(points: Points) -> Points:
    return np.nan_to_num(points, posinf=1e7, neginf=-1e7)


def _to_world(lonlat: Points) -> Points:
    """Lon/lat -> Web Mercator in 0..1, y down."""
    latitude = np.radians(np.clip(lonlat[:, 1], -_MAX_LATITUDE, _MAX_LATITUDE))
    y = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * math.pi)
    return np.column_stack([lonlat[:, 0] / 360 + 0.5, y])


def _from_world(points: Points) -> Points:
    latitude = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * points[:, 1]))))
    return np.column_stack([360 * (points[:, 0] - 0.5), latitude])
