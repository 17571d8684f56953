from __future__ import annotations

import pytest

from annotator.errors import NotAllowed
from storage.check import check
from storage.inputs import DecisionInput
from storage.store import Store
from storage.words import DecisionKind
from tests.storage.world import World, box_lonlat, uid

LABEL = uid(50)


def _accept(world: World) -> None:
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], new_label_id=LABEL)


def _edit(world: World) -> None:
    world.decide(2, "edit", label_id=LABEL, expected_version=1, geometry_lonlat=box_lonlat(3, 5, 9, 9), name="Edited")


def test_undoing_an_accept_retires_the_label_and_opens_the_proposal(world: World) -> None:
    _accept(world)
    result = world.undo(9)
    assert result.target_id == uid(1)
    assert result.target_kind == "accept"
    assert result.label is not None
    assert (result.label.id, result.label.version, result.label.status) == (LABEL, 2, "retired")
    assert [(mark.id, mark.state) for mark in result.proposals] == [(world.proposal_ids[0], "open")]
    assert world.states() == ["open", "open", "open"]


def test_redoing_an_accept_brings_the_label_back(world: World) -> None:
    _accept(world)
    world.undo(8)
    result = world.redo(9)
    assert result.label is not None
    assert (result.label.id, result.label.version, result.label.status) == (LABEL, 3, "accepted")
    assert world.states()[0] == "accepted"


def test_undoing_an_edit_gives_the_revision_before(world: World) -> None:
    _accept(world)
    before = world.store.label(LABEL)
    _edit(world)
    after = world.store.label(LABEL)
    undone = world.undo(8).label
    redone = world.redo(9).label
    assert undone is not None
    assert redone is not None
    assert (undone.version, undone.status, undone.name) == (3, "accepted", "Mayur Cinema")
    assert (undone.geometry, undone.mask_rle) == (before.geometry, before.mask_rle)
    assert (redone.version, redone.status, redone.name) == (4, "edited", "Edited")
    assert redone.geometry == after.geometry


def test_undoing_a_rejection_opens_the_proposal_and_redo_gives_the_reason_back(world: World) -> None:
    world.decide(1, "reject", proposal_id=world.proposal_ids[1], reason="merged")
    world.undo(8)
    assert world.states()[1] == "open"
    (mark,) = world.redo(9).proposals
    assert (mark.state, mark.reason) == ("rejected", "merged")


def test_undoing_a_second_rejection_gives_the_first_reason_back(world: World) -> None:
    world.decide(1, "reject", proposal_id=world.proposal_ids[1], reason="merged")
    world.decide(2, "reject", proposal_id=world.proposal_ids[1], reason="boundary")
    world.undo(9)
    proposal = world.store.run(world.run_id).proposals[1]
    assert (proposal.state, proposal.reason) == ("rejected", "merged")


def test_undoing_a_drawing_a_flag_a_retirement_and_a_restoration(world: World) -> None:
    shape = {"geometry_lonlat": box_lonlat(1, 1, 9, 9), "function": "medical", "class_id": "clinic"}
    world.decide(1, "add", run_id=world.run_id, new_label_id=LABEL, **shape)
    world.decide(2, "flag", label_id=LABEL, expected_version=1)
    world.decide(3, "retire", label_id=LABEL, expected_version=2)
    world.decide(4, "restore", label_id=LABEL, expected_version=3)
    seen = []
    for number in range(10, 14):
        label = world.undo(number).label
        assert label is not None
        seen.append((label.version, label.status.value))
    assert seen == [(5, "retired"), (6, "unsure"), (7, "drawn"), (8, "retired")]
    assert check(world.store.data_dir).problems == ()


def test_undo_goes_back_one_by_one_and_redo_forward_again(world: World) -> None:
    _accept(world)
    world.decide(2, "reject", proposal_id=world.proposal_ids[1], reason="boundary")
    world.decide(3, "nothing_here", run_id=world.run_id)
    undone = [world.undo(number).target_id for number in (10, 11, 12)]
    assert undone == [uid(3), uid(2), uid(1)]
    assert world.states() == ["open", "open", "open"]
    redone = [world.redo(number).target_id for number in (13, 14, 15)]
    assert redone == [uid(1), uid(2), uid(3)]
    assert world.states() == ["accepted", "rejected", "open"]


