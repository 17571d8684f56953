"""The segmenter that needs no weights: GrabCut (Rother, Kolmogorov, Blake 2004) led by a shape prior.

A prompt works on its own crop, reduced to WORKING_PX. The prior (shape_prior) says which pixels are surely object,
which probably; GrabCut finds the colours' own outline between them; the logits are the mean of both signed distances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from annotator.errors import BadPrompt
from annotator.segmenter.base import Embedding, MaskResult, Prompt
from annotator.segmenter.cache import EmbeddingCache, image_key
from annotator.segmenter.crop import Crop, Pyramid, build_pyramid, cut_crop, window_around
from annotator.segmenter.cut import FARTHEST, click_discs, colour_share, run_grabcut, seed_labels, signed_distance, tidy
from annotator.segmenter.point_prior import point_prior
from annotator.segmenter.shape_prior import Click, Floats, ShapePrior, Surroundings, box_prior, surroundings
from annotator.types import BoolMask, BoxPx, RgbImage, SignedPoint, WindowPx, check_box_px

WORKING_PX = 144
MARGIN = 0.25
WIDE_MARGIN = 1.5
WIDE_PX = 128
SIDES_M = (10.0, 22.0)
SIDES_PX = (48.0, 120.0)
POINT_REACH = 1.4
PREVIOUS_SHARE = 0.5
AGREEMENT_WEIGHT, INFORMATION_WEIGHT = 0.8, 0.48
"""Fitted to the IoU of every second building of two places, from exact and loose boxes and from clicks."""


@dataclass(frozen=True)
class State:
    """What a refinement needs of the answer before: its box and the points it has obeyed."""

    box_px: BoxPx | None
    points: tuple[SignedPoint, ...]


class GrabCutSegmenter:
    """Segmenter over OpenCV's GrabCut; logits are signed distances to the outline in working pixels, at most 8."""

    name = "grabcut"
    version = "1"

    def __init__(self, cache: EmbeddingCache | None = None) -> None:
        self._cache = cache or EmbeddingCache()

    def embed(self, image: RgbImage) -> Embedding:
        """Hold a private copy of ``image`` ((H, W, 3) uint8 RGB) and its reductions; raises BadImage for others."""
        key = image_key(image, f"{self.name}-{self.version}")

        def make() -> tuple[Embedding, int]:
            pyramid = build_pyramid(image.copy())
            for level in pyramid:
                level.setflags(write=False)
            size = sum(level.nbytes for level in pyramid)
            return Embedding(key, (image.shape[1], image.shape[0]), pyramid), size

        return self._cache.get_or_make(key, make)

    def predict(self, embedding: Embedding, prompts: Sequence[Prompt]) -> list[MaskResult]:
        """One MaskResult per prompt, in order; raises BadPrompt for a prompt outside the picture."""
        return [answer(embedding.data, embedding.size_px, prompt) for prompt in prompts]


def answer(pyramid: Pyramid, size_px: tuple[int, int], prompt: Prompt) -> MaskResult:
    """The mask of one prompt: of its box, of its points alone, or the previous mask changed by its new points."""
    check_points(prompt.points, size_px)
    box = clip_box(prompt.box_px, size_px) if prompt.box_px is not None else None
    if prompt.previous is not None:
        refined = refine(pyramid, prompt, box)
        if refined is not None:
            return refined
    return segment(pyramid, prompt, box)


def check_points(points: Sequence[SignedPoint], size_px: tuple[int, int]) -> None:
    """Raises BadPrompt for a point outside the picture."""
    for point in points:
        if not (0 <= point.x < size_px[0] and 0 <= point.y < size_px[1]):
            raise BadPrompt("A point lies outside the picture. Click on the picture.")


def clip_box(box_px: BoxPx, size_px: tuple[int, int]) -> BoxPx:
    """The part of the box inside the picture; raises BadPrompt when it is below one pixel."""
    x0, y0, x1, y1 = check_box_px(box_px)
    cut = max(x0, 0.0), max(y0, 0.0), min(x1, float(size_px[0])), min(y1, float(size_px[1]))
    if cut[2] - cut[0] < 1 or cut[3] - cut[1] < 1:
        raise BadPrompt("The box lies outside the picture. Draw it on the picture.")
    return cut


