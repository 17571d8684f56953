"""Labels and their revisions: a label is its newest revision; every change appends one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from annotator.errors import NotFound
from annotator.types import BoundsLonLat
from storage.models import labels, proposals, revisions, scenes, sources, users
from storage.rows import bounds_columns, geojson, window
from storage.views import LabelView, Rle
from storage.words import LabelStatus, Review


@dataclass(frozen=True, slots=True)
class Content:
    """What one revision says: status, taxonomy path, name, shape; ``scene_id`` is the frame of ``window_px``."""

    status: str
    function: str
    class_id: str
    name: str | None
    geometry: str
    geometry_sha256: str
    mask_rle: Rle | None
    window_px: list[int] | None
    scene_id: str | None


def content_at(connection: sa.Connection, label_id: str, version: int) -> Content:
    """The content of one revision."""
    at = (revisions.c.label_id == label_id) & (revisions.c.version == version)
    row = connection.execute(sa.select(revisions).where(at)).one()
    return Content(*(getattr(row, name) for name in Content.__slots__))


def content_of_proposal(row: sa.Row[Any], scene_id: str, status: LabelStatus) -> Content:
    """A proposal as it is."""
    shape = (row.geometry, row.geometry_sha256, row.mask_rle, row.window_px)
    return Content(status.value, row.function, row.class_id, row.name, *shape, scene_id)


def last_status(connection: sa.Connection, label_id: str, without: Sequence[LabelStatus]) -> LabelStatus | None:
    """The newest status of the label that is none of ``without``."""
    chosen = (
        sa.select(revisions.c.status)
        .where(revisions.c.label_id == label_id, revisions.c.status.not_in([status.value for status in without]))
        .order_by(revisions.c.version.desc())
        .limit(1)
    )
    found = connection.execute(chosen).scalar_one_or_none()
    return None if found is None else LabelStatus(found)


def insert_label(connection: sa.Connection, origin: dict[str, Any], content: Content) -> int:
    """A new label's row at version 1."""
    row = {"version": 1, "status": content.status, "review": Review.NONE.value, **bounds_columns(content.geometry)}
    connection.execute(sa.insert(labels), origin | row)
    return 1


def advance_label(connection: sa.Connection, label_id: str, version: int, content: Content) -> int | None:
    """Moves the label from ``version`` to the next; None where it is not at ``version``."""
    row = {"version": version + 1, "status": content.status, **bounds_columns(content.geometry)}
    at = (labels.c.id == label_id) & (labels.c.version == version)
    changed = connection.execute(sa.update(labels).where(at).values(row)).rowcount
    return version + 1 if changed else None


def append_revision(connection: sa.Connection, content: Content, row: dict[str, Any]) -> None:
    """``row`` says label_id, version, decision_id, user_id, decided_at, recorded_at."""
    connection.execute(sa.insert(revisions), row | asdict(content))


_VIEW: sa.Select[Any] = (
    sa.select(
        labels.c.id,
        labels.c.project_id,
        labels.c.source_id,
        labels.c.run_id,
        labels.c.query_id,
        labels.c.proposal_id,
        labels.c.review,
        revisions.c.version,
        *(revisions.c[name] for name in (*Content.__slots__, "decided_at")),
        users.c.name.label("author"),
        proposals.c.score,
        scenes.c.provenance,
        sources.c.meta,
    )
    .join(revisions, revisions.c.label_id == labels.c.id)
    .join(users, users.c.id == revisions.c.user_id)
    .join(sources, sources.c.id == labels.c.source_id)
    .outerjoin(proposals, proposals.c.id == labels.c.proposal_id)
    .outerjoin(scenes, scenes.c.id == revisions.c.scene_id)
)


def read_label(connection: sa.Connection, label_id: str, version: int | None = None) -> LabelView:
    """A label as it is, or as it was at a version; raises NotFound."""
    at = revisions.c.version == (labels.c.version if version is None else version)
    row = connection.execute(_VIEW.where(labels.c.id == label_id, at)).one_or_none()
    if row is None:
        raise NotFound(f"The label {label_id[:40]} is not in the store. Reload the page.")
    return _view(row)


def label_of_proposal(connection: sa.Connection, proposal_id: str) -> LabelView | None:
    """The one label born from a proposal, retired or not."""
    current = revisions.c.version == labels.c.version
    row = connection.execute(_VIEW.where(labels.c.proposal_id == proposal_id, current)).one_or_none()
    return None if row is None else _view(row)


def count_labels(connection: sa.Connection, project_id: str, statuses: Sequence[LabelStatus]) -> int:
    """Labels of a project in these statuses."""
    chosen = (labels.c.project_id == project_id) & labels.c.status.in_([status.value for status in statuses])
    return int(connection.execute(sa.select(sa.func.count()).select_from(labels).where(chosen)).scalar_one())


def read_labels(
    connection: sa.Connection,
    project_id: str,
    source_id: str | None,
    bbox_lonlat: BoundsLonLat | None,
    statuses: Sequence[LabelStatus],
) -> list[LabelView]:
    """Labels whose bounds touch the box, in the order their ids were made."""
    chosen = _VIEW.where(
        labels.c.project_id == project_id,
        revisions.c.version == labels.c.version,
        labels.c.status.in_([LabelStatus(status).value for status in statuses]),
    )
    if source_id is not None:
        chosen = chosen.where(labels.c.source_id == source_id)
    if bbox_lonlat is not None:
        west, south, east, north = bbox_lonlat
        chosen = chosen.where(
            labels.c.west <= east, labels.c.east >= west, labels.c.south <= north, labels.c.north >= south
        )
    return [_view(row) for row in connection.execute(chosen.order_by(labels.c.id))]


def _view(row: sa.Row[Any]) -> LabelView:
    provenance = row.provenance or {}
    date = provenance.get("imagery_date") or row.meta.get("date") or "unknown"
    attribution = provenance.get("imagery_attribution") or row.meta.get("attribution") or ""
    return LabelView(
        row.id,
        row.version,
        LabelStatus(row.status),
        Review(row.review),
        row.function,
        row.class_id,
        row.name,
        geojson(row.geometry),
        row.mask_rle,
        window(row.window_px),
        row.score,
        row.project_id,
        row.source_id,
        row.scene_id,
        row.run_id,
        row.query_id,
        row.proposal_id,
        row.author,
        row.decided_at,
        date,
        attribution,
    )
