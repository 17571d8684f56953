"""What shape probably fills a box: rectangles and an ellipse inscribed in it, weighed by what the picture shows.

A box drawn tightly around a turned rectangle leaves a one-parameter family of rectangles whose four corners touch
its four sides. Each candidate is scored by the contrast across its sides, by how much its inside tells about colour,
and by how its sides agree with the directions seen around it. The best ones are tried again with each side moved to
where the contrast is, for boxes drawn loosely. The candidates' weighted mean is the prior.

All coordinates are working pixels of one crop, x right and y down; outlines run clockwise on the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from annotator.types import BoxPx, RgbImage

Floats = npt.NDArray[np.float32]
Click = tuple[float, float, bool]
"""x, y in working pixels, and whether it is positive."""

STEPS = 24
SAMPLES = 16
OFFSETS_PX = (1.5, 3.5)
BINS = 45
SHIFTS = (-0.12, -0.09, -0.06, -0.03, 0.0, 0.03, 0.06, 0.09)
SHIFT_COST = 4.0
REFINED = 4
WEIGHTS = (10.0, 4.3, 32.0, 4.0, 5.0, -3.5, -170.0, -1.0)
"""Fitted on every second building of two places so that the expected IoU of the chosen shape is greatest."""
CONTRADICTION = 8.0
TEMPERATURE = 1.5


@dataclass(frozen=True, eq=False)
class Candidates:
    """K closed shapes.

    ``outlines`` holds K arrays (V, 2) of vertices; ``sides`` is (K, 4, SAMPLES, 2) points along four sides and
    ``normals``, of the same shape, their outward unit normals; ``angle`` (K,) is the direction of the sides modulo
    90 degrees in radians, NaN for the ellipse; ``shift`` (K,) is the mean move of the sides away from the family of
    the box, as a part of the box's side.
    """

    outlines: tuple[Floats, ...]
    sides: Floats
    normals: Floats
    angle: Floats
    shift: Floats

    def masks(self, shape: tuple[int, int]) -> Floats:
        """(K, h, w) float32, 1 inside."""
        drawn = np.zeros((len(self.outlines), *shape), np.uint8)
        for mask, outline in zip(drawn, self.outlines, strict=True):
            cv2.fillPoly(mask, [np.round((outline - 0.5) * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
        return drawn.astype(np.float32)

    def joined(self, other: Candidates) -> Candidates:
        """These candidates followed by the others."""
        return Candidates(
            self.outlines + other.outlines,
            np.concatenate([self.sides, other.sides]),
            np.concatenate([self.normals, other.normals]),
            np.concatenate([self.angle, other.angle]),
            np.concatenate([self.shift, other.shift]),
        )


def inscribed_quads(width: float, height: float) -> Floats:
    """(K, 4, 2) rectangles with corners (a, 0), (W, b), (W-a, H), (0, H-b), touching a box of W x H at its origin.

    The corners are right angles where a (W - a) = b (H - b); for each b on the shorter side both roots a are taken.
    """
    if width < height:
        turned = inscribed_quads(height, width)[:, ::-1, ::-1]
        return np.ascontiguousarray(turned)
    b = np.arange(STEPS) / STEPS * height
    root = np.sqrt(np.maximum(width**2 - 4 * b * (height - b), 0))
    found = []
    for a in ((width - root) / 2, (width + root) / 2):
        xs = np.stack([a, np.full_like(a, width), width - a, np.zeros_like(a)], 1)
        ys = np.stack([np.zeros_like(b), b, np.full_like(b, height), height - b], 1)
        found.append(np.stack([xs, ys], -1))
    quads = np.concatenate(found)
    thickness = np.linalg.norm(quads - np.roll(quads, -1, 1), axis=2).min(1)
    return np.asarray(quads[thickness > 0.2 * height], np.float32)


def quad_normals(quads: Floats) -> tuple[Floats, Floats]:
    """Side vectors (K, 4, 2) from corner k to k+1, and their outward unit normals (K, 4, 2)."""
    side = np.roll(quads, -1, 1) - quads
    length = np.linalg.norm(side, axis=2, keepdims=True) + 1e-6
    return side, np.stack([side[..., 1], -side[..., 0]], -1) / length


def quad_candidates(quads: Floats, shift: Floats) -> Candidates:
    """Candidates of (K, 4, 2) clockwise rectangles."""
    side, normal = quad_normals(quads)
    along = 0.06 + 0.88 * (np.arange(SAMPLES, dtype=np.float32)[:, None] + 0.5) / SAMPLES
    points = (quads[:, :, None] + side[:, :, None] * along).astype(np.float32)
    normals = np.broadcast_to(normal[:, :, None], points.shape)
    angle = np.mod(np.arctan2(side[:, 0, 1], side[:, 0, 0]), np.pi / 2)
    return Candidates(tuple(quads), points, normals, angle.astype(np.float32), shift)


def ellipse_candidate(box: BoxPx) -> Candidates:
    """The ellipse that touches the box's sides."""
    turn = np.arange(4 * SAMPLES, dtype=np.float32) / (4 * SAMPLES) * 2 * np.pi
    unit = np.stack([np.cos(turn), np.sin(turn)], -1)
    half = np.array([(box[2] - box[0]) / 2, (box[3] - box[1]) / 2], np.float32)
    outline = unit * half + np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], np.float32)
    normals = unit / half
    normals = (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)
    by_side = (1, 4, SAMPLES, 2)
    one = np.zeros(1, np.float32)
    return Candidates((outline,), outline.reshape(by_side), normals.reshape(by_side), one + np.nan, one)


