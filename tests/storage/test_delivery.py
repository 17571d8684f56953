"""Retries are safe: every write delivered one to three times, in any order its dependencies allow, leaves one store."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from annotator.errors import StaleVersion
from annotator.types import StepKind, TraceStep
from storage.check import check
from storage.inputs import DecisionInput, DraftInput, PromptInput
from storage.models import metadata, queries
from storage.store import Store
from storage.words import DecisionKind, PromptKind
from tests.storage.world import World, box_lonlat, make_proposal, make_scene, reopen, start_run, uid

RUN, SCENE = uid(901), make_scene(9)
SHAPE = box_lonlat(2, 2, 9, 9)
NEW = {"function": "medical", "class_id": "clinic"}
CLOCKED = {"seq", "created_at", "started_at", "finished_at", "saved_at", "recorded_at", "decided_at"}
"""Columns that depend on when a write came."""


@dataclass(frozen=True)
class Write:
    """One write and the names of those that must have been delivered before it."""

    name: str
    deliver: Callable[[World], object]
    after: tuple[str, ...] = ()


def _decide(title: str, number: int, kind: str, after: str = "proposals", **fields: Any) -> Write:
    def deliver(world: World) -> object:
        given = {"source_id": world.source_id} | fields if kind == "add" else fields
        return world.store.decide(DecisionInput(uid(number), DecisionKind(kind), world.project_id, **given))

    return Write(title, deliver, (after,))


def _stale(title: str, number: int, after: str, **fields: Any) -> Write:
    def deliver(world: World) -> None:
        edit = DecisionInput(uid(number), DecisionKind.EDIT, world.project_id, **fields)
        with pytest.raises(StaleVersion):
            world.store.decide(edit)

    return Write(title, deliver, (after,))


def _draft(name: str, number: int, sequence: int, after: tuple[str, ...] = (), **fields: Any) -> Write:
    def deliver(world: World) -> object:
        draft = DraftInput(uid(number), world.project_id, world.source_id, sequence, name=name, **fields)
        return world.store.save_draft(draft)

    return Write(name, deliver, after)


PROPOSALS = [uid(2000), uid(2001), uid(2002)]
STEPS = [TraceStep(StepKind.READING, "Reading", "schools"), TraceStep(StepKind.BOXES, "Boxes", "three")]
CLICK = (PromptInput(PromptKind.POINT, (77.0, 28.0), at_ms=3),)

WRITES = [
    Write("scene", lambda w: w.store.record_scene(SCENE)),
    Write("pictures", lambda w: w.store.attach_scene_pictures(SCENE), ("scene",)),
    Write("run", lambda w: start_run(w.store, w.project_id, w.source_id, SCENE, RUN), ("scene",)),
    Write("steps 1", lambda w: w.store.add_steps(RUN, STEPS[:1]), ("run",)),
    Write("steps 2", lambda w: w.store.add_steps(RUN, STEPS[1:], first=1), ("run",)),
    Write(
        "proposals",
        lambda w: w.store.add_proposals(RUN, [make_proposal(i, PROPOSALS[i]) for i in range(3)]),
        ("run",),
    ),
    Write("finish", lambda w: w.store.finish_run(RUN, "done", seconds=1.5), ("run",)),
    _decide("accept", 1, "accept", proposal_id=PROPOSALS[0], new_label_id=uid(50), prompts=CLICK, draft_id=uid(60)),
    _draft("draft a1", 60, 1),
    _draft("draft a2", 60, 2, geometry_lonlat=box_lonlat(1, 1, 5, 5)),
    _draft("draft a3", 60, 3, prompts=CLICK),
    _decide("edit", 2, "edit", "accept", label_id=uid(50), expected_version=1, name="two"),
    _stale(
        "stale", 3, "edit", user="ann", label_id=uid(50), expected_version=1, geometry_lonlat=box_lonlat(2, 2, 9, 9)
    ),
    _decide("flag", 4, "flag", "edit", label_id=uid(50), expected_version=2),
    _decide("reject", 5, "reject", proposal_id=PROPOSALS[1], reason="boundary", seconds=1.0, clicks=2),
    _decide("nothing", 6, "nothing_here", "run", run_id=RUN),
    _draft("draft b1", 61, 1, user="ann"),
    _draft("draft b2", 61, 2, user="ann"),
    Write("discard", lambda w: w.store.discard_draft(uid(61), "ann"), ("draft b1",)),
    _decide("add", 10, "add", "scene", user="bob", new_label_id=uid(51), geometry_lonlat=box_lonlat(1, 1, 9, 9), **NEW),
    _decide("move", 11, "edit", "add", user="bob", label_id=uid(51), expected_version=1, name="moved"),
    _decide("undo move", 12, "undo", "move", user="bob"),
    _decide("undo add", 13, "undo", "undo move", user="bob"),
    _decide("redo add", 14, "redo", "undo add", user="bob"),
    _decide("retire", 15, "retire", "redo add", user="bob", label_id=uid(51), expected_version=5),
    _decide("restore", 16, "restore", "retire", user="bob", label_id=uid(51), expected_version=6),
]


def _content(store: Store) -> dict[str, list[str]]:
    """All rows without what the clock and the order of arrival give them; queries by their words."""
    found = {}
    with store.read() as connection:
        words = {row.id: row.text for row in connection.execute(sa.select(queries))}
        for table in metadata.sorted_tables:
            names = [column.name for column in table.columns if column.name not in CLOCKED]
            rows = connection.execute(sa.select(*(table.c[name] for name in names)))
            lines = [[words.get(value, value) if isinstance(value, str) else value for value in row] for row in rows]
            found[table.name] = sorted(repr(line) for line in lines)
    return found


def _deliveries(chance: random.Random) -> list[Write]:
    """Every write one to three times, shuffled so that all it depends on came at least once before."""
    waiting = [write for write in WRITES for _ in range(chance.randint(1, 3))]
    order: list[Write] = []
    while waiting:
        done = {write.name for write in order}
        ready = [index for index, write in enumerate(waiting) if done.issuperset(write.after)]
        order.append(waiting.pop(chance.choice(ready)))
    return order


@pytest.fixture(scope="module")
def peopled(built: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world with two more people, closed."""
    world = reopen(built, tmp_path_factory.mktemp("peopled") / "data")
    for name in ("ann", "bob"):
        world.add_person(name)
    world.store.close()
    return world


@pytest.fixture(scope="module")
def expected(peopled: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The store after each write was delivered once, in order."""
    world = reopen(peopled, tmp_path_factory.mktemp("once") / "data")
    for write in WRITES:
        write.deliver(world)
    content = _content(world.store)
    world.store.close()
    return content


def test_the_script_reaches_every_table_and_kind(expected: dict[str, list[str]]) -> None:
    assert [name for name, rows in expected.items() if not rows] == ["classes"]
    assert len(expected["decisions"]) == 12
    assert len(expected["drafts"]) == 3


@settings(max_examples=25, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
@given(seed=st.integers(0, 10**9))
def test_any_delivery_leaves_the_same_store(seed: int, peopled: World, expected: dict[str, list[str]]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="delivery"))
    world = reopen(peopled, folder / "data")
    try:
        for write in _deliveries(random.Random(seed)):
            write.deliver(world)
        assert _content(world.store) == expected
        assert check(world.store.data_dir).problems == ()
    finally:
        world.store.close()
        shutil.rmtree(folder)