@dataclass(frozen=True, eq=False)
class View:
    """A crop prepared for a prompt: its clicks and prior, and the box (working pixels) the object may fill."""

    crop: Crop
    around: Surroundings
    clicks: list[Click]
    prior: ShapePrior
    limit: BoxPx


def segment(pyramid: Pyramid, prompt: Prompt, box_px: BoxPx | None, previous: MaskResult | None = None) -> MaskResult:
    """The mask of a box (clipped), or of points alone, with all the prompt's points obeyed."""
    keep = None if previous is None else mask_bounds(previous)
    if box_px is not None:
        view = view_box(pyramid, box_px, prompt.points, keep)
    else:
        if not any(point.positive for point in prompt.points):
            raise BadPrompt("There is no box and no point on the object. Click on it, or draw a box around it.")
        views = [view_points(pyramid, prompt.points, side, keep) for side in sides_px(prompt)]
        view = max(views, key=lambda one: one.prior.worth)
    return cut_out(view, prompt.points, State(box_px, prompt.points), previous)


def view_box(pyramid: Pyramid, box_px: BoxPx, points: Sequence[SignedPoint], keep: BoxPx | None) -> View:
    """The view of a box; ``keep`` is a box that must be seen too."""
    crop, around = cut_views(pyramid, box_px, points, keep, MARGIN, WIDE_MARGIN)
    clicks = crop.clicks(points)
    limit = crop.box(box_px if keep is None else union(box_px, keep))
    return View(crop, around, clicks, box_prior(around, crop.box(box_px), clicks), limit)


def sides_px(prompt: Prompt) -> list[float]:
    """Typical sides to try for points alone, in native pixels: the hinted one, else several."""
    if prompt.gsd_m is None:
        return list(SIDES_PX)
    return [side / prompt.gsd_m for side in (SIDES_M if prompt.size_hint_m is None else (prompt.size_hint_m,))]


def view_points(pyramid: Pyramid, points: Sequence[SignedPoint], side_px: float, keep: BoxPx | None) -> View:
    """The view of points alone, for objects of about ``side_px`` native pixels."""
    height, width = pyramid[0].shape[:2]
    inside = [(point.x, point.y) for point in points if point.positive]
    (x0, y0), (x1, y1) = np.min(inside, axis=0), np.max(inside, axis=0)
    side_px = float(min(max(side_px, 4.0, x1 - x0, y1 - y0), 2 * max(width, height)))
    reach = POINT_REACH * side_px
    box = clip_box((x0 - reach, y0 - reach, x1 + reach, y1 + reach), (width, height))
    crop, around = cut_views(pyramid, box, points, keep, 0.02, 0.3)
    clicks = crop.clicks(points)
    prior = point_prior(around, clicks, side_px * crop.scale[0])
    (left, top), (right, bottom) = prior.best.min(axis=0), prior.best.max(axis=0)
    pad = 0.1 * max(right - left, bottom - top)
    limit = float(left - pad), float(top - pad), float(right + pad), float(bottom + pad)
    return View(crop, around, clicks, prior, limit if keep is None else union(limit, crop.box(keep)))


def cut_views(
    pyramid: Pyramid,
    box_px: BoxPx,
    points: Sequence[SignedPoint],
    keep: BoxPx | None,
    margin: float,
    wide_margin: float,
) -> tuple[Crop, Surroundings]:
    """The working crop of a box and what scoring needs of it and of the wider view."""
    height, width = pyramid[0].shape[:2]
    reach = box_px if keep is None else union(box_px, keep)
    crop = cut_crop(pyramid, window_around(reach, points, margin, (width, height)), WORKING_PX)
    wide = cut_crop(pyramid, window_around(box_px, (), wide_margin, (width, height)), WIDE_PX)
    return crop, surroundings(crop.rgb, wide.rgb)


def cut_out(view: View, points: tuple[SignedPoint, ...], state: State, previous: MaskResult | None) -> MaskResult:
    """GrabCut led by the view's prior and, where there is one, by the mask before."""
    crop, inside, before = view.crop, view.prior.inside, None
    if previous is not None:
        before = working_mask(previous, crop)
        inside = (1 - PREVIOUS_SHARE) * inside + PREVIOUS_SHARE * before
    discs = click_discs(crop.shape, view.clicks, before)
    cut = run_grabcut(crop.rgb, seed_labels(view.around, inside, view.limit, discs))
    share = colour_share(view.around, inside > 0.5, cut)
    logits = (1 - share) * signed_distance(inside > 0.5) + share * signed_distance(cut)
    logits = np.where(discs > 0, np.maximum(logits, 1), np.where(discs < 0, np.minimum(logits, -1), logits))
    native = crop.to_native(tidy(logits.astype(np.float32), view.clicks))
    force_points(native, crop, points)
    return MaskResult(crop.window_px, native.astype(np.float16), estimate(view.prior, inside, cut), state)


