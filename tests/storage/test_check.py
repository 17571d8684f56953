"""Each way in which a store can be broken behind its back is found; damage is made with a bare connection."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from annotator.errors import NotFound
from storage.check import check
from tests.storage.world import World, uid

LABEL = uid(50)


@pytest.fixture
def lived_in(world: World) -> World:
    """A store with decisions of several kinds, undo and redo among them, and a scene with pictures."""
    world.store.attach_scene_pictures(world.scene)
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], new_label_id=LABEL)
    world.decide(2, "edit", label_id=LABEL, expected_version=1, name="Edited")
    world.decide(3, "reject", proposal_id=world.proposal_ids[1], reason="boundary")
    world.decide(4, "flag", proposal_id=world.proposal_ids[2])
    for number in (10, 11, 12):
        world.undo(number)
    for number in (13, 14):
        world.redo(number)
    return world


def _break(world: World, *statements: str) -> tuple[str, ...]:
    """The problems found after the statements, run without triggers and foreign keys."""
    raw = sqlite3.connect(world.store.database, isolation_level=None)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert raw.execute(statement).rowcount > 0
    raw.close()
    return check(world.store.data_dir).problems


def test_a_store_that_was_lived_in_is_whole_beside_its_writer(lived_in: World) -> None:
    report = check(lived_in.store.data_dir)
    assert (report.ok, report.problems, report.notes) == (True, (), ())


def test_a_scene_without_pictures_is_a_note_and_no_problem(world: World) -> None:
    report = check(world.store.data_dir)
    assert report.ok
    assert report.notes == (f"Scene {world.scene.id[:12]} has no pictures: the program ended before they were stored.",)


def test_a_folder_without_a_store_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no store"):
        check(tmp_path)


def test_a_changed_file_is_found(lived_in: World) -> None:
    sha256 = next(iter(lived_in.store.blobs))
    path = lived_in.store.blobs.path(sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    (problem,) = check(lived_in.store.data_dir).problems
    assert problem.startswith(f"Scene {lived_in.scene.id[:12]}: The stored file {sha256[:12]} is damaged.")


def test_a_missing_file_is_found(lived_in: World) -> None:
    sha256 = next(iter(lived_in.store.blobs))
    lived_in.store.blobs.path(sha256).unlink()
    (problem,) = check(lived_in.store.data_dir).problems
    assert "is missing" in problem


BROKEN = {
    "a revision that is gone": (
        f"DELETE FROM revisions WHERE label_id = '{LABEL}' AND version = 1",
        f"Label {LABEL} is at version 4, its revisions are [2, 3, 4]",
    ),
    "a version that was not written": (f"UPDATE labels SET version = 3 WHERE id = '{LABEL}'", "is at version 3"),
    "a status that nobody decided": (
        f"UPDATE labels SET status = 'retired' WHERE id = '{LABEL}'",
        f"Label {LABEL} is retired, its newest revision says edited",
    ),
    "bounds of another place": (f"UPDATE labels SET west = west - 1 WHERE id = '{LABEL}'", "bounds that are not those"),
    "a decision that skips a version": (
        f"UPDATE decisions SET label_version_before = 0 WHERE id = '{uid(2)}'",
        f"took label {LABEL} from 0 to 2",
    ),
    "a revision of another decision": (
        f"UPDATE revisions SET decision_id = '{uid(3)}' WHERE label_id = '{LABEL}' AND version = 2",
        "do not name each other",
    ),
    "an undo that brought something else": (
        f"UPDATE revisions SET name = 'else' WHERE decision_id = '{uid(10)}'",
        f"Decision {uid(10)} (undo) did not bring back what it should",
    ),
    "a proposal's state out of nowhere": (
        f"UPDATE decisions SET proposal_state_before = 'accepted' WHERE id = '{uid(3)}'",
        "the one before left it open",
    ),
    "a shape that was moved": (
        "UPDATE revisions SET geometry = replace(geometry, '[[[', '[[ [') WHERE version = 1",
        "is not the one that was hashed",
    ),
    "a reference to nothing": (
        "UPDATE labels SET source_id = 'gone'",
        "of labels names a row of sources that is not there",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_history_is_found(lived_in: World, case: str) -> None:
    statement, sentence = BROKEN[case]
    assert sentence in " ".join(_break(lived_in, statement))


def test_a_page_of_the_file_written_over_is_found(lived_in: World) -> None:
    lived_in.store.close()
    content = bytearray(lived_in.store.database.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    lived_in.store.database.write_bytes(content)
    assert not check(lived_in.store.data_dir).ok
