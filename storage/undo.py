"""Undo and redo of a person's own decisions, as new decisions; all is read from the rows, so it survives restarts.

An undo or redo row has the decision it speaks of as ``target_id``; a decision is in effect unless its newest such row
is an undo.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from annotator.errors import NotAllowed
from storage.labels import Content, content_at
from storage.models import decisions, labels, proposals, queries, revisions
from storage.subject import proposal_state
from storage.views import UndoState
from storage.words import DecisionKind, LabelStatus, ProposalState

_turn = decisions.alias("turn")
_newest_turn = (
    sa.select(_turn.c.kind)
    .where(_turn.c.target_id == decisions.c.id)
    .order_by(_turn.c.seq.desc())
    .limit(1)
    .correlate(decisions)
    .scalar_subquery()
)
IN_EFFECT: sa.ColumnElement[bool] = sa.and_(
    decisions.c.target_id.is_(None), sa.func.coalesce(_newest_turn, "") != DecisionKind.UNDO.value
)
"""Whether a row of ``decisions`` is a decision that is not undone."""

_undo_row = decisions.alias("undo_row")
_UNDONE = (
    sa.select(decisions, _undo_row.c.seq.label("undo_seq"))
    .join(_undo_row, _undo_row.c.target_id == decisions.c.id)
    .where(
        _undo_row.c.kind == DecisionKind.UNDO.value,
        ~sa.exists().where(_turn.c.target_id == _undo_row.c.target_id, _turn.c.seq > _undo_row.c.seq),
    )
)
"""Decisions that are undone, each with the seq of the undo that holds."""


@dataclass(frozen=True)
class Turn:
    """What an undo or redo does: the label's next content (None where no label changes) and the proposal's state."""

    target: sa.Row[Any]
    content: Content | None
    label_version: int | None
    state_before: ProposalState | None
    state: str | None
    reason: str | None


def turn_of(
    connection: sa.Connection, kind: DecisionKind, project_id: str, user: str, source_id: str | None = None
) -> Turn:
    """Of the decisions on one source where it is given.

    Raises NotAllowed where there is nothing to turn, or someone else changed the object since."""
    if kind == DecisionKind.UNDO:
        return _undo(connection, project_id, user, source_id)
    return _redo(connection, project_id, user, source_id)


def _undo(connection: sa.Connection, project_id: str, user: str, source_id: str | None) -> Turn:
    target = undo_target(connection, project_id, user, source_id)
    if target is None:
        raise NotAllowed("There is nothing of yours to undo.")
    if _exists(connection, IN_EFFECT, decisions.c.seq > target.seq, _about(target)):
        raise NotAllowed("Someone decided on this since. Look at it and decide anew; undo would write over theirs.")
    content, version = None, None
    if target.label_version is not None:
        version = _version(connection, target.label_id)
        content = _before(connection, target, version)
    state = None if target.proposal_id is None else target.proposal_state_before
    reason = _reason_before(connection, target) if state == ProposalState.REJECTED else None
    return Turn(target, content, version, _state(connection, target), state, reason)


def _before(connection: sa.Connection, target: sa.Row[Any], version: int) -> Content:
    """The label before the target; one that the target made becomes retired."""
    if target.label_version_before is not None:
        return content_at(connection, target.label_id, target.label_version_before)
    return replace(content_at(connection, target.label_id, version), status=LabelStatus.RETIRED.value)


def _redo(connection: sa.Connection, project_id: str, user: str, source_id: str | None) -> Turn:
    undone = redo_target(connection, project_id, user, source_id)
    if undone is None:
        raise NotAllowed("There is nothing of yours to redo.")
    target, undo_seq = undone
    others = decisions.c.user_id != user
    if _exists(connection, others, decisions.c.seq > undo_seq, _about(target)):
        raise NotAllowed("Someone decided on this since. Look at it and decide anew; redo would write over theirs.")
    content, version = None, None
    if target.label_version is not None:
        version = _version(connection, target.label_id)
        content = content_at(connection, target.label_id, target.label_version)
    return Turn(target, content, version, _state(connection, target), target.proposal_state, target.reason)


def undo_target(
    connection: sa.Connection, project_id: str, user: str, source_id: str | None = None
) -> sa.Row[Any] | None:
    """The person's newest decision in effect."""
    chosen = sa.select(decisions).where(_own(project_id, user, source_id), IN_EFFECT)
    return connection.execute(chosen.order_by(decisions.c.seq.desc()).limit(1)).one_or_none()


