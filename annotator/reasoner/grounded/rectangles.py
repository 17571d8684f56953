"""Turned rectangles around a point that the picture's colour edges and the map's outlines around it make likely.

The ground around the point is turned so that a direction lies along the columns; then a rectangle is four lines, and
the mean colour step along each of its sides is a difference of two running sums. Every combination of the strongest
lines on the four sides is scored: colour steps or a shared wall along the sides, size against what is typical,
colour spread inside, ground that is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import polygonal
from annotator.reasoner.grounded.turned_ground import Doubles, Floats, Ground, TurnedGround, steps_along_x, transposed
from annotator.types import Scene

WORKING_PX_M = 0.35
WORKING_SIDE_PX = 220
BINS = 18
"""Directions are told apart by 90 / 18 = 5 degrees."""
OWN_DIRECTIONS, ALL_DIRECTIONS_STEP = 3, 15
LINES_PER_SIDE = 10
LOOK_M = 2.0
LEAST_SIDE_M = 3.5
EQUAL_STEP = 0.01
"""Lab units per working pixel by which a line nearer to the usual distance comes before an equally strong one."""
STEP_UNIT = 4.0
"""A colour step of this many Lab units weighs 1."""
WEAKEST_SIDE_SHARE = 0.4
SIZE_WEIGHT, SIZE_SPREAD = 0.25, 0.9
TAKEN_WEIGHT, SPREAD_WEIGHT, LENGTH_WEIGHT, DIRECTION_WEIGHT = 4.0, 0.15, 0.5, 0.3
OTHER_POINT_COST = 5.0
BEST_PER_DIRECTION = 4


@dataclass(frozen=True, eq=False)
class Rectangle:
    """A turned rectangle: (4, 2) corners in pixels of the scene, sides in metres, and how likely it is (any number)."""

    corners_px: Doubles
    sides_m: tuple[float, float]
    score: float

    @property
    def shape_px(self) -> BaseGeometry:
        return shapely.Polygon(self.corners_px)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What is known around a point: (x, y) in pixels of the scene, the reach of the search, the ground that other
    features take, other places' points, the typical areas a place may have, and the directions of what is around
    (18 weights over 90 degrees)."""

    point_px: tuple[float, float]
    reach_m: float
    taken_px: BaseGeometry
    other_points_px: tuple[tuple[float, float], ...]
    typical_areas_m2: tuple[float, ...]
    directions: Doubles


def directions_around(shapes_px: Sequence[BaseGeometry], point_px: tuple[float, float], gsd_m: float) -> Doubles:
    """(18,) length of the outlines' edges by direction modulo 90 degrees, the near ones counting more."""
    weights = np.zeros(BINS)
    point = shapely.Point(point_px)
    for shape in shapes_px:
        nearness = 1 / (1 + shape.distance(point) * gsd_m / 10)
        for part in shapely.get_parts(polygonal(shape)):
            steps = np.diff(shapely.get_coordinates(part.exterior), axis=0)
            angles = np.degrees(np.arctan2(steps[:, 1], steps[:, 0])) % 90
            bins = np.round(angles / (90 / BINS)).astype(int) % BINS
            np.add.at(weights, bins, np.hypot(steps[:, 0], steps[:, 1]) * nearness)
    return weights


def rectangles_around(scene: Scene, gsd_m: float, around: Surroundings) -> list[Rectangle]:
    """Likely rectangles that hold the point, the likeliest first; none where the ground leaves no room."""
    half_px = around.reach_m / gsd_m
    pixel_m = max(WORKING_PX_M, gsd_m, 2 * around.reach_m / WORKING_SIDE_PX)
    ground = Ground.cut(scene, around.point_px, around.taken_px, half_px * math.sqrt(2), gsd_m / pixel_m)
    found: list[Rectangle] = []
    for angle in _angles(around.directions):
        side = int(2 * around.reach_m / pixel_m) | 1
        turned = ground.turned(angle, side)
        likes = around.directions[round(angle / (90 / BINS)) % BINS] / max(around.directions.max(), 1e-9)
        found += _search(turned, ground, around, angle, pixel_m, float(likes))
    return sorted(found, key=lambda r: -r.score)


def _angles(directions: Doubles) -> list[float]:
    """The directions seen around, then all in coarse steps."""
    smooth = directions + 0.5 * (np.roll(directions, 1) + np.roll(directions, -1))
    angles = [float(90 / BINS * i) for i in np.argsort(-smooth, kind="stable")[:OWN_DIRECTIONS] if smooth[i] > 0]
    for angle in range(0, 90, ALL_DIRECTIONS_STEP):
        if all(min(abs(angle - known), 90 - abs(angle - known)) > 7 for known in angles):
            angles.append(float(angle))
    return angles


