"""Prompts become masks: the same prompts give the same mask, at the cost of what is new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from shapely.geometry import shape

from annotator.errors import BadInput, BadPrompt
from annotator.segmenter.base import Embedding, MaskResult, Prompt, Segmenter
from annotator.segmenter.grabcut import GrabCutSegmenter
from annotator.types import RgbImage
from app.messages import PromptAdded
from app.prompting import PromptedMask, Prompting, shape_of
from tests.app.ground import HOUSE, LOTUS, Site, bounds, box_geojson, lonlat, uid


class Counting:
    """GrabCut that counts its predictions."""

    name = GrabCutSegmenter.name
    version = GrabCutSegmenter.version

    def __init__(self) -> None:
        self._real: Segmenter = GrabCutSegmenter()
        self.predictions = 0

    def embed(self, image: RgbImage) -> Embedding:
        return self._real.embed(image)

    def predict(self, embedding: Embedding, prompts: Sequence[Prompt]) -> list[MaskResult]:
        self.predictions += len(prompts)
        return self._real.predict(embedding, prompts)


class Desk:
    """A person's prompts in the town."""

    def __init__(self, site: Site) -> None:
        self.segmenter = Counting()
        self._prompting = Prompting(self.segmenter)
        self._opened = site.workspace.places.open(site.ids["source_id"])
        self._ids = {"request_id": uid(1), "draft_id": uid(2), **site.ids}

    def mask(self, **fields: Any) -> PromptedMask:
        return self._prompting.answer(self._opened, PromptAdded.model_validate(self._ids | fields))


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


INSIDE = (*lonlat(115, 95), 1)
INSIDE_TOO = (*lonlat(160, 120), 1)
OUTSIDE = (*lonlat(200, 95), -1)


def iou(a: PromptedMask, b: Any) -> float:
    other = b.geometry_lonlat if isinstance(b, PromptedMask) else shape(b)
    union = a.geometry_lonlat.union(other).area
    return float(a.geometry_lonlat.intersection(other).area / union)


def test_a_box_around_a_roof_gives_the_roof(desk: Desk) -> None:
    made = desk.mask(box=bounds(LOTUS[0] - 3, LOTUS[1] - 3, LOTUS[2] + 3, LOTUS[3] + 3))
    assert iou(made, box_geojson(*LOTUS)) > 0.9
    assert made.area_m2 == pytest.approx(110 * 70 * 0.25, rel=0.1)
    assert 0 < made.score <= 1


def test_a_click_on_a_roof_gives_the_roof(desk: Desk) -> None:
    assert iou(desk.mask(points=[INSIDE], class_id="school"), box_geojson(*LOTUS)) > 0.7


def test_the_same_prompts_compute_nothing_the_second_time(desk: Desk) -> None:
    first = desk.mask(box=bounds(*LOTUS), points=[INSIDE, OUTSIDE])
    computed = desk.segmenter.predictions
    second = desk.mask(box=bounds(*LOTUS), points=[INSIDE, OUTSIDE])
    assert desk.segmenter.predictions == computed == 3
    assert second.geometry_lonlat.equals(first.geometry_lonlat)
    assert (second.score, second.area_m2) == (first.score, first.area_m2)


def test_one_more_point_costs_one_prediction(desk: Desk) -> None:
    desk.mask(box=bounds(*LOTUS), points=[INSIDE])
    computed = desk.segmenter.predictions
    desk.mask(box=bounds(*LOTUS), points=[INSIDE, OUTSIDE])
    assert desk.segmenter.predictions == computed + 1


def test_taking_a_point_back_gives_the_mask_before_it(desk: Desk) -> None:
    before = desk.mask(points=[INSIDE])
    desk.mask(points=[INSIDE, OUTSIDE])
    computed = desk.segmenter.predictions
    assert desk.mask(points=[INSIDE]).geometry_lonlat.equals(before.geometry_lonlat)
    assert desk.segmenter.predictions == computed


def test_the_mask_is_the_same_whatever_was_asked_before(site: Site, desk: Desk) -> None:
    desk.mask(points=[(*lonlat(430, 435), 1)])
    desk.mask(points=[OUTSIDE, INSIDE])
    late = desk.mask(points=[INSIDE, INSIDE_TOO])
    assert Desk(site).mask(points=[INSIDE, INSIDE_TOO]).geometry_lonlat.equals(late.geometry_lonlat)


def test_a_click_on_a_drawn_shape_changes_it_only_near_the_click(desk: Desk) -> None:
    drawn = box_geojson(LOTUS[0], LOTUS[1], LOTUS[2] + 40, LOTUS[3])
    made = desk.mask(geometry=drawn, points=[(*lonlat(195, 95), -1)])
    assert made.area_m2 < shape_area(desk, drawn)
    far_half = shape(box_geojson(LOTUS[0], LOTUS[1], LOTUS[0] + 40, LOTUS[3]))
    assert far_half.difference(made.geometry_lonlat).area < 0.05 * far_half.area


def shape_area(desk: Desk, geometry: Any) -> float:
    return desk.mask(geometry=geometry).area_m2


def test_a_shape_without_points_stays_that_shape(desk: Desk) -> None:
    made = desk.mask(geometry=box_geojson(*HOUSE))
    assert iou(made, box_geojson(*HOUSE)) > 0.97
    assert desk.segmenter.predictions == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "nothing to start from"),
        ({"class_id": "school"}, "nothing to start from"),
        ({"points": [OUTSIDE]}, "nothing to start from"),
        ({"points": [(10.0, 10.0, 1)]}, "."),
        ({"box": [10.0, 10.0, 10.1, 10.1]}, "."),
        ({"box": [85.276, 27.742, 85.276, 27.742]}, "smaller than one pixel"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, "no area"),
        ({"geometry": box_geojson(-900, -900, -800, -800)}, "."),
    ],
)
def test_prompts_that_cannot_be_answered_are_a_sentence(desk: Desk, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        desk.mask(**fields)
    assert str(refused.value).endswith(".")


def test_a_click_just_outside_the_picture_is_refused(desk: Desk) -> None:
    with pytest.raises(BadPrompt):
        desk.mask(points=[(*lonlat(-3, 300), 1)])


def test_a_click_beside_the_object_may_come_first(desk: Desk) -> None:
    assert iou(desk.mask(points=[OUTSIDE, INSIDE], class_id="school"), box_geojson(*LOTUS)) > 0.7


def test_an_unknown_class_gives_no_size(desk: Desk) -> None:
    assert not desk.mask(points=[INSIDE], class_id="no such class").geometry_lonlat.is_empty


def test_masks_kept_are_bounded_in_bytes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.prompting.REMEMBERED_BYTES", 1)
    first = desk.mask(points=[INSIDE])
    desk.mask(points=[INSIDE_TOO])
    computed = desk.segmenter.predictions
    assert desk.mask(points=[INSIDE]).geometry_lonlat.equals(first.geometry_lonlat)
    assert desk.segmenter.predictions == computed + 1


def test_no_shape_stays_no_shape() -> None:
    assert shape_of(None) is None
