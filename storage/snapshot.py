"""One consistent state of the store for exports: every read of a Snapshot sees the same moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from annotator.types import BoxPx, Query
from storage.blobs import Blobs
from storage.labels import read_labels
from storage.models import HEAD_REVISION, labels, proposals, queries, runs
from storage.reads import read_history, read_proposals, read_runs
from storage.runs import query_of
from storage.scenes import read_scene
from storage.sources import read_classes, read_projects, read_source, read_sources
from storage.views import DecisionView, LabelView, Project, ProjectClass, ProposalView, Run, SceneView, Source
from storage.words import LIVE_STATUSES, LabelStatus

_Prompts = tuple[str | None, BoxPx | None, tuple[tuple[float, float, int], ...]]
_NO_PROMPTS: _Prompts = (None, None, ())


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A label with all that an export says of it.

    ``label.mask_rle`` lives in ``label.window_px`` of ``scene``'s pixels, or is None where the shape was drawn by
    hand; ``scene`` is None for a label drawn on no recorded view. The box and the signed points (x, y, 1 or -1) are
    those of the proposal, in pixels of the scene it was made on, ``proposal_scene_id``.
    """

    label: LabelView
    source: Source
    query: Query | None
    scene: SceneView | None
    proposal_scene_id: str | None
    proposal_box_px: BoxPx | None
    proposal_points_px: tuple[tuple[float, float, int], ...]


class Snapshot:
    """Reads inside one read transaction; made by Store.snapshot()."""

    schema_version = HEAD_REVISION

    def __init__(self, connection: sa.Connection, blobs: Blobs) -> None:
        self._connection = connection
        self._blobs = blobs

    def projects(self) -> list[Project]:
        return read_projects(self._connection)

    def sources(self, project_id: str) -> list[Source]:
        return read_sources(self._connection, project_id)

    def classes(self, project_id: str) -> list[ProjectClass]:
        return read_classes(self._connection, project_id)

    def rows(self, project_id: str, statuses: Sequence[LabelStatus] = LIVE_STATUSES) -> Iterator[ExportRow]:
        """Labels of these statuses, in the order their ids were made: the same snapshot, the same order."""
        scenes: dict[str, SceneView] = {}
        origins: dict[str, Source] = {}
        asked = {row.id: query_of(row) for row in self._connection.execute(sa.select(queries))}
        prompts = self._prompts(project_id)
        for label in read_labels(self._connection, project_id, None, None, statuses):
            if label.scene_id is not None and label.scene_id not in scenes:
                scenes[label.scene_id] = self.scene(label.scene_id)
            if label.source_id not in origins:
                origins[label.source_id] = read_source(self._connection, label.source_id)
            scene = None if label.scene_id is None else scenes[label.scene_id]
            query = None if label.query_id is None else asked[label.query_id]
            yield ExportRow(label, origins[label.source_id], query, scene, *prompts.get(label.id, _NO_PROMPTS))

    def _prompts(self, project_id: str) -> dict[str, _Prompts]:
        """By label id: the scene, box and points of the proposal the label was made from."""
        chosen = (
            sa.select(labels.c.id, runs.c.scene_id, proposals.c.box_px, proposals.c.points)
            .join(proposals, proposals.c.id == labels.c.proposal_id)
            .join(runs, runs.c.id == proposals.c.run_id)
            .where(labels.c.project_id == project_id)
        )
        found: dict[str, _Prompts] = {}
        for row in self._connection.execute(chosen):
            x0, y0, x1, y1 = row.box_px
            points = tuple((float(x), float(y), int(sign)) for x, y, sign in row.points)
            found[row.id] = (row.scene_id, (x0, y0, x1, y1), points)
        return found

    def scene(self, scene_id: str) -> SceneView:
        return read_scene(self._connection, scene_id)

    def runs(self, project_id: str) -> list[Run]:
        """Oldest first."""
        return read_runs(self._connection, project_id)

    def proposals(self, run_id: str) -> tuple[ProposalView, ...]:
        return read_proposals(self._connection, run_id)

    def decisions(self, project_id: str) -> list[DecisionView]:
        """Oldest first; ``in_effect`` is False for those undone."""
        return list(read_history(self._connection, project_id, None))[::-1]

    def blob(self, sha256: str) -> bytes:
        """A stored file: pictures are PNG (storage.pictures.decode_png), features gzipped GeoJSON."""
        return self._blobs.read(sha256)
