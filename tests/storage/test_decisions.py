from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from shapely.geometry import Point, Polygon

from annotator.errors import BadInput, NotAllowed, NotFound
from annotator.geometry import geometry_to_geojson
from annotator.types import WindowMask
from storage.inputs import DecisionInput, PromptInput
from storage.models import prompts
from storage.words import DecisionKind, PromptKind, RejectReason
from tests.storage.world import World, box_lonlat, make_proposal, make_scene, uid

NEW: dict[str, Any] = {"geometry_lonlat": box_lonlat(1, 1, 9, 9), "function": "medical", "class_id": "clinic"}

MASKED = {"geometry_lonlat": NEW["geometry_lonlat"], "mask": WindowMask((1, 1, 9, 9), np.ones((8, 8), dtype=bool))}


def test_accepting_a_proposal_makes_a_label_of_its_own_shape(world: World) -> None:
    result = world.decide(1, "accept", proposal_id=world.proposal_ids[0], new_label_id=uid(50))
    label = result.label
    assert label is not None
    assert (label.id, label.version, label.status, label.name) == (uid(50), 1, "accepted", "Mayur Cinema")
    assert label.geometry == geometry_to_geojson(make_proposal(0).geometry_lonlat)
    assert label.window_px == (2, 4, 18, 16)
    assert (label.score, label.author, label.scene_id) == (0.5, "local", world.scene.id)
    assert (label.imagery_date, label.attribution) == ("2024-05-01", "© test")
    assert [(mark.id, mark.state, mark.label_id) for mark in result.proposals] == [
        (world.proposal_ids[0], "accepted", uid(50))
    ]
    assert world.states() == ["accepted", "open", "open"]


def test_editing_a_proposal_keeps_what_was_not_changed(world: World) -> None:
    shape = box_lonlat(3, 5, 18, 16)
    label = world.decide(1, "edit", proposal_id=world.proposal_ids[0], geometry_lonlat=shape, name="New").label
    assert label is not None
    assert (label.status, label.name, label.class_id) == ("edited", "New", "school")
    assert (label.geometry, label.mask_rle) == (geometry_to_geojson(shape), None)
    assert world.states()[0] == "edited"


def test_an_edit_of_the_class_alone_keeps_shape_and_mask(world: World) -> None:
    edited = world.decide(1, "edit", proposal_id=world.proposal_ids[0], class_id="college").label
    assert edited is not None
    assert (edited.class_id, edited.window_px) == ("college", (2, 4, 18, 16))
    assert edited.mask_rle is not None


def test_an_empty_name_clears_it(world: World) -> None:
    label = world.decide(1, "edit", proposal_id=world.proposal_ids[0], name=" ").label
    assert label is not None
    assert label.name is None


def test_a_drawn_label_remembers_the_run_it_was_missing_from(world: World) -> None:
    mask = WindowMask((1, 1, 9, 9), np.ones((8, 8), dtype=bool))
    label = world.decide(1, "add", run_id=world.run_id, mask=mask, name="Clinic", **NEW).label
    assert label is not None
    assert (label.status, label.proposal_id, label.score) == ("drawn", None, None)
    assert (label.run_id, label.source_id) == (world.run_id, world.source_id)
    assert label.query_id == world.store.run(world.run_id).run.query_id
    assert label.window_px == (1, 1, 9, 9)


def test_a_label_can_be_drawn_without_asking_first(world: World) -> None:
    label = world.decide(1, "add", source_id=world.source_id, **NEW).label
    assert label is not None
    assert (label.run_id, label.scene_id, label.imagery_date) == (None, None, "2020")


def test_rejecting_a_proposal_stores_the_reason_and_makes_no_label(world: World) -> None:
    result = world.decide(1, "reject", proposal_id=world.proposal_ids[1], reason="wrong_class")
    assert result.label is None
    proposal = world.store.run(world.run_id).proposals[1]
    assert (proposal.state, proposal.reason) == ("rejected", RejectReason.WRONG_CLASS)
    assert world.statuses() == []


def test_a_rejected_proposal_can_still_be_accepted(world: World) -> None:
    world.decide(1, "reject", proposal_id=world.proposal_ids[0], reason="duplicate")
    world.accept(2)
    proposal = world.store.run(world.run_id).proposals[0]
    assert (proposal.state, proposal.reason) == ("accepted", None)


def test_rejecting_an_accepted_proposal_says_what_to_do_instead(world: World) -> None:
    world.accept(1)
    with pytest.raises(NotAllowed, match="Undo that first, or retire the label"):
        world.decide(2, "reject", proposal_id=world.proposal_ids[0], reason="boundary")
    assert world.states()[0] == "accepted"


