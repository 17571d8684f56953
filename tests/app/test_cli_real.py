"""The main job on a real place: Banepa, Nepal (© OpenStreetMap contributors, ODbL 1.0; OpenAerialMap, CC-BY-4.0)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import shape

from annotator.evaluation.hidden import hidden_report
from annotator.reasoner.two_stage import ProposalMade
from annotator.reasoner.two_stage import run as run_pipeline
from annotator.scene.view import open_place
from annotator.taxonomy import load_taxonomy
from app.asking import hide_from_map, read_words
from app.backends import make_backends
from tests.app.command import run

BANEPA = Path(__file__).parents[2] / ".." / "shared" / "data" / "banepa_west"
SCHOOLS = {"way/209363402", "way/215268905", "way/270542235", "way/300290298", "way/309943877"}

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not BANEPA.is_dir(), reason="the real data are not beside this checkout"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("banepa")


def ask(data: Path, query: str, *more: str) -> dict[str, Any]:
    files = ("--image", BANEPA / "ortho.tif", "--map", BANEPA / "map.geojson")
    done = run("propose", *files, "--query", query, "--data", data, "--json", *more)
    assert done.code == 0, done.err
    return done.answer


def test_schools_are_the_five_of_the_map_each_with_all_its_parts(data: Path) -> None:
    answer = ask(data, "school")
    assert {one["feature_id"] for one in answer["proposals"]} == SCHOOLS
    assert len(answer["proposals"]) == 5
    assert (answer["tier"], answer["scene"]["size_px"]) == ("class", [2_100, 4_096])
    for one in answer["proposals"]:
        x0, y0, x1, y1 = one["box_px"]
        assert 0 <= x0 < x1 <= 2_100
        assert 0 <= y0 < y1 <= 4_096
        assert one["points_px"]
        assert all(sign in (1, -1) for _, _, sign in one["points_px"])
        assert shape(one["geometry"]).area > 0
        assert 0 < one["score"] <= 1
        assert {row["source"] for row in one["evidence"]} >= {"map", "picture"}
        assert (one["class"], one["function"]) == ("school", "educational")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("Mayur Cinema", 1),
        ("mayur cinma", 1),
        ("temple", 10),
        ("municipality office", 2),
        ("학교", 5),
        ("hospital", 0),
    ],
)
def test_a_question_finds_as_many_places_as_there_are(data: Path, query: str, count: int) -> None:
    answer = ask(data, query)
    assert len(answer["proposals"]) == count
    assert answer["nothing_here"] is (count == 0)


def test_a_mask_is_never_the_maps_own_polygon(data: Path) -> None:
    (one,) = ask(data, "Mayur Cinema")["proposals"]
    (row,) = (row for row in one["evidence"] if row["source"] == "agreement")
    assert 0.5 < row["value"] < 1.0


def test_with_hidden_polygons_the_masks_beat_discs_on_all_named_places() -> None:
    place = open_place(BANEPA / "ortho.tif", BANEPA / "map.geojson")
    backends, taxonomy, whole = make_backends("grounded", "grabcut"), load_taxonomy(), place.scene()
    reports = []
    for name in dict.fromkeys(feature.name for feature in place.index.features if feature.name):
        query = read_words(name, whole)
        scene, hidden = hide_from_map(whole, query, "points", 0)
        events = run_pipeline(scene, read_words(name, scene), backends.reasoner, backends.segmenter)
        made = [event.proposal for event in events if isinstance(event, ProposalMade)]
        reports.append(hidden_report(hidden, made, scene, taxonomy))
    weights = [report["n"] for report in reports]
    assert sum(weights) >= 23
    mean, disc = (
        float(np.average([one[key] for one in reports], weights=weights)) for key in ("mean_iou", "disc_mean_iou")
    )
    assert mean - disc >= 0.10
