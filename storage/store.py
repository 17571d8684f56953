"""The façade: a data folder with its database, files and writer's lock; the only way to write is Store.write()."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from annotator.errors import StaleVersion, StoreError
from annotator.types import BoundsLonLat, Proposal, Query, RgbImage, Scene, TraceStep
from storage import decisions, drafts, labels, migrate, reads, runs, scenes, sources, undo
from storage.blobs import Blobs
from storage.engine import database_path, reader_engine, refuse_network_folder, writer_engine
from storage.inputs import DecisionInput, DraftInput, client_id, word
from storage.lock import WriterLock
from storage.snapshot import Snapshot
from storage.views import (
    DecisionResult,
    DecisionView,
    DraftView,
    LabelView,
    Project,
    ProjectClass,
    ProposalView,
    Run,
    RunView,
    SceneView,
    Source,
    UndoState,
)
from storage.words import LIVE_STATUSES, DecisionKind, LabelStatus, RunStatus

LOCAL_USER = "local"
"""The one person on loopback."""


class Store:
    """All writes are idempotent: delivered again under the same client-made ids they change nothing.

    Thread-safe. One writing connection, used by one thread at a time; readers see the last committed state and do
    not wait. Errors are those of annotator.errors.
    """

    def __init__(self, data_dir: Path, database: Path, lock: WriterLock | None) -> None:
        self.data_dir = data_dir
        self.database = database
        self.blobs = Blobs(data_dir / "blobs")
        self._lock = lock
        self._writing = threading.RLock()
        self._writer = None if lock is None else writer_engine(database)
        self._readers = reader_engine(database)

    @classmethod
    def open(cls, data_dir: Path, url: str | None = None, *, writer: bool, command: str = "") -> Store:
        """Opens the store, as the one writer (which makes and migrates it) or to read.

        Raises StoreLocked where another process writes, StoreTooNew for a newer store, NotFound where a reader finds
        none, StoreError for a network folder or a URL of another engine.
        """
        database = database_path(data_dir, url)
        refuse_network_folder(database.parent)
        if not writer:
            migrate.require_current(database)
            return cls(data_dir, database, None)
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            database.parent.mkdir(parents=True, exist_ok=True)
            lock = WriterLock(data_dir, command)
        except OSError as error:
            raise StoreError(f"{data_dir} cannot be written ({error.strerror}). Name another folder.") from error
        try:
            migrate.migrate(database)
            return cls(data_dir, database, lock)
        except BaseException:
            lock.close()
            raise

    def close(self) -> None:
        """Closes all connections and frees the writer's lock."""
        self._readers.dispose()
        if self._writer is not None:
            with self._writing:
                self._writer.dispose()
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One immediate transaction: committed at the end, rolled back when anything is raised. No file I/O inside."""
        if self._writer is None:
            raise StoreError("The store was opened to read. Stop the process that writes, then try again.")
        with self._writing:
            try:
                with self._writer.begin() as connection:
                    yield connection
            except sa.exc.DBAPIError as error:
                raise StoreError(
                    f"The store could not write ({error.orig}). Nothing was changed; try again."
                ) from error

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One read-only transaction: everything read in it is of the same moment."""
        try:
            with self._readers.connect() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise StoreError(f"The store could not be read ({error.orig}). Run the check command.") from error

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """A consistent state for exports; the writer goes on meanwhile."""
        with self.read() as connection:
            yield Snapshot(connection, self.blobs)

    def ensure_project(self, name: str) -> Project:
        """The project of this name, made where it is new."""
        with self.write() as connection:
            return sources.ensure_project(connection, name)

    def projects(self) -> list[Project]:
        with self.read() as connection:
            return sources.read_projects(connection)

    def add_class(self, project_id: str, class_id: str, *, function: str, title: str) -> ProjectClass:
        """A class of the project's own."""
        with self.write() as connection:
            return sources.add_class(connection, project_id, class_id, function, title)

    def classes(self, project_id: str) -> list[ProjectClass]:
        with self.read() as connection:
            return sources.read_classes(connection, project_id)

    def add_source(
        self,
        project_id: str,
        *,
        kind: str,
        name: str,
        path: str | None,
        meta: Mapping[str, Any],
        content_sha256: str | None = None,
        map_source_id: str | None = None,
    ) -> Source:
        """The source with this content (else path, else name), made where it is new, brought up to date otherwise."""
        values = sources.source_values(project_id, kind, name, path, meta, content_sha256, map_source_id)
        with self.write() as connection:
            return sources.add_source(connection, values)

    def sources(self, project_id: str) -> list[Source]:
        with self.read() as connection:
            return sources.read_sources(connection, project_id)

    def source(self, source_id: str) -> Source:
        with self.read() as connection:
            return sources.read_source(connection, source_id)

    def record_scene(self, scene: Scene) -> SceneView:
        """The scene's row, without pictures: fast, so that runs and proposals can follow at once."""
        values = scenes.scene_values(scene)
        with self.write() as connection:
            return scenes.insert_scene(connection, values)

    def attach_scene_pictures(self, scene: Scene, map_image: RgbImage | None = None) -> SceneView:
        """Stores the scene's picture, features and, where given, its digital map; up to a second, from any thread."""
        found = scenes.write_pictures(self.blobs, scene, map_image)
        with self.write() as connection:
            return scenes.attach(connection, scene.id, found)

    def scene_view(self, scene_id: str) -> SceneView:
        with self.read() as connection:
            return scenes.read_scene(connection, scene_id)

    def scene(self, scene_id: str) -> Scene:
        """The whole scene as it was recorded; raises NotFound while its pictures are not attached."""
        return scenes.rebuild(self.scene_view(scene_id), self.blobs)

    def start_run(
        self,
        project_id: str,
        scene_id: str,
        query: Query,
        *,
        run_id: str,
        source_id: str,
        reasoner: str,
        reasoner_version: str,
        segmenter: str,
        segmenter_version: str,
        parameters: Mapping[str, Any],
        seed: int | None = None,
    ) -> Run:
        """A running run of the query over a recorded scene of the source."""
        values = {
            "id": client_id(run_id, "run"),
            "project_id": project_id,
            "source_id": source_id,
            "scene_id": scene_id,
            "reasoner": reasoner,
            "reasoner_version": reasoner_version,
            "segmenter": segmenter,
            "segmenter_version": segmenter_version,
            "parameters": dict(parameters),
            "seed": seed,
        }
        with self.write() as connection:
            return runs.start_run(connection, query, values)

    def add_steps(self, run_id: str, steps: Sequence[TraceStep], *, first: int = 0) -> None:
        """Steps of the trace; ``first`` is the position of the first one in the run."""
        with self.write() as connection:
            runs.add_steps(connection, run_id, steps, first)

    def add_proposals(self, run_id: str, proposals: Sequence[Proposal]) -> None:
        """Proposals of the run, immutable from here on."""
        rows = [runs.proposal_values(run_id, proposal) for proposal in proposals]
        with self.write() as connection:
            runs.add_proposals(connection, run_id, rows)

    def finish_run(
        self,
        run_id: str,
        status: RunStatus | str,
        *,
        seconds: float,
        nothing_here: bool = False,
        reasons: Sequence[str] = (),
    ) -> Run:
        """Ends a running run as done, failed or cancelled; one that has ended stays as it is."""
        ended = word(RunStatus, status, "status of a run").value
        values = {"status": ended, "seconds": seconds, "nothing_here": nothing_here, "reasons": list(reasons)}
        with self.write() as connection:
            return runs.finish_run(connection, run_id, values)

    def run(self, run_id: str) -> RunView:
        with self.read() as connection:
            return reads.read_run_view(connection, run_id)

    def latest_run(self, project_id: str, source_id: str) -> RunView | None:
        """The run started last on the source, with its proposals as they stand."""
        with self.read() as connection:
            return reads.latest_run(connection, project_id, source_id)

    def proposal(self, proposal_id: str) -> tuple[ProposalView, Run]:
        """A proposal and the run it is of; raises NotFound."""
        with self.read() as connection:
            return reads.read_proposal(connection, proposal_id)

    def rejected(self, project_id: str, source_id: str) -> tuple[ProposalView, ...]:
        """Proposals of all runs on a source that stand rejected."""
        with self.read() as connection:
            return reads.read_rejected(connection, project_id, source_id)

    def save_draft(self, draft: DraftInput) -> DraftView:
        """Saves the draft; an older sequence changes nothing. ``saved_at`` of the answer is when it was committed."""
        values = drafts.draft_values(draft)
        with self.write() as connection:
            return drafts.save_draft(connection, values)

    def discard_draft(self, draft_id: str, user: str = LOCAL_USER) -> None:
        """Puts a draft aside."""
        with self.write() as connection:
            drafts.discard_draft(connection, client_id(draft_id, "draft"), user)

    def drafts(self, project_id: str, source_id: str | None = None, user: str = LOCAL_USER) -> list[DraftView]:
        """The person's open drafts, the longest untouched first."""
        with self.read() as connection:
            return drafts.read_drafts(connection, project_id, source_id, user)

    def decide(self, decision: DecisionInput) -> DecisionResult:
        """Takes one decision; see DecisionInput.

        Raises StaleVersion where the label changed since: ``theirs`` is the label as it is, with ``expected_version``
        and ``draft_id``, the draft that keeps the loser's shape (None where there was none). NotAllowed and BadInput
        leave the store as it was.
        """
        with self.write() as connection:
            result = decisions.decide(connection, decision)
        if isinstance(result, decisions.Conflict):
            raise _stale(result, decision.expected_version)
        return result

    def undo(
        self, *, decision_id: str, project_id: str, user: str = LOCAL_USER, source_id: str | None = None
    ) -> DecisionResult:
        """Takes back the person's newest decision in effect, of one source where it is given."""
        return self.decide(DecisionInput(decision_id, DecisionKind.UNDO, project_id, user, source_id))

    def redo(
        self, *, decision_id: str, project_id: str, user: str = LOCAL_USER, source_id: str | None = None
    ) -> DecisionResult:
        """Does again what the newest undo took back, of one source where it is given."""
        return self.decide(DecisionInput(decision_id, DecisionKind.REDO, project_id, user, source_id))

    def undo_state(self, project_id: str, user: str = LOCAL_USER, source_id: str | None = None) -> UndoState:
        """What undo and redo would take on, of one source where it is given."""
        with self.read() as connection:
            return undo.read_undo_state(connection, project_id, user, source_id)

    def labels(
        self,
        project_id: str,
        source_id: str | None = None,
        bbox_lonlat: BoundsLonLat | None = None,
        statuses: Sequence[LabelStatus] = LIVE_STATUSES,
    ) -> list[LabelView]:
        """Labels of the project, of one source, of a box, of some statuses; without ``statuses`` those not retired."""
        with self.read() as connection:
            return labels.read_labels(connection, project_id, source_id, bbox_lonlat, statuses)

    def count_labels(self, project_id: str, statuses: Sequence[LabelStatus] = LIVE_STATUSES) -> int:
        """Labels of the whole project in these statuses."""
        with self.read() as connection:
            return labels.count_labels(connection, project_id, statuses)

    def label(self, label_id: str, version: int | None = None) -> LabelView:
        """A label as it is, or as it was at a version."""
        with self.read() as connection:
            return labels.read_label(connection, label_id, version)

    def history(self, project_id: str, limit: int | None = 100) -> list[DecisionView]:
        """Decisions, newest first."""
        with self.read() as connection:
            return list(reads.read_history(connection, project_id, limit))


def _stale(conflict: decisions.Conflict, expected: int | None) -> StaleVersion:
    theirs = conflict.theirs
    seen = "another state" if expected is None else f"version {expected}"
    kept = "Your shape is kept as a draft." if conflict.draft_id else "Nothing was changed."
    shown = {name: getattr(theirs, name) for name in theirs.__slots__}
    return StaleVersion(
        f"{theirs.author} changed this label: it is at version {theirs.version}, you saw {seen}. {kept} "
        "Look at theirs, then decide again.",
        theirs=shown | {"expected_version": expected, "draft_id": conflict.draft_id},
    )
