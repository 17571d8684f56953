"""Cutting an object out of a crop: GrabCut from a prior and clicks, and what its outline is worth.

All coordinates are working pixels of one crop, x right and y down.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from annotator.segmenter.shape_prior import Click, Floats, Surroundings, colour_information, smoothed
from annotator.types import BoolMask, BoxPx, RgbImage

CLICK_PX = 3.0
DISC_SHARE = 0.7
FARTHEST = 8.0
EXCESS_RANGE = (0.1, 0.4)
SHARE_RANGE = (0.45, 0.9)
"""GrabCut's share in the logits grows from .45 to .9 while it tells 10 to 40 % more about colour than the shape."""


def click_discs(shape: tuple[int, int], clicks: Sequence[Click], before: Floats | None) -> npt.NDArray[np.int8]:
    """(h, w) 1 around positive clicks, -1 around negative ones, later over earlier.

    A click that contradicts the mask before is taken to stand in the middle of the error: its disc reaches most of
    the way to the outline.
    """
    discs = np.zeros(shape, np.int8)
    distance = signed_distance(before > 0.5, np.inf) if before is not None else None
    for x, y, positive in clicks:
        radius = CLICK_PX
        if distance is not None:
            depth = float(distance[int(y), int(x)]) * (-1 if positive else 1)
            radius = max(CLICK_PX, DISC_SHARE * depth)
        cv2.circle(discs, (int(x), int(y)), round(radius), 1 if positive else -1, -1)
    return discs


def seed_labels(around: Surroundings, inside: Floats, box: BoxPx, discs: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """GrabCut's labels: the prior's core is foreground, outside the box background, the rest as the prior says."""
    labels = np.where(inside > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    sure = cv2.copyMakeBorder((inside > 0.9).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(sure, cv2.DIST_L2, 3)[1:-1, 1:-1]
    alike = colour_ratio(around, inside) > -0.5
    labels[(depth > max(2.0, 0.25 * depth.max())) & alike] = cv2.GC_FGD
    rows, columns = np.arange(inside.shape[0])[:, None] + 0.5, np.arange(inside.shape[1])[None] + 0.5
    labels[(columns < box[0]) | (columns > box[2]) | (rows < box[1]) | (rows > box[3])] = cv2.GC_BGD
    labels[discs > 0] = cv2.GC_FGD
    labels[discs < 0] = cv2.GC_BGD
    if not np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).any():
        labels[int((box[1] + box[3]) / 2), int((box[0] + box[2]) / 2)] = cv2.GC_FGD
    return labels


def colour_ratio(around: Surroundings, inside: Floats) -> Floats:
    """(h, w) log of how much likelier each pixel's colour is inside than outside."""
    codes = around.codes.ravel()
    within = np.bincount(codes, inside.ravel(), 96)
    without = np.bincount(codes, 1 - inside.ravel(), 96)
    ratio = np.log(smoothed(within) / smoothed(without))
    return np.asarray(ratio[around.codes], np.float32)


def run_grabcut(rgb: RgbImage, labels: npt.NDArray[np.uint8]) -> BoolMask:
    """True where GrabCut says foreground. Its random numbers belong to the thread and start afresh."""
    if (labels == cv2.GC_BGD).all() or not np.isin(labels, (cv2.GC_BGD, cv2.GC_PR_BGD)).any():
        return np.asarray(labels != cv2.GC_BGD)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    cut, _, _ = cv2.grabCut(rgb, labels, (0, 0, 1, 1), *models, 3, cv2.GC_INIT_WITH_MASK)
    return np.asarray((cut == cv2.GC_FGD) | (cut == cv2.GC_PR_FGD))


def colour_share(around: Surroundings, shape: BoolMask, cut: BoolMask) -> float:
    """GrabCut's share in the logits: more where its outline tells more about colour than any simple shape does."""
    of_shape, of_cut = colour_information(around.codes, np.stack([shape, cut]).astype(np.float32))
    excess = float(of_cut) / max(float(of_shape), 1e-3) - 1.0
    return float(np.interp(excess, EXCESS_RANGE, SHARE_RANGE))


def signed_distance(inside: BoolMask, farthest: float = FARTHEST) -> Floats:
    """Distance to the outline in pixels, positive inside, at most ``farthest`` either way."""
    within = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
    without = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.clip(within - without, -farthest, farthest), np.float32)


def tidy(logits: Floats, clicks: Sequence[Click]) -> Floats:
    """Specks below 4 % of the largest part and holes below 1 % of it are removed, unless a click asks for them."""
    asked = {sign: np.zeros(logits.shape, bool) for sign in (True, False)}
    for x, y, positive in clicks:
        asked[positive][int(y), int(x)] = True
    out = logits.copy()
    count, parts, stats, _ = cv2.connectedComponentsWithStats((out > 0).astype(np.uint8), connectivity=4)
    largest = int(stats[1:, cv2.CC_STAT_AREA].max()) if count > 1 else 0
    for part in range(1, count):
        if stats[part, cv2.CC_STAT_AREA] < 0.04 * largest and not asked[True][parts == part].any():
            out[parts == part] = -0.5
    count, parts, stats, _ = cv2.connectedComponentsWithStats((out <= 0).astype(np.uint8), connectivity=8)
    for part in range(1, count):
        if stats[part, cv2.CC_STAT_AREA] < 0.01 * largest and not asked[False][parts == part].any():
            out[parts == part] = 0.5
    return out