def test_rejecting_a_label_retires_it(world: World) -> None:
    label = world.accept(1).label
    assert label is not None
    result = world.decide(2, "reject", label_id=label.id, expected_version=1, reason="imagery_outdated")
    assert world.statuses() == [(2, "retired")]
    assert world.store.labels(world.project_id) == []
    assert [(mark.state, mark.reason) for mark in result.proposals] == [("rejected", "imagery_outdated")]


def test_flagging_makes_a_label_unsure_and_accepting_settles_it(world: World) -> None:
    flagged = world.decide(1, "flag", proposal_id=world.proposal_ids[0]).label
    assert flagged is not None
    assert (flagged.status, world.states()[0]) == ("unsure", "unsure")
    settled = world.decide(2, "accept", label_id=flagged.id, expected_version=1).label
    assert settled is not None
    assert (settled.status, settled.version, world.states()[0]) == ("accepted", 2, "accepted")


def test_accepting_a_flagged_drawing_leaves_it_drawn(world: World) -> None:
    world.decide(1, "add", run_id=world.run_id, new_label_id=uid(50), **NEW)
    world.decide(2, "flag", label_id=uid(50), expected_version=1)
    world.decide(3, "accept", label_id=uid(50), expected_version=2)
    assert world.statuses() == [(3, "drawn")]


def test_retiring_and_restoring_bring_back_the_status_before(world: World) -> None:
    world.decide(1, "edit", proposal_id=world.proposal_ids[0], name="x", new_label_id=uid(50))
    world.decide(2, "retire", label_id=uid(50), expected_version=1)
    assert (world.statuses(), world.states()[0]) == ([(2, "retired")], "rejected")
    world.decide(3, "restore", label_id=uid(50), expected_version=2)
    assert (world.statuses(), world.states()[0]) == ([(3, "edited")], "edited")


def test_accepting_the_proposal_of_a_retired_label_revives_the_same_label(world: World) -> None:
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], new_label_id=uid(50))
    world.decide(2, "retire", label_id=uid(50), expected_version=1)
    revived = world.accept(3).label
    assert revived is not None
    assert (revived.id, revived.version, revived.status) == (uid(50), 3, "accepted")


def test_a_revived_label_counts_its_mask_in_the_pixels_of_the_proposals_scene(world: World) -> None:
    later = make_scene(2)
    world.store.record_scene(later)
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], new_label_id=uid(50))
    moved = world.decide(2, "edit", label_id=uid(50), expected_version=1, scene_id=later.id, **MASKED).label
    world.decide(3, "retire", label_id=uid(50), expected_version=2)
    revived = world.accept(4).label
    assert moved is not None
    assert revived is not None
    assert (moved.scene_id, moved.window_px) == (later.id, (1, 1, 9, 9))
    assert (revived.scene_id, revived.window_px) == (world.scene.id, (2, 4, 18, 16))


@pytest.mark.parametrize("kind", ["accept", "edit", "flag", "retire"])
def test_a_retired_label_must_be_restored_first(world: World, kind: str) -> None:
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], new_label_id=uid(50))
    world.decide(2, "retire", label_id=uid(50), expected_version=1)
    with pytest.raises(NotAllowed, match=r"retired"):
        world.decide(3, kind, label_id=uid(50), expected_version=2)


def test_a_live_label_cannot_be_restored(world: World) -> None:
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], new_label_id=uid(50))
    with pytest.raises(NotAllowed, match="is not retired"):
        world.decide(2, "restore", label_id=uid(50), expected_version=1)


@pytest.mark.parametrize("kind", ["nothing_here", "scene_complete"])
def test_a_decision_about_the_view_stands_in_the_history(world: World, kind: str) -> None:
    result = world.decide(1, kind, run_id=world.run_id)
    assert (result.labels, result.proposals) == ((), ())
    entry = world.store.history(world.project_id)[0]
    assert (entry.kind, entry.says, entry.scene_id) == (kind, "schools", world.scene.id)


def test_nothing_here_needs_a_question_and_a_view(world: World) -> None:
    with pytest.raises(BadInput, match="needs the question"):
        world.decide(1, "nothing_here", source_id=world.source_id, scene_id=world.scene.id)
    with pytest.raises(BadInput, match="needs the view"):
        world.decide(1, "scene_complete", source_id=world.source_id)


@pytest.mark.parametrize("kind", ["split", "merge", "choose", "trace_edit"])
def test_reserved_kinds_are_refused_with_a_sentence(world: World, kind: str) -> None:
    with pytest.raises(NotAllowed, match=f"“{kind}” comes with a later version"):
        world.decide(1, kind, proposal_id=world.proposal_ids[0])


