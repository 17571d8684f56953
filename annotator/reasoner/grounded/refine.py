"""Stage 2: the first masks against the map; about two signed points per box where they help most."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import cut_window, geometry_to_px, polygonal, rasterize
from annotator.reasoner.base import Candidate
from annotator.reasoner.grounded.measures import deepest_point, window_of
from annotator.types import BoolMask, Scene, SignedPoint, WindowMask, WindowPx

ERROR_SHARE = 0.04
"""An error is worth a point from this share of the place's area on, when it is also deep enough."""
ERROR_DEPTH_M = 0.5
ERROR_DEPTH_PX = 2.0
MOST_NEGATIVE = 2


def points_against_outline(
    mask: WindowMask, outline_px: BaseGeometry, scene: Scene, gsd_m: float
) -> tuple[SignedPoint, ...]:
    """Two points from the difference of the first mask and the map's outline.

    Positive at the deepest point of what the mask misses, negative at the deepest of what it adds, where these are
    large enough; what is not needed becomes a positive point deep in what both agree on.
    """
    window = _joint_window(mask, outline_px, scene)
    pixels, outline = cut_window(mask, window), rasterize(outline_px, window)
    least = max(1.0, ERROR_SHARE * float(outline.sum()))
    missing = _error_point(outline & ~pixels, window, least, gsd_m)
    added = _error_point(pixels & ~outline, window, least, gsd_m)
    points = [SignedPoint(*missing)] if missing else []
    core = pixels & outline if (pixels & outline).any() else outline
    points += _interior_points(core, window, 2 - len(points) - (added is not None))
    if added:
        points.append(SignedPoint(*added, positive=False))
    return tuple(points)


def points_on_own_shape(
    mask: WindowMask,
    candidate: Candidate,
    neighbours_px: Sequence[BaseGeometry],
    other_points_px: Sequence[SignedPoint],
    gsd_m: float,
) -> tuple[SignedPoint, ...]:
    """About two points where the map gives no outline, from the mask's own shape.

    Negative where the mask covers another place's point or spills into a neighbour's outline, at most two; positive
    deep inside the rest of the mask, within the candidate's box.
    """
    window = mask.window_px
    if not mask.pixels.any():
        return ()
    least = max(1.0, ERROR_SHARE * mask.area_px)
    own = mask.pixels.copy()
    spills: list[tuple[int, tuple[float, float]]] = []
    for neighbour in neighbours_px:
        over = mask.pixels & rasterize(neighbour, window)
        own &= ~over
        point = _error_point(over, window, least, gsd_m)
        if point:
            spills.append((int(over.sum()), point))
    spills.sort(reverse=True)
    taken = [(point.x, point.y) for point in other_points_px if _covers(mask, point)]
    negative = [SignedPoint(x, y, positive=False) for x, y in taken + [point for _, point in spills]][:MOST_NEGATIVE]
    positive = _interior_points(own & _box_pixels(candidate, window), window, max(1, 2 - len(negative)))
    return tuple(positive + negative)


def _covers(mask: WindowMask, point: SignedPoint) -> bool:
    x0, y0, x1, y1 = mask.window_px
    x, y = math.floor(point.x), math.floor(point.y)
    return x0 <= x < x1 and y0 <= y < y1 and bool(mask.pixels[y - y0, x - x0])


def outline_of(candidate: Candidate, scene: Scene) -> BaseGeometry | None:
    """The map's outline of a candidate inside the picture, in pixels; None where the map has a bare point."""
    if candidate.feature is None:
        return None
    outline = polygonal(candidate.feature.geometry_lonlat)
    if outline.is_empty:
        return None
    whole = shapely.make_valid(geometry_to_px(scene.grid, outline))
    inside = polygonal(whole.intersection(shapely.box(0, 0, scene.grid.width, scene.grid.height)))
    return None if inside.is_empty else inside


def _joint_window(mask: WindowMask, outline_px: BaseGeometry, scene: Scene) -> WindowPx:
    x0, y0, x1, y1 = window_of(outline_px.bounds, scene)
    a, b, c, d = mask.window_px
    return min(x0, a), min(y0, b), max(x1, c), max(y1, d)


def _error_point(error: BoolMask, window: WindowPx, least_px: float, gsd_m: float) -> tuple[float, float] | None:
    if error.sum() < least_px:
        return None
    deepest = deepest_point(error, window)
    if deepest is None or deepest[2] < max(ERROR_DEPTH_PX, ERROR_DEPTH_M / gsd_m):
        return None
    return deepest[0], deepest[1]


def _interior_points(pixels: BoolMask, window: WindowPx, count: int) -> list[SignedPoint]:
    """Up to ``count`` positive points, each the deepest one outside the discs that the earlier ones fill."""
    left = pixels.copy()
    points: list[SignedPoint] = []
    for _ in range(count):
        deepest = deepest_point(left, window)
        if deepest is None:
            break
        x, y, depth = deepest
        points.append(SignedPoint(x, y))
        _clear_disc(left, x - window[0] - 0.5, y - window[1] - 0.5, depth)
    return points


def _clear_disc(pixels: BoolMask, column: float, row: float, radius: float) -> None:
    top, left = max(0, math.floor(row - radius)), max(0, math.floor(column - radius))
    part = pixels[top : math.ceil(row + radius) + 1, left : math.ceil(column + radius) + 1]
    rows, columns = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
    part &= (rows - row) ** 2 + (columns - column) ** 2 > radius**2


def _box_pixels(candidate: Candidate, window: WindowPx) -> BoolMask:
    x0, y0, x1, y1 = window
    xs, ys = np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5
    left, top, right, bottom = candidate.box_px
    return np.asarray(((ys > top) & (ys < bottom))[:, None] & ((xs > left) & (xs < right))[None, :])