def estimate(prior: ShapePrior, inside: Floats, cut: BoolMask) -> float:
    """The IoU to expect, 0 to 1: how well shape and colours agree, and how much the best shape tells about colour."""
    shape = inside > 0.5
    agreement = int(np.count_nonzero(shape & cut)) / max(1, int(np.count_nonzero(shape | cut)))
    return float(np.clip(AGREEMENT_WEIGHT * agreement + INFORMATION_WEIGHT * float(prior.appearance[2]), 0.0, 1.0))


def union(a: BoxPx, b: BoxPx) -> BoxPx:
    """The smallest box around two."""
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def mask_bounds(result: MaskResult) -> BoxPx:
    """The box around the mask's pixels in native coordinates; its window where it is empty."""
    x0, y0, x1, y1 = result.window_px
    ys, xs = np.nonzero(result.pixels)
    if not len(xs):
        return float(x0), float(y0), float(x1), float(y1)
    return float(x0 + xs.min()), float(y0 + ys.min()), float(x0 + xs.max() + 1), float(y0 + ys.max() + 1)


def placed(result: MaskResult, window_px: WindowPx) -> Floats:
    """A result's logits in another window, -FARTHEST where it says nothing."""
    x0, y0, x1, y1 = window_px
    a0, b0, a1, b1 = result.window_px
    out = np.full((y1 - y0, x1 - x0), -FARTHEST, np.float32)
    left, top, right, bottom = max(x0, a0), max(y0, b0), min(x1, a1), min(y1, b1)
    if left < right and top < bottom:
        shared = result.logits[top - b0 : bottom - b0, left - a0 : right - a0]
        out[top - y0 : bottom - y0, left - x0 : right - x0] = shared
    return out


def working_mask(result: MaskResult, crop: Crop) -> Floats:
    """The mask before as 0 to 1 at working size."""
    native = (placed(result, crop.window_px) > 0).astype(np.float32)
    return np.asarray(cv2.resize(native, crop.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)


def force_points(logits: Floats, crop: Crop, points: Sequence[SignedPoint]) -> None:
    """Make every positive click's pixel inside and every negative one's outside, later clicks over earlier ones."""
    for point in points:
        x, y = int(point.x) - crop.window_px[0], int(point.y) - crop.window_px[1]
        logits[y, x] = max(logits[y, x], 1.0) if point.positive else min(logits[y, x], -1.0)


def refine(pyramid: Pyramid, prompt: Prompt, box_px: BoxPx | None) -> MaskResult | None:
    """The previous mask, changed around the new points only; None where a box was moved or a point taken back."""
    previous = prompt.previous
    if previous is None:
        return None
    state = previous.state if isinstance(previous.state, State) else State(box_px or mask_bounds(previous), ())
    if (box_px is not None and box_px != state.box_px) or not set(state.points) <= set(prompt.points):
        return None
    fresh = tuple(point for point in prompt.points if point not in state.points)
    if not fresh:
        return previous
    new = segment(pyramid, prompt, state.box_px, previous)
    before = placed(previous, new.window_px)
    logits = merged(before, new.logits.astype(np.float32), new.window_px, fresh)
    return MaskResult(new.window_px, logits.astype(np.float16), new.score, new.state)


def merged(before: Floats, after: Floats, window_px: WindowPx, fresh: Sequence[SignedPoint]) -> Floats:
    """``before``, with the connected parts of the change that hold a fresh point taken from ``after``."""
    changed = ((before > 0) != (after > 0)).astype(np.uint8)
    _, parts = cv2.connectedComponents(changed, connectivity=4)
    out = before.copy()
    for point in fresh:
        x, y = int(point.x) - window_px[0], int(point.y) - window_px[1]
        if parts[y, x]:
            part = parts == parts[y, x]
            out[part] = after[part]
    return out
