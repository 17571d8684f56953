"""Whether a store is whole: database, files, and a history without gaps. Reads only, beside a running writer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
import sqlalchemy as sa

from annotator.errors import StoreError
from annotator.geometry import geometry_text
from storage.blobs import Blobs
from storage.engine import database_path, reader_engine
from storage.migrate import require_current
from storage.models import decisions, drafts, labels, proposals, revisions, scenes
from storage.rows import bounds_columns, text_sha256
from storage.words import DecisionKind, LabelStatus, ProposalState


@dataclass(frozen=True, slots=True)
class CheckReport:
    """``problems`` are sentences, empty in a store that is whole; ``notes`` are no damage."""

    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def check(data_dir: Path, url: str | None = None) -> CheckReport:
    """Compares integrity, foreign keys, file hashes, geometry hashes and the history's continuity.

    Raises NotFound where there is no store, StoreError where it cannot be opened at all.
    """
    database = database_path(data_dir, url)
    require_current(database)
    engine = reader_engine(database)
    try:
        with engine.connect() as connection:
            found = list(_database(connection))
            if found:
                return CheckReport(tuple(found), ())
            found += _files(connection, Blobs(data_dir / "blobs"))
            found += _geometry(connection)
            found += _labels(connection)
            found += _revisions(connection)
            found += _decisions(connection)
            return CheckReport(tuple(found), tuple(_notes(connection)))
    except sa.exc.DBAPIError as error:
        return CheckReport((f"The database cannot be read: {error.orig}.",), ())
    finally:
        engine.dispose()


def _database(connection: sa.Connection) -> Iterator[str]:
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield f"The database is damaged: {line}."
    for table, row_id, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"Row {row_id} of {table} names a row of {parent} that is not there."


def _files(connection: sa.Connection, blobs: Blobs) -> Iterator[str]:
    for row in connection.execute(sa.select(scenes)):
        for sha256 in (row.image_sha256, row.map_sha256, row.features_sha256):
            if sha256 is None:
                continue
            try:
                blobs.read(sha256)
            except StoreError as error:
                yield f"Scene {row.id[:12]}: {error}"


def _geometry(connection: sa.Connection) -> Iterator[str]:
    for table in (proposals, revisions, drafts):
        for row in connection.execute(sa.select(table).where(table.c.geometry.is_not(None))):
            if text_sha256(row.geometry) != row.geometry_sha256:
                yield f"A shape of {table.name} ({_key(row)}) is not the one that was hashed."
            elif geometry_text(shapely.from_geojson(row.geometry)) != row.geometry:
                yield f"A shape of {table.name} ({_key(row)}) is not in canonical form."


def _key(row: sa.Row[Any]) -> str:
    return f"label {row.label_id} version {row.version}" if hasattr(row, "version") else str(row.id)


def _labels(connection: sa.Connection) -> Iterator[str]:
    """A label is its newest revision, and its revisions are 1..version."""
    versions: dict[str, list[int]] = defaultdict(list)
    numbered = sa.select(revisions.c.label_id, revisions.c.version).order_by(revisions.c.version)
    for label_id, version in connection.execute(numbered):
        versions[label_id].append(version)
    newest = (revisions.c.label_id == labels.c.id) & (revisions.c.version == labels.c.version)
    chosen = sa.select(labels, revisions.c.status.label("newest_status"), revisions.c.geometry)
    for row in connection.execute(chosen.outerjoin(revisions, newest)):
        if versions[row.id] != list(range(1, row.version + 1)):
            yield f"Label {row.id} is at version {row.version}, its revisions are {versions[row.id]}."
        elif row.newest_status != row.status:
            yield f"Label {row.id} is {row.status}, its newest revision says {row.newest_status}."
        elif any(getattr(row, side) != value for side, value in bounds_columns(row.geometry).items()):
            yield f"Label {row.id} has bounds that are not those of its shape."


def _revisions(connection: sa.Connection) -> Iterator[str]:
    """Each revision was written by a decision that says so, and undo and redo wrote what they should."""
    content: dict[tuple[str, int], tuple[object, ...]] = {}
    written: dict[tuple[str, int], str] = {}
    for row in connection.execute(sa.select(revisions)):
        key = (row.label_id, row.version)
        shape = (row.geometry_sha256, row.mask_rle, row.window_px, row.scene_id)
        content[key] = (row.status, row.function, row.class_id, row.name, *shape)
        written[key] = row.decision_id
    said = {}
    targets = {row.id: row for row in connection.execute(sa.select(decisions))}
    for row in targets.values():
        if row.label_version is None:
            continue
        key = (row.label_id, row.label_version)
        said[key] = row.id
        if (row.label_version_before or 0) != row.label_version - 1:
            yield f"Decision {row.id} took label {row.label_id} from {row.label_version_before} to {row.label_version}."
        turned = None if row.target_id is None else _turned(row, targets[row.target_id], content)
        if turned is not None and content.get(key) != turned:
            yield f"Decision {row.id} ({row.kind}) did not bring back what it should."
    for key in sorted(written.keys() | said.keys()):
        if written.get(key) != said.get(key):
            yield f"Label {key[0]} version {key[1]} and the decision that made it do not name each other."


def _turned(
    turn: sa.Row[Any], target: sa.Row[Any], content: dict[tuple[str, int], tuple[object, ...]]
) -> tuple[object, ...] | None:
    """What an undo or a redo should have written."""
    if turn.kind == DecisionKind.REDO:
        return content.get((target.label_id, target.label_version))
    if target.label_version_before is not None:
        return content.get((target.label_id, target.label_version_before))
    before = content.get((turn.label_id, turn.label_version_before))
    return None if before is None else (LabelStatus.RETIRED.value, *before[1:])


def _decisions(connection: sa.Connection) -> Iterator[str]:
    """The decisions about a proposal follow one upon the other, from open."""
    state: dict[str, str] = {}
    chosen = sa.select(decisions).where(decisions.c.proposal_id.is_not(None)).order_by(decisions.c.seq)
    for row in connection.execute(chosen):
        before = state.get(row.proposal_id, ProposalState.OPEN.value)
        if row.proposal_state_before != before:
            yield (
                f"Decision {row.id} found proposal {row.proposal_id} {row.proposal_state_before}, "
                f"the one before left it {before}."
            )
        state[row.proposal_id] = row.proposal_state


def _notes(connection: sa.Connection) -> Iterator[str]:
    bare = sa.select(scenes.c.id).where(scenes.c.image_sha256.is_(None) | scenes.c.features_sha256.is_(None))
    for scene_id in connection.scalars(bare.order_by(scenes.c.id)):
        yield f"Scene {scene_id[:12]} has no pictures: the program ended before they were stored."
