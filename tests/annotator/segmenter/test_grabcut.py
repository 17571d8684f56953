from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from annotator.errors import BadImage, BadPrompt
from annotator.evaluation.metrics import mask_iou
from annotator.segmenter.base import MaskResult, Prompt, Segmenter
from annotator.segmenter.grabcut import GrabCutSegmenter
from annotator.types import BoolMask, RgbImage, SignedPoint
from tests.annotator.segmenter.pictures import box_of, courtyard, disc, painted, turned_rectangle


def ask(image: RgbImage, prompt: Prompt) -> MaskResult:
    segmenter: Segmenter = GrabCutSegmenter()
    return segmenter.predict(segmenter.embed(image), [prompt])[0]


def whole(result: MaskResult, image: RgbImage) -> BoolMask:
    return result.mask.full(image.shape[1], image.shape[0])


@pytest.mark.parametrize("truth", [disc(), turned_rectangle(25), turned_rectangle(70), courtyard()])
def test_an_exact_box_gives_the_object(truth: BoolMask) -> None:
    image = painted(truth)
    assert mask_iou(whole(ask(image, Prompt(box_of(truth))), image), truth) >= 0.95


def test_a_loose_box_gives_the_object() -> None:
    truth = turned_rectangle(25)
    image = painted(truth)
    x0, y0, x1, y1 = box_of(truth)
    found = ask(image, Prompt((x0 - 9, y0 - 6, x1 + 7, y1 + 9)))
    assert mask_iou(whole(found, image), truth) >= 0.9


def test_a_point_with_a_typical_size_gives_the_object() -> None:
    truth = turned_rectangle(25)
    image = painted(truth)
    found = ask(image, Prompt(None, (SignedPoint(100.5, 100.5),), gsd_m=0.5, size_hint_m=35.0))
    assert mask_iou(whole(found, image), truth) >= 0.9


@pytest.mark.parametrize("gsd_m", [None, 0.2])
def test_a_point_alone_gives_the_object(gsd_m: float | None) -> None:
    truth = turned_rectangle(25)
    image = painted(truth)
    found = ask(image, Prompt(None, (SignedPoint(100.5, 100.5),), gsd_m=gsd_m))
    assert mask_iou(whole(found, image), truth) >= 0.85


def test_answers_come_in_the_order_of_the_prompts() -> None:
    left, right = disc(200, (50, 100), 30), disc(200, (150, 100), 30)
    segmenter = GrabCutSegmenter()
    embedding = segmenter.embed(painted(left | right))
    found = segmenter.predict(embedding, [Prompt(box_of(right)), Prompt(box_of(left))])
    assert mask_iou(found[0].mask.full(200, 200), right) >= 0.9
    assert mask_iou(found[1].mask.full(200, 200), left) >= 0.9
    assert segmenter.predict(embedding, []) == []


def test_logits_are_float16_at_native_pixels_and_the_score_is_a_share() -> None:
    truth = disc(800, (400, 400), 300)
    found = ask(painted(truth), Prompt(box_of(truth)))
    x0, y0, x1, y1 = found.window_px
    assert found.logits.dtype == np.float16
    assert found.logits.shape == (y1 - y0, x1 - x0)
    assert float(found.logits[400 - y0, 400 - x0]) > float(found.logits[400 - y0, 110 - x0]) > 0
    assert 0.0 <= found.score <= 1.0


def test_the_score_is_higher_where_the_object_stands_out() -> None:
    truth = turned_rectangle(25)
    clear = ask(painted(truth), Prompt(box_of(truth)))
    hidden = ask(painted(truth, object_rgb=(150, 140, 120)), Prompt(box_of(truth)))
    assert clear.score > hidden.score + 0.2


def test_the_same_prompt_gives_the_same_mask_whatever_was_asked_before() -> None:
    truth = turned_rectangle(25)
    segmenter = GrabCutSegmenter()
    embedding = segmenter.embed(painted(truth))
    first = segmenter.predict(embedding, [Prompt(box_of(truth))])[0]
    segmenter.predict(embedding, [Prompt((3, 3, 40, 60)), Prompt(None, (SignedPoint(20, 20),))])
    again = segmenter.predict(embedding, [Prompt(box_of(truth))])[0]
    np.testing.assert_array_equal(first.logits, again.logits)


