"""A window of a picture at working size, and the pyramid it is cut from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from annotator.types import BoxPx, RgbImage, SignedPoint, WindowPx

Pyramid = tuple[RgbImage, ...]
"""Level k is the picture reduced by 2**k on each side."""

SMALLEST_LEVEL_PX = 512


@dataclass(frozen=True, eq=False)
class Crop:
    """``rgb`` (h, w, 3) shows ``window_px`` at ``scale`` working pixels per native pixel on x and y."""

    window_px: WindowPx
    scale: tuple[float, float]
    rgb: RgbImage

    @property
    def shape(self) -> tuple[int, int]:
        """(h, w) in working pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]

    @property
    def native_shape(self) -> tuple[int, int]:
        """(h, w) in native pixels."""
        x0, y0, x1, y1 = self.window_px
        return y1 - y0, x1 - x0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Native picture coordinates -> working coordinates."""
        return (x - self.window_px[0]) * self.scale[0], (y - self.window_px[1]) * self.scale[1]

    def box(self, box_px: BoxPx) -> BoxPx:
        """A box in native picture coordinates -> in working coordinates."""
        return *self.point(box_px[0], box_px[1]), *self.point(box_px[2], box_px[3])

    def clicks(self, points: Sequence[SignedPoint]) -> list[tuple[float, float, bool]]:
        """(x, y, positive) in working coordinates, inside the crop."""
        height, width = self.shape
        at = [(*self.point(p.x, p.y), p.positive) for p in points]
        return [(min(max(x, 0.0), width - 0.01), min(max(y, 0.0), height - 0.01), sign) for x, y, sign in at]

    def to_native(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """(h, w) working values brought to the window's native pixels, bilinear."""
        height, width = self.native_shape
        return np.asarray(cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def build_pyramid(image: RgbImage) -> Pyramid:
    """Halve the picture (area mean) until its longer side is at most twice SMALLEST_LEVEL_PX."""
    levels = [image]
    while max(levels[-1].shape[:2]) >= 2 * SMALLEST_LEVEL_PX and min(levels[-1].shape[:2]) >= 2:
        height, width = levels[-1].shape[0] // 2 * 2, levels[-1].shape[1] // 2 * 2
        half = cv2.resize(levels[-1][:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(half, np.uint8))
    return tuple(levels)


def window_around(box_px: BoxPx, points: Sequence[SignedPoint], margin: float, size_px: tuple[int, int]) -> WindowPx:
    """The box with ``margin`` of its longer side around it (8 px at least), grown to hold every point, clipped."""
    pad = max(8.0, margin * max(box_px[2] - box_px[0], box_px[3] - box_px[1]))
    xs, ys = [p.x for p in points], [p.y for p in points]
    x0, y0 = min([box_px[0] - pad, *(x - 8 for x in xs)]), min([box_px[1] - pad, *(y - 8 for y in ys)])
    x1, y1 = max([box_px[2] + pad, *(x + 8 for x in xs)]), max([box_px[3] + pad, *(y + 8 for y in ys)])
    width, height = size_px
    return int(max(0, x0)), int(max(0, y0)), int(min(width, np.ceil(x1))), int(min(height, np.ceil(y1)))


def cut_crop(pyramid: Pyramid, window_px: WindowPx, longest_px: int) -> Crop:
    """The window reduced so that its longer side is at most ``longest_px``; never enlarged."""
    x0, y0, x1, y1 = window_px
    shrink = min(1.0, longest_px / max(x1 - x0, y1 - y0))
    width, height = max(2, round((x1 - x0) * shrink)), max(2, round((y1 - y0) * shrink))
    level = min(len(pyramid) - 1, max(0, int(np.floor(-np.log2(shrink)))))
    step = 2**level
    source = pyramid[level]
    top, left = min(y0 // step, source.shape[0] - 1), min(x0 // step, source.shape[1] - 1)
    part = source[top : max(top + 1, -(-y1 // step)), left : max(left + 1, -(-x1 // step))]
    rgb = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return Crop(window_px, (width / (x1 - x0), height / (y1 - y0)), rgb)
