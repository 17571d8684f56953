"""The tables. Migrations make them; a test holds that both agree.

Conventions: ids are UUID text (scenes: SHA-256 hex of their content), times are UTC text with milliseconds,
``*_sha256`` names a content-addressed file or the hash of the text beside it, JSON columns hold plain JSON, geometry
is canonical GeoJSON text in lon/lat, masks are COCO RLE of ``window_px`` (x0, y0, x1, y1 in the scene's pixels).
``HISTORY`` tables are append-only, by triggers.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

HEAD_REVISION = "0001"
"""The newest Alembic revision; a test holds it against migrations/versions."""

HISTORY = ("decisions", "revisions", "prompts", "proposals", "run_steps")
"""Tables whose rows are never changed nor deleted."""
UNDELETABLE = ("labels",)
"""Tables whose rows may change and are never deleted."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *args: sa.ForeignKey, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, *args, nullable=null)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.Text, primary_key=True)


def _ref(name: str, target: str, *, null: bool = False) -> sa.Column[str]:
    return _text(name, sa.ForeignKey(target), null=null)


def _json(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=null)


def _int(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=null)


def _real(name: str, *, null: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Float, nullable=null)


def _shape(*, null: bool = False) -> tuple[sa.Column[Any], ...]:
    """Geometry with its hash, and the mask where there is one."""
    return (
        _text("geometry", null=null),
        _text("geometry_sha256", null=null),
        _json("mask_rle", null=True),
        _json("window_px", null=True),
    )


def _path(*, null: bool = False) -> tuple[sa.Column[str], ...]:
    """Taxonomy path and name."""
    return _text("function", null=null), _text("class_id", null=null), _text("name", null=True)


users = sa.Table("users", metadata, _id(), _text("name"), _text("created_at"), sa.UniqueConstraint("name"))

projects = sa.Table("projects", metadata, _id(), _text("name"), _text("created_at"), sa.UniqueConstraint("name"))

sources = sa.Table(
    "sources",
    metadata,
    _id(),
    _ref("project_id", "projects.id"),
    _text("kind"),
    _text("content_key"),
    _text("name"),
    _text("path", null=True),
    _ref("map_source_id", "sources.id", null=True),
    _json("meta"),
    _text("created_at"),
    sa.UniqueConstraint("project_id", "kind", "content_key"),
)

classes = sa.Table(
    "classes",
    metadata,
    sa.Column("project_id", sa.Text, sa.ForeignKey("projects.id"), primary_key=True),
    sa.Column("class_id", sa.Text, primary_key=True),
    _text("function"),
    _text("title"),
    _text("created_at"),
    _text("retired_at", null=True),
)

scenes = sa.Table(
    "scenes",
    metadata,
    _id(),
    _json("grid"),
    _real("gsd_m"),
    _real("west"),
    _real("south"),
    _real("east"),
    _real("north"),
    _json("provenance"),
    _json("valid_rle", null=True),
    _text("image_sha256", null=True),
    _text("map_sha256", null=True),
    _text("features_sha256", null=True),
    _text("created_at"),
)

queries = sa.Table(
    "queries",
    metadata,
    _id(),
    _ref("project_id", "projects.id"),
    _text("content_sha256"),
    _text("text"),
    _text("tier"),
    _text("language"),
    _text("function", null=True),
    _json("classes"),
    _text("name", null=True),
    _text("created_at"),
    sa.UniqueConstraint("project_id", "content_sha256"),
)

runs = sa.Table(
    "runs",
    metadata,
    _id(),
    _ref("project_id", "projects.id"),
    _ref("source_id", "sources.id"),
    _ref("scene_id", "scenes.id"),
    _ref("query_id", "queries.id"),
    _text("reasoner"),
    _text("reasoner_version"),
    _text("segmenter"),
    _text("segmenter_version"),
    _json("parameters"),
    _int("seed", null=True),
    _text("status"),
    _real("seconds", null=True),
    sa.Column("nothing_here", sa.Boolean, nullable=True),
    _json("reasons"),
    _text("started_at"),
    _text("finished_at", null=True),
    sa.Index(None, "project_id", "source_id", "started_at"),
)

