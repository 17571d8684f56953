"""One consistent state of the store for exports: every read of a Snapshot sees the same moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from annotator.types import BoxPx, Query
from storage.blobs import Blobs
from storage.labels import read_labels
from storage.models import HEAD_REVISION, proposals, queries
from storage.reads import read_history, read_proposals, read_run_view, read_runs
from storage.rows import require
from storage.runs import query_of, read_run
from storage.scenes import read_scene
from storage.sources import read_classes, read_projects, read_source, read_sources
from storage.views import DecisionView, LabelView, Project, ProjectClass, ProposalView, Run, RunView, SceneView, Source
from storage.words import LIVE_STATUSES, LabelStatus


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
        for label in read_labels(self._connection, project_id, None, None, statuses):
            if label.scene_id is not None and label.scene_id not in scenes:
                scenes[label.scene_id] = self.scene(label.scene_id)
            if label.source_id not in origins:
                origins[label.source_id] = read_source(self._connection, label.source_id)
            scene = None if label.scene_id is None else scenes[label.scene_id]
            query = None if label.query_id is None else asked[label.query_id]
            yield ExportRow(label, origins[label.source_id], query, scene, *self._prompts(label.proposal_id))

    def _prompts(
        self, proposal_id: str | None
    ) -> tuple[str | None, BoxPx | None, tuple[tuple[float, float, int], ...]]:
        if proposal_id is None:
            return None, None, ()
        row = require(self._connection, proposals, proposal_id, "proposal")
        x0, y0, x1, y1 = row.box_px
        points = tuple((float(x), float(y), int(sign)) for x, y, sign in row.points)
        return read_run(self._connection, row.run_id).scene_id, (x0, y0, x1, y1), points

    def scene(self, scene_id: str) -> SceneView:
        return read_scene(self._connection, scene_id)

    def runs(self, project_id: str) -> list[Run]:
        """Oldest first."""
        return read_runs(self._connection, project_id)

    def run_view(self, run_id: str) -> RunView:
        """A run with its steps and its proposals, each with what people made of it."""
        return read_run_view(self._connection, run_id)

    def proposals(self, run_id: str) -> tuple[ProposalView, ...]:
        return read_proposals(self._connection, run_id)

    def decisions(self, project_id: str) -> list[DecisionView]:
        """Oldest first; ``in_effect`` is False for those undone."""
        return list(read_history(self._connection, project_id, None))[::-1]

    def blob(self, sha256: str) -> bytes:
        """A stored file: pictures are PNG (storage.pictures.decode_png), features gzipped GeoJSON."""
        return self._blobs.read(sha256)
