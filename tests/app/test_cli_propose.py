"""``propose`` as a contract: one JSON object on stdout, sentences on stderr."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from storage.store import Store
from tests.app.command import assert_failed, propose, run
from tests.app.ground import CINEMA, HILL, LOTUS, Town, box_geojson


def test_propose_answers_with_the_keys_of_the_contract(town: Town, tmp_path: Path) -> None:
    answer = propose(town, tmp_path, "school").answer
    assert {"query", "tier", "seconds", "nothing_here", "scene", "proposals"} <= answer.keys()
    assert answer.keys() <= {"query", "tier", "seconds", "nothing_here", "scene", "proposals", "reasons"}
    assert answer["scene"].keys() == {"crs", "transform", "size_px", "bounds_lonlat", "gsd_m"}
    assert answer["scene"]["crs"] == "EPSG:32645"
    assert answer["scene"]["transform"] == [330_000, 0.5, 0, 3_070_000, 0, -0.5]
    assert answer["scene"]["size_px"] == [600, 600]
    contract = {"box_px", "points_px", "score", "function", "class", "name", "geometry", "evidence", "trace"}
    assert answer["proposals"][0].keys() - {"clipped", "feature_id"} == contract


def test_propose_finds_the_two_schools_in_the_pictures_pixels(town: Town, tmp_path: Path) -> None:
    answer = propose(town, tmp_path, "school").answer
    assert (answer["query"], answer["tier"], answer["nothing_here"]) == ("school", "class", False)
    lotus, hill = answer["proposals"]
    assert lotus["box_px"] == pytest.approx(LOTUS, abs=0.1)
    assert hill["box_px"] == pytest.approx(HILL, abs=0.1)
    assert (lotus["name"], lotus["class"], lotus["function"]) == ("Lotus School", "school", "educational")
    assert all(LOTUS[0] < x < LOTUS[2] and LOTUS[1] < y < LOTUS[3] and sign == 1 for x, y, sign in lotus["points_px"])
    assert lotus["geometry"]["type"] == "Polygon"
    assert 0 < lotus["score"] <= 1
    rows = lotus["evidence"]
    assert {row["source"] for row in rows} >= {"map", "picture"}
    assert all(row.keys() == {"source", "says", "value", "unit", "agrees"} for row in rows)


def test_nothing_here_is_an_answer(town: Town, tmp_path: Path) -> None:
    done = propose(town, tmp_path, "hospital")
    assert done.code == 0
    assert (done.answer["nothing_here"], done.answer["proposals"]) == (True, [])
    assert done.answer["reasons"]


def test_propose_with_hidden_polygons_tells_how_well_it_found_them(town: Town, tmp_path: Path) -> None:
    hidden = propose(town, tmp_path, "school", "--map-mode", "points").answer["hidden"]
    assert hidden.keys() == {"n", "mean_iou", "disc_mean_iou"}
    assert hidden["n"] == 2
    assert 0 <= hidden["disc_mean_iou"] < hidden["mean_iou"] <= 1


@pytest.mark.parametrize("mode", ["full", "sparse", "shifted", "none"])
def test_only_hidden_polygons_are_measured(town: Town, tmp_path: Path, mode: str) -> None:
    done = propose(town, tmp_path, "school", "--map-mode", mode)
    assert done.code == 0
    assert "hidden" not in done.answer


def test_propose_without_a_map_says_that_nothing_is_here(town: Town, tmp_path: Path) -> None:
    done = run("propose", "--image", town.image, "--query", "school", "--data", tmp_path, "--json")
    assert (done.code, done.answer["nothing_here"]) == (0, True)
    points = run(
        "propose", "--image", town.image, "--query", "school", "--data", tmp_path, "--json", "--map-mode", "points"
    )
    assert points.answer["hidden"]["n"] == 0


def test_a_bbox_cuts_the_scene(town: Town, tmp_path: Path) -> None:
    from shapely.geometry import shape

    west, south, east, north = shape(box_geojson(20, 20, 220, 220)).bounds
    answer = propose(town, tmp_path, "school", "--bbox", west, south, east, north).answer
    assert [one["name"] for one in answer["proposals"]] == ["Lotus School"]
    assert answer["scene"]["size_px"][0] < 220


def test_the_proposals_are_also_written_as_geojson(town: Town, tmp_path: Path) -> None:
    done = propose(town, tmp_path / "data", "cinema", "--out", tmp_path / "out.geojson")
    written = json.loads((tmp_path / "out.geojson").read_text())
    (one,) = written["features"]
    assert (written["type"], one["properties"]["name"]) == ("FeatureCollection", "Mayur Cinema")
    assert one["geometry"] == done.answer["proposals"][0]["geometry"]
    assert done.answer["proposals"][0]["box_px"] == pytest.approx(CINEMA, abs=0.1)


def test_propose_records_a_run_and_no_label(town: Town, tmp_path: Path) -> None:
    propose(town, tmp_path, "school")
    with Store.open(tmp_path, writer=False) as store:
        (project,) = store.projects()
        source = next(one for one in store.sources(project.id) if one.kind == "geotiff")
        latest = store.latest_run(project.id, source.id)
        assert latest is not None
        assert (latest.run.status.value, len(latest.proposals)) == ("done", 2)
        assert store.labels(project.id) == []
        assert store.scene(latest.run.scene_id).image.shape == (600, 600, 3)


def test_asking_twice_gives_the_same_places(town: Town, tmp_path: Path) -> None:
    first, second = (propose(town, tmp_path, "school").answer["proposals"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--bbox", "nan", "nan", "nan", "nan"), ("outside the picture",)),
        (("--bbox", "0", "0", "1", "1"), ("outside the picture",)),
        (("--bbox", "inf", "0", "1", "1"), ("outside the picture",)),
        (("--reasoner", "oracle"), ("oracle", "grounded")),
        (("--segmenter", "magic"), ("magic", "grabcut")),
        (("--out", "/nonexistent/folder/x.geojson"), ("/nonexistent/folder/x.geojson",)),
        (("--project", ""), ("--project",)),
        (("--store", "postgresql://db/x"), ("PostgreSQL",)),
        (("--store", "what"), ("--store", "URL")[1:]),
    ],
    ids=lambda value: " ".join(value)[:30],
)
def test_propose_fails_with_one_sentence(town: Town, tmp_path: Path, more: Sequence[str], words: Sequence[str]) -> None:
    assert_failed(propose(town, tmp_path / "data", "school", *more), *words)


@pytest.mark.parametrize("query", ["", "   ", "\x00\x01", "...", "x" * 10_000])
def test_words_that_are_no_question_fail(town: Town, tmp_path: Path, query: str) -> None:
    assert_failed(propose(town, tmp_path, query))


@pytest.mark.parametrize(
    "query", ["🏫", "مدرسة", "'; DROP TABLE runs; --", "<b>school</b>", "\u202eloohcs", "$(reboot)"]
)
def test_any_other_words_are_a_question(town: Town, tmp_path: Path, query: str) -> None:
    assert propose(town, tmp_path, query).code == 0
    assert run("check", "--data", tmp_path).code == 0


def test_files_that_cannot_be_read_fail(town: Town, tmp_path: Path) -> None:
    bad = tmp_path / "bad.geojson"
    bad.write_text("{")
    common = ("--query", "school", "--data", tmp_path / "data", "--json")
    assert_failed(run("propose", "--image", tmp_path / "no.tif", *common), "no.tif")
    assert_failed(run("propose", "--image", bad, *common), "bad.geojson")
    assert_failed(run("propose", "--image", town.image, "--map", bad, *common), "bad.geojson")
    assert_failed(run("propose", "--image", town.image, "--map", tmp_path / "no.geojson", *common), "no.geojson")
    assert_failed(run("propose", "--image", tmp_path, *common))
    file = tmp_path / "file"
    file.write_text("")
    assert_failed(propose(town, file, "school"), str(file))
