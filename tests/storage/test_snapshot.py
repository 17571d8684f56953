from __future__ import annotations

from tests.storage.world import QUERY, World, box_lonlat, uid


def test_a_row_says_all_that_an_export_needs(world: World) -> None:
    world.store.attach_scene_pictures(world.scene)
    world.accept(1)
    with world.store.snapshot() as snapshot:
        (row,) = snapshot.rows(world.project_id)
        assert row.query == QUERY
        assert row.source.kind == "sample_city"
        assert row.scene is not None
        assert row.scene.grid == world.scene.grid
        assert row.scene.image_sha256 is not None
        assert snapshot.blob(row.scene.image_sha256)[:4] == b"\x89PNG"
        assert (row.proposal_scene_id, row.proposal_box_px) == (world.scene.id, (2.0, 4.0, 18.0, 16.0))
        assert row.proposal_points_px == ((10.0, 10.0, 1), (3.0, 5.0, -1))
        assert row.label.window_px == (2, 4, 18, 16)


def test_a_label_drawn_on_no_view_has_no_scene_and_no_prompts(world: World) -> None:
    shape = {"geometry_lonlat": box_lonlat(1, 1, 9, 9), "function": "medical", "class_id": "clinic"}
    world.decide(1, "add", source_id=world.source_id, **shape)
    with world.store.snapshot() as snapshot:
        (row,) = snapshot.rows(world.project_id)
    assert (row.query, row.scene, row.proposal_box_px, row.proposal_points_px) == (None, None, None, ())


def test_rows_are_those_of_the_statuses_asked_for_in_the_order_of_their_ids(world: World) -> None:
    for number, place in ((3, 2), (2, 0), (1, 1)):
        world.decide(number, "accept", proposal_id=world.proposal_ids[place], new_label_id=uid(50 + place))
    world.decide(4, "retire", label_id=uid(50), expected_version=1)
    with world.store.snapshot() as snapshot:
        assert [row.label.id for row in snapshot.rows(world.project_id)] == [uid(51), uid(52)]
        assert [row.label.id for row in snapshot.rows(world.project_id, ["retired"])] == [uid(50)]  # type: ignore[list-item]


def test_runs_and_decisions_are_read_oldest_first(world: World) -> None:
    world.accept(1)
    world.decide(2, "nothing_here", run_id=world.run_id)
    with world.store.snapshot() as snapshot:
        assert [run.id for run in snapshot.runs(world.project_id)] == [world.run_id]
        assert [entry.kind.value for entry in snapshot.decisions(world.project_id)] == ["accept", "nothing_here"]
        assert [proposal.state.value for proposal in snapshot.proposals(world.run_id)] == ["accepted", "open", "open"]
        assert snapshot.schema_version == "0001"