def test_two_threads_with_two_pictures_never_mix() -> None:
    segmenter = GrabCutSegmenter()
    truths = [turned_rectangle(25), disc()]
    pictures = [painted(truth, seed) for seed, truth in enumerate(truths)]
    alone = [ask(picture, Prompt(box_of(truth))) for picture, truth in zip(pictures, truths, strict=True)]

    def one(turn: int) -> bool:
        picture, truth, expected = pictures[turn % 2], truths[turn % 2], alone[turn % 2]
        found = segmenter.predict(segmenter.embed(picture), [Prompt(box_of(truth))])[0]
        return bool(np.array_equal(found.logits, expected.logits))

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(one, range(24)))


def test_embedding_the_same_content_again_gives_the_kept_embedding() -> None:
    segmenter = GrabCutSegmenter()
    image = painted(disc())
    assert segmenter.embed(image) is segmenter.embed(image.copy())


def test_changing_the_picture_after_embedding_changes_nothing() -> None:
    truth = disc()
    image = painted(truth)
    segmenter = GrabCutSegmenter()
    embedding = segmenter.embed(image)
    image[:] = 0
    assert mask_iou(segmenter.predict(embedding, [Prompt(box_of(truth))])[0].mask.full(200, 200), truth) >= 0.95


@pytest.mark.parametrize("at", [(45, 100), (100, 62), (100, 100), (30, 30)])
def test_a_positive_click_is_inside_and_a_negative_one_outside(at: tuple[int, int]) -> None:
    truth = turned_rectangle(25)
    image = painted(truth)
    for positive in (True, False):
        found = ask(image, Prompt(box_of(truth), (SignedPoint(at[0] + 0.5, at[1] + 0.5, positive),)))
        assert whole(found, image)[at[1], at[0]] == positive


def test_neighbouring_clicks_of_both_signs_are_both_obeyed() -> None:
    truth = turned_rectangle(25)
    image = painted(truth)
    points = (SignedPoint(100.5, 100.5), SignedPoint(101.5, 100.5, False), SignedPoint(102.5, 100.5))
    found = whole(ask(image, Prompt(box_of(truth), points)), image)
    assert found[100, 100:103].tolist() == [True, False, True]


def test_a_positive_click_outside_the_box_is_inside_the_mask() -> None:
    truth = turned_rectangle(25)
    image = painted(truth)
    found = ask(image, Prompt(box_of(truth), (SignedPoint(10.5, 190.5),)))
    assert whole(found, image)[190, 10]


def test_a_new_click_changes_only_the_part_it_stands_on() -> None:
    left, right = disc(300, (80, 150), 40), disc(300, (220, 150), 40)
    segmenter = GrabCutSegmenter()
    embedding = segmenter.embed(painted(left | right))
    first = segmenter.predict(embedding, [Prompt(box_of(left | right))])[0]
    click = SignedPoint(220.5, 150.5, False)
    second = segmenter.predict(embedding, [Prompt(box_of(left | right), (click,), first)])[0]
    before, after = first.mask.full(300, 300), second.mask.full(300, 300)
    np.testing.assert_array_equal(before[:, :140], after[:, :140])
    assert before[150, 220]
    assert not after[150, 220]


def test_a_click_that_the_mask_already_obeys_changes_nothing() -> None:
    truth = disc()
    segmenter = GrabCutSegmenter()
    embedding = segmenter.embed(painted(truth))
    first = segmenter.predict(embedding, [Prompt(box_of(truth))])[0]
    second = segmenter.predict(embedding, [Prompt(box_of(truth), (SignedPoint(100.5, 100.5),), first)])[0]
    np.testing.assert_array_equal(first.mask.full(200, 200), second.mask.full(200, 200))


