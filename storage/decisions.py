"""The one door for decisions: each is one transaction that appends its history, under a client-made id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from annotator.ids import new_id
from storage.clock import now_text
from storage.drafts import close_decided, keep_loser
from storage.inputs import DecisionInput
from storage.labels import Content, advance_label, append_revision, insert_label, read_label
from storage.models import decisions, projects, prompts, users
from storage.rows import require
from storage.rules import changed_since, outcome_of
from storage.subject import Subject, resolve
from storage.undo import Turn, turn_of
from storage.views import DecisionResult, LabelView, ProposalMark
from storage.words import DecisionKind, ProposalState, RejectReason

_TURNS = (DecisionKind.UNDO, DecisionKind.REDO)


@dataclass(frozen=True)
class Conflict:
    """A decision on a version that is no longer the label's: the label as it is, and the draft that keeps the rest."""

    theirs: LabelView
    draft_id: str | None


def decide(connection: sa.Connection, decision: DecisionInput) -> DecisionResult | Conflict:
    """Takes the decision, or gives the stored result of one delivered before."""
    stored = _stored(connection, decision.decision_id)
    if stored is not None:
        return _result(connection, stored)
    require(connection, projects, decision.project_id, "project")
    require(connection, users, decision.user, "person")
    if decision.kind in _TURNS:
        turn = turn_of(connection, decision.kind, decision.project_id, decision.user, decision.source_id)
        _write_turn(connection, decision, turn)
    else:
        subject = resolve(connection, decision)
        theirs = changed_since(decision, subject)
        if theirs is not None:
            return Conflict(theirs, keep_loser(connection, decision, subject))
        _write_decision(connection, decision, subject)
    written = _stored(connection, decision.decision_id)
    assert written is not None  # noqa: S101 - narrows the type of a row written two lines above
    return _result(connection, written)


_target = decisions.alias("target")
_STORED = sa.select(decisions, _target.c.kind.label("target_kind")).outerjoin(
    _target, _target.c.id == decisions.c.target_id
)


def _stored(connection: sa.Connection, decision_id: str) -> sa.Row[Any] | None:
    return connection.execute(_STORED.where(decisions.c.id == decision_id)).one_or_none()


def _write_decision(connection: sa.Connection, decision: DecisionInput, subject: Subject) -> None:
    outcome = outcome_of(connection, decision, subject)
    label = subject.label
    change: dict[str, Any] = {}
    if outcome.content is not None:
        change = _write_label(connection, decision, subject, outcome.content)
    elif label is not None:
        change = {"label_id": label.id}
    row = {
        "source_id": subject.source_id,
        "scene_id": subject.scene_id,
        "run_id": subject.run_id,
        "query_id": subject.query_id,
        "proposal_id": None if subject.proposal is None else subject.proposal.id,
        "proposal_state_before": subject.state,
        "proposal_state": outcome.proposal_state,
        "reason": decision.reason if decision.kind == DecisionKind.REJECT else None,
    }
    _append(connection, decision, row | change, outcome.content)
    close_decided(connection, decision, change.get("label_id"), subject)


def _write_label(
    connection: sa.Connection, decision: DecisionInput, subject: Subject, content: Content
) -> dict[str, Any]:
    """Makes or advances the label; gives the decision's columns about it."""
    if subject.label is not None:
        return _advance(connection, subject.label.id, subject.label.version, content)
    label_id = decision.new_label_id or new_id()
    origin = {
        "id": label_id,
        "project_id": decision.project_id,
        "source_id": subject.source_id,
        "run_id": subject.run_id,
        "query_id": subject.query_id,
        "proposal_id": None if subject.proposal is None else subject.proposal.id,
    }
    version = insert_label(connection, origin, content)
    return {"label_id": label_id, "label_version": version}


def _advance(connection: sa.Connection, label_id: str, version: int, content: Content) -> dict[str, Any]:
    after = advance_label(connection, label_id, version, content)
    return {"label_id": label_id, "label_version_before": version, "label_version": after}


def _write_turn(connection: sa.Connection, decision: DecisionInput, turn: Turn) -> None:
    """Undo and redo: the label and the proposal take the state that the turn gives."""
    target = turn.target
    change: dict[str, Any] = {"label_id": target.label_id}
    if turn.content is not None and turn.label_version is not None:
        change = _advance(connection, target.label_id, turn.label_version, turn.content)
    about = ("source_id", "scene_id", "run_id", "query_id", "proposal_id")
    row = {name: getattr(target, name) for name in about} | {
        "target_id": target.id,
        "proposal_state_before": turn.state_before,
        "proposal_state": turn.state,
        "reason": turn.reason,
    }
    _append(connection, decision, row | change, turn.content)


def _append(connection: sa.Connection, decision: DecisionInput, row: dict[str, Any], content: Content | None) -> None:
    """The history's rows: the decision, its prompts, and the label's revision where there is one."""
    now = now_text()
    values = {
        "id": decision.decision_id,
        "kind": decision.kind.value,
        "project_id": decision.project_id,
        "user_id": decision.user,
        "draft_id": decision.draft_id,
        "seconds": decision.seconds,
        "clicks": decision.clicks,
        "decided_at": decision.decided_at or now,
        "recorded_at": now,
    }
    connection.execute(sa.insert(decisions), values | row)
    if decision.prompts:
        listed = [
            {"decision_id": decision.decision_id, "position": position, **prompt.as_dict()}
            for position, prompt in enumerate(decision.prompts)
        ]
        connection.execute(sa.insert(prompts), listed)
    if content is not None:
        key = {"label_id": row["label_id"], "version": row["label_version"], "decision_id": decision.decision_id}
        when = {"user_id": decision.user, "decided_at": values["decided_at"], "recorded_at": now}
        append_revision(connection, content, key | when)


def _result(connection: sa.Connection, row: sa.Row[Any]) -> DecisionResult:
    """What the stored decision changed, as it was right after it."""
    labels = () if row.label_version is None else (read_label(connection, row.label_id, row.label_version),)
    marks: tuple[ProposalMark, ...] = ()
    if row.proposal_id is not None:
        reason = None if row.reason is None else RejectReason(row.reason)
        marks = (ProposalMark(row.proposal_id, ProposalState(row.proposal_state), reason, row.label_id),)
    kind = None if row.target_kind is None else DecisionKind(row.target_kind)
    return DecisionResult(row.id, DecisionKind(row.kind), row.recorded_at, labels, marks, row.target_id, kind)
