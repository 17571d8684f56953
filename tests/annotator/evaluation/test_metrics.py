from __future__ import annotations

import numpy as np
import pytest

from annotator.evaluation.metrics import ciou, f1_instances, giou, mask_iou, match_instances
from annotator.types import BoolMask


def columns(start: int, stop: int, width: int = 10) -> BoolMask:
    """A 1 x width mask that is True from column start to stop."""
    mask = np.zeros((1, width), bool)
    mask[:, start:stop] = True
    return mask


EMPTY = columns(0, 0)


def test_iou_of_two_masks_is_intersection_over_union() -> None:
    assert mask_iou(columns(0, 4), columns(2, 8)) == 0.25


def test_iou_of_two_empty_masks_is_one_and_of_one_empty_mask_zero() -> None:
    assert mask_iou(EMPTY, EMPTY) == 1.0
    assert mask_iou(EMPTY, columns(0, 1)) == 0.0


def test_masks_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="different shapes"):
        mask_iou(columns(0, 1), columns(0, 1, width=1))


def test_giou_is_the_mean_over_samples_and_ciou_the_ratio_of_sums() -> None:
    predicted = [columns(0, 4), columns(0, 1), EMPTY]
    truth = [columns(2, 8), columns(0, 1), EMPTY]
    assert giou(predicted, truth) == pytest.approx((0.25 + 1 + 1) / 3)
    assert ciou(predicted, truth) == pytest.approx((2 + 1) / (8 + 1))


def test_ciou_of_empty_masks_only_is_one() -> None:
    assert ciou([EMPTY], [EMPTY]) == 1.0


def test_giou_and_ciou_need_samples_of_equal_number() -> None:
    for metric in (giou, ciou):
        with pytest.raises(ValueError, match="at least one sample"):
            metric([], [])
        with pytest.raises(ValueError, match="longer"):
            metric([EMPTY], [EMPTY, EMPTY])


def test_f1_pools_matched_instances_over_samples() -> None:
    predicted = [[columns(0, 4), columns(6, 8)], [columns(0, 2)]]
    truth = [[columns(0, 5)], [columns(5, 7), columns(0, 2)]]
    assert f1_instances(predicted, truth) == pytest.approx(2 * 2 / (3 + 3))


def test_f1_counts_an_iou_of_exactly_one_half_and_not_less() -> None:
    assert f1_instances([[columns(0, 2)]], [[columns(0, 4)]]) == 1.0
    assert f1_instances([[columns(0, 2)]], [[columns(0, 5)]]) == 0.0


def test_f1_is_one_where_nothing_is_there_and_nothing_was_found_and_zero_for_inventions() -> None:
    assert f1_instances([[]], [[]]) == 1.0
    assert f1_instances([[columns(0, 2)]], [[]]) == 0.0


def test_one_true_instance_is_matched_only_once() -> None:
    assert match_instances([columns(0, 4), columns(0, 4)], [columns(0, 4)]) == 1


def test_matching_gives_way_so_that_most_pairs_are_found() -> None:
    predicted = [columns(0, 6), columns(0, 4)]
    truth = [columns(0, 5), columns(3, 6)]
    assert match_instances(predicted, truth) == 2
