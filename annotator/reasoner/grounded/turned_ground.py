"""The ground around a point at working size, turned about the point, and the colour steps seen along its lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from annotator.geometry import rasterize
from annotator.reasoner.grounded.measures import lab_of
from annotator.types import BoolMask, Scene

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

STRIP_PX = 2
"""A colour step is between the means of this many columns on either side."""
STRONGEST_STEP = 25.0
SHARED_WALL_STEP, PICTURE_EDGE_STEP = 12.0, 10.0
"""What the edge of taken ground and of the picture count as, in Lab units."""


@dataclass(frozen=True, eq=False)
class TurnedGround:
    """The ground turned by an angle about the point at the centre: (n, n, 3) Lab, (n, n) taken, (n, n) outside."""

    lab: Floats
    taken: Floats
    outside: Floats


@dataclass(frozen=True, eq=False)
class Ground:
    """The ground around the point at working size; ``scale`` is working pixels per pixel of the scene."""

    lab: Floats
    taken: Floats
    known: Floats
    origin_px: tuple[int, int]
    point_px: tuple[float, float]
    scale: float

    @classmethod
    def cut(
        cls, scene: Scene, point_px: tuple[float, float], taken_px: BaseGeometry, half_px: float, scale: float
    ) -> Ground:
        """The square of ``half_px`` to each side of the point, cut to the picture."""
        x, y = point_px
        x0, y0 = max(0, math.floor(x - half_px)), max(0, math.floor(y - half_px))
        x1, y1 = min(scene.grid.width, math.ceil(x + half_px)), min(scene.grid.height, math.ceil(y + half_px))
        size = max(2, round((x1 - x0) * scale)), max(2, round((y1 - y0) * scale))
        valid = np.ones((y1 - y0, x1 - x0), bool) if scene.valid is None else scene.valid[y0:y1, x0:x1]
        taken = rasterize(taken_px, (x0, y0, x1, y1))
        small = cv2.resize(scene.image[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA)
        lab = lab_of(np.asarray(small, dtype=np.uint8))
        return cls(lab, _shrunk(taken, size), _shrunk(valid, size), (x0, y0), point_px, scale)

    def turned(self, angle: float, side: int) -> TurnedGround:
        """(side, side) with the point at the centre and ``angle`` (degrees) along the columns."""
        x, y = ((p - o) * self.scale - 0.5 for p, o in zip(self.point_px, self.origin_px, strict=True))
        cos, sin, c = math.cos(math.radians(angle)), math.sin(math.radians(angle)), side // 2
        matrix = np.array([[cos, -sin, x - c * cos + c * sin], [sin, cos, y - c * sin - c * cos]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (side, side)
        lab = cv2.warpAffine(self.lab, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        taken, known = (cv2.warpAffine(v, matrix, size, flags=flags) for v in (self.taken, self.known))
        return TurnedGround(_floats(lab), _floats(taken), _floats(1 - known))

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


def steps_along_x(turned: TurnedGround) -> Floats:
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


def transposed(turned: TurnedGround) -> TurnedGround:
    """The same ground with columns and rows changed."""
    return TurnedGround(turned.lab.transpose(1, 0, 2), turned.taken.T, turned.outside.T)
