"""What shape probably lies under a click: every rectangle around it, of many directions and sizes, by its sides.

For each direction the crop is turned so that the sides are upright; sums along rows and columns then give the steady
colour difference across any side at once, and all combinations of four side distances are compared.

All coordinates are working pixels of one crop, x right and y down.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from annotator.segmenter.shape_prior import (
    Click,
    Floats,
    Scored,
    ShapePrior,
    Surroundings,
    appearance,
    contradiction,
    quad_candidates,
    quad_normals,
    shifted_quads,
    weighed,
)

ANGLES = 12
DISTANCES = 0.1 * 13.0 ** (np.arange(12) / 11)
PER_ANGLE = 3
MINIMUM_SHARE = 0.5
REFINED = 6
WEIGHTS = (12.0, 0.0, 120.0, 5.5, 4.5, -6.5, -4.0)
"""Fitted as those of shape_prior, for clicks on the middle of every second building and a typical side of 14 m."""
SIZE_COST = 0.12
ASPECT_COST = 0.1
CENTRE_COST = 0.3


def point_prior(around: Surroundings, clicks: Sequence[Click], side: float) -> ShapePrior:
    """The prior of clicks without a box; ``side`` is the typical side of what is looked for, in working pixels."""
    inside = [(x, y) for x, y, positive in clicks if positive]
    first = point_scores(around, rectangles_around(around.lab, around.spread, inside, side), clicks, side)
    best = np.stack([first.shapes.outlines[i] for i in np.argsort(-first.scores)[:REFINED]])
    moved, _ = shifted_quads(around.lab, best, side, around.spread)
    return weighed([first, point_scores(around, moved, clicks, side)])


def point_scores(around: Surroundings, quads: Floats, clicks: Sequence[Click], side: float) -> Scored:
    """Rectangles (K, 4, 2) scored by appearance, size, how central the positive clicks are, and all clicks."""
    shapes = quad_candidates(quads, np.zeros(len(quads), np.float32))
    masks = shapes.masks(around.shape)
    seen = appearance(around, shapes, masks)
    _, normal = quad_normals(quads)
    centre = np.mean([(x, y) for x, y, positive in clicks if positive], axis=0, dtype=np.float32)
    away = np.maximum(((quads - centre) * normal).sum(-1), 1)
    central = np.log(away[:, 0] / away[:, 2]) ** 2 + np.log(away[:, 1] / away[:, 3]) ** 2
    size = np.log((away[:, 0] + away[:, 2]) * (away[:, 1] + away[:, 3]) / side**2)
    scores = np.concatenate([seen, np.stack([size, central], 1)], 1) @ np.array(WEIGHTS, np.float32)
    return Scored(shapes, masks, seen, scores - contradiction(masks, clicks))


def rectangles_around(lab: Floats, spread: float, inside: Sequence[tuple[float, float]], side: float) -> Floats:
    """(K, 4, 2) clockwise rectangles that hold the points ``inside``; ``side`` is the typical side.

    ``lab`` is (h, w, 3) float32 and ``spread`` the size of its variation. A rectangle's worth is the mean contrast of
    its sides, weighed by length, and that of its weakest side, less a cost for an unusual size or a long shape.
    """
    centre = np.mean(np.asarray(inside, np.float32), axis=0)
    found = []
    for angle in np.arange(ANGLES) * (np.pi / 2 / ANGLES):
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
        held = (np.asarray(inside, np.float32) - centre) @ turn.T
        found.append(best_upright(turned(lab, centre, turn, side), spread, held, side) @ turn + centre)
    return np.concatenate(found).astype(np.float32)


def turned(lab: Floats, centre: Floats, turn: Floats, side: float) -> Floats:
    """The crop around ``centre`` in turned axes: (2 r, 2 r, 3), the centre in its middle."""
    reach = reach_px(side)
    inverse = turn.T
    shift = centre - 0.5 - inverse @ np.array([reach - 0.5, reach - 0.5], np.float32)
    matrix = np.column_stack([inverse, shift]).astype(np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (2 * reach, 2 * reach)
    return np.asarray(cv2.warpAffine(lab, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


def reach_px(side: float) -> int:
    """Half the side of the turned view: the farthest distance and room for a step across it."""
    return int(np.ceil(DISTANCES[-1] * side)) + 3


def best_upright(view: Floats, spread: float, held: Floats, side: float) -> Floats:
    """(PER_ANGLE, 4, 2) corners, relative to the centre, of the best rectangles with upright sides."""
    steps = np.maximum(np.round(DISTANCES * side), 1).astype(np.intp)
    middle = view.shape[0] // 2
    low, high = middle - steps, middle + steps
    across = step_across(view, spread)
    down = step_across(np.ascontiguousarray(view.transpose(1, 0, 2)), spread)
    left, right = contrast_table(across, low, low, high), contrast_table(across, high, low, high)
    top, bottom = contrast_table(down, low, low, high), contrast_table(down, high, low, high)
    # axes: left, right, top, bottom
    sides = [left[:, None, :, :], right[None, :, :, :], top.transpose(1, 2, 0)[:, :, :, None]]
    sides.append(bottom.transpose(1, 2, 0)[:, :, None, :])
    width = (steps[:, None] + steps[None, :]).astype(np.float32)
    tall, wide = width[None, None, :, :], width[:, :, None, None]
    mean = ((sides[0] + sides[1]) * tall + (sides[2] + sides[3]) * wide) / (2 * (tall + wide))
    weakest = np.minimum(np.minimum(sides[0], sides[1]), np.minimum(sides[2], sides[3]))
    worth = mean * (1 - MINIMUM_SHARE) + weakest * MINIMUM_SHARE
    worth = worth - SIZE_COST * np.log(tall * wide / (0.7 * side) ** 2) ** 2 - ASPECT_COST * np.log(tall / wide) ** 2
    off = CENTRE_COST * np.log(steps[:, None] / steps[None, :]) ** 2
    worth = worth - off[:, :, None, None] - off[None, None]
    for axis, need in enumerate([-held[:, 0].min(), held[:, 0].max(), -held[:, 1].min(), held[:, 1].max()]):
        short = (steps < need + 1).reshape([-1 if i == axis else 1 for i in range(4)])
        worth = np.where(short, -np.inf, worth) if not short.all() else worth
    best = np.argpartition(worth.ravel(), -PER_ANGLE)[-PER_ANGLE:]
    left_px, right_px, top_px, bottom_px = (steps[i].astype(np.float32) for i in np.unravel_index(best, worth.shape))
    xs = np.stack([-left_px, right_px, right_px, -left_px], 1)
    return np.stack([xs, np.stack([-top_px, -top_px, bottom_px, bottom_px], 1)], -1)


def step_across(view: Floats, spread: float) -> Floats:
    """(h + 1, w, 3) running sums down the columns of the colour step from left to right at each column's left edge."""
    smooth = cv2.blur(view, (3, 1), borderType=cv2.BORDER_REPLICATE)
    step = np.zeros_like(smooth)
    step[:, 2:-2] = (smooth[:, 3:-1] - smooth[:, :-4]) / spread
    sums = np.zeros((view.shape[0] + 1, view.shape[1], 3), np.float32)
    np.cumsum(step, axis=0, out=sums[1:])
    return sums


def contrast_table(
    sums: Floats, at: npt.NDArray[np.intp], start: npt.NDArray[np.intp], stop: npt.NDArray[np.intp]
) -> Floats:
    """(at, start, stop) length of the mean step along the side at a column, between two rows."""
    columns = sums[:, at]
    total = columns[stop][None, :] - columns[start][:, None]
    length = (stop[None, :] - start[:, None]).astype(np.float32)
    return np.asarray(np.linalg.norm(total / length[:, :, None, None], axis=-1).transpose(2, 0, 1), np.float32)
