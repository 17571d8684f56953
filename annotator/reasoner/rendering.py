"""The two pictures that stage 2 looks at: boxes and masks drawn on the satellite and the map picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np

from annotator.types import BoxPx, RgbImage, Scene, WindowMask

BLUE = (0, 0, 255)
RED = np.array([255.0, 0.0, 0.0], dtype=np.float32)
LINE_PX = 2
ALPHA = 0.4


class RenderedPictures:
    """base.Rendered of a scene: each is drawn when first asked for, and kept.

    Both pictures are (H, W, 3) uint8 RGB on the scene's grid; boxes are blue outlines of 2 px, masks red at
    alpha 0.4 (arXiv 2601.10477, the feedback between the two stages).
    """

    def __init__(self, scene: Scene, boxes: Sequence[BoxPx], masks: Sequence[WindowMask]) -> None:
        self._scene = scene
        self._boxes = tuple(boxes)
        self._masks = tuple(masks)

    @cached_property
    def satellite(self) -> RgbImage:
        """The scene's picture with boxes and masks."""
        return draw_feedback(self._scene.image, self._boxes, self._masks)

    @cached_property
    def digital_map(self) -> RgbImage:
        """The drawn map of the same ground with boxes and masks."""
        from annotator.scene.digital_map import DigitalMap

        grid = self._scene.grid
        picture = DigitalMap(self._scene.features).picture(grid, grid.width, grid.height)
        return draw_feedback(picture, self._boxes, self._masks)


def draw_feedback(image: RgbImage, boxes: Sequence[BoxPx], masks: Sequence[WindowMask]) -> RgbImage:
    """A copy of ``image`` with the masks blended in red, once where they overlap, and the boxes outlined in blue."""
    drawn = image.copy()
    height, width = image.shape[:2]
    together = np.zeros((height, width), dtype=bool)
    for mask in masks:
        x0, y0, x1, y1 = mask.window_px
        together[y0:y1, x0:x1] |= mask.pixels
    drawn[together] = np.rint((1 - ALPHA) * drawn[together].astype(np.float32) + ALPHA * RED).astype(np.uint8)
    for box in boxes:
        for inset in range(LINE_PX):
            corner = (round(box[0]) + inset, round(box[1]) + inset)
            opposite = (round(box[2]) - 1 - inset, round(box[3]) - 1 - inset)
            cv2.rectangle(drawn, corner, opposite, BLUE, 1)
    return drawn
