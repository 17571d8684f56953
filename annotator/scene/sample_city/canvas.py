"""The picture under construction: albedo, height, shade, and the noise all textures draw from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.scene.sample_city.plan import PX_PER_M, SIDE_PX, Rgb

Plane = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Window = tuple[slice, slice]
_SHIFT = 4


@dataclass(frozen=True, slots=True)
class Noise:
    """Fields of mean 0 and deviation 1 at three scales: a pixel, about 3 m, about 40 m."""

    fine: Plane
    mid: Plane
    low: Plane


def make_noise(rng: np.random.Generator) -> Noise:
    """Noise of the size of the picture."""
    fine = rng.standard_normal((SIDE_PX, SIDE_PX), dtype=np.float32)
    mid = _octave(rng, 5) + 0.6 * _octave(rng, 12)
    low = _octave(rng, 60) + 0.5 * _octave(rng, 24)
    return Noise(fine, _unit(mid), _unit(low))


def _octave(rng: np.random.Generator, cell_px: int) -> Plane:
    count = SIDE_PX // cell_px + 3
    grid = rng.standard_normal((count, count), dtype=np.float32)
    size = count * cell_px
    big = cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray(big[:SIDE_PX, :SIDE_PX], dtype=np.float32)


def _unit(field: Plane) -> Plane:
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


@dataclass(slots=True)
class Canvas:
    """``albedo`` (H, W, 3) uint8 RGB; ``height`` metres above the streets; ``shade`` sun on the slope, 1 when level."""

    albedo: Bytes
    height: Plane
    shade: Plane
    noise: Noise
    rng: np.random.Generator
    sun: tuple[float, float, float]
    """Unit vector towards the sun: x right, y down, z up."""

    @staticmethod
    def blank(rng: np.random.Generator, sun: tuple[float, float, float]) -> Canvas:
        shape = (SIDE_PX, SIDE_PX)
        return Canvas(
            np.zeros((*shape, 3), np.uint8),
            np.zeros(shape, np.float32),
            np.ones(shape, np.float32),
            make_noise(rng),
            rng,
            sun,
        )

    def fill(self, points_m: npt.ArrayLike, colour: Rgb, height: float | None = None) -> None:
        """A small polygon of one colour; raises the ground to ``height`` under it."""
        fixed = fixed_points(points_m)
        cv2.fillPoly(self.albedo, [fixed], colour, cv2.LINE_AA, _SHIFT)
        if height is not None:
            cv2.fillPoly(self.height, [fixed], height, cv2.LINE_8, _SHIFT)


def fixed_points(points_m: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """Picture metres -> OpenCV's fixed-point pixels (its pixel centres are at whole numbers)."""
    px = np.asarray(points_m, dtype=np.float64) * PX_PER_M - 0.5
    return np.asarray(np.round(px * (1 << _SHIFT)), dtype=np.int32)


def window_of(bounds_m: tuple[float, float, float, float], margin_px: int = 2) -> Window | None:
    """Rows and columns of the picture that cover the bounds, or None outside it."""
    x0, y0 = (max(0, math.floor(v * PX_PER_M) - margin_px) for v in bounds_m[:2])
    x1, y1 = (min(SIDE_PX, math.ceil(v * PX_PER_M) + margin_px) for v in bounds_m[2:])
    return (slice(y0, y1), slice(x0, x1)) if x1 > x0 and y1 > y0 else None


def coverage(polygon: BaseGeometry, window: Window) -> Bytes:
    """How much of each pixel of the window the polygon covers, 0-255 (holes stay open)."""
    mask = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8)
    origin = np.asarray([window[1].start, window[0].start]) << _SHIFT
    rings = []
    for part in shapely.get_parts(polygon):
        if part.geom_type == "Polygon":
            rings += [fixed_points(r.coords) - origin.astype(np.int32) for r in (part.exterior, *part.interiors)]
    cv2.fillPoly(mask, rings, 255, cv2.LINE_AA, _SHIFT)
    return mask
