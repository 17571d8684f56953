"""Drafts, decisions, undo and redo, as the page sends them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape

from annotator.geometry import area_m2
from tests.app.ground import HOUSE, LOTUS, Site, Town, box_geojson, collection, run_query, serving, uid, write_json
from tests.app.uploads import small_tif, upload

DRAWN = {"function": "educational", "class_id": "school", "name": "Drawn School"}


def draft(site: Site, sequence: int, **fields: Any) -> Any:
    return site.post("/ss/draft", draft_id=uid(1), sequence=sequence, **fields)


def accepted(site: Site, proposal_id: str, number: int = 10) -> dict[str, Any]:
    answer: dict[str, Any] = site.decide(number, "accept", proposal_id=proposal_id).json()
    return answer


def test_state_tells_the_last_run_with_its_open_proposals(site: Site, proposals: list[str]) -> None:
    state = site.state()
    assert state["run"] | {"seconds": 0, "steps": []} == {
        "id": uid(700),
        "query": "school",
        "tier": "class",
        "function": "educational",
        "class_id": "school",
        "seconds": 0,
        "places": 2,
        "status": "done",
        "nothing_here": False,
        "reasons": [],
        "steps": [],
    }
    assert [one["id"] for one in state["proposals"]] == proposals
    assert [one["name"] for one in state["proposals"]] == ["Lotus School", "Hill School"]
    assert [one["state"] for one in state["proposals"]] == ["open", "open"]
    assert (state["undo"], state["redo"], state["drafts"], state["labels"]) == (None, None, [], [])


def test_an_accepted_proposal_becomes_a_label_of_the_same_shape(site: Site, proposals: list[str]) -> None:
    before = site.state()["proposals"][0]
    answer = accepted(site, proposals[0])
    label = answer["label"]
    assert (label["version"], label["status"], label["name"]) == (1, "accepted", "Lotus School")
    assert (label["function"], label["class_id"]) == ("educational", "school")
    assert label["geometry"] == before["geometry"]
    assert answer["proposal"] == {"id": proposals[0], "state": "accepted", "reason": None, "label_id": label["id"]}
    assert answer["undo"] == {"says": "accept · Lotus School"}


def test_a_decision_delivered_twice_counts_once(site: Site, proposals: list[str]) -> None:
    assert accepted(site, proposals[0]) == accepted(site, proposals[0])
    assert len(site.state()["labels"]) == 1


def test_a_decision_on_a_version_that_was_changed_answers_with_theirs(site: Site, proposals: list[str]) -> None:
    label_id = accepted(site, proposals[0])["label"]["id"]
    first = site.decide(11, "edit", label_id=label_id, expected_version=1, name="First")
    assert first.json()["label"]["version"] == 2
    mine = box_geojson(*HOUSE)
    second = site.decide(12, "edit", label_id=label_id, expected_version=1, geometry=mine)
    assert second.status_code == 409
    told = second.json()
    assert told["kind"] == "StaleVersion"
    assert (told["theirs"]["version"], told["theirs"]["name"], told["theirs"]["draft_id"]) == (2, "First", uid(12))
    (kept,) = site.state()["drafts"]
    assert (kept["draft_id"], kept["label_id"]) == (uid(12), label_id)
    assert len(kept["geometry"]["coordinates"][0]) == 5


def test_a_rejection_needs_a_reason(site: Site, proposals: list[str]) -> None:
    without = site.decide(10, "reject", proposal_id=proposals[0])
    assert (without.status_code, without.json()["kind"]) == (422, "BadInput")
    assert "reason" in without.json()["error"]
    with_one = site.decide(10, "reject", proposal_id=proposals[0], reason="wrong_class").json()
    assert with_one["proposal"] == {"id": proposals[0], "state": "rejected", "reason": "wrong_class", "label_id": None}
    assert [one["state"] for one in site.state()["proposals"]] == ["rejected", "open"]


def test_a_drawn_place_becomes_a_label(site: Site) -> None:
    answer = site.decide(10, "add", geometry=box_geojson(*HOUSE), **DRAWN)
    assert answer.status_code == 200
    label = answer.json()["label"]
    assert (label["status"], label["name"], label["proposal_id"]) == ("drawn", "Drawn School", None)
    assert area_m2(shape(label["geometry"])) == pytest.approx(40 * 30 * 0.25, rel=0.01)


def test_undo_and_redo_turn_a_decision_back_and_forth(site: Site, proposals: list[str]) -> None:
    accepted(site, proposals[0])
    undone = site.turn("undo", 20).json()
    assert undone["proposal"]["state"] == "open"
    assert site.state()["labels"] == []
    assert (undone["undo"], undone["redo"]) == (None, {"says": "accept · Lotus School"})
    redone = site.turn("redo", 21).json()
    assert (redone["label"]["status"], redone["label"]["version"]) == ("accepted", 3)
    assert redone["undo"] == {"says": "accept · Lotus School"}
    assert site.turn("redo", 21).json() == redone


def test_undo_with_nothing_to_undo_is_a_sentence(site: Site) -> None:
    answer = site.turn("undo", 20)
    assert (answer.status_code, answer.json()["kind"]) == (409, "NotAllowed")


def test_a_draft_saved_again_changes_nothing(site: Site) -> None:
    shape = box_geojson(*LOTUS)
    assert draft(site, 3, geometry=shape, name="half done").json()["sequence"] == 3
    saved = site.state()["drafts"]
    assert draft(site, 3, geometry=shape, name="half done").status_code == 200
    assert site.state()["drafts"] == saved
    assert [(one["draft_id"], one["name"], one["sequence"]) for one in saved] == [(uid(1), "half done", 3)]


def test_a_draft_delivered_late_changes_nothing(site: Site) -> None:
    draft(site, 5, name="newer")
    assert draft(site, 4, name="older").json()["sequence"] == 5
    assert [one["name"] for one in site.state()["drafts"]] == ["newer"]


def test_a_drafts_prompts_come_back_as_they_were_sent(site: Site) -> None:
    prompts = [
        {"kind": "box", "bounds": [85.276, 27.741, 85.277, 27.742], "at_ms": 0},
        {"kind": "point", "lonlat": [85.2765, 27.7415], "sign": -1, "at_ms": 900},
        {"kind": "vertex", "lonlat": [85.2766, 27.7416], "at_ms": 1_500},
        {"kind": "outline", "at_ms": 2_000},
    ]
    draft(site, 1, prompts=prompts)
    assert site.state()["drafts"][0]["prompts"] == prompts


def test_a_discarded_draft_is_gone_and_stays_gone(site: Site) -> None:
    draft(site, 1, name="no")
    for _ in range(2):
        answer = site.page.post("/ss/draft/discard", json={"draft_id": uid(1), "project_id": site.ids["project_id"]})
        assert answer.json() == {"draft_id": uid(1)}
    assert site.state()["drafts"] == []


def test_a_decision_closes_the_draft_it_came_from(site: Site, proposals: list[str]) -> None:
    draft(site, 1, proposal_id=proposals[0], geometry=box_geojson(*LOTUS))
    fields = {"draft_id": uid(1), "proposal_id": proposals[0], "geometry": box_geojson(*LOTUS)}
    assert site.decide(10, "edit", **fields).json()["label"]["status"] == "edited"
    assert site.state()["drafts"] == []


def test_state_after_opening_again_is_the_state_before(site: Site, town: Town, proposals: list[str]) -> None:
    accepted(site, proposals[0])
    site.decide(11, "reject", proposal_id=proposals[1], reason="duplicate")
    site.decide(12, "add", geometry=box_geojson(*HOUSE), **DRAWN)
    site.turn("undo", 13)
    draft(site, 1, name="half done", geometry=box_geojson(*HOUSE))
    before = site.state()
    assert [label["name"] for label in before["labels"]] == ["Lotus School"]
    assert [one["state"] for one in before["proposals"]] == ["accepted", "rejected"]
    site.workspaces.close()
    with serving(site.settings.data, town) as again:
        assert again.state() == before


def test_a_source_that_is_not_there_is_a_sentence(site: Site) -> None:
    answer = site.post("/ss/draft", source_id=uid(99), draft_id=uid(1), sequence=1)
    assert (answer.status_code, answer.json()["kind"]) == (404, "NotFound")
    assert site.state()["drafts"] == []


def test_a_label_that_is_not_there_is_a_sentence(site: Site) -> None:
    answer = site.decide(10, "retire", label_id=uid(99), expected_version=1)
    assert (answer.status_code, answer.json()["kind"]) == (404, "NotFound")


def test_a_shape_that_crosses_itself_is_saved_as_its_parts(site: Site) -> None:
    west, south, east, north = (85.2760, 27.7415, 85.2770, 27.7425)
    bow = [[west, south], [east, north], [east, south], [west, north], [west, south]]
    answer = site.decide(10, "add", geometry={"type": "Polygon", "coordinates": [bow]}, **DRAWN)
    assert answer.status_code == 200
    assert answer.json()["label"]["geometry"]["type"] == "MultiPolygon"


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"class_id": "spaceport"}, "no class"),
        ({"function": "space"}, "no function"),
        ({"class_id": "school", "function": "medical"}, "does not belong"),
    ],
)
def test_a_class_the_taxonomy_does_not_know_is_refused(site: Site, more: dict[str, str], word: str) -> None:
    answer = site.decide(20, "add", geometry=box_geojson(*HOUSE), **{**DRAWN, **more})
    assert (answer.status_code, answer.json()["kind"]) == (422, "BadInput")
    assert word in answer.json()["error"]
    assert site.state()["labels"] == []


def test_undo_takes_back_only_what_was_decided_on_the_picture_in_view(site: Site, tmp_path: Path) -> None:
    other = upload(site, image=small_tif(tmp_path / "other.tif")).json()["source"]["id"]
    site.decide(30, "add", geometry=box_geojson(*HOUSE), **DRAWN)
    there = {**site.ids, "source_id": other}
    refused = site.page.post("/ss/undo", json=there | {"decision_id": uid(31)})
    assert (refused.status_code, refused.json()["kind"]) == (409, "NotAllowed")
    assert len(site.state()["labels"]) == 1
    assert site.turn("undo", 32).status_code == 200
    assert site.state()["labels"] == []


def test_a_place_rejected_in_an_earlier_run_stands_rejected_in_the_next(site: Site, proposals: list[str]) -> None:
    site.decide(40, "reject", proposal_id=proposals[0], reason="wrong_class")
    run_query(site.workspace, "school", uid(900))
    states = [(one["state"], one["reason"]) for one in site.state()["proposals"]]
    assert sorted(states, key=str) == [("open", None), ("rejected", "wrong_class")]


def test_labels_on_other_pictures_are_counted_for_the_export(site: Site, tmp_path: Path) -> None:
    other = upload(site, image=small_tif(tmp_path / "other.tif")).json()["source"]["id"]
    site.decide(50, "add", geometry=box_geojson(*HOUSE), **DRAWN)
    assert site.state()["elsewhere"] == 0
    assert site.page.get(f"/ss/state?source={other}").json()["elsewhere"] == 1


def test_a_map_of_another_area_is_refused_and_the_first_stays(site: Site, tmp_path: Path) -> None:
    empty = write_json(tmp_path / "empty.geojson", collection())
    answer = upload(site, map_file=empty, source_id=site.ids["source_id"])
    assert (answer.status_code, answer.json()["kind"]) == (422, "BadMap")
    assert "empty.geojson has 0 features" in answer.json()["error"]
    assert site.page.get("/ss/boot").json()["sources"][0]["map_features"] == 5
