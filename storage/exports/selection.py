"""Which labels of a project an export takes, and how each came to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from annotator.errors import NotFound
from annotator.types import Query
from storage.inputs import word
from storage.snapshot import ExportRow, Snapshot
from storage.views import LabelView, Project, ProposalView, Run
from storage.words import LabelStatus

DEFAULT_STATUSES = ("accepted", "edited", "drawn")
"""Statuses of labels that a person stands behind."""

MODEL, HUMAN_EDITED, HUMAN_DRAWN = "model", "human_edited", "human_drawn"


@dataclass(frozen=True, eq=False)
class Selection:
    """A project in one snapshot: all its labels, and of which statuses the export is."""

    snapshot: Snapshot
    project: Project
    statuses: tuple[LabelStatus, ...]
    all_rows: tuple[ExportRow, ...]

    @cached_property
    def rows(self) -> tuple[ExportRow, ...]:
        """The labels to export, by id."""
        return tuple(row for row in self.all_rows if row.label.status in self.statuses)

    @cached_property
    def in_store(self) -> Mapping[str, int]:
        """Number of labels in the project by status, retired ones too."""
        return Counter(row.label.status.value for row in self.all_rows)

    @cached_property
    def runs(self) -> Sequence[Run]:
        """All runs of the project, oldest first."""
        return self.snapshot.runs(self.project.id)

    @cached_property
    def queries(self) -> Mapping[str, Query]:
        """Queries of runs and labels by id."""
        asked = {run.query_id: run.query for run in self.runs}
        of_labels = {row.label.query_id: row.query for row in self.all_rows}
        return asked | {id_: query for id_, query in of_labels.items() if id_ is not None and query is not None}

    @cached_property
    def _proposals(self) -> Mapping[str, ProposalView]:
        run_ids = sorted({row.label.run_id for row in self.rows if row.label.proposal_id and row.label.run_id})
        return {proposal.id: proposal for run_id in run_ids for proposal in self.snapshot.proposals(run_id)}

    def author_class(self, label: LabelView) -> str:
        """How the label came to be: "model", "human_edited" or "human_drawn".

        "model": a person accepted a proposal, and shape, class and name are the proposal's still. "human_edited": it
        began as a proposal and a person changed it. "human_drawn": a person drew it without a proposal.
        """
        proposal = self._proposals.get(label.proposal_id or "")
        if proposal is None:
            return HUMAN_DRAWN
        same = all(getattr(label, part) == getattr(proposal, part) for part in ("geometry", *_PATH))
        return MODEL if same and label.status != LabelStatus.EDITED else HUMAN_EDITED


_PATH = ("function", "class_id", "name")


def select(snapshot: Snapshot, project: str, statuses: Sequence[str]) -> Selection:
    """The labels of the project of this name; raises NotFound for no such project, BadInput for no such status."""
    wanted = tuple(dict.fromkeys(word(LabelStatus, status, "status of a label") for status in statuses))
    known = {found.name: found for found in snapshot.projects()}
    if project not in known:
        names = ", ".join(list(known)[:20]) or "none yet"
        raise NotFound(f"There is no project {project[:80]!r} in the store. Its projects: {names}.")
    rows = sorted(snapshot.rows(known[project].id, tuple(LabelStatus)), key=lambda row: row.label.id)
    return Selection(snapshot, known[project], wanted, tuple(rows))
