"""What a decision is about: the proposal, label, run, source and scene that its ids name, as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from annotator.errors import BadInput, NotFound
from storage.inputs import DecisionInput
from storage.labels import label_of_proposal, read_label
from storage.models import decisions, proposals, queries, runs, scenes, sources
from storage.rows import require
from storage.views import LabelView
from storage.words import LIVE_STATUSES, ProposalState


@dataclass(frozen=True)
class Subject:
    """``label`` is the one named, or the one born from the proposal; ``state`` is the proposal's, None without one.

    ``proposal_scene_id`` is the frame of the proposal's mask, ``scene_id`` that of a mask which the decision brings.
    """

    proposal: sa.Row[Any] | None
    proposal_scene_id: str | None
    label: LabelView | None
    state: ProposalState | None
    source_id: str | None
    scene_id: str | None
    run_id: str | None
    query_id: str | None

    @property
    def live(self) -> bool:
        """Whether there is a label that is not retired."""
        return self.label is not None and self.label.status in LIVE_STATUSES


def resolve(connection: sa.Connection, decision: DecisionInput) -> Subject:
    """Raises NotFound for ids that are not of the decision's project, BadInput for ids that contradict each other."""
    label = None if decision.label_id is None else read_label(connection, decision.label_id)
    proposal_id = decision.proposal_id or (label.proposal_id if label else None)
    if label is not None and decision.proposal_id not in (None, label.proposal_id):
        raise BadInput("The label was not made from that proposal. Reload the page.")
    proposal = None if proposal_id is None else require(connection, proposals, proposal_id, "proposal")
    if label is None and proposal_id is not None:
        label = label_of_proposal(connection, proposal_id)
    run_id = proposal.run_id if proposal is not None else decision.run_id or (label.run_id if label else None)
    run = None if run_id is None else require(connection, runs, run_id, "run")
    source_id = label.source_id if label else run.source_id if run is not None else decision.source_id
    for found, what in ((label, "label"), (run, "run")):
        _same_project(found, decision.project_id, what)
    if source_id is not None:
        _same_project(require(connection, sources, source_id, "source"), decision.project_id, "source")
    query_id = run.query_id if run is not None else decision.query_id
    if query_id is not None:
        _same_project(require(connection, queries, query_id, "query"), decision.project_id, "query")
    scene_id = decision.scene_id or (label.scene_id if label else run.scene_id if run is not None else None)
    if scene_id is not None:
        require(connection, scenes, scene_id, "scene")
    state = None if proposal_id is None else proposal_state(connection, proposal_id)
    proposal_scene_id = None if proposal is None or run is None else run.scene_id
    return Subject(proposal, proposal_scene_id, label, state, source_id, scene_id, run_id, query_id)


def _same_project(found: Any, project_id: str, what: str) -> None:
    if found is not None and found.project_id != project_id:
        raise NotFound(f"The {what} belongs to another project. Choose the project it was made in.")


def proposal_state(connection: sa.Connection, proposal_id: str) -> ProposalState:
    """What the newest decision about the proposal made of it."""
    chosen = (
        sa.select(decisions.c.proposal_state)
        .where(decisions.c.proposal_id == proposal_id)
        .order_by(decisions.c.seq.desc())
        .limit(1)
    )
    return ProposalState(connection.execute(chosen).scalar_one_or_none() or ProposalState.OPEN)
