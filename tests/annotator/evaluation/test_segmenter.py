from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotator.errors import BadImage, BadMap
from annotator.evaluation.segmenter import corrective_click, deepest, evaluate_segmenter
from annotator.segmenter.base import Embedding, MaskResult, Prompt
from annotator.segmenter.grabcut import GrabCutSegmenter
from annotator.types import RgbImage, SignedPoint
from tests.annotator.segmenter.pictures import painted, turned_rectangle

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"


class Boxes:
    """A segmenter that fills the box, or a square of 4 px or of the hinted size around the last point."""

    name = "boxes"
    version = "1"

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []

    def embed(self, image: RgbImage) -> Embedding:
        return Embedding("x", (image.shape[1], image.shape[0]), None)

    def predict(self, embedding: Embedding, prompts: Sequence[Prompt]) -> list[MaskResult]:
        self.prompts.extend(prompts)
        return [self.fill(prompt) for prompt in prompts]

    def fill(self, prompt: Prompt) -> MaskResult:
        if prompt.box_px is not None:
            x0, y0, x1, y1 = (round(v) for v in prompt.box_px)
        else:
            half = round((prompt.size_hint_m or 4.0) / (prompt.gsd_m or 1.0) / 2)
            x, y = int(prompt.points[-1].x), int(prompt.points[-1].y)
            x0, y0, x1, y1 = x - half, y - half, x + half, y + half
        return MaskResult((x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), np.float16), 1.0)


def coco(*rings: Sequence[float]) -> dict[str, Any]:
    return {"annotations": [{"id": i, "segmentation": [list(ring)]} for i, ring in enumerate(rings, 1)]}


SQUARE = (10, 10, 30, 10, 30, 30, 10, 30)
TRIANGLE = (40, 40, 60, 40, 40, 60)
BLANK = np.zeros((80, 80, 3), np.uint8)


def test_the_report_has_the_keys_and_figures_of_the_contract() -> None:
    report = evaluate_segmenter(BLANK, coco(SQUARE, TRIANGLE), Boxes(), ["box", "1", "poi"], image_gsd_m=0.5)
    assert report.keys() == {"segmenter", "n", "bare_box", "embed_ms", "prompts", "noc"}
    assert report["segmenter"] == "boxes"
    assert report["n"] == 2
    assert report["bare_box"] == pytest.approx((1 + 210 / 400) / 2)
    assert report["prompts"].keys() == {"box", "1", "poi"}
    assert report["prompts"]["box"].keys() == {"mean_iou", "median_iou", "ms_median", "n"}
    assert report["prompts"]["box"]["mean_iou"] == pytest.approx(report["bare_box"])
    assert report["prompts"]["box"]["n"] == 2
    assert report["noc"] is None


def test_a_point_is_asked_at_the_deepest_place_and_poi_adds_the_typical_size() -> None:
    segmenter = Boxes()
    sizes = {1: 10.0}
    report = evaluate_segmenter(
        BLANK, coco(SQUARE), segmenter, ["1", "poi"], image_gsd_m=0.5, typical_size_m=lambda thing: sizes[thing["id"]]
    )
    plain, hinted = segmenter.prompts
    assert abs(plain.points[0].x - 20) <= 1
    assert abs(plain.points[0].y - 20) <= 1
    assert (plain.size_hint_m, plain.gsd_m) == (None, 0.5)
    assert hinted.size_hint_m == 10.0
    assert report["prompts"]["1"]["mean_iou"] == pytest.approx(64 / 400)
    assert report["prompts"]["poi"]["mean_iou"] == pytest.approx(1.0, abs=0.2)


def test_clicks_correct_the_box_one_after_the_other_with_the_mask_before() -> None:
    segmenter = Boxes()
    evaluate_segmenter(BLANK, coco(TRIANGLE), segmenter, ["box", "box+1", "box+3"])
    assert [len(prompt.points) for prompt in segmenter.prompts] == [0, 1, 2, 3]
    assert segmenter.prompts[0].previous is None
    assert all(prompt.previous is not None for prompt in segmenter.prompts[1:])
    assert not segmenter.prompts[1].points[0].positive


def test_a_perfect_mask_gets_no_click() -> None:
    segmenter = Boxes()
    report = evaluate_segmenter(BLANK, coco(SQUARE), segmenter, ["box+3"])
    assert len(segmenter.prompts) == 1
    assert report["prompts"]["box+3"]["mean_iou"] == 1.0


def test_jitter_adds_an_entry_and_repeats_with_its_seed() -> None:
    def ask(seed: int) -> tuple[dict[str, Any], Prompt]:
        segmenter = Boxes()
        report = evaluate_segmenter(BLANK, coco(SQUARE), segmenter, ["box"], jitter=0.1, seed=seed)
        return report["prompts"], segmenter.prompts[-1]

    first, again, other = ask(3), ask(3), ask(4)
    assert first[0].keys() == {"box", "box~0.1"}
    assert first[1].box_px == again[1].box_px != other[1].box_px
    assert first[1].box_px is not None
    moves = np.abs(np.subtract(first[1].box_px, (10, 10, 30, 30)))
    assert 0 < moves.max() <= 2.0