@dataclass(frozen=True, eq=False)
class _Rows:
    """Every rectangle tried in one direction: (N,) lines in turned working pixels."""

    left: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]
    top: npt.NDArray[np.intp]
    bottom: npt.NDArray[np.intp]

    @property
    def width(self) -> Doubles:
        return (self.right - self.left).astype(np.float64)

    @property
    def height(self) -> Doubles:
        return (self.bottom - self.top).astype(np.float64)

    @property
    def corners(self) -> Doubles:
        """(N, 4, 2), clockwise on the screen."""
        x = np.stack([self.left, self.right, self.right, self.left], axis=1)
        y = np.stack([self.top, self.top, self.bottom, self.bottom], axis=1)
        return np.stack([x, y], axis=2).astype(np.float64)

    def mean(self, table: Doubles) -> Doubles:
        """(N,) or (N, k) mean inside, from a summed-area table."""
        total = table[self.bottom, self.right] - table[self.top, self.right]
        total = total - table[self.bottom, self.left] + table[self.top, self.left]
        area = self.width * self.height
        return np.asarray(total / (area if total.ndim == 1 else area[:, None]))

    def side_steps(self, down: Floats, across: Floats) -> Doubles:
        """(4, N) mean step along the left, right, top and bottom side, from running sums."""
        left = (down[self.bottom, self.left] - down[self.top, self.left]) / self.height
        right = (down[self.bottom, self.right] - down[self.top, self.right]) / self.height
        top = (across[self.right, self.top] - across[self.left, self.top]) / self.width
        bottom = (across[self.right, self.bottom] - across[self.left, self.bottom]) / self.width
        return np.stack([left, right, top, bottom])


def _lines(sums: Floats, centre: int, look: int, usual: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The strongest lines before and after the centre, by their mean step within ``look`` of it; of equal ones those
    nearer to the ``usual`` distance."""
    n = len(sums) - 1
    low, high = max(0, centre - look), min(n, centre + look + 1)
    profile = (sums[high] - sums[low]) / (high - low)
    around = np.pad(profile, 2, constant_values=-1)
    peak = profile >= np.max([around[i : i + len(profile)] for i in range(5)], axis=0)
    worth = profile - EQUAL_STEP * np.abs(np.abs(np.arange(n + 1) - centre - 0.5) - usual)

    def strongest(first: int, last: int) -> npt.NDArray[np.intp]:
        at = np.flatnonzero(peak[first:last]) + first
        return np.sort(at[np.argsort(-worth[at], kind="stable")[:LINES_PER_SIDE]])

    return strongest(1, centre - 1), strongest(centre + 2, n)


def _area_sums(values: Floats) -> Doubles:
    """Summed-area table of (n, n) or (n, n, k) with a leading row and column of zeros."""
    pad = ((1, 0), (1, 0), (0, 0))[: values.ndim]
    return np.cumsum(np.cumsum(np.pad(values.astype(np.float64), pad), axis=0), axis=1)


def _search(
    turned: TurnedGround, ground: Ground, around: Surroundings, angle: float, pixel_m: float, likes: float
) -> list[Rectangle]:
    """The best rectangles of one direction; ``likes`` (0-1) says how common the direction is around."""
    centre, look = len(turned.lab) // 2, max(1, int(LOOK_M / pixel_m))
    usual = 0.5 * float(np.median(around.typical_areas_m2)) ** 0.5 / pixel_m
    down = np.cumsum(np.pad(steps_along_x(turned), ((1, 0), (0, 0))), axis=0)
    across = np.cumsum(np.pad(steps_along_x(transposed(turned)), ((1, 0), (0, 0))), axis=0)
    grids = np.meshgrid(*_lines(down, centre, look, usual), *_lines(across, centre, look, usual), indexing="ij")
    tried = np.stack([grid.ravel() for grid in grids])
    sides_px = np.minimum(tried[1] - tried[0], tried[3] - tried[2])
    rows = _Rows(*tried[:, sides_px * pixel_m >= LEAST_SIDE_M])
    score = _looks(rows, turned, down, across) + DIRECTION_WEIGHT * likes + _sizes(rows, around, pixel_m)
    for other in around.other_points_px:
        u, v = (offset + centre + 0.5 for offset in ground.from_scene(other, angle))
        score -= OTHER_POINT_COST * ((rows.left < u) & (u < rows.right) & (rows.top < v) & (v < rows.bottom))
    found = []
    for i in np.argsort(-score, kind="stable")[:BEST_PER_DIRECTION]:
        corners = ground.to_scene(rows.corners[i] - (centre + 0.5), angle)
        sides_m = float(rows.width[i] * pixel_m), float(rows.height[i] * pixel_m)
        found.append(Rectangle(corners, sides_m, float(score[i])))
    return found


def _looks(rows: _Rows, turned: TurnedGround, down: Floats, across: Floats) -> Doubles:
    """(N,) what the ground says: colour steps along the sides, less the colour spread and the taken ground inside."""
    steps = rows.side_steps(down, across)
    edge = (1 - WEAKEST_SIDE_SHARE) * steps.mean(axis=0) + WEAKEST_SIDE_SHARE * steps.min(axis=0)
    squares = rows.mean(_area_sums((turned.lab**2).sum(axis=2)))
    spread = np.sqrt(np.maximum(squares - (rows.mean(_area_sums(turned.lab)) ** 2).sum(axis=1), 0))
    taken = rows.mean(_area_sums(turned.taken + turned.outside))
    return np.asarray((edge - SPREAD_WEIGHT * spread) / STEP_UNIT - TAKEN_WEIGHT * taken)


def _sizes(rows: _Rows, around: Surroundings, pixel_m: float) -> Doubles:
    """(N,) how usual size and shape are: a log-normal around each typical area, less for beyond 2 : 1."""
    area_m2 = rows.width * rows.height * pixel_m**2
    score = -LENGTH_WEIGHT * np.maximum(np.abs(np.log(rows.width / rows.height)) - math.log(2), 0)
    for typical in around.typical_areas_m2:
        score = score - SIZE_WEIGHT * 0.5 * (np.log(area_m2 / typical) / SIZE_SPREAD) ** 2
    return np.asarray(score)
