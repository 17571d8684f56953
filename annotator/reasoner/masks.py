"""From a segmenter's mask to the shape that is proposed: specks off, pin holes closed, outline in lon/lat; overlap."""

from __future__ import annotations

import cv2
import numpy as np
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_lonlat, mask_to_polygon_px
from annotator.types import BoolMask, Grid, WindowMask, WindowPx

SPECK_SHARE = 0.02
"""Parts and holes below this share of the mask's area are noise."""
SPECK_MIN_PX = 4.0
TOLERANCE_PX = 1.0
AREA_DRIFT = 0.1
"""A simplified outline whose area is off by more than this share is not used."""


def clean_mask(mask: WindowMask, grid: Grid) -> WindowMask:
    """The mask without specks and pin holes, cut to the picture.

    A part or a hole stays when it has at least ``SPECK_SHARE`` of the mask's area and ``SPECK_MIN_PX`` pixels; the
    largest part always stays. An empty mask stays empty.
    """
    inside = _cut_to_picture(mask, grid)
    least = max(SPECK_MIN_PX, SPECK_SHARE * inside.area_px)
    parts = _without_small_parts(inside.pixels, least)
    padded = np.pad(~parts, 1, constant_values=True)
    background = _without_small_parts(padded, least)[1:-1, 1:-1]
    return WindowMask(inside.window_px, ~background)


def _cut_to_picture(mask: WindowMask, grid: Grid) -> WindowMask:
    x0, y0, x1, y1 = mask.window_px
    left, top = max(x0, 0), max(y0, 0)
    right, bottom = max(left, min(x1, grid.width)), max(top, min(y1, grid.height))
    return WindowMask((left, top, right, bottom), mask.pixels[top - y0 : bottom - y0, left - x0 : right - x0])


def _without_small_parts(pixels: BoolMask, least_px: float) -> BoolMask:
    if not pixels.any():
        return pixels
    count, labels, stats, _ = cv2.connectedComponentsWithStats(pixels.astype(np.uint8), connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keep = areas >= min(least_px, areas.max())
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


def window_iou(a: WindowMask, b: WindowMask) -> float:
    """Intersection over union of two masks of one scene, each in its own window; 0 where both are empty."""
    x0, y0 = max(a.window_px[0], b.window_px[0]), max(a.window_px[1], b.window_px[1])
    x1, y1 = min(a.window_px[2], b.window_px[2]), min(a.window_px[3], b.window_px[3])
    if x1 <= x0 or y1 <= y0:
        return 0.0
    shared = int((cut_window(a, (x0, y0, x1, y1)) & cut_window(b, (x0, y0, x1, y1))).sum())
    union = a.area_px + b.area_px - shared
    return shared / union if union else 0.0


def cut_window(mask: WindowMask, window_px: WindowPx) -> BoolMask:
    """The mask's pixels on another window, False where it does not reach: (y1-y0, x1-x0) bool."""
    x0, y0, x1, y1 = window_px
    out = np.zeros((y1 - y0, x1 - x0), dtype=bool)
    left, top, right, bottom = mask.window_px
    from_x, from_y, to_x, to_y = max(x0, left), max(y0, top), min(x1, right), min(y1, bottom)
    if to_x > from_x and to_y > from_y:
        part = mask.pixels[from_y - top : to_y - top, from_x - left : to_x - left]
        out[from_y - y0 : to_y - y0, from_x - x0 : to_x - x0] = part
    return out