def test_number_of_clicks_counts_until_the_target_and_a_failure_as_twenty() -> None:
    report = evaluate_segmenter(BLANK, coco(SQUARE), Boxes(), ["box"], noc=True)
    assert report["noc"] == {name: {"mean": 20, "failed": 1} for name in ("80", "85", "90")}


def test_limit_takes_objects_evenly_and_progress_hears_of_each() -> None:
    segmenter, heard = Boxes(), []
    squares = [(x, 10, x + 6, 10, x + 6, 16, x, 16) for x in (5, 15, 25, 35, 45, 55)]
    report = evaluate_segmenter(
        BLANK, coco(*squares), segmenter, ["box"], limit=3, progress=lambda done, total: heard.append((done, total))
    )
    assert report["n"] == 3
    assert [prompt.box_px[0] for prompt in segmenter.prompts if prompt.box_px] == [5.0, 25.0, 45.0]
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_the_deepest_place_of_a_strip_is_on_its_middle_line() -> None:
    area = np.zeros((20, 40), bool)
    area[5:10, 5:35] = True
    _, y, depth = deepest(area)
    assert y == 7.5
    assert depth == pytest.approx(3.0)


def test_a_corrective_click_goes_to_the_deeper_error_with_its_sign() -> None:
    truth, answer = np.zeros((20, 40), bool), np.zeros((20, 40), bool)
    truth[5:16, 2:13] = True
    answer[8:11, 30:33] = True
    assert corrective_click(truth, answer) == SignedPoint(7.5, 10.5, True)
    assert corrective_click(answer, truth) == SignedPoint(7.5, 10.5, False)
    assert corrective_click(truth, truth) is None


def test_an_unknown_kind_of_prompt_is_named() -> None:
    with pytest.raises(ValueError, match="'scribble' is not a kind of prompt"):
        evaluate_segmenter(BLANK, coco(SQUARE), Boxes(), ["scribble"])


@pytest.mark.parametrize("text", ["{", "[]", '{"images": []}', '{"annotations": [{"segmentation": 3}]}'])
def test_a_file_that_is_no_coco_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text(text)
    with pytest.raises(BadMap, match="not COCO with polygons"):
        evaluate_segmenter(BLANK, path, Boxes(), ["box"])


def test_objects_elsewhere_and_missing_files_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadMap, match="no object on this picture"):
        evaluate_segmenter(BLANK, coco((900, 900, 920, 900, 920, 920)), Boxes(), ["box"])
    with pytest.raises(BadMap, match="not COCO"):
        evaluate_segmenter(BLANK, tmp_path / "none.json", Boxes(), ["box"])
    with pytest.raises(BadImage, match="cannot be read"):
        evaluate_segmenter(tmp_path / "none.tif", coco(SQUARE), Boxes(), ["box"])


def test_clicks_do_not_make_a_clear_object_worse() -> None:
    truth = turned_rectangle(25)
    ys, xs = np.nonzero(truth)
    corners = np.array([[xs[ys.argmin()], ys.min()], [xs.max(), ys[xs.argmax()]]])
    opposite = 200 - corners
    ring = np.concatenate([corners, opposite]).astype(float).ravel()
    report = evaluate_segmenter(painted(truth), coco(ring.tolist()), GrabCutSegmenter(), ["box", "box+3", "3"])
    assert report["prompts"]["box"]["mean_iou"] >= 0.93
    assert report["prompts"]["box+3"]["mean_iou"] >= report["prompts"]["box"]["mean_iou"] - 0.01
    assert report["prompts"]["3"]["mean_iou"] >= 0.85


@pytest.mark.real_data
@pytest.mark.parametrize(("place", "limit", "floor"), [("banepa_west", 60, 0.80), ("zanzibar", 36, 0.84)])
def test_real_roofs_are_found_from_their_boxes(place: str, limit: int, floor: float) -> None:
    folder = DATA / place
    if not folder.exists():
        pytest.skip("../shared/data is not here")
    truth = json.loads((folder / "instances.coco.json").read_text())
    report = evaluate_segmenter(
        folder / "ortho.tif", truth, GrabCutSegmenter(), ["box", "box+3"], jitter=0.1, limit=limit
    )
    prompts = report["prompts"]
    assert prompts["box"]["mean_iou"] >= floor
    assert prompts["box+3"]["mean_iou"] >= prompts["box"]["mean_iou"]
    assert prompts["box~0.1"]["mean_iou"] >= 0.70
