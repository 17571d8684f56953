from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from shapely.geometry import LineString, Point, Polygon

from annotator.errors import BadInput, NotFound
from annotator.types import WindowMask
from storage.inputs import DraftInput, PromptInput
from storage.store import Store
from storage.views import DraftView
from storage.words import PromptKind
from tests.storage.world import World, box_lonlat, uid


def save(world: World, number: int, sequence: int, **fields: Any) -> DraftView:
    return world.store.save_draft(DraftInput(uid(number), world.project_id, world.source_id, sequence, **fields))


def names(world: World) -> list[str | None]:
    return [draft.name for draft in world.store.drafts(world.project_id, world.source_id)]


def test_a_draft_comes_back_after_a_restart(world: World) -> None:
    prompts = (
        PromptInput(PromptKind.BOX, (77.0, 28.0, 77.1, 28.1), at_ms=20),
        PromptInput(PromptKind.POINT, (77.05, 28.05), -1, 900),
    )
    mask = WindowMask((1, 2, 3, 4), np.ones((2, 2), dtype=bool))
    saved = save(world, 1, 1, geometry_lonlat=box_lonlat(1, 1, 9, 9), mask=mask, name="Hall", prompts=prompts)
    world.store.close()
    with Store.open(world.store.data_dir, writer=True) as again:
        assert again.drafts(world.project_id) == [saved]
    assert saved.prompts[1] == {"kind": "point", "lonlat": [77.05, 28.05], "sign": -1, "at_ms": 900}
    assert saved.window_px == (1, 2, 3, 4)


def test_an_older_sequence_delivered_later_changes_nothing(world: World) -> None:
    save(world, 1, 2, name="second")
    answer = save(world, 1, 1, name="first")
    assert (answer.name, answer.sequence) == ("second", 2)
    save(world, 1, 3, name="third")
    assert names(world) == ["third"]


def test_a_shape_that_is_not_yet_valid_is_kept(world: World) -> None:
    bow_tie = Polygon([(77, 28), (77.1, 28.1), (77.1, 28), (77, 28.1)])
    for number, shape in enumerate((bow_tie, LineString([(77, 28), (77.1, 28)]), Point(77, 28), None)):
        save(world, number, 1, geometry_lonlat=shape)
    found = [draft.geometry["type"] if draft.geometry else None for draft in world.store.drafts(world.project_id)]
    assert sorted(found, key=str) == ["LineString", None, "Point", "Polygon"]


def test_a_shape_off_the_earth_is_refused(world: World) -> None:
    for x in (float("nan"), float("inf"), 190.0):
        with pytest.raises(BadInput, match="not on the earth"):
            save(world, 1, 1, geometry_lonlat=Point(x, 28))


def test_a_discarded_draft_stays_away_though_saved_again(world: World) -> None:
    save(world, 1, 1, name="one")
    world.store.discard_draft(uid(1))
    world.store.discard_draft(uid(1))
    save(world, 1, 2, name="two")
    assert names(world) == []


def test_discarding_a_draft_that_never_arrived_is_no_error(world: World) -> None:
    world.store.discard_draft(uid(77))
    assert names(world) == []


@pytest.mark.parametrize("save_first", [True, False])
def test_a_decision_closes_its_draft_in_either_order(world: World, save_first: bool) -> None:
    if save_first:
        save(world, 1, 1)
    world.decide(2, "accept", proposal_id=world.proposal_ids[0], draft_id=uid(1))
    if not save_first:
        save(world, 1, 1)
    assert names(world) == []


def test_a_decision_closes_the_drafts_of_its_proposal_and_no_other(world: World) -> None:
    save(world, 1, 1, proposal_id=world.proposal_ids[0], name="same")
    save(world, 2, 1, proposal_id=world.proposal_ids[1], name="other")
    world.decide(3, "reject", proposal_id=world.proposal_ids[0], reason="boundary")
    assert names(world) == ["other"]


def test_a_decision_leaves_another_persons_draft_open(world: World) -> None:
    ann = world.add_person("ann")
    save(world, 1, 1, proposal_id=world.proposal_ids[0], user=ann)
    world.accept(2)
    assert len(world.store.drafts(world.project_id, user=ann)) == 1
    assert names(world) == []


def test_nobody_writes_over_another_persons_draft(world: World) -> None:
    ann = world.add_person("ann")
    save(world, 1, 1, name="mine")
    save(world, 1, 2, name="theirs", user=ann)
    world.store.discard_draft(uid(1), ann)
    assert names(world) == ["mine"]


def test_a_draft_of_no_project_or_without_an_id_is_refused(world: World) -> None:
    with pytest.raises(NotFound, match="The project"):
        world.store.save_draft(DraftInput(uid(1), uid(2), world.source_id, 1))
    with pytest.raises(BadInput, match="draft is not a UUID"):
        DraftInput("one", world.project_id, world.source_id, 1)
