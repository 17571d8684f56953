"""Runs with their proposals, and the history, as the page and the exports read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from annotator.errors import NotFound
from storage.models import decisions, labels, proposals, queries, run_steps, runs, users
from storage.rows import geojson, optional_geojson
from storage.runs import query_of, read_run, run_of, step_of
from storage.undo import IN_EFFECT, JOINED, NAMED_BY
from storage.views import DecisionView, ProposalView, Run, RunView
from storage.words import DecisionKind, ProposalState, RejectReason, RunStatus


def read_run_view(connection: sa.Connection, run_id: str) -> RunView:
    """A run with its steps in order and its proposals by place."""
    chosen = sa.select(run_steps.c.step).where(run_steps.c.run_id == run_id).order_by(run_steps.c.position)
    steps = tuple(step_of(step) for step in connection.scalars(chosen))
    return RunView(read_run(connection, run_id), steps, read_proposals(connection, run_id))


def latest_run(connection: sa.Connection, project_id: str, source_id: str) -> RunView | None:
    """The run that was started last on the source and came to its end."""
    chosen = sa.select(runs.c.id).where(
        runs.c.project_id == project_id, runs.c.source_id == source_id, runs.c.status == RunStatus.DONE.value
    )
    newest = chosen.order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(1)
    run_id = connection.execute(newest).scalar_one_or_none()
    return None if run_id is None else read_run_view(connection, run_id)


def read_runs(connection: sa.Connection, project_id: str) -> list[Run]:
    """All runs, oldest first."""
    chosen = sa.select(runs).where(runs.c.project_id == project_id).order_by(runs.c.started_at, runs.c.id)
    asked = {row.id: query_of(row) for row in connection.execute(sa.select(queries))}
    return [run_of(row, asked[row.query_id]) for row in connection.execute(chosen)]


_later = decisions.alias("later")
_newest = (
    sa.select(sa.func.max(_later.c.seq))
    .where(_later.c.proposal_id == proposals.c.id)
    .correlate(proposals)
    .scalar_subquery()
)
_PROPOSALS = (
    sa.select(proposals, decisions.c.proposal_state, decisions.c.reason, labels.c.id.label("label_id"))
    .select_from(proposals)
    .outerjoin(decisions, decisions.c.seq == _newest)
    .outerjoin(labels, labels.c.proposal_id == proposals.c.id)
    .order_by(proposals.c.place)
)


def read_proposals(connection: sa.Connection, run_id: str) -> tuple[ProposalView, ...]:
    """A run's proposals by place, each with what the newest decision made of it."""
    return tuple(_proposal(row) for row in connection.execute(_PROPOSALS.where(proposals.c.run_id == run_id)))


def read_proposal(connection: sa.Connection, proposal_id: str) -> tuple[ProposalView, Run]:
    """A proposal and its run; raises NotFound."""
    row = connection.execute(_PROPOSALS.where(proposals.c.id == proposal_id)).one_or_none()
    if row is None:
        raise NotFound("This proposal is not in the store. Ask again.")
    return _proposal(row), read_run(connection, row.run_id)


def read_rejected(connection: sa.Connection, project_id: str, source_id: str) -> tuple[ProposalView, ...]:
    """The proposals of all runs on a source whose newest decision is a rejection."""
    on_source = sa.select(runs.c.id).where(runs.c.project_id == project_id, runs.c.source_id == source_id)
    rejected = decisions.c.proposal_state == ProposalState.REJECTED.value
    chosen = _PROPOSALS.where(proposals.c.run_id.in_(on_source), rejected)
    return tuple(_proposal(row) for row in connection.execute(chosen))


def _proposal(row: sa.Row[Any]) -> ProposalView:
    bx0, by0, bx1, by1 = row.box_px
    wx0, wy0, wx1, wy1 = row.window_px
    return ProposalView(
        row.id,
        row.run_id,
        row.place,
        (bx0, by0, bx1, by1),
        tuple((float(x), float(y), int(sign)) for x, y, sign in row.points),
        (wx0, wy0, wx1, wy1),
        row.mask_rle,
        geojson(row.geometry),
        row.score,
        row.function,
        row.class_id,
        row.name,
        tuple(row.evidence),
        tuple(step_of(step) for step in row.trace),
        row.clipped,
        row.feature_id,
        optional_geojson(row.map_outline),
        ProposalState(row.proposal_state or ProposalState.OPEN),
        None if row.reason is None else RejectReason(row.reason),
        row.label_id,
    )


def read_history(connection: sa.Connection, project_id: str, limit: int | None) -> Iterator[DecisionView]:
    """Decisions, newest first."""
    chosen = (
        sa.select(
            decisions,
            users.c.name.label("user"),
            NAMED_BY.label("says"),
            sa.or_(decisions.c.target_id.is_not(None), IN_EFFECT).label("in_effect"),
        )
        .select_from(JOINED.join(users, users.c.id == decisions.c.user_id))
        .where(decisions.c.project_id == project_id)
        .order_by(decisions.c.seq.desc())
        .limit(limit)
    )
    for row in connection.execute(chosen):
        yield _decision(row)


def _decision(row: sa.Row[Any]) -> DecisionView:
    return DecisionView(
        row.seq,
        row.id,
        DecisionKind(row.kind),
        row.user,
        row.says,
        row.source_id,
        row.scene_id,
        row.run_id,
        row.query_id,
        row.proposal_id,
        row.label_id,
        row.label_version,
        row.target_id,
        None if row.reason is None else RejectReason(row.reason),
        row.seconds,
        row.clicks,
        row.decided_at,
        row.recorded_at,
        bool(row.in_effect),
    )
