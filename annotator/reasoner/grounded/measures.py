"""What is measured on the picture and on masks: contrast at an outline, overlap with a shape."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import rasterize, window_iou
from annotator.types import BoolMask, BoxPx, RgbImage, Scene, WindowMask, WindowPx

REACH_M = 0.7
"""Colour on each side of an outline is averaged over about this distance."""
REACH_PX = (2, 9)
ENOUGH_PX = 768
"""Masks with a longer side are measured on every n-th pixel."""


def window_of(box_px: BoxPx, scene: Scene, margin_px: float = 0.0) -> WindowPx:
    """The whole pixels that a box with a margin touches, inside the picture (possibly empty)."""
    x0, y0 = max(0, math.floor(box_px[0] - margin_px)), max(0, math.floor(box_px[1] - margin_px))
    x1 = min(scene.grid.width, math.ceil(box_px[2] + margin_px))
    y1 = min(scene.grid.height, math.ceil(box_px[3] + margin_px))
    return min(x0, scene.grid.width), min(y0, scene.grid.height), max(x0, x1), max(y0, y1)


def shape_mask(shape_px: BaseGeometry, scene: Scene) -> WindowMask:
    """The pixels of a shape inside the picture."""
    inside = shape_px.intersection(shapely.box(0, 0, scene.grid.width, scene.grid.height))
    if inside.is_empty:
        return WindowMask((0, 0, 0, 0), np.zeros((0, 0), dtype=bool))
    window = window_of(inside.bounds, scene)
    return WindowMask(window, rasterize(inside, window))


def overlap_iou(mask: WindowMask, shape_px: BaseGeometry, scene: Scene) -> float:
    """IoU of a mask with the part of a shape that lies in the picture."""
    return window_iou(mask, shape_mask(shape_px, scene))


def edge_contrast(image: RgbImage, mask: WindowMask, gsd_m: float) -> float | None:
    """Mean colour difference (CIE76, Lab units) between just inside and just outside along the mask's outline.

    Colours are averaged over about 0.7 m on either side. None where the mask has no outline in the picture.
    """
    every = _every(mask.pixels.shape)
    if every > 1:
        image, mask, gsd_m = image[::every, ::every], _thinned(mask, every), every * gsd_m
    reach = int(np.clip(round(REACH_M / gsd_m), *REACH_PX))
    x0, y0, x1, y1 = mask.window_px
    left, top = max(0, x0 - reach), max(0, y0 - reach)
    right, bottom = min(image.shape[1], x1 + reach), min(image.shape[0], y1 + reach)
    if not mask.pixels.any():
        return None
    inside = np.zeros((bottom - top, right - left), dtype=bool)
    inside[y0 - top : y1 - top, x0 - left : x1 - left] = mask.pixels
    lab = lab_of(image[top:bottom, left:right])
    edge = inside & (cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) == 0)
    if not edge.any():
        return None
    within, without = _mean_where(lab, inside, reach), _mean_where(lab, ~inside, reach)
    distance = np.linalg.norm(within[edge] - without[edge], axis=1)
    return float(distance.mean())


def _thinned(mask: WindowMask, every: int) -> WindowMask:
    """The mask on every n-th pixel of the scene, in the frame of the picture thinned alike."""
    x0, y0, _, _ = mask.window_px
    left, top = math.ceil(x0 / every), math.ceil(y0 / every)
    pixels = mask.pixels[top * every - y0 :: every, left * every - x0 :: every]
    return WindowMask((left, top, left + pixels.shape[1], top + pixels.shape[0]), pixels)


def lab_of(rgb: RgbImage) -> npt.NDArray[np.float32]:
    """(H, W, 3) float32 CIE Lab of an sRGB picture."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), dtype=np.float32)


def _mean_where(lab: npt.NDArray[np.float32], where: BoolMask, reach: int) -> npt.NDArray[np.float32]:
    size = (2 * reach + 1, 2 * reach + 1)
    weight = where.astype(np.float32)
    total = cv2.boxFilter(lab * weight[..., None], -1, size, normalize=False, borderType=cv2.BORDER_CONSTANT)
    count = cv2.boxFilter(weight, -1, size, normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(total / np.maximum(count, 1.0)[..., None], dtype=np.float32)


def deepest_point(pixels: BoolMask, window_px: WindowPx) -> tuple[float, float, float] | None:
    """(x, y, depth) in pixels of the scene: the centre of the pixel farthest from the outline; None when empty.

    The window's border counts as outline. Of a large mask only every few pixels are looked at.
    """
    every = _every(pixels.shape)
    seen = pixels[::every, ::every]
    if not seen.any():
        every, seen = 1, pixels
    if not seen.any():
        return None
    depth = cv2.distanceTransform(np.pad(seen, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    x, y = window_px[0] + every * int(column) + 0.5, window_px[1] + every * int(row) + 0.5
    return x, y, every * float(depth[row, column])


def _every(shape: tuple[int, ...]) -> int:
    """Which pixels of a large mask are enough to look at: every n-th on both axes."""
    return max(1, math.ceil(max(shape) / ENOUGH_PX))
