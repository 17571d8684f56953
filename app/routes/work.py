"""The person's work: what is there, drafts as they grow, decisions, undo and redo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from annotator.errors import BadInput, StaleVersion
from annotator.taxonomy import load_taxonomy
from app import wire
from app.messages import Decided, Id, Message, PromptStep, Redo, ShapeChanged, Undo
from app.prompting import shape_of
from app.workspace import USER, Workspace
from storage.inputs import DecisionInput, DraftInput, PromptInput
from storage.views import DecisionResult
from storage.words import DecisionKind, LabelStatus, PromptKind, RejectReason

EXPORTED = (LabelStatus.ACCEPTED, LabelStatus.EDITED, LabelStatus.DRAWN)
"""What leaves with an export; the page counts it over all pictures of the project."""
STORE_KINDS = {"outline": PromptKind.MAP_OUTLINE}
"""Kinds of prompts of the page that the store knows by another name."""


class Discard(Message):
    """A draft that its person no longer wants."""

    draft_id: Id
    project_id: Id


class SourceInView(Message):
    """Which source /ss/state speaks of."""

    source: Id


def state(request: Request, workspace: Workspace) -> Response:
    """Everything a page needs to stand where it stood: last run, proposals, labels, drafts, undo and redo."""
    source_id = SourceInView(source=request.query_params.get("source", "")).source
    store, project = workspace.store, workspace.project
    latest = store.latest_run(project.id, source_id)
    labels = store.labels(project.id, source_id)
    drafts = store.drafts(project.id, source_id)
    proposals = wire.proposals(store, latest, labels) if latest else []
    times = [label.decided_at for label in labels] + [draft.saved_at for draft in drafts]
    return JSONResponse(
        {
            "run": wire.run(latest) if latest else None,
            "proposals": [one.model_dump(mode="json") for one in proposals],
            "labels": [wire.label(one) for one in labels],
            "drafts": [wire.draft(one) for one in drafts],
            "saved_at": max(times, default=None),
            **wire.undo(store.undo_state(project.id, source_id=source_id)),
            "elsewhere": store.count_labels(project.id, EXPORTED) - sum(one.status in EXPORTED for one in labels),
        }
    )


def save_draft(message: ShapeChanged, workspace: Workspace) -> Mapping[str, Any]:
    """A draft's state; an older one delivered later changes nothing."""
    saved = workspace.store.save_draft(
        DraftInput(
            draft_id=message.draft_id,
            project_id=message.project_id,
            source_id=message.source_id,
            sequence=message.sequence,
            user=USER,
            run_id=message.run_id,
            proposal_id=message.proposal_id,
            label_id=message.label_id,
            geometry_lonlat=shape_of(message.geometry),
            function=message.function,
            class_id=message.class_id,
            name=message.name,
            prompts=prompt_inputs(message.prompts),
        )
    )
    return {"saved_at": saved.saved_at, "sequence": saved.sequence}


def discard(message: Discard, workspace: Workspace) -> Mapping[str, Any]:
    workspace.store.discard_draft(message.draft_id)
    return {"draft_id": message.draft_id}


def check_class(message: Decided) -> None:
    """Raises BadInput for a class or function that the taxonomy does not know, or that do not belong together."""
    taxonomy = load_taxonomy()
    if message.class_id is not None and message.class_id not in taxonomy.classes:
        raise BadInput(f"There is no class {message.class_id[:40]!r}. Choose one from the list.")
    if message.function is not None and message.function not in taxonomy.functions:
        raise BadInput(f"There is no function {message.function[:40]!r}. Choose a class from the list.")
    if message.class_id and message.function and taxonomy.function_of(message.class_id) != message.function:
        raise BadInput("The class does not belong to that function. Choose the class again.")


def decide(message: Decided, workspace: Workspace) -> Mapping[str, Any]:
    """One decision; a stale one answers with the label as it is now."""
    check_class(message)
    store = workspace.store
    geometry = shape_of(message.geometry)
    decision = DecisionInput(
        decision_id=message.decision_id,
        kind=DecisionKind(message.kind),
        project_id=message.project_id,
        user=USER,
        source_id=message.source_id,
        run_id=message.run_id,
        proposal_id=message.proposal_id,
        label_id=message.label_id,
        expected_version=message.expected_version,
        draft_id=message.draft_id,
        reason=None if message.reason is None else RejectReason(message.reason),
        geometry_lonlat=geometry,
        function=message.function,
        class_id=message.class_id,
        name=message.name,
        prompts=prompt_inputs(message.prompts),
        seconds=message.seconds,
        clicks=message.clicks,
        decided_at=message.decided_at,
    )
    try:
        result = store.decide(decision)
    except StaleVersion as stale:
        raise StaleVersion(str(stale), theirs=_their_label(stale, workspace)) from stale
    return _answer(result, workspace, message.source_id)


def undo(message: Undo, workspace: Workspace) -> Mapping[str, Any]:
    result = workspace.store.undo(
        decision_id=message.decision_id, project_id=message.project_id, source_id=message.source_id
    )
    return _answer(result, workspace, message.source_id)


def redo(message: Redo, workspace: Workspace) -> Mapping[str, Any]:
    result = workspace.store.redo(
        decision_id=message.decision_id, project_id=message.project_id, source_id=message.source_id
    )
    return _answer(result, workspace, message.source_id)


def prompt_inputs(steps: Sequence[PromptStep]) -> tuple[PromptInput, ...]:
    """The page's prompts as the store keeps them."""
    return tuple(
        PromptInput(
            kind=STORE_KINDS.get(step.kind) or PromptKind(step.kind),
            lonlat=step.bounds or step.lonlat or (),
            sign=step.sign or 1,
            at_ms=step.at_ms,
        )
        for step in steps
    )


def _answer(result: DecisionResult, workspace: Workspace, source_id: str) -> Mapping[str, Any]:
    """What a decision changed, and what undo and redo now say."""
    store, project = workspace.store, workspace.project
    labels = [wire.label(one) for one in result.labels]
    marks = [wire.mark(one) for one in result.proposals]
    return {
        "saved_at": result.recorded_at,
        "decision_id": result.decision_id,
        "label": labels[0] if labels else None,
        "proposal": marks[0] if marks else None,
        "labels": labels,
        "proposals": marks,
        **wire.undo(store.undo_state(project.id, source_id=source_id)),
    }


def _their_label(stale: StaleVersion, workspace: Workspace) -> Mapping[str, Any]:
    """The label as it is now, and the draft that keeps the loser's shape."""
    theirs = wire.label(workspace.store.label(str(stale.theirs["id"])))
    return theirs | {"draft_id": stale.theirs.get("draft_id")}
