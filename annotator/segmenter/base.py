"""The segmenter's protocol: embed a picture once, then ask for masks with cheap prompts, many times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from annotator.types import BoolMask, BoxPx, RgbImage, SignedPoint, WindowMask, WindowPx


@dataclass(frozen=True)
class Embedding:
    """What a backend keeps of a picture; ``key`` is the picture's content hash and the backend's name and version."""

    key: str
    size_px: tuple[int, int]
    data: Any = field(repr=False)


@dataclass(frozen=True)
class Prompt:
    """One object asked for: a box, signed points, or both, all in pixels of the embedded picture.

    ``previous`` is the MaskResult that this prompt refines, or None. ``gsd_m`` is the ground size of a pixel and
    ``size_hint_m`` a typical side of the object; both are hints and may be None.
    """

    box_px: BoxPx | None = None
    points: tuple[SignedPoint, ...] = ()
    previous: MaskResult | None = None
    gsd_m: float | None = None
    size_hint_m: float | None = None


@dataclass(frozen=True, eq=False)
class MaskResult:
    """One mask: ``logits`` is (y1-y0, x1-x0) float16 at native pixels of ``window_px``, > 0 inside the object.

    ``score`` is the backend's own estimate of its quality, 0 to 1; ``state`` is opaque and goes back in
    ``Prompt.previous``.
    """

    window_px: WindowPx
    logits: npt.NDArray[np.float16]
    score: float
    state: Any = field(default=None, repr=False)

    @property
    def pixels(self) -> BoolMask:
        """(y1-y0, x1-x0) bool."""
        return np.asarray(self.logits > 0)

    @property
    def mask(self) -> WindowMask:
        return WindowMask(self.window_px, self.pixels)


class Segmenter(Protocol):
    """Place -> pixels. Thread-safe: all state of a picture lives in its Embedding."""

    name: str
    version: str

    def embed(self, image: RgbImage) -> Embedding:
        """What is needed to answer prompts on ``image`` ((H, W, 3) uint8 RGB); cached by content."""

    def predict(self, embedding: Embedding, prompts: Sequence[Prompt]) -> list[MaskResult]:
        """One MaskResult per prompt, in order. Raises BadPrompt for a prompt outside the picture."""
