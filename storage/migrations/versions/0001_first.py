"""The first tables: projects, sources, scenes, runs, drafts, labels and the history of decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.clock import now_text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("decisions", "revisions", "prompts", "proposals", "run_steps")
UNDELETABLE = ("labels",)


def upgrade() -> None:
    _create_places()
    _create_runs()
    _create_labels()
    _create_history()
    for table in APPEND_ONLY:
        _forbid("UPDATE", table)
    for table in (*APPEND_ONLY, *UNDELETABLE):
        _forbid("DELETE", table)
    users = sa.table("users", sa.column("id"), sa.column("name"), sa.column("created_at"))
    op.execute(sa.insert(users).values(id="local", name="local", created_at=now_text()))


def _forbid(act: str, table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} are kept as written'); END"
    )


def _create_places() -> None:
    """Projects, what they look at, and people."""
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("name", name="uq_projects_name"),
    )
    op.create_table(
        "classes",
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_classes_project_id"),
        sa.PrimaryKeyConstraint("project_id", "class_id", name="pk_classes"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("map_source_id", sa.Text(), nullable=True),
        sa.Column("meta", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["map_source_id"], ["sources.id"], name="fk_sources_map_source_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_sources_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("project_id", "kind", "content_key", name="uq_sources_project_id_kind_content_key"),
    )
    op.create_table(
        "scenes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("grid", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("gsd_m", sa.Float(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("provenance", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("valid_rle", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("image_sha256", sa.Text(), nullable=True),
        sa.Column("map_sha256", sa.Text(), nullable=True),
        sa.Column("features_sha256", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scenes"),
    )


def _create_runs() -> None:
    """Queries, runs and what they said."""
    op.create_table(
        "queries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=True),
        sa.Column("classes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_queries_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_queries"),
        sa.UniqueConstraint("project_id", "content_sha256", name="uq_queries_project_id_content_sha256"),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("scene_id", sa.Text(), nullable=False),
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("reasoner", sa.Text(), nullable=False),
        sa.Column("reasoner_version", sa.Text(), nullable=False),
        sa.Column("segmenter", sa.Text(), nullable=False),
        sa.Column("segmenter_version", sa.Text(), nullable=False),
        sa.Column("parameters", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("nothing_here", sa.Boolean(), nullable=True),
        sa.Column("reasons", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_runs_project_id"),
        sa.ForeignKeyConstraint(["query_id"], ["queries.id"], name="fk_runs_query_id"),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name="fk_runs_scene_id"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_runs_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index(
        "ix_runs_project_id_source_id_started_at", "runs", ["project_id", "source_id", "started_at"], unique=False
    )
    op.create_table(
        "run_steps",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_steps_run_id"),
        sa.PrimaryKeyConstraint("run_id", "position", name="pk_run_steps"),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("box_px", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("points", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("geometry", sa.Text(), nullable=False),
        sa.Column("geometry_sha256", sa.Text(), nullable=False),
        sa.Column("mask_rle", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("window_px", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("evidence", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("trace", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("clipped", sa.Boolean(), nullable=False),
        sa.Column("feature_id", sa.Text(), nullable=True),
        sa.Column("map_outline", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_proposals_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        sa.UniqueConstraint("run_id", "place", name="uq_proposals_run_id_place"),
    )


def _create_labels() -> None:
    """Labels and drafts."""
    op.create_table(
        "labels",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("query_id", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_labels_project_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_labels_proposal_id"),
        sa.ForeignKeyConstraint(["query_id"], ["queries.id"], name="fk_labels_query_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_labels_run_id"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_labels_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.UniqueConstraint("proposal_id", name="uq_labels_proposal_id"),
    )
    op.create_index(
        "ix_labels_project_id_source_id_status", "labels", ["project_id", "source_id", "status"], unique=False
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("scene_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.Text(), nullable=True),
        sa.Column("label_id", sa.Text(), nullable=True),
        sa.Column("geometry", sa.Text(), nullable=True),
        sa.Column("geometry_sha256", sa.Text(), nullable=True),
        sa.Column("mask_rle", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("window_px", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("function", sa.Text(), nullable=True),
        sa.Column("class_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("prompts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name="fk_drafts_label_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_drafts_project_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_drafts_proposal_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_drafts_run_id"),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name="fk_drafts_scene_id"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_drafts_source_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_drafts_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_label_id", "drafts", ["label_id"], unique=False)
    op.create_index(
        "ix_drafts_project_id_source_id_state", "drafts", ["project_id", "source_id", "state"], unique=False
    )
    op.create_index("ix_drafts_proposal_id", "drafts", ["proposal_id"], unique=False)


def _create_history() -> None:
    """Decisions and what they wrote."""
    op.create_table(
        "decisions",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("scene_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("query_id", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.Text(), nullable=True),
        sa.Column("proposal_state_before", sa.Text(), nullable=True),
        sa.Column("proposal_state", sa.Text(), nullable=True),
        sa.Column("label_id", sa.Text(), nullable=True),
        sa.Column("label_version_before", sa.Integer(), nullable=True),
        sa.Column("label_version", sa.Integer(), nullable=True),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("draft_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("clicks", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name="fk_decisions_label_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_decisions_project_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_decisions_proposal_id"),
        sa.ForeignKeyConstraint(["query_id"], ["queries.id"], name="fk_decisions_query_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_decisions_run_id"),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name="fk_decisions_scene_id"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_decisions_source_id"),
        sa.ForeignKeyConstraint(["target_id"], ["decisions.id"], name="fk_decisions_target_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_decisions_user_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_decisions"),
        sa.UniqueConstraint("id", name="uq_decisions_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_draft_id", "decisions", ["draft_id"], unique=False)
    op.create_index("ix_decisions_label_id_seq", "decisions", ["label_id", "seq"], unique=False)
    op.create_index("ix_decisions_project_id_user_id_seq", "decisions", ["project_id", "user_id", "seq"], unique=False)
    op.create_index("ix_decisions_proposal_id_seq", "decisions", ["proposal_id", "seq"], unique=False)
    op.create_index("ix_decisions_target_id_seq", "decisions", ["target_id", "seq"], unique=False)
    op.create_table(
        "prompts",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lonlat", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_prompts_decision_id"),
        sa.PrimaryKeyConstraint("decision_id", "position", name="pk_prompts"),
    )
    op.create_table(
        "revisions",
        sa.Column("label_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("scene_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("geometry", sa.Text(), nullable=False),
        sa.Column("geometry_sha256", sa.Text(), nullable=False),
        sa.Column("mask_rle", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("window_px", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_revisions_decision_id"),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name="fk_revisions_label_id"),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name="fk_revisions_scene_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_revisions_user_id"),
        sa.PrimaryKeyConstraint("label_id", "version", name="pk_revisions"),
    )
    op.create_index("ix_revisions_decision_id", "revisions", ["decision_id"], unique=False)