def side_contrast(lab: Floats, shapes: Candidates, offset_px: float) -> Floats:
    """(K, 4) steady colour difference across each side, in units of ``lab``.

    The difference inside minus outside is averaged along each half of a side before its length is taken, so that
    texture cancels and a step that runs along the whole side does not.
    """
    reach = shapes.normals * offset_px
    difference = sample(lab, shapes.sides - reach) - sample(lab, shapes.sides + reach)
    halves = difference.reshape(len(difference), 4, 2, SAMPLES // 2, 3).mean(3)
    return np.asarray(np.linalg.norm(halves, axis=-1).mean(-1), np.float32)


def sample(lab: Floats, points: Floats) -> Floats:
    """Bilinear values (K, 4, SAMPLES, 3) of ``lab`` (h, w, 3) at (K, 4, SAMPLES, 2) points."""
    at = np.ascontiguousarray(points.reshape(-1, SAMPLES, 2) - 0.5, np.float32)
    found = cv2.remap(lab, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32).reshape(*points.shape[:3], 3)


def colour_codes(lab: Floats) -> npt.NDArray[np.intp]:
    """(h, w) whole numbers below 96: the pixel's place among the crop's own quantiles, 6 of L, 4 of a, 4 of b."""
    codes = np.zeros(lab.shape[:2], np.intp)
    for channel, levels in enumerate((6, 4, 4)):
        values = lab[..., channel]
        cuts = np.quantile(values[::2, ::2], np.arange(1, levels) / levels)
        codes = codes * levels + np.searchsorted(cuts, values)
    return codes


def colour_information(codes: npt.NDArray[np.intp], masks: Floats) -> Floats:
    """(K,) mutual information of inside/outside and colour, in nats, over every second row and column."""
    few = codes[::2, ::2]
    shape, row, column = np.nonzero(masks[:, ::2, ::2] > 0)
    counted = np.bincount(shape * 96 + few[row, column], minlength=len(masks) * 96)
    inside = counted.reshape(len(masks), 96).astype(np.float32)
    total = np.bincount(few.ravel(), minlength=96).astype(np.float32)
    share = inside.sum(1) / few.size
    everywhere = smoothed(total)
    gain = share * divergence(smoothed(inside), everywhere)
    return np.asarray(gain + (1 - share) * divergence(smoothed(total - inside), everywhere), np.float32)


def smoothed(counts: npt.NDArray[Any]) -> Floats:
    """Counts as a distribution along the last axis, half a pixel added to each colour."""
    return np.asarray((counts + 0.5) / (counts + 0.5).sum(-1, keepdims=True), np.float32)


def divergence(p: Floats, q: Floats) -> Floats:
    """Kullback-Leibler divergence along the last axis, in nats."""
    return np.asarray((p * np.log(p / q)).sum(-1), np.float32)


def direction_histogram(lab: Floats) -> Floats:
    """(BINS,) strength of brightness edges by direction modulo 90 degrees, smoothed, mean 1, at least 0.05."""
    grey = cv2.GaussianBlur(lab[..., 0], (0, 0), 1)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    place = (np.mod(np.arctan2(gy, gx), np.pi / 2) / (np.pi / 2) * BINS).astype(np.intp) % BINS
    strength = np.bincount(place.ravel(), np.hypot(gx, gy).ravel() + 1e-3, BINS)
    kernel = np.exp(-0.5 * (np.arange(-6, 7) / 2.0) ** 2)
    smooth = np.convolve(np.concatenate([strength[-6:], strength, strength[:6]]), kernel, "same")[6:-6]
    return np.asarray(np.maximum(smooth / smooth.mean(), 0.05), np.float32)


def direction_agreement(histogram: Floats, angle: Floats) -> Floats:
    """(K,) log of the histogram at each angle; 0 for a shape without direction."""
    known = np.nan_to_num(angle)
    place = (known / (np.pi / 2) * BINS).astype(np.intp) % BINS
    return np.asarray(np.where(np.isnan(angle), 0, np.log(histogram[place])), np.float32)


def shifted_quads(lab: Floats, quads: Floats, box_side: float, spread: float) -> tuple[Floats, Floats]:
    """Each side of (K, 4, 2) rectangles moved to the best contrast near it; returns quads and mean |move| (K,)."""
    _, normal = quad_normals(quads)
    gains = []
    for shift in SHIFTS:
        step = normal * np.float32(shift * box_side)
        moved = quad_candidates(quads + step + np.roll(step, 1, 1), np.zeros(len(quads), np.float32))
        contrast = side_contrast(lab, moved, OFFSETS_PX[0]) + 0.6 * side_contrast(lab, moved, OFFSETS_PX[1])
        gains.append(contrast / spread - SHIFT_COST * abs(shift))
    best = np.asarray(SHIFTS, np.float32)[np.argmax(np.stack(gains, -1), -1)]
    step = normal * (best * np.float32(box_side))[..., None]
    return quads + step + np.roll(step, 1, 1), np.abs(best).mean(1)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What scoring needs of a crop: ``lab`` (h, w, 3) float32, its ``spread``, colour codes and two histograms."""

    lab: Floats
    spread: float
    codes: npt.NDArray[np.intp]
    near: Floats
    wide: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """(h, w)."""
        return self.lab.shape[0], self.lab.shape[1]


def surroundings(crop_rgb: RgbImage, wide_rgb: RgbImage) -> Surroundings:
    """Prepare a crop and the wider view around it (both (h, w, 3) uint8 RGB) for scoring."""
    lab = cv2.cvtColor(crop_rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    smooth = np.asarray(cv2.GaussianBlur(lab, (0, 0), 0.8), np.float32)
    spread = float(np.linalg.norm(smooth.reshape(-1, 3).std(0))) + 1.0
    wide = np.asarray(cv2.cvtColor(wide_rgb, cv2.COLOR_RGB2LAB), np.float32)
    return Surroundings(smooth, spread, colour_codes(lab), direction_histogram(smooth), direction_histogram(wide))


def appearance(around: Surroundings, shapes: Candidates, masks: Floats) -> Floats:
    """(K, 5): contrast across the sides near and farther, colour information, agreement with near and wide views."""
    length = np.linalg.norm(np.diff(shapes.sides, axis=2), axis=-1).sum(-1)
    share = length / length.sum(1, keepdims=True)
    near, far = ((side_contrast(around.lab, shapes, d) * share).sum(1) / around.spread for d in OFFSETS_PX)
    information = colour_information(around.codes, masks)
    agreement = [direction_agreement(view, shapes.angle) for view in (around.near, around.wide)]
    return np.stack([near, far, information, *agreement], 1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class ShapePrior:
    """What a prompt's shapes say together.

    ``inside`` (h, w) is the probability of each pixel to lie in the shape; ``best`` is the outline of the best shape,
    ``appearance`` (5,) what was measured of it and ``worth`` its score.
    """

    inside: Floats
    best: Floats
    appearance: Floats
    worth: float


def box_prior(around: Surroundings, box: BoxPx, clicks: Sequence[Click]) -> ShapePrior:
    """The prior of a box; a shape that contradicts a click counts for little."""
    quads = inscribed_quads(box[2] - box[0], box[3] - box[1]) + np.array(box[:2], np.float32)
    shapes = quad_candidates(quads, np.zeros(len(quads), np.float32)).joined(ellipse_candidate(box))
    first = box_scores(around, shapes, box, clicks)
    best = np.argsort(-first.scores[: len(quads)])[:REFINED]
    side = float(np.sqrt((box[2] - box[0]) * (box[3] - box[1])))
    moved = quad_candidates(*shifted_quads(around.lab, quads[best], side, around.spread))
    return weighed([first, box_scores(around, moved, box, clicks)])


@dataclass(frozen=True, eq=False)
class Scored:
    """Candidates with their masks (K, h, w), appearance (K, 5) and scores (K,)."""

    shapes: Candidates
    masks: Floats
    appearance: Floats
    scores: Floats


def box_scores(around: Surroundings, shapes: Candidates, box: BoxPx, clicks: Sequence[Click]) -> Scored:
    """The candidates scored by appearance, by the part of the box they fill, and by the clicks."""
    masks = shapes.masks(around.shape)
    seen = appearance(around, shapes, masks)
    fill = masks.reshape(len(masks), -1).sum(1) / ((box[2] - box[0]) * (box[3] - box[1]))
    form = np.stack([fill**2, shapes.shift, np.isnan(shapes.angle)], 1)
    scores = np.concatenate([seen, form], 1) @ np.array(WEIGHTS, np.float32)
    return Scored(shapes, masks, seen, scores - contradiction(masks, clicks))


def contradiction(masks: Floats, clicks: Sequence[Click]) -> Floats:
    """(K,) what the clicks on the wrong side of each mask cost it."""
    cost = np.zeros(len(masks), np.float32)
    for x, y, positive in clicks:
        cost += CONTRADICTION * np.abs(masks[:, int(y), int(x)] - np.float32(positive))
    return cost


def weighed(parts: Sequence[Scored]) -> ShapePrior:
    """The mean of all masks, weighed by exp(score / TEMPERATURE)."""
    scores = np.concatenate([part.scores for part in parts])
    masks = [mask for part in parts for mask in part.masks]
    top = int(np.argmax(scores))
    weights = np.exp((scores - scores[top]) / TEMPERATURE)
    inside = np.zeros(masks[0].shape, np.float32)
    kept = np.flatnonzero(weights > 1e-3)
    for index in kept:
        inside += weights[index] * masks[index]
    outlines = [outline for part in parts for outline in part.shapes.outlines]
    seen = np.concatenate([part.appearance for part in parts])
    return ShapePrior(inside / weights[kept].sum(), outlines[top], seen[top], float(scores[top]))
