"""``evaluate segmenter`` as a contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.command import assert_failed, run
from tests.app.ground import HILL, LOTUS, Town, write_json


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outlines of the town's two schools."""
    rings = [[float(v) for v in (x0, y0, x1, y0, x1, y1, x0, y1)] for x0, y0, x1, y1 in (LOTUS, HILL)]
    annotations = [
        {"id": i, "image_id": 1, "category_id": 1, "segmentation": [ring], "bbox": [0, 0, 1, 1], "area": 1}
        for i, ring in enumerate(rings)
    ]
    images = [{"id": 1, "file_name": "town.tif", "width": 600, "height": 600}]
    document = {"images": images, "categories": [{"id": 1, "name": "school"}], "annotations": annotations}
    return write_json(tmp_path_factory.mktemp("coco") / "coco.json", document)


def test_evaluate_segmenter_answers_with_the_keys_of_the_contract(town: Town, coco: Path) -> None:
    done = run("evaluate", "segmenter", "--image", town.image, "--coco", coco, "--jitter", "0.1", "--noc", "--json")
    answer = done.answer
    assert done.code == 0
    assert {"segmenter", "n", "bare_box", "prompts", "noc"} <= answer.keys()
    assert (answer["segmenter"], answer["n"], answer["bare_box"]) == ("grabcut", 2, 1.0)
    assert list(answer["prompts"]) == ["box", "box+1", "box+3", "1", "3", "poi", "box~0.1"]
    assert all(row.keys() == {"mean_iou", "median_iou", "ms_median", "n"} for row in answer["prompts"].values())
    assert answer["prompts"]["box"]["mean_iou"] > 0.9
    assert answer["noc"].keys() == {"80", "85", "90"}
    assert all(row.keys() == {"mean", "failed"} for row in answer["noc"].values())


def test_evaluate_takes_other_numbers_of_clicks(town: Town, coco: Path) -> None:
    answer = run(
        "evaluate", "segmenter", "--image", town.image, "--coco", coco, "--prompts", "box+2,2", "--json"
    ).answer
    assert list(answer["prompts"]) == ["box+2", "2"]


def test_evaluate_of_what_is_no_coco_fails(town: Town, tmp_path: Path) -> None:
    bad = write_json(tmp_path / "bad.json", {"annotations": [{}]})
    none = write_json(tmp_path / "none.json", {"annotations": []})
    for coco_file in (bad, none, tmp_path / "missing.json", town.image):
        assert_failed(run("evaluate", "segmenter", "--image", town.image, "--coco", coco_file, "--json"))
    assert_failed(run("evaluate", "segmenter", "--image", bad, "--coco", bad, "--json"))
