from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely.geometry import Polygon

from annotator.errors import BadInput, NotFound
from annotator.geometry import decode_rle, geometry_to_geojson
from annotator.types import StepKind, StepState, TraceStep
from storage.words import RunStatus
from tests.storage.world import QUERY, World, make_proposal, start_run, uid


def test_a_run_comes_back_with_its_query_and_parameters(world: World) -> None:
    run = world.store.run(world.run_id).run
    assert (run.query, run.parameters, run.seed) == (QUERY, {"jitter": 0.1}, 7)
    assert (run.status, run.seconds, run.nothing_here) == (RunStatus.DONE, 0.4, False)
    assert run.finished_at is not None


def test_the_same_words_read_alike_are_one_query(world: World) -> None:
    start_run(world.store, world.project_id, world.source_id, world.scene, uid(901))
    assert world.store.run(uid(901)).run.query_id == world.store.run(world.run_id).run.query_id


def test_a_finished_run_stays_as_it_ended(world: World) -> None:
    again = world.store.finish_run(world.run_id, "failed", seconds=9, nothing_here=True, reasons=["late"])
    assert (again.status, again.seconds, again.reasons) == (RunStatus.DONE, 0.4, ())


def test_a_run_that_finds_nothing_says_why(world: World) -> None:
    start_run(world.store, world.project_id, world.source_id, world.scene, uid(901))
    run = world.store.finish_run(uid(901), "done", seconds=0.1, nothing_here=True, reasons=["no feature is a school"])
    assert (run.nothing_here, run.reasons) == (True, ("no feature is a school",))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_proposal_comes_back_as_it_was_made(world: World) -> None:
    made = make_proposal(1)
    found = world.store.run(world.run_id).proposals[1]
    assert (found.id, found.box_px, found.score, found.name) == (made.id, made.box_px, 0.6, "Lotus School")
    assert found.points_px == ((30.0, 10.0, 1), (23.0, 5.0, -1))
    assert found.window_px == (22, 4, 38, 16)
    assert np.array_equal(decode_rle(found.mask_rle), made.mask.pixels)
    assert found.geometry == geometry_to_geojson(made.geometry_lonlat)
    assert found.trace == made.trace
    assert found.evidence[0]["says"] == "tagged amenity=school"
    assert found.map_outline is not None
    assert (found.state, found.reason, found.label_id) == ("open", None, None)


def test_steps_keep_their_order_and_their_position_is_taken_once(world: World) -> None:
    first = TraceStep(StepKind.READING, "Reading", "schools", StepState.OK, seconds=0.01)
    second = TraceStep(StepKind.BOXES, "Boxes", "two", StepState.WARN, place=1, box_px=(1.0, 2.0, 3.0, 4.5))
    world.store.add_steps(world.run_id, [second], first=1)
    world.store.add_steps(world.run_id, [first, first])
    assert world.store.run(world.run_id).steps == (first, second)


def test_adding_the_same_proposals_again_changes_nothing(world: World) -> None:
    world.store.add_proposals(world.run_id, [make_proposal(2), make_proposal(0)])
    assert len(world.store.run(world.run_id).proposals) == 3


def test_another_proposal_at_a_taken_place_is_refused(world: World) -> None:
    with pytest.raises(BadInput, match="repeat the id or the place"):
        world.store.add_proposals(world.run_id, [make_proposal(0, uid(5))])


def test_a_proposal_without_an_outline_or_a_proper_id_is_refused(world: World) -> None:
    with pytest.raises(BadInput, match="without an outline"):
        world.store.add_proposals(world.run_id, [replace(make_proposal(0), geometry_lonlat=Polygon())])
    with pytest.raises(BadInput, match="proposal is not a UUID"):
        world.store.add_proposals(world.run_id, [replace(make_proposal(0), id="7")])


def test_the_latest_run_of_a_source_is_the_last_that_came_to_its_end(world: World) -> None:
    start_run(world.store, world.project_id, world.source_id, world.scene, uid(901))
    world.store.finish_run(uid(901), "done", seconds=1.0)
    start_run(world.store, world.project_id, world.source_id, world.scene, uid(902))
    world.store.finish_run(uid(902), "cancelled", seconds=1.0)
    latest = world.store.latest_run(world.project_id, world.source_id)
    assert latest is not None
    assert latest.run.id == uid(901)
    other = world.store.add_source(world.project_id, kind="geotiff", name="o", path="/o.tif", meta={})
    assert world.store.latest_run(world.project_id, other.id) is None


def test_a_run_over_a_scene_that_was_not_recorded_is_refused(world: World) -> None:
    with pytest.raises(NotFound, match="The run"):
        world.store.add_steps(uid(4), [TraceStep(StepKind.READING, "", "")])
