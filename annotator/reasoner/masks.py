"""From a segmenter's mask to the shape that is proposed: specks off, pin holes closed, outline in lon/lat; overlap."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_lonlat, mask_to_polygon_px
from annotator.types import BoolMask, Grid, SignedPoint, WindowMask

SPECK_SHARE = 0.02
"""Parts and holes below this share of the mask's area are noise."""
SPECK_MIN_PX = 4.0
TOLERANCE_PX = 1.0
AREA_DRIFT = 0.1
"""A simplified outline whose area is off by more than this share is not used."""


def clean_mask(mask: WindowMask, grid: Grid, points: Sequence[SignedPoint] = ()) -> WindowMask:
    """The mask without specks and pin holes, cut to the picture.

    A part or a hole stays when it has at least ``SPECK_SHARE`` of the mask's area and ``SPECK_MIN_PX`` pixels; the
    largest part always stays, and so does what a person's point asked for: a part under a positive point, a hole
    under a negative one. An empty mask stays empty.
    """
    inside = _cut_to_picture(mask, grid)
    x0, y0, x1, y1 = inside.window_px
    here = [point for point in points if x0 <= point.x < x1 and y0 <= point.y < y1]
    included = [(int(point.x) - x0, int(point.y) - y0) for point in here if point.positive]
    excluded = [(int(point.x) - x0 + 1, int(point.y) - y0 + 1) for point in here if not point.positive]
    least = max(SPECK_MIN_PX, SPECK_SHARE * inside.area_px)
    parts = _without_small_parts(inside.pixels, least, included)
    padded = np.pad(~parts, 1, constant_values=True)
    background = _without_small_parts(padded, least, excluded)[1:-1, 1:-1]
    return WindowMask(inside.window_px, ~background)


def _cut_to_picture(mask: WindowMask, grid: Grid) -> WindowMask:
    x0, y0, x1, y1 = mask.window_px
    left, top = max(x0, 0), max(y0, 0)
    right, bottom = max(left, min(x1, grid.width)), max(top, min(y1, grid.height))
    return WindowMask((left, top, right, bottom), mask.pixels[top - y0 : bottom - y0, left - x0 : right - x0])


def _without_small_parts(pixels: BoolMask, least_px: float, asked: Sequence[tuple[int, int]] = ()) -> BoolMask:
    """Without parts below ``least_px``, except those under the (column, row) pixels that were asked for."""
    if not pixels.any():
        return pixels
    count, labels, stats, _ = cv2.connectedComponentsWithStats(pixels.astype(np.uint8), connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keep = areas >= min(least_px, areas.max())
    keep[[labels[row, column] for column, row in asked]] = True
    keep[0] = False
    return np.asarray(keep[labels]) if count > 1 else pixels


def outline_px(mask: WindowMask) -> BaseGeometry:
    """The mask's outline in pixels, simplified by about one pixel where that keeps it valid and its area; else exact.

    Polygon or MultiPolygon, holes kept; an empty Polygon for an empty mask.
    """
    simple = mask_to_polygon_px(mask, tolerance_px=TOLERANCE_PX)
    area = mask.area_px
    if simple.is_valid and not simple.is_empty and abs(simple.area - area) <= AREA_DRIFT * area:
        return simple
    return mask_to_polygon_px(mask)


def outline_lonlat(mask: WindowMask, grid: Grid) -> BaseGeometry:
    """The mask's outline in lon/lat, see outline_px."""
    return geometry_to_lonlat(grid, outline_px(mask))
