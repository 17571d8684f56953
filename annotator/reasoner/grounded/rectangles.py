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

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import polygonal, rasterize
from annotator.reasoner.grounded.measures import lab_of
from annotator.types import BoolMask, Scene

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

WORKING_PX_M = 0.35
WORKING_SIDE_PX = 220
BINS = 18
"""Directions are told apart by 90 / 18 = 5 degrees."""
OWN_DIRECTIONS, ALL_DIRECTIONS_STEP = 3, 15
STRIP_PX = 2
STRONGEST_STEP = 25.0
SHARED_WALL_STEP, PICTURE_EDGE_STEP = 12.0, 10.0
LINES_PER_SIDE = 10
LOOK_M = 2.0
LEAST_SIDE_M = 3.5
STEP_UNIT = 4.0
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


@dataclass(frozen=True, eq=False)
class _Turned:
    """The ground turned by an angle about the point at the centre: (n, n, 3) Lab, (n, n) taken, (n, n) outside."""

    lab: Floats
    taken: Floats
    outside: Floats


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
    ground = _Ground.cut(scene, around, half_px * math.sqrt(2), gsd_m / pixel_m)
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
class _Ground:
    """The ground around the point at working size; ``scale`` is working pixels per pixel of the scene."""

    lab: Floats
    taken: Floats
    known: Floats
    origin_px: tuple[int, int]
    point_px: tuple[float, float]
    scale: float

    @classmethod
    def cut(cls, scene: Scene, around: Surroundings, half_px: float, scale: float) -> _Ground:
        x, y = around.point_px
        x0, y0 = max(0, math.floor(x - half_px)), max(0, math.floor(y - half_px))
        x1, y1 = min(scene.grid.width, math.ceil(x + half_px)), min(scene.grid.height, math.ceil(y + half_px))
        size = max(2, round((x1 - x0) * scale)), max(2, round((y1 - y0) * scale))
        valid = np.ones((y1 - y0, x1 - x0), bool) if scene.valid is None else scene.valid[y0:y1, x0:x1]
        taken = rasterize(around.taken_px, (x0, y0, x1, y1))
        small = cv2.resize(scene.image[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA)
        lab = lab_of(np.asarray(small, dtype=np.uint8))
        return cls(lab, _shrunk(taken, size), _shrunk(valid, size), (x0, y0), around.point_px, scale)

    def turned(self, angle: float, side: int) -> _Turned:
        """(side, side) with the point at the centre and ``angle`` (degrees) along the columns."""
        x, y = ((p - o) * self.scale - 0.5 for p, o in zip(self.point_px, self.origin_px, strict=True))
        cos, sin, c = math.cos(math.radians(angle)), math.sin(math.radians(angle)), side // 2
        matrix = np.array([[cos, -sin, x - c * cos + c * sin], [sin, cos, y - c * sin - c * cos]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (side, side)
        lab = cv2.warpAffine(self.lab, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        taken, known = (cv2.warpAffine(v, matrix, size, flags=flags) for v in (self.taken, self.known))
        return _Turned(_floats(lab), _floats(taken), _floats(1 - known))

    def to_scene(self, offsets: Doubles, angle: float) -> Doubles:
        """(N, 2) offsets from the point in turned working pixels -> pixels of the scene."""
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        u, v = offsets[:, 0] / self.scale, offsets[:, 1] / self.scale
        return np.column_stack([self.point_px[0] + u * cos - v * sin, self.point_px[1] + u * sin + v * cos])

    def from_scene(self, point_px: tuple[float, float], angle: float) -> tuple[float, float]:
        """A point of the scene -> its offset from the point in turned working pixels."""
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        dx, dy = ((p - o) * self.scale for p, o in zip(point_px, self.point_px, strict=True))
        return dx * cos + dy * sin, dy * cos - dx * sin


def _floats(values: npt.ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float32)


def _shrunk(pixels: BoolMask, size: tuple[int, int]) -> Floats:
    return _floats(cv2.resize(pixels.astype(np.float32), size, interpolation=cv2.INTER_AREA))


def _steps_along_x(turned: _Turned) -> Floats:
    """(n, n + 1): the step at each vertical line between two columns, by row: colour, shared wall, picture's edge."""
    n = len(turned.lab)
    sums = np.cumsum(np.pad(turned.lab, ((0, 0), (1, 0), (0, 0))), axis=1)
    at = np.arange(STRIP_PX, n - STRIP_PX + 1)
    before, after = sums[:, at] - sums[:, at - STRIP_PX], sums[:, at + STRIP_PX] - sums[:, at]
    colour = np.zeros((n, n + 1), np.float32)
    colour[:, at] = np.minimum(np.linalg.norm(before - after, axis=2) / STRIP_PX, STRONGEST_STEP)
    wall = np.abs(np.diff(np.pad(turned.taken, ((0, 0), (1, 1)), mode="edge"), axis=1))
    wall = cv2.dilate(wall, np.ones((1, 3), np.uint8))
    outside = np.pad(turned.outside, ((0, 0), (0, 1)), mode="edge")
    return np.asarray(np.maximum(np.maximum(colour, SHARED_WALL_STEP * wall), PICTURE_EDGE_STEP * outside))


def _transposed(turned: _Turned) -> _Turned:
    return _Turned(turned.lab.transpose(1, 0, 2), turned.taken.T, turned.outside.T)


def _lines(sums: Floats, centre: int, look: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The strongest lines before and after the centre, by their mean step within ``look`` of it."""
    n = len(sums) - 1
    low, high = max(0, centre - look), min(n, centre + look + 1)
    profile = (sums[high] - sums[low]) / (high - low)
    around = np.pad(profile, 2, constant_values=-1)
    peak = profile >= np.max([around[i : i + len(profile)] for i in range(5)], axis=0)

    def strongest(first: int, last: int) -> npt.NDArray[np.intp]:
        at = np.flatnonzero(peak[first:last]) + first
        return np.sort(at[np.argsort(-profile[at], kind="stable")[:LINES_PER_SIDE]])

    return strongest(1, centre - 1), strongest(centre + 2, n)


def _area_sums(values: Floats) -> Doubles:
    """Summed-area table of (n, n) or (n, n, k) with a leading row and column of zeros."""
    pad = ((1, 0), (1, 0), (0, 0))[: values.ndim]
    return np.cumsum(np.cumsum(np.pad(values.astype(np.float64), pad), axis=0), axis=1)


def _search(
    turned: _Turned, ground: _Ground, around: Surroundings, angle: float, pixel_m: float, likes: float
) -> list[Rectangle]:
    """The best rectangles of one direction."""
    centre, look = len(turned.lab) // 2, max(1, int(LOOK_M / pixel_m))
    down = np.cumsum(np.pad(_steps_along_x(turned), ((1, 0), (0, 0))), axis=0)
    across = np.cumsum(np.pad(_steps_along_x(_transposed(turned)), ((1, 0), (0, 0))), axis=0)
    grids = np.meshgrid(*_lines(down, centre, look), *_lines(across, centre, look), indexing="ij")
    left, right, top, bottom = (grid.ravel() for grid in grids)
    width, height = (right - left).astype(float), (bottom - top).astype(float)
    fits = np.minimum(width, height) * pixel_m >= LEAST_SIDE_M
    left, right, top, bottom, width, height = (v[fits] for v in (left, right, top, bottom, width, height))
    if not len(left):
        return []
    sides = np.stack(
        [
            (down[bottom, left] - down[top, left]) / height,
            (down[bottom, right] - down[top, right]) / height,
            (across[right, top] - across[left, top]) / width,
            (across[right, bottom] - across[left, bottom]) / width,
        ]
    )
    edge = (1 - WEAKEST_SIDE_SHARE) * sides.mean(axis=0) + WEAKEST_SIDE_SHARE * sides.min(axis=0)
    area = width * height

    def mean(table: Doubles) -> Doubles:
        total = table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
        return np.asarray(total / (area if total.ndim == 1 else area[:, None]))

    spread = mean(_area_sums((turned.lab**2).sum(axis=2))) - (mean(_area_sums(turned.lab)) ** 2).sum(axis=1)
    score = edge / STEP_UNIT + DIRECTION_WEIGHT * likes
    score -= SPREAD_WEIGHT * np.sqrt(np.maximum(spread, 0)) / STEP_UNIT
    score -= TAKEN_WEIGHT * mean(_area_sums(turned.taken + turned.outside))
    score -= LENGTH_WEIGHT * np.maximum(np.abs(np.log(width / height)) - math.log(2), 0)
    for typical in around.typical_areas_m2:
        score -= SIZE_WEIGHT * 0.5 * (np.log(area * pixel_m**2 / typical) / SIZE_SPREAD) ** 2
    for other in around.other_points_px:
        u, v = ground.from_scene(other, angle)
        u, v = u + centre + 0.5, v + centre + 0.5
        score -= OTHER_POINT_COST * ((left < u) & (u < right) & (top < v) & (v < bottom))
    best = np.argsort(-score, kind="stable")[:BEST_PER_DIRECTION]
    corners = np.stack([left, top, right, top, right, bottom, left, bottom], axis=1)[best].reshape(-1, 4, 2)
    return [
        Rectangle(
            ground.to_scene(corners[k] - (centre + 0.5), angle),
            (float(width[i] * pixel_m), float(height[i] * pixel_m)),
            float(score[i]),
        )
        for k, i in enumerate(best)
    ]
