"""Kills a writing process at random and compares what it acknowledged with what is in the store.

`python -m tests.storage.crash --kills 500` is the long form of the test.
"""

from __future__ import annotations

import argparse
import itertools
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from annotator.ids import new_id
from annotator.types import StepKind, TraceStep
from storage.check import check
from storage.inputs import DecisionInput, DraftInput
from storage.models import decisions, drafts, proposals, run_steps, scenes
from storage.store import Store
from storage.words import DecisionKind
from tests.storage.world import box_lonlat, make_proposal, make_scene, start_run

ROOT = Path(__file__).parents[2]


@dataclass
class Outcome:
    """What a series of kills found."""

    kills: int = 0
    acknowledged: int = 0
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def write_until_killed(data_dir: Path) -> None:
    """Writes of every kind, without end; a line is printed after each came back as stored."""
    store = Store.open(data_dir, writer=True, command="crash child")
    project = store.ensure_project("default").id
    source = store.add_source(project, kind="sample_city", name="City", path=None, meta={}).id
    print("ready", flush=True)
    for _ in itertools.count():
        _one_round(store, project, source)


def _one_round(store: Store, project: str, source: str) -> None:
    scene, run, proposal, draft, label = make_scene(random.randrange(10**6)), *(new_id() for _ in range(4))
    store.record_scene(scene)
    start_run(store, project, source, scene, run)
    store.add_proposals(run, [make_proposal(0, proposal)])
    _say("proposals", proposal)
    store.add_steps(run, [TraceStep(StepKind.READING, "Reading", "schools")])
    _say("run_steps", run)
    store.attach_scene_pictures(scene)
    _say("scenes", scene.id)
    for sequence in (1, 2, 3):
        shape = box_lonlat(1, 1, 4 + sequence, 9)
        store.save_draft(DraftInput(draft, project, source, sequence, proposal_id=proposal, geometry_lonlat=shape))
        _say("drafts", f"{draft}:{sequence}")
    _decide(store, project, "accept", proposal_id=proposal, new_label_id=label, draft_id=draft)
    _decide(store, project, "edit", label_id=label, expected_version=1, geometry_lonlat=box_lonlat(2, 2, 9, 9))
    for kind in ("undo", "undo", "redo", "redo"):
        _decide(store, project, kind)
    _decide(store, project, "retire", label_id=label, expected_version=6)
    store.finish_run(run, "done", seconds=1.0)


def _decide(store: Store, project: str, kind: str, **fields: object) -> None:
    decision = DecisionInput(new_id(), DecisionKind(kind), project, **fields)  # type: ignore[arg-type]
    store.decide(decision)
    _say("decisions", decision.decision_id)


def _say(table: str, key: str) -> None:
    print(table, key, flush=True)


def crash(data_dir: Path, kills: int, seed: int) -> Outcome:
    """Starts and kills the child ``kills`` times on one store; checks the store after each kill."""
    chance = random.Random(seed)
    outcome = Outcome()
    said: set[tuple[str, str]] = set()
    for _ in range(kills):
        said |= _run_and_kill(data_dir, chance.uniform(0.02, 0.4))
        outcome.kills += 1
        outcome.problems += check(data_dir).problems
    outcome.acknowledged = len(said)
    outcome.missing = sorted(f"{table} {key}" for table, key in said - _stored(data_dir))
    return outcome


def _run_and_kill(data_dir: Path, seconds: float) -> set[tuple[str, str]]:
    command = [sys.executable, "-m", "tests.storage.crash", "--child", str(data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        if child.stdout.readline() != "ready\n":
            raise RuntimeError("the writing process did not start")
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        lines = child.stdout.read().splitlines(keepends=True)
    whole = (line.split() for line in lines if line.endswith("\n"))
    return {(table, key) for table, key in whole}


def _stored(data_dir: Path) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    with Store.open(data_dir, writer=False) as store, store.read() as connection:
        for table, key in ((decisions, "id"), (proposals, "id"), (run_steps, "run_id")):
            found |= {(table.name, value) for value in connection.scalars(sa.select(table.c[key]))}
        pictured = sa.select(scenes.c.id).where(scenes.c.image_sha256.is_not(None))
        found |= {("scenes", value) for value in connection.scalars(pictured)}
        for draft_id, newest in connection.execute(sa.select(drafts.c.id, drafts.c.sequence)):
            found |= {("drafts", f"{draft_id}:{sequence}") for sequence in range(1, newest + 1)}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        write_until_killed(given.child)
    with tempfile.TemporaryDirectory() as folder:
        outcome = crash(Path(folder) / "data", given.kills, given.seed)
    print(
        f"{outcome.kills} kills, {outcome.acknowledged} acknowledged writes, {len(outcome.missing)} missing, "
        f"{len(outcome.problems)} problems"
    )
    return 1 if outcome.missing or outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
