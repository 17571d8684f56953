"""Projects, their sources and their own classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from annotator.errors import BadInput
from annotator.ids import new_id
from storage.clock import now_text
from storage.inputs import short_text, slug, word
from storage.models import classes, projects, sources
from storage.rows import insert_once, require
from storage.views import Project, ProjectClass, Source
from storage.words import SourceKind


def ensure_project(connection: sa.Connection, name: str) -> Project:
    clean = short_text(name, "project's name")
    if not clean:
        raise BadInput("A project needs a name. Give one with --project.")
    insert_once(connection, projects, {"id": new_id(), "name": clean, "created_at": now_text()})
    row = connection.execute(sa.select(projects).where(projects.c.name == clean)).one()
    return Project(row.id, row.name, row.created_at)


def read_projects(connection: sa.Connection) -> list[Project]:
    """By name."""
    rows = connection.execute(sa.select(projects).order_by(projects.c.name))
    return [Project(row.id, row.name, row.created_at) for row in rows]


def add_source(connection: sa.Connection, values: dict[str, Any]) -> Source:
    """Inserts the source, or brings name, path, map and meta of the known one up to date.

    A known source that has a map keeps it, with its meta, where none is given now.
    """
    require(connection, projects, values["project_id"], "project")
    if values["map_source_id"] is not None:
        require(connection, sources, values["map_source_id"], "map source")
    key = {name: values[name] for name in ("project_id", "kind", "content_key")}
    same = sa.and_(*(sources.c[name] == value for name, value in key.items()))
    if not insert_once(connection, sources, values):
        known = connection.execute(sa.select(sources.c.map_source_id).where(same)).scalar_one()
        keeps_map = known is not None and values["map_source_id"] is None
        names = ("name", "path") if keeps_map else ("name", "path", "map_source_id", "meta")
        connection.execute(sa.update(sources).where(same).values({name: values[name] for name in names}))
    return _source(connection.execute(sa.select(sources).where(same)).one())


def source_values(
    project_id: str,
    kind: str,
    name: str,
    path: str | None,
    meta: Mapping[str, Any],
    content_sha256: str | None,
    map_source_id: str | None,
) -> dict[str, Any]:
    """A source's row; what tells two apart is the content's hash, else the path, else the name."""
    return {
        "id": new_id(),
        "project_id": project_id,
        "kind": word(SourceKind, kind, "kind of source").value,
        "content_key": content_sha256 or path or name,
        "name": short_text(name, "source's name"),
        "path": path,
        "map_source_id": map_source_id,
        "meta": dict(meta),
        "created_at": now_text(),
    }


def read_source(connection: sa.Connection, source_id: str) -> Source:
    return _source(require(connection, sources, source_id, "source"))


def read_sources(connection: sa.Connection, project_id: str) -> list[Source]:
    """In the order they were added."""
    chosen = sa.select(sources).where(sources.c.project_id == project_id)
    return [_source(row) for row in connection.execute(chosen.order_by(sources.c.created_at, sources.c.id))]


def _source(row: sa.Row[Any]) -> Source:
    return Source(row.id, row.project_id, row.kind, row.name, row.path, row.map_source_id, row.meta, row.created_at)


def add_class(connection: sa.Connection, project_id: str, class_id: str, function: str, title: str) -> ProjectClass:
    """Inserts a project's own class, or leaves the known one as it is."""
    values = {
        "project_id": require(connection, projects, project_id, "project").id,
        "class_id": slug(class_id, "class"),
        "function": slug(function, "function"),
        "title": short_text(title, "class's title"),
        "created_at": now_text(),
    }
    insert_once(connection, classes, values)
    return next(known for known in read_classes(connection, project_id) if known.class_id == class_id)


def read_classes(connection: sa.Connection, project_id: str) -> list[ProjectClass]:
    """By id, retired ones too."""
    chosen = sa.select(classes).where(classes.c.project_id == project_id).order_by(classes.c.class_id)
    return [
        ProjectClass(row.project_id, row.class_id, row.function, row.title, row.retired_at)
        for row in connection.execute(chosen)
    ]