def test_a_redone_decision_can_be_undone_again(world: World) -> None:
    _accept(world)
    for number in range(10, 20, 2):
        world.undo(number)
        world.redo(number + 1)
    assert world.statuses() == [(11, "accepted")]
    world.undo(30)
    assert world.states()[0] == "open"


def test_a_newer_decision_ends_redo(world: World) -> None:
    _accept(world)
    world.undo(8)
    world.decide(9, "reject", proposal_id=world.proposal_ids[1], reason="boundary")
    with pytest.raises(NotAllowed, match="nothing of yours to redo"):
        world.redo(10)
    assert world.undo(11).target_id == uid(9)
    assert world.redo(12).target_id == uid(9)


def test_nothing_to_undo_or_redo_is_a_sentence_and_leaves_no_row(world: World) -> None:
    with pytest.raises(NotAllowed, match="nothing of yours to undo"):
        world.undo(1)
    with pytest.raises(NotAllowed, match="nothing of yours to redo"):
        world.redo(2)
    assert world.store.history(world.project_id) == []


def test_an_undo_delivered_again_undoes_once(world: World) -> None:
    _accept(world)
    world.decide(2, "reject", proposal_id=world.proposal_ids[1], reason="boundary")
    assert world.undo(9) == world.undo(9)
    assert world.states() == ["accepted", "open", "open"]


def test_undo_survives_a_restart(world: World) -> None:
    _accept(world)
    _edit(world)
    world.undo(8)
    world.store.close()
    with Store.open(world.store.data_dir, writer=True) as again:
        state = again.undo_state(world.project_id)
        assert (state.undo, state.redo) == ("accept · Mayur Cinema", "edit · Edited")
        assert again.redo(decision_id=uid(9), project_id=world.project_id).target_id == uid(2)
        assert again.undo(decision_id=uid(10), project_id=world.project_id).target_id == uid(2)


def test_the_undo_state_names_what_would_be_turned(world: World) -> None:
    assert world.store.undo_state(world.project_id).undo is None
    world.decide(1, "reject", proposal_id=world.proposal_ids[2], reason="boundary")
    assert world.store.undo_state(world.project_id).undo == "reject · school"
    world.decide(2, "nothing_here", run_id=world.run_id)
    assert world.store.undo_state(world.project_id).undo == "nothing_here · schools"
    world.undo(3)
    state = world.store.undo_state(world.project_id)
    assert (state.undo, state.redo) == ("reject · school", "nothing_here · schools")


def test_a_person_undoes_only_their_own_decisions(world: World) -> None:
    ann = world.add_person("ann")
    _accept(world)
    with pytest.raises(NotAllowed, match="nothing of yours"):
        world.undo(8, ann)
    world.decide(2, "reject", proposal_id=world.proposal_ids[1], reason="boundary", user=ann)
    assert world.undo(9).target_id == uid(1)


def test_undo_does_not_write_over_what_someone_else_decided_since(world: World) -> None:
    ann = world.add_person("ann")
    _accept(world)
    world.decide(2, "edit", label_id=LABEL, expected_version=1, name="Ann's", user=ann)
    with pytest.raises(NotAllowed, match="undo would write over theirs"):
        world.undo(8)
    world.undo(9, ann)
    assert world.undo(10).target_id == uid(1)


def test_redo_does_not_write_over_what_someone_else_decided_since(world: World) -> None:
    ann = world.add_person("ann")
    _accept(world)
    world.undo(8)
    world.decide(9, "reject", proposal_id=world.proposal_ids[0], reason="boundary", user=ann)
    with pytest.raises(NotAllowed, match="redo would write over theirs"):
        world.redo(10)


def test_undo_is_also_a_kind_of_decide(world: World) -> None:
    _accept(world)
    result = world.store.decide(DecisionInput(uid(9), DecisionKind.UNDO, world.project_id))
    assert result.target_id == uid(1)


def test_the_history_says_what_is_still_in_effect(world: World) -> None:
    _accept(world)
    world.decide(2, "reject", proposal_id=world.proposal_ids[1], reason="boundary")
    world.undo(3)
    found = [(entry.kind.value, entry.says, entry.in_effect) for entry in world.store.history(world.project_id)]
    assert found == [
        ("undo", "Lotus School", True),
        ("reject", "Lotus School", False),
        ("accept", "Mayur Cinema", True),
    ]
    assert [entry.kind for entry in world.store.history(world.project_id, 1)] == ["undo"]