run_steps = sa.Table(
    "run_steps",
    metadata,
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    _json("step"),
)

proposals = sa.Table(
    "proposals",
    metadata,
    _id(),
    _ref("run_id", "runs.id"),
    _int("place"),
    _json("box_px"),
    _json("points"),
    *_shape(),
    _real("score"),
    *_path(),
    _json("evidence"),
    _json("trace"),
    sa.Column("clipped", sa.Boolean, nullable=False),
    _text("feature_id", null=True),
    _text("map_outline", null=True),
    sa.UniqueConstraint("run_id", "place"),
)

drafts = sa.Table(
    "drafts",
    metadata,
    _id(),
    _ref("project_id", "projects.id"),
    _ref("source_id", "sources.id"),
    _ref("user_id", "users.id"),
    _ref("scene_id", "scenes.id", null=True),
    _ref("run_id", "runs.id", null=True),
    _ref("proposal_id", "proposals.id", null=True),
    _ref("label_id", "labels.id", null=True),
    *_shape(null=True),
    *_path(null=True),
    _json("prompts"),
    _int("sequence"),
    _text("state"),
    _text("saved_at"),
    sa.Index(None, "project_id", "source_id", "state"),
    sa.Index(None, "proposal_id"),
    sa.Index(None, "label_id"),
)

labels = sa.Table(
    "labels",
    metadata,
    _id(),
    _ref("project_id", "projects.id"),
    _ref("source_id", "sources.id"),
    _ref("run_id", "runs.id", null=True),
    _ref("query_id", "queries.id", null=True),
    _ref("proposal_id", "proposals.id", null=True),
    _int("version"),
    _text("status"),
    _text("review"),
    _real("west"),
    _real("south"),
    _real("east"),
    _real("north"),
    sa.UniqueConstraint("proposal_id"),
    sa.Index(None, "project_id", "source_id", "status"),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("label_id", sa.Text, sa.ForeignKey("labels.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    _ref("decision_id", "decisions.id"),
    _ref("user_id", "users.id"),
    _ref("scene_id", "scenes.id", null=True),
    _text("status"),
    *_path(),
    *_shape(),
    _text("decided_at"),
    _text("recorded_at"),
    sa.Index(None, "decision_id"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    _text("kind"),
    _ref("project_id", "projects.id"),
    _ref("user_id", "users.id"),
    _ref("source_id", "sources.id", null=True),
    _ref("scene_id", "scenes.id", null=True),
    _ref("run_id", "runs.id", null=True),
    _ref("query_id", "queries.id", null=True),
    _ref("proposal_id", "proposals.id", null=True),
    _text("proposal_state_before", null=True),
    _text("proposal_state", null=True),
    _ref("label_id", "labels.id", null=True),
    _int("label_version_before", null=True),
    _int("label_version", null=True),
    _ref("target_id", "decisions.id", null=True),
    _text("draft_id", null=True),
    _text("reason", null=True),
    _real("seconds", null=True),
    _int("clicks", null=True),
    _text("decided_at"),
    _text("recorded_at"),
    sa.Index(None, "project_id", "user_id", "seq"),
    sa.Index(None, "proposal_id", "seq"),
    sa.Index(None, "label_id", "seq"),
    sa.Index(None, "target_id", "seq"),
    sa.Index(None, "draft_id"),
    sqlite_autoincrement=True,
)

prompts = sa.Table(
    "prompts",
    metadata,
    sa.Column("decision_id", sa.Text, sa.ForeignKey("decisions.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    _text("kind"),
    _json("lonlat"),
    _int("sign"),
    _int("at_ms"),
)