def test_prompts_are_kept_in_order_with_their_times(world: World) -> None:
    given = (
        PromptInput(PromptKind.BOX, (77.0, 28.0, 77.1, 28.1), at_ms=5),
        PromptInput(PromptKind.POINT, (77.0, 28.0), -1, 1200),
        PromptInput(PromptKind.TAKE_BACK, at_ms=1300),
    )
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], prompts=given, seconds=2.5, clicks=3)
    with world.store.read() as connection:
        rows = connection.execute(sa.select(prompts).order_by(prompts.c.position)).all()
    assert [(row.kind, row.lonlat, row.sign, row.at_ms) for row in rows] == [
        ("box", [77.0, 28.0, 77.1, 28.1], 1, 5),
        ("point", [77.0, 28.0], -1, 1200),
        ("take_back", [], 1, 1300),
    ]
    entry = world.store.history(world.project_id)[0]
    assert (entry.seconds, entry.clicks) == (2.5, 3)


def test_the_clients_time_is_kept_beside_the_servers(world: World) -> None:
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], decided_at="2025-03-01T09:00:00.5+09:00")
    entry = world.store.history(world.project_id)[0]
    assert entry.decided_at == "2025-03-01T00:00:00.500Z"
    assert entry.recorded_at > entry.decided_at


def test_delivered_again_a_decision_gives_the_stored_result_though_the_label_went_on(world: World) -> None:
    first = world.accept(1)
    assert first.label is not None
    world.decide(2, "edit", label_id=first.label.id, expected_version=1, name="later")
    assert world.accept(1) == first
    assert world.statuses() == [(2, "edited")]


def test_labels_are_found_by_box_source_and_status(world: World) -> None:
    world.accept(1)
    world.decide(2, "edit", proposal_id=world.proposal_ids[2], name="far")
    west, south, east, north = box_lonlat(0, 0, 20, 20).bounds
    found = world.store.labels(world.project_id, world.source_id, (west, south, east, north))
    assert [label.name for label in found] == ["Mayur Cinema"]
    assert [label.name for label in world.store.labels(world.project_id)] == ["Mayur Cinema", "far"]
    assert world.store.labels(world.project_id, uid(3)) == []


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("reject", {"proposal_id": uid(1000)}, "needs a reason"),
    ("reject", {"proposal_id": uid(1000), "reason": "ugly"}, "'ugly' is no reason. It is one of: wrong_place"),
    ("reject", {"reason": "boundary"}, "needs the proposal"),
    ("accept", {}, "needs the proposal or the label"),
    ("retire", {}, "needs the label"),
    ("add", {"source_id": "s", "geometry_lonlat": box_lonlat(1, 1, 9, 9)}, "a function and a class"),
    ("add", NEW, "needs the source"),
    ("add", {**NEW, "proposal_id": uid(1000)}, "cannot name a proposal"),
    ("edit", {"proposal_id": uid(1000), "geometry_lonlat": Point(77, 28)}, "A label is an area"),
    ("edit", {"geometry_lonlat": Polygon([(7, 8), (8, 9), (8, 8), (7, 9)])}, "crosses itself"),
    ("edit", {"geometry_lonlat": Polygon([(7, 8), (8, 99), (8, 8)])}, "not on the earth"),
    ("edit", {"proposal_id": uid(1000), "name": "x" * 2001}, "longer than 2000 characters"),
    ("edit", {"proposal_id": uid(1000), "class_id": "School!"}, "is no class id"),
    ("edit", {"mask": WindowMask((0, 0, 1, 1), np.ones((1, 1), dtype=bool))}, "without its outline"),
    ("accept", {"proposal_id": uid(1000), "seconds": float("nan")}, "number of seconds"),
    ("accept", {"proposal_id": uid(1000), "decided_at": "yesterday"}, "is not a time"),
    ("accept", {"proposal_id": uid(1000), "decided_at": "2025-03-01T09:00:00"}, "has no zone"),
    ("accept", {"proposal_id": uid(1000), "new_label_id": "x"}, "label is not a UUID"),
]


@pytest.mark.parametrize(("kind", "fields", "sentence"), BAD)
def test_a_decision_that_lacks_something_is_refused_and_leaves_no_trace(
    world: World, kind: str, fields: dict[str, Any], sentence: str
) -> None:
    if fields.get("source_id") == "s":
        fields = fields | {"source_id": world.source_id}
    with pytest.raises(BadInput, match=sentence):
        world.decide(1, kind, **fields)
    assert world.store.history(world.project_id) == []


def test_ids_of_nothing_or_of_another_project_are_not_found(world: World) -> None:
    other = world.store.ensure_project("other").id
    for fields in ({"proposal_id": uid(5)}, {"label_id": uid(5)}, {"run_id": uid(5)}, {"source_id": uid(5)}):
        with pytest.raises(NotFound):
            world.decide(1, "accept", **fields)
    with pytest.raises(NotFound, match="belongs to another project"):
        world.store.decide(DecisionInput(uid(1), DecisionKind.ACCEPT, other, proposal_id=world.proposal_ids[0]))
    with pytest.raises(NotFound, match="The person"):
        world.decide(1, "accept", proposal_id=world.proposal_ids[0], user="nobody")