def redo_target(
    connection: sa.Connection, project_id: str, user: str, source_id: str | None = None
) -> tuple[sa.Row[Any], int] | None:
    """The decision whose undo is the newest that still holds, with the undo's seq; None after a newer decision."""
    own = _own(project_id, user, source_id)
    newest = sa.select(sa.func.max(decisions.c.seq)).where(own, decisions.c.target_id.is_(None))
    since = connection.execute(newest).scalar_one() or 0
    chosen = _UNDONE.where(own, _undo_row.c.seq > since)
    row = connection.execute(chosen.order_by(_undo_row.c.seq.desc()).limit(1)).one_or_none()
    return None if row is None else (row, row.undo_seq)


def read_undo_state(connection: sa.Connection, project_id: str, user: str, source_id: str | None = None) -> UndoState:
    undo = undo_target(connection, project_id, user, source_id)
    redo = redo_target(connection, project_id, user, source_id)
    return UndoState(
        None if undo is None else _says(connection, undo),
        None if redo is None else _says(connection, redo[0]),
    )


NAMED_BY: sa.ColumnElement[str] = sa.func.coalesce(
    sa.func.nullif(revisions.c.name, ""),
    revisions.c.class_id,
    sa.func.nullif(proposals.c.name, ""),
    proposals.c.class_id,
    queries.c.text,
    "",
)
"""What a decision's object is called, over JOINED."""
JOINED = (
    decisions.outerjoin(
        revisions,
        (revisions.c.label_id == decisions.c.label_id) & (revisions.c.version == decisions.c.label_version),
    )
    .outerjoin(proposals, proposals.c.id == decisions.c.proposal_id)
    .outerjoin(queries, queries.c.id == decisions.c.query_id)
)


def _says(connection: sa.Connection, row: sa.Row[Any]) -> str:
    named = sa.select(NAMED_BY).select_from(JOINED).where(decisions.c.seq == row.seq)
    return " · ".join(part for part in (row.kind, connection.execute(named).scalar_one()) if part)


def _own(project_id: str, user: str, source_id: str | None) -> sa.ColumnElement[bool]:
    own = (decisions.c.project_id == project_id) & (decisions.c.user_id == user)
    return own if source_id is None else own & (decisions.c.source_id == source_id)


def _about(target: sa.Row[Any]) -> sa.ColumnElement[bool]:
    """Rows about the same label or proposal; none for a decision about a scene."""
    same = [sa.false()]
    if target.label_id is not None:
        same.append(decisions.c.label_id == target.label_id)
    if target.proposal_id is not None:
        same.append(decisions.c.proposal_id == target.proposal_id)
    return sa.or_(*same)


def _exists(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> bool:
    return connection.execute(sa.select(decisions.c.seq).where(*conditions).limit(1)).first() is not None


def _version(connection: sa.Connection, label_id: str) -> int:
    return int(connection.execute(sa.select(labels.c.version).where(labels.c.id == label_id)).scalar_one())


def _state(connection: sa.Connection, target: sa.Row[Any]) -> ProposalState | None:
    return None if target.proposal_id is None else proposal_state(connection, target.proposal_id)


def _reason_before(connection: sa.Connection, target: sa.Row[Any]) -> str | None:
    """The reason that the row before the target gave for the proposal's state."""
    chosen = (
        sa.select(decisions.c.reason)
        .where(decisions.c.proposal_id == target.proposal_id, decisions.c.seq < target.seq)
        .order_by(decisions.c.seq.desc())
        .limit(1)
    )
    return connection.execute(chosen).scalar_one_or_none()
