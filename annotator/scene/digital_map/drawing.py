"""One picture of the map: areas, water, buildings, streets, rails, then names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from PIL import Image
from shapely.geometry.base import BaseGeometry

from annotator.scene.digital_map import style
from annotator.scene.digital_map.labels import Label, Placement, Wish, draw_labels, spot_on_line
from annotator.scene.digital_map.strokes import Points, dashes, fill, line_points, stroke
from annotator.types import RgbImage

_PLACE_PX, _ROAD_PX = 12, 11
_BUILDINGS_BELOW_M, MARKERS_BELOW_M = 5.0, 3.0
"""Metres per pixel from which buildings and markers are left out."""


@dataclass(frozen=True, eq=False, slots=True)
class Item:
    """A feature ready for drawing: its looks are looked up once. ``area_m2`` is rough, for the drawing order."""

    feature_id: str
    name: str | None
    area: style.AreaLook | None
    road: style.RoadLook | None
    kind: style.Kind | None
    rail: bool
    waterway: bool
    bridge: bool
    size: float


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """What is to be drawn: items with their geometry in pixels of a (width, height) picture."""

    items: Sequence[Item]
    shapes_px: Sequence[BaseGeometry]
    width: int
    height: int
    m_per_px: float


def draw(sheet: Sheet) -> tuple[RgbImage, tuple[Label, ...]]:
    """(H, W, 3) uint8 RGB and the names on it."""
    picture = np.empty((sheet.height, sheet.width, 3), np.uint8)
    picture[:] = style.BACKGROUND
    pairs = list(zip(sheet.items, sheet.shapes_px, strict=True))
    _areas(picture, pairs, sheet.m_per_px)
    lines = [(item, line_points(shape)) for item, shape in pairs if shape.geom_type.endswith("LineString")]
    _waterways(picture, lines, sheet.m_per_px)
    _roads(picture, lines, sheet.m_per_px)
    _rails(picture, lines, sheet.m_per_px)
    placement = Placement(sheet.width, sheet.height)
    placement.place(_wishes(sheet))
    image = Image.fromarray(picture)
    draw_labels(image, placement.labels)
    return np.asarray(image), tuple(placement.labels)


def _areas(picture: RgbImage, pairs: Sequence[tuple[Item, BaseGeometry]], m_per_px: float) -> None:
    areas = [(item.area, item.size, shape) for item, shape in pairs if item.area is not None]
    for look, _, shape in sorted(areas, key=lambda a: (a[0].layer, -a[1])):
        if look.layer is style.Layer.BUILDING and m_per_px > _BUILDINGS_BELOW_M:
            continue
        fill(picture, shape, look.fill, look.edge if m_per_px < 2.5 else None)


_Lines = Sequence[tuple[Item, list[Points]]]


def _waterways(picture: RgbImage, lines: _Lines, m_per_px: float) -> None:
    for item, parts in lines:
        if item.waterway:
            stroke(picture, parts, style.WATER, max(1.5, 4.0 / m_per_px))


def _roads(picture: RgbImage, lines: _Lines, m_per_px: float) -> None:
    """By class: all casings of a class, then all its fills, so that streets of one class join; bridges on top."""
    found = [(item.bridge, item.road, parts) for item, parts in lines if item.road is not None]
    for bridge in (False, True):
        for rank in sorted({look.rank for _, look, _ in found}):
            group = [(look, parts) for b, look, parts in found if b == bridge and look.rank == rank]
            for look, parts in group:
                if look.casing is not None:
                    stroke(picture, parts, style.RAIL if bridge else look.casing, _width(look, m_per_px) + 2)
            for look, parts in group:
                width = _width(look, m_per_px)
                drawn = [d for p in parts for d in dashes(p, 3 * width, 2.5 * width)] if look.dashed else parts
                stroke(picture, drawn, look.fill, width)


def _width(look: style.RoadLook, m_per_px: float) -> float:
    return max(look.least_px, look.width_m / m_per_px)


def _rails(picture: RgbImage, lines: _Lines, m_per_px: float) -> None:
    for item, parts in lines:
        if item.rail:
            width = max(2.0, 1.5 / m_per_px)
            stroke(picture, parts, style.RAIL, width)
            if m_per_px < 3:
                stroke(picture, [d for p in parts for d in dashes(p, 6, 6)], style.HALO, width - 1.5)


def _wishes(sheet: Sheet) -> list[Wish]:
    wishes = []
    for item, shape in zip(sheet.items, sheet.shapes_px, strict=True):
        wish = _line_wish(item, shape, sheet) if shape.length and not shape.area else _place_wish(item, shape, sheet)
        if wish is not None:
            wishes.append(wish)
    return wishes


def _line_wish(item: Item, shape: BaseGeometry, sheet: Sheet) -> Wish | None:
    if item.name is None or not (item.road or item.waterway):
        return None
    spot = spot_on_line(shape, sheet.width, sheet.height)
    if spot is None:
        return None
    x, y, angle, length = spot
    rank = 20.0 if item.road is None else 20.0 - item.road.rank
    colour = style.WATER_TEXT if item.waterway else style.ROAD_TEXT
    return Wish(item.name, x, y, rank, _ROAD_PX, colour, angle_deg=angle or 1e-6, room_px=0.9 * length)


def _place_wish(item: Item, shape: BaseGeometry, sheet: Sheet) -> Wish | None:
    """A marked name for a place with a kind, a bare one for water; none where the map is too small for it."""
    if sheet.m_per_px > MARKERS_BELOW_M and math.sqrt(shape.area) < 40:
        return None
    point = _inside(shape, sheet.width, sheet.height)
    if point is None:
        return None
    water = item.area is not None and item.area.layer is style.Layer.WATER
    if water and item.name:
        return Wish(item.name, *point, 15.0, _PLACE_PX, style.WATER_TEXT)
    is_point = shape.geom_type in {"Point", "MultiPoint"}
    if item.kind is None or not (item.name or is_point):
        return Wish(item.name, *point, 9.0, _PLACE_PX, style.TEXT) if item.name else None
    large = math.sqrt(shape.area)
    rank = item.kind.rank - min(large, 300) / 300
    marker = None if item.kind is style.HOMES else item.kind.colour
    return Wish(item.name or "", *point, rank, _PLACE_PX, item.kind.colour, marker=marker)


def _inside(shape: BaseGeometry, width: int, height: int) -> tuple[float, float] | None:
    """A point in the shape's part in the picture: the centroid where that lies inside."""
    seen = shape
    x0, y0, x1, y1 = shape.bounds
    if shape.area and (x0 < 0 or y0 < 0 or x1 > width or y1 > height):
        seen = shapely.clip_by_rect(shape, 0, 0, width, height)
        if seen.area < 0.3 * min(shape.area, width * height):
            return None
    if seen.is_empty:
        return None
    centre = seen.centroid
    point = centre if seen.area == 0 or seen.contains(centre) else seen.representative_point()
    if not (0 <= point.x < width and 0 <= point.y < height):
        return None
    return float(point.x), float(point.y)
