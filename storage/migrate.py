"""Bringing a database to this version's tables: backup first, all or nothing, no row lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa

from annotator.errors import NotFound, StoreError, StoreTooNew
from storage.clock import now_text
from storage.engine import fsync_folder, migration_engine, reader_engine
from storage.models import HEAD_REVISION

SCRIPTS = Path(__file__).parent / "migrations"


def require_current(database: Path) -> None:
    """Raises NotFound where there is no store, StoreError or StoreTooNew where its tables are of another version."""
    if not database.exists():
        raise NotFound(f"There is no store at {database}. Start the page once, or name another folder with --data.")
    found = read_revision(database)
    if found == HEAD_REVISION:
        return
    if found is None or found in known_revisions():
        raise StoreError(f"The store at {database} is of an older version. Run the migrate command first.")
    raise _too_new(database, found)


def migrate(database: Path) -> Path | None:
    """Makes or upgrades the tables; returns the backup that was made first, None where none was needed.

    Raises StoreTooNew for a revision this version does not know, StoreError where rows would be lost; the database
    is then as it was.
    """
    engine = migration_engine(database)
    try:
        found = _revision(engine, database)
        if found == HEAD_REVISION:
            return None
        if found is not None and found not in known_revisions():
            raise _too_new(database, found)
        backup = _backup(database, found) if _has_tables(engine) else None
        with engine.begin() as connection:
            before = _counts(connection)
            _upgrade(connection)
            _compare(before, _counts(connection), connection)
    finally:
        engine.dispose()
    return backup


def read_revision(database: Path) -> str | None:
    """The revision the database says it has; None where it has no tables of ours. Only reads."""
    engine = reader_engine(database)
    try:
        return _revision(engine, database)
    finally:
        engine.dispose()


def _revision(engine: sa.Engine, database: Path) -> str | None:
    try:
        with engine.connect() as connection:
            if "alembic_version" not in sa.inspect(connection).get_table_names():
                return None
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
            return None if found is None else str(found)
    except sa.exc.DatabaseError as error:
        raise StoreError(f"{database} cannot be read as a store ({error.orig}). Restore it from a backup.") from error


def known_revisions() -> frozenset[str]:
    """The revisions of migrations/versions."""
    from alembic.script import ScriptDirectory

    return frozenset(script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions())


def _upgrade(connection: sa.Connection) -> None:
    """Runs the migrations inside the connection's open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _has_tables(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        return bool(sa.inspect(connection).get_table_names())


def _backup(database: Path, revision: str | None) -> Path:
    """A consistent copy in ``backups/`` beside the database, synced."""
    folder = database.parent / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"{database.stem}-{revision or 'unknown'}-{now_text().replace(':', '')}.db"
    source = sqlite3.connect(database)
    copy = sqlite3.connect(target)
    try:
        copy.execute("PRAGMA synchronous=FULL")
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    fsync_folder(folder)
    return target


def _counts(connection: sa.Connection) -> dict[str, int]:
    names = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    tables = {name: sa.table(name) for name in sorted(names)}
    return {
        name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for name, table in tables.items()
    }


def _compare(before: dict[str, int], after: dict[str, int], connection: sa.Connection) -> None:
    lost = {name: (count, after.get(name)) for name, count in before.items() if after.get(name) != count}
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if lost or broken:
        raise StoreError(
            f"The store could not be brought to this version without losing rows ({lost or broken[:3]}). "
            "It is as it was; keep the older version and report this."
        )


def _too_new(database: Path, found: str) -> StoreTooNew:
    return StoreTooNew(
        f"The store at {database} was written by a newer version ({found}; this one knows {HEAD_REVISION}). "
        "Update the program, or name another folder with --data."
    )
