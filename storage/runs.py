"""Queries, runs, their steps and proposals: written once under client-made ids, read back with what people decided."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from annotator.errors import BadInput
from annotator.geometry import geometry_text
from annotator.ids import new_id
from annotator.types import Proposal, Query, StepKind, StepState, Tier, TraceStep
from storage.clock import now_text
from storage.inputs import client_id
from storage.models import projects, proposals, queries, run_steps, runs, scenes, sources
from storage.rows import insert_once, require, shape_columns, text_sha256
from storage.views import Run
from storage.words import RunStatus


def ensure_query(connection: sa.Connection, project_id: str, query: Query) -> str:
    """The id of the query with these words and this reading."""
    content = {
        "text": query.text,
        "tier": query.tier.value,
        "language": query.language,
        "function": query.function,
        "classes": list(query.classes),
        "name": query.name,
    }
    sha256 = text_sha256(json.dumps(content, sort_keys=True, ensure_ascii=False))
    row = {"id": new_id(), "project_id": project_id, "content_sha256": sha256, "created_at": now_text()}
    insert_once(connection, queries, row | content)
    same = (queries.c.project_id == project_id) & (queries.c.content_sha256 == sha256)
    return str(connection.execute(sa.select(queries.c.id).where(same)).scalar_one())


def start_run(connection: sa.Connection, query: Query, values: Mapping[str, Any]) -> Run:
    """Inserts the run; delivered again, gives the stored one."""
    require(connection, projects, values["project_id"], "project")
    require(connection, sources, values["source_id"], "source")
    require(connection, scenes, values["scene_id"], "scene")
    started = {"status": RunStatus.RUNNING.value, "reasons": [], "started_at": now_text()}
    row = {**values, "query_id": ensure_query(connection, values["project_id"], query), **started}
    insert_once(connection, runs, row)
    return read_run(connection, values["id"])


def step_dict(step: TraceStep) -> dict[str, Any]:
    """JSON form of a trace step."""
    return {
        "kind": step.kind.value,
        "title": step.title,
        "says": step.says,
        "state": step.state.value,
        "place": step.place,
        "box_px": None if step.box_px is None else list(step.box_px),
        "seconds": step.seconds,
    }


def step_of(stored: Mapping[str, Any]) -> TraceStep:
    """The step of its JSON form."""
    box = stored["box_px"]
    return TraceStep(
        StepKind(stored["kind"]),
        stored["title"],
        stored["says"],
        StepState(stored["state"]),
        stored["place"],
        None if box is None else (box[0], box[1], box[2], box[3]),
        stored["seconds"],
    )


def add_steps(connection: sa.Connection, run_id: str, steps: Sequence[TraceStep], first: int) -> None:
    """Steps at positions ``first``, ``first + 1``, …; a position that is filled stays as it is."""
    require(connection, runs, run_id, "run")
    rows = [{"run_id": run_id, "position": first + i, "step": step_dict(step)} for i, step in enumerate(steps)]
    insert_once(connection, run_steps, rows)


def proposal_values(run_id: str, proposal: Proposal) -> dict[str, Any]:
    """A proposal's row."""
    outline = proposal.map_outline_lonlat
    if proposal.geometry_lonlat.is_empty:
        raise BadInput("A proposal without an outline cannot be stored. Leave it out.")
    return {
        "id": client_id(proposal.id, "proposal"),
        "run_id": run_id,
        "place": proposal.place,
        "box_px": [float(v) for v in proposal.box_px],
        "points": [list(point.as_triple()) for point in proposal.points],
        **shape_columns(proposal.geometry_lonlat, proposal.mask),
        "score": float(proposal.score),
        "function": proposal.function,
        "class_id": proposal.class_id,
        "name": proposal.name,
        "evidence": [evidence.as_dict() for evidence in proposal.evidence],
        "trace": [step_dict(step) for step in proposal.trace],
        "clipped": proposal.clipped,
        "feature_id": proposal.feature_id,
        "map_outline": None if outline is None else geometry_text(outline),
    }


def add_proposals(connection: sa.Connection, run_id: str, rows: list[dict[str, Any]]) -> None:
    """Inserts the proposals that are not there yet."""
    require(connection, runs, run_id, "run")
    insert_once(connection, proposals, rows)
    known = sa.select(proposals.c.id).where(proposals.c.run_id == run_id)
    missing = {row["id"] for row in rows} - set(connection.scalars(known))
    if missing:
        raise BadInput(f"{len(missing)} proposals repeat the id or the place of another one. Run the query again.")


def finish_run(connection: sa.Connection, run_id: str, values: Mapping[str, Any]) -> Run:
    """Closes a running run; one that has ended stays as it is."""
    require(connection, runs, run_id, "run")
    running = (runs.c.id == run_id) & (runs.c.status == RunStatus.RUNNING.value)
    connection.execute(sa.update(runs).where(running).values({**values, "finished_at": now_text()}))
    return read_run(connection, run_id)


def read_run(connection: sa.Connection, run_id: str) -> Run:
    row = require(connection, runs, run_id, "run")
    return run_of(row, query_of(require(connection, queries, row.query_id, "query")))


def query_of(row: sa.Row[Any]) -> Query:
    return Query(row.text, Tier(row.tier), row.language, row.function, tuple(row.classes), row.name)


def run_of(row: sa.Row[Any], query: Query) -> Run:
    return Run(
        row.id,
        row.project_id,
        row.source_id,
        row.scene_id,
        row.query_id,
        query,
        row.reasoner,
        row.reasoner_version,
        row.segmenter,
        row.segmenter_version,
        row.parameters,
        row.seed,
        RunStatus(row.status),
        row.seconds,
        row.nothing_here,
        tuple(row.reasons),
        row.started_at,
        row.finished_at,
    )
