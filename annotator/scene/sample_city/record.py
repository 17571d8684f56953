"""The plan as map features in lon/lat and as truth: one mask for every place that has a class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_lonlat, rasterize
from annotator.scene.sample_city.plan import PX_PER_M, SIDE_M, SIDE_PX, Place, Plan
from annotator.types import Grid, MapFeature, WindowMask, WindowPx

GRID = Grid("EPSG:32753", (499_500.0, 1 / PX_PER_M, 0.0, 7_013_500.0, 0.0, -1 / PX_PER_M), SIDE_PX, SIDE_PX)
"""UTM zone 53 south, an empty stretch of inland Australia: the town is made up and stands nowhere."""
_MAP_EDGE_M = 12.0
_FIRST_ID = 900_000_001
_LEAST_SEEN_PX = 48
Tags = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class TruthInstance:
    """A place as it is in the picture: its class, name, map feature and exact mask (cut at the picture's edge)."""

    class_id: str
    name: str | None
    feature_id: str
    mask: WindowMask


@dataclass(frozen=True, slots=True)
class _Entry:
    """``shape`` is what the map holds, ``seen`` what the picture shows of it."""

    shape: BaseGeometry
    tags: Tags
    class_id: str | None
    seen: BaseGeometry


def record(plan: Plan) -> tuple[tuple[MapFeature, ...], tuple[TruthInstance, ...]]:
    """Map features (lon/lat, OSM-like ids and tags) and truth instances of the plan."""
    entries = [e for e in _entries(plan) if not e.shape.is_empty]
    ids = [_feature_id(e.shape, i) for i, e in enumerate(entries)]
    lonlat = _to_lonlat([e.shape for e in entries])
    features = tuple(MapFeature(i, g, dict(e.tags)) for i, g, e in zip(ids, lonlat, entries, strict=True))
    roofs = [e for e in entries if "building" in e.tags]
    masks = dict(zip(map(id, roofs), _roof_masks([e.seen for e in roofs]), strict=True))
    truth = []
    for feature, entry in zip(features, entries, strict=True):
        if entry.class_id:
            mask = masks[id(entry)] if id(entry) in masks else _mask(entry.seen)
            if mask is not None:
                truth.append(TruthInstance(entry.class_id, feature.name, feature.id, mask))
    return features, tuple(truth)


def _roof_masks(shapes: list[BaseGeometry]) -> list[WindowMask | None]:
    """Masks of shapes that do not overlap, burnt in one pass: pixels whose centre the shape covers."""
    from rasterio.features import rasterize as burn
    from rasterio.transform import Affine

    numbered = [(shape, i + 1) for i, shape in enumerate(shapes)]
    to_metres = Affine.scale(1 / PX_PER_M)
    labels = burn(numbered, out_shape=(SIDE_PX, SIDE_PX), transform=to_metres, dtype="int32")
    masks: list[WindowMask | None] = []
    for shape, number in numbered:
        window = _window(shape)
        pixels = labels[window[1] : window[3], window[0] : window[2]] == number
        masks.append(WindowMask(window, pixels) if pixels.sum() >= _LEAST_SEEN_PX else None)
    return masks


def _to_lonlat(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """Picture metres -> lon/lat, all at once."""
    collection = shapely.GeometryCollection(shapes)
    pixels = shapely.transform(collection, lambda points: points * PX_PER_M)
    return list(shapely.get_parts(geometry_to_lonlat(GRID, pixels)))


def _entries(plan: Plan) -> list[_Entry]:
    picture = sg.box(0, 0, SIDE_M, SIDE_M)
    around = picture.buffer(_MAP_EDGE_M, join_style="mitre")
    found = []
    for building in plan.buildings:
        shape = building.footprint()
        if shape.intersects(picture):
            found.append(_Entry(shape, building.tags, building.class_id, shape))
    for place in plan.places:
        found += _place_entries(place, picture, around)
    return found


def _place_entries(place: Place, picture: BaseGeometry, around: BaseGeometry) -> list[_Entry]:
    if not place.geometry.intersects(picture):
        return []
    if place.geometry.geom_type == "Point":
        return [_Entry(place.geometry, place.tags, place.class_id, place.seen or place.geometry)]
    parts = [p for p in shapely.get_parts(place.geometry.intersection(around)) if p.length > 1]
    return [_Entry(part, place.tags, place.class_id, part) for part in parts]


def _feature_id(shape: BaseGeometry, position: int) -> str:
    kind = {"Point": "node", "MultiPolygon": "relation"}.get(shape.geom_type, "way")
    return f"{kind}/{_FIRST_ID + position}"


def _mask(seen: BaseGeometry) -> WindowMask | None:
    window = _window(seen)
    mask = WindowMask(window, rasterize(shapely.transform(seen, lambda points: points * PX_PER_M), window))
    return mask if mask.area_px >= _LEAST_SEEN_PX else None


def _window(shape: BaseGeometry) -> WindowPx:
    """The pixels that the shape's box touches; empty (x1 = x0) beside the picture."""
    x0, y0, x1, y1 = (v * PX_PER_M for v in shape.bounds)
    left, top = min(max(0, math.floor(x0)), SIDE_PX), min(max(0, math.floor(y0)), SIDE_PX)
    return left, top, max(left, min(SIDE_PX, math.ceil(x1))), max(top, min(SIDE_PX, math.ceil(y1)))
