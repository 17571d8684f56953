"""Small drawn pictures with a known object."""

from __future__ import annotations

import cv2
import numpy as np

from annotator.types import BoolMask, BoxPx, RgbImage


def painted(mask: BoolMask, seed: int = 0, object_rgb: tuple[int, int, int] = (70, 110, 60)) -> RgbImage:
    """The object in one grainy colour on ground of another, (H, W, 3) uint8."""
    random = np.random.default_rng(seed)
    grain = random.normal(0, 8, (*mask.shape, 3))
    colours = np.where(mask[..., None], object_rgb, (150, 140, 120))
    return np.clip(colours + grain, 0, 255).astype(np.uint8)


def disc(size: int = 200, centre: tuple[int, int] = (100, 100), radius: int = 45) -> BoolMask:
    """A filled circle."""
    return as_mask(cv2.circle(np.zeros((size, size), np.uint8), centre, radius, 1, -1))


def turned_rectangle(degrees: float = 25.0, size: int = 200) -> BoolMask:
    """A 90 x 50 rectangle, turned, in the middle."""
    corners = cv2.boxPoints(((size / 2, size / 2), (90.0, 50.0), degrees)).round().astype(np.int32)
    return as_mask(cv2.fillPoly(np.zeros((size, size), np.uint8), [corners], 1))


def courtyard(size: int = 200) -> BoolMask:
    """A rectangle with a hole in its middle."""
    mask = np.zeros((size, size), bool)
    mask[50:150, 40:160] = True
    mask[80:120, 80:125] = False
    return mask


def as_mask(drawn: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> BoolMask:
    """Drawn numbers as a mask."""
    return np.asarray(drawn, dtype=bool)


def box_of(mask: BoolMask) -> BoxPx:
    """The tight box."""
    ys, xs = np.nonzero(mask)
    return float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1)
