"""Drafts: shapes not yet decided on. The highest sequence of a draft stays, whatever the order of delivery."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.clock import now_text
from storage.inputs import DecisionInput, DraftInput
from storage.models import decisions, drafts, labels, projects, proposals, runs, scenes, sources, users
from storage.rows import insert_once, optional_geojson, require, shape_columns, window
from storage.subject import Subject
from storage.views import DraftView
from storage.words import DraftState


def draft_values(draft: DraftInput) -> dict[str, Any]:
    """A draft's row, open and saved now."""
    return {
        "id": draft.draft_id,
        "project_id": draft.project_id,
        "source_id": draft.source_id,
        "user_id": draft.user,
        "scene_id": draft.scene_id,
        "run_id": draft.run_id,
        "proposal_id": draft.proposal_id,
        "label_id": draft.label_id,
        **shape_columns(draft.geometry_lonlat, draft.mask),
        "function": draft.function,
        "class_id": draft.class_id,
        "name": draft.name,
        "prompts": [prompt.as_dict() for prompt in draft.prompts],
        "sequence": draft.sequence,
        "state": DraftState.OPEN.value,
        "saved_at": now_text(),
    }


_NAMED = (
    (projects, "project_id", "project"),
    (sources, "source_id", "source"),
    (users, "user_id", "person"),
    (scenes, "scene_id", "scene"),
    (runs, "run_id", "run"),
    (proposals, "proposal_id", "proposal"),
    (labels, "label_id", "label"),
)
_CONTENT = ("geometry", "geometry_sha256", "mask_rle", "window_px", "function", "class_id", "name", "prompts")


def save_draft(connection: sa.Connection, values: dict[str, Any]) -> DraftView:
    """Stores the draft unless a later state of it is there; one that was decided on stays closed."""
    for table, name, what in _NAMED:
        if values[name] is not None:
            require(connection, table, values[name], what)
    if _decided(connection, values["id"]):
        values = values | {"state": DraftState.CLOSED.value}
    insert = sqlite_insert(drafts).values(values)
    newer = {name: insert.excluded[name] for name in (*_CONTENT, "scene_id", "sequence", "saved_at")}
    older = drafts.c.sequence < insert.excluded.sequence
    mine = (drafts.c.user_id == insert.excluded.user_id) & (drafts.c.project_id == insert.excluded.project_id)
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=newer, where=older & mine))
    return _view(connection.execute(_VIEW.where(drafts.c.id == values["id"])).one())


def _decided(connection: sa.Connection, draft_id: str) -> bool:
    found = sa.select(decisions.c.seq).where(decisions.c.draft_id == draft_id).limit(1)
    return connection.execute(found).first() is not None


def keep_loser(connection: sa.Connection, decision: DecisionInput, subject: Subject) -> str | None:
    """Keeps what a stale decision brought as a draft under the decision's id; None where it brought nothing."""
    brought = (decision.geometry_lonlat, decision.function, decision.class_id, decision.name)
    if all(part is None for part in brought) or subject.label is None or subject.source_id is None:
        return None
    draft = DraftInput(
        decision.decision_id,
        decision.project_id,
        subject.source_id,
        0,
        decision.user,
        subject.scene_id,
        subject.run_id,
        subject.label.proposal_id,
        subject.label.id,
        decision.geometry_lonlat,
        decision.mask,
        decision.function,
        decision.class_id,
        decision.name,
        decision.prompts,
    )
    insert_once(connection, drafts, draft_values(draft))
    if decision.draft_id is not None:
        _close(connection, drafts.c.id == decision.draft_id, decision.user, DraftState.CLOSED)
    return decision.decision_id


def close_decided(connection: sa.Connection, decision: DecisionInput, label_id: str | None, subject: Subject) -> None:
    """Closes this person's drafts of what was decided on."""
    about = [drafts.c.id == decision.draft_id] if decision.draft_id else []
    if label_id is not None:
        about.append(drafts.c.label_id == label_id)
    if subject.proposal is not None:
        about.append(drafts.c.proposal_id == subject.proposal.id)
    if about:
        _close(connection, sa.or_(*about), decision.user, DraftState.CLOSED)


def discard_draft(connection: sa.Connection, draft_id: str, user: str) -> None:
    """Puts an open draft aside; one that is unknown or closed stays as it is."""
    _close(connection, drafts.c.id == draft_id, user, DraftState.DISCARDED)


def _close(connection: sa.Connection, which: sa.ColumnElement[bool], user: str, state: DraftState) -> None:
    still_open = (drafts.c.state == DraftState.OPEN.value) & (drafts.c.user_id == user)
    connection.execute(sa.update(drafts).where(which, still_open).values(state=state.value))


_VIEW = sa.select(drafts, users.c.name.label("user")).join(users, users.c.id == drafts.c.user_id)


def read_drafts(connection: sa.Connection, project_id: str, source_id: str | None, user: str) -> list[DraftView]:
    """A person's open drafts, the longest untouched first."""
    chosen = _VIEW.where(
        drafts.c.project_id == project_id, drafts.c.state == DraftState.OPEN.value, drafts.c.user_id == user
    )
    if source_id is not None:
        chosen = chosen.where(drafts.c.source_id == source_id)
    return [_view(row) for row in connection.execute(chosen.order_by(drafts.c.saved_at, drafts.c.id))]


def _view(row: sa.Row[Any]) -> DraftView:
    return DraftView(
        row.id,
        row.project_id,
        row.source_id,
        row.user,
        row.scene_id,
        row.run_id,
        row.proposal_id,
        row.label_id,
        optional_geojson(row.geometry),
        row.mask_rle,
        window(row.window_px),
        row.function,
        row.class_id,
        row.name,
        tuple(row.prompts),
        row.sequence,
        DraftState(row.state),
        row.saved_at,
    )