def test_a_mask_from_elsewhere_is_refined_by_a_click() -> None:
    truth = turned_rectangle(25)
    image = painted(truth)
    segmenter = GrabCutSegmenter()
    half = truth.copy()
    half[:, 100:] = False
    foreign = MaskResult((0, 0, 200, 200), np.where(half, 4, -4).astype(np.float16), 1.0)
    prompt = Prompt(box_of(truth), (SignedPoint(120.5, 109.5),), foreign)
    found = segmenter.predict(segmenter.embed(image), [prompt])[0]
    assert mask_iou(whole(found, image), truth) > mask_iou(half, truth) + 0.2


def test_a_moved_box_starts_afresh() -> None:
    left, right = disc(200, (50, 100), 30), disc(200, (150, 100), 30)
    segmenter = GrabCutSegmenter()
    embedding = segmenter.embed(painted(left | right))
    first = segmenter.predict(embedding, [Prompt(box_of(left))])[0]
    moved = segmenter.predict(embedding, [Prompt(box_of(right), (), first)])[0]
    assert mask_iou(moved.mask.full(200, 200), right) >= 0.9


def test_a_point_taken_back_leaves_no_trace() -> None:
    truth = disc()
    segmenter = GrabCutSegmenter()
    embedding = segmenter.embed(painted(truth))
    plain = Prompt(box_of(truth))
    first = segmenter.predict(embedding, [plain])[0]
    clicked = segmenter.predict(embedding, [replace(plain, points=(SignedPoint(100, 70, False),), previous=first)])[0]
    back = segmenter.predict(embedding, [replace(plain, previous=clicked)])[0]
    np.testing.assert_array_equal(back.logits, first.logits)


def test_a_courtyard_stays_open() -> None:
    truth = courtyard()
    image = painted(truth)
    assert not whole(ask(image, Prompt(box_of(truth))), image)[90:110, 90:115].any()


def test_a_negative_click_opens_a_hole() -> None:
    truth = turned_rectangle(0)
    image = painted(truth)
    found = whole(ask(image, Prompt(box_of(truth), (SignedPoint(100.5, 100.5, False),))), image)
    assert not found[100, 100]
    assert found[100, 70]
    assert found[100, 130]


def test_a_box_over_the_edge_is_clipped_to_the_picture() -> None:
    truth = disc(200, (10, 100), 40)
    image = painted(truth)
    found = ask(image, Prompt((-30.0, 60.0, 51.0, 141.0)))
    assert found.window_px[0] == 0
    assert mask_iou(whole(found, image), truth) >= 0.9


@pytest.mark.parametrize(
    "box", [(0.0, 0.0, 1.0, 1.0), (198.6, 198.6, 200.0, 200.0), (-5000.0, -5000.0, 9000.0, 9000.0)]
)
def test_an_extreme_box_is_answered(box: tuple[float, float, float, float]) -> None:
    assert ask(painted(disc()), Prompt(box)).logits.size > 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 3)])
def test_a_tiny_flat_picture_is_answered(shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 90, np.uint8)
    for prompt in (Prompt((0, 0, shape[1], shape[0])), Prompt(None, (SignedPoint(0.5, 0.5),))):
        assert ask(image, prompt).mask.full(shape[1], shape[0]).shape == shape


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        (Prompt((300.0, 10.0, 350.0, 60.0)), "box lies outside"),
        (Prompt((float("nan"), 10.0, 50.0, 60.0)), "not a number"),
        (Prompt((10.0, 10.0, float("inf"), 60.0)), "not a number"),
        (Prompt((50.0, 10.0, 10.0, 60.0)), "smaller than one pixel"),
        (Prompt((10.0, 10.0, 50.0, 60.0), (SignedPoint(200.0, 5.0),)), "point lies outside"),
        (Prompt(), "no box and no point"),
        (Prompt(None, (SignedPoint(5.0, 5.0, False),)), "no box and no point"),
    ],
)
def test_an_impossible_prompt_is_refused_with_a_sentence(prompt: Prompt, says: str) -> None:
    with pytest.raises(BadPrompt, match=says):
        ask(painted(disc()), prompt)


def test_a_picture_of_another_form_is_refused_with_a_sentence() -> None:
    with pytest.raises(BadImage, match="uint8 pixels of shape"):
        GrabCutSegmenter().embed(np.zeros((10, 10), np.uint8))
