"""The metrics, as pure functions over boolean masks of one shape (FACTS of the method, "Metrics")."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from annotator.types import BoolMask

MATCH_IOU = 0.5


def mask_iou(a: BoolMask, b: BoolMask) -> float:
    """Intersection over union of two masks of one shape; 1 where both are empty. Raises ValueError on two shapes."""
    intersection, union = _overlap(a, b)
    return intersection / union if union else 1.0


def giou(predicted: Sequence[BoolMask], truth: Sequence[BoolMask]) -> float:
    """Mean over samples of the mask IoU (both empty = 1). Raises ValueError without samples."""
    if not truth:
        raise ValueError("gIoU needs at least one sample.")
    return sum(mask_iou(a, b) for a, b in zip(predicted, truth, strict=True)) / len(truth)


def ciou(predicted: Sequence[BoolMask], truth: Sequence[BoolMask]) -> float:
    """Sum of intersections over sum of unions; 1 where all are empty. Raises ValueError without samples."""
    if not truth:
        raise ValueError("cIoU needs at least one sample.")
    overlaps = [_overlap(a, b) for a, b in zip(predicted, truth, strict=True)]
    union = sum(u for _, u in overlaps)
    return sum(i for i, _ in overlaps) / union if union else 1.0


def f1_instances(predicted: Sequence[Sequence[BoolMask]], truth: Sequence[Sequence[BoolMask]]) -> float:
    """F1 of instances, pooled over samples: each sample's masks are matched one to one at IoU >= 0.5.

    ``predicted[i]`` and ``truth[i]`` are the instances of sample i. 1 where no sample has any instance.
    """
    pairs = list(zip(predicted, truth, strict=True))
    matched = sum(match_instances(p, t) for p, t in pairs)
    total = sum(len(p) + len(t) for p, t in pairs)
    return 2 * matched / total if total else 1.0


def match_instances(predicted: Sequence[BoolMask], truth: Sequence[BoolMask], minimum_iou: float = MATCH_IOU) -> int:
    """The largest number of one-to-one pairs with an IoU of at least ``minimum_iou`` (augmenting paths)."""
    fits = [[j for j, t in enumerate(truth) if mask_iou(p, t) >= minimum_iou] for p in predicted]
    owner: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j in fits[i]:
            if j in tried:
                continue
            tried.add(j)
            if j not in owner or place(owner[j], tried):
                owner[j] = i
                return True
        return False

    return sum(place(i, set()) for i in range(len(predicted)))


def _overlap(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> tuple[int, int]:
    if a.shape != b.shape:
        raise ValueError(f"The masks have different shapes, {a.shape} and {b.shape}.")
    return int(np.count_nonzero(a & b)), int(np.count_nonzero(a | b))
