from __future__ import annotations

import threading

import pytest

from annotator.errors import StaleVersion
from annotator.geometry import geometry_to_geojson
from storage.inputs import DraftInput
from storage.store import Store
from tests.storage.world import World, box_lonlat, uid

MINE = box_lonlat(3, 5, 18, 16)


@pytest.fixture
def changed(world: World) -> World:
    """A label that ann brought to version 2 while the local person looks at version 1."""
    ann = world.add_person("ann")
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], new_label_id=uid(50))
    world.decide(2, "edit", label_id=uid(50), expected_version=1, name="Ann's name", user=ann)
    return world


def test_a_stale_edit_answers_with_both_versions_and_keeps_the_losers_shape_as_a_draft(changed: World) -> None:
    with pytest.raises(StaleVersion, match="ann changed this label: it is at version 2, you saw version 1") as caught:
        changed.decide(3, "edit", label_id=uid(50), expected_version=1, geometry_lonlat=MINE, name="Mine")
    theirs = caught.value.theirs
    assert (theirs["version"], theirs["expected_version"], theirs["name"]) == (2, 1, "Ann's name")
    (draft,) = changed.store.drafts(changed.project_id)
    assert draft.id == theirs["draft_id"]
    assert (draft.label_id, draft.name, draft.geometry) == (uid(50), "Mine", geometry_to_geojson(MINE))
    assert changed.store.label(uid(50)).name == "Ann's name"
    assert len(changed.store.history(changed.project_id)) == 2


def test_a_stale_edit_delivered_again_keeps_one_draft(changed: World) -> None:
    for _ in range(3):
        with pytest.raises(StaleVersion):
            changed.decide(3, "edit", label_id=uid(50), expected_version=1, geometry_lonlat=MINE)
    assert len(changed.store.drafts(changed.project_id)) == 1


def test_the_losers_draft_takes_the_place_of_the_one_that_was_open(changed: World) -> None:
    store = changed.store
    store.save_draft(DraftInput(uid(9), changed.project_id, changed.source_id, 1, label_id=uid(50)))
    with pytest.raises(StaleVersion):
        changed.decide(3, "edit", label_id=uid(50), expected_version=1, geometry_lonlat=MINE, draft_id=uid(9))
    assert [draft.id for draft in store.drafts(changed.project_id)] == [uid(3)]


def test_deciding_anew_on_the_present_version_closes_the_kept_draft(changed: World) -> None:
    with pytest.raises(StaleVersion):
        changed.decide(3, "edit", label_id=uid(50), expected_version=1, geometry_lonlat=MINE)
    changed.decide(4, "edit", label_id=uid(50), expected_version=2, geometry_lonlat=MINE)
    assert changed.store.drafts(changed.project_id) == []
    assert changed.statuses() == [(3, "edited")]


@pytest.mark.parametrize("kind", ["accept", "flag", "retire", "reject"])
def test_a_stale_decision_without_a_shape_changes_nothing(changed: World, kind: str) -> None:
    reason = "boundary" if kind == "reject" else None
    with pytest.raises(StaleVersion, match="Nothing was changed"):
        changed.decide(3, kind, label_id=uid(50), expected_version=1, reason=reason)
    assert changed.store.drafts(changed.project_id) == []
    assert changed.statuses() == [(2, "edited")]


@pytest.mark.parametrize("expected", [None, 1, 3])
def test_a_proposal_that_is_a_label_already_is_decided_on_with_the_labels_version(
    changed: World, expected: int | None
) -> None:
    with pytest.raises(StaleVersion, match="you saw"):
        changed.decide(3, "accept", proposal_id=changed.proposal_ids[0], expected_version=expected)
    assert changed.decide(3, "accept", proposal_id=changed.proposal_ids[0], expected_version=2).label is not None


def test_of_two_threads_saving_the_same_version_one_wins_and_one_hears_of_it(world: World) -> None:
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], new_label_id=uid(50))
    outcomes: list[str] = []

    def save(number: int) -> None:
        try:
            world.decide(number, "edit", label_id=uid(50), expected_version=1, name=str(number))
            outcomes.append("saved")
        except StaleVersion:
            outcomes.append("stale")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(100, 108)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved"] + ["stale"] * 7
    assert world.statuses() == [(2, "edited")]
    assert len(world.store.drafts(world.project_id)) == 7


def test_a_conflict_survives_a_restart(changed: World) -> None:
    changed.store.close()
    with Store.open(changed.store.data_dir, writer=True) as again:
        assert again.label(uid(50)).version == 2
        assert again.label(uid(50), 1).name == "Mayur Cinema"
