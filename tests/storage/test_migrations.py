from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from annotator.errors import StoreError, StoreTooNew
from storage import migrate
from storage.engine import reader_engine
from storage.models import HEAD_REVISION, HISTORY, UNDELETABLE, metadata
from storage.store import Store
from tests.storage.world import World


def _set_revision(database: Path, revision: str) -> None:
    raw = sqlite3.connect(database)
    raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    raw.commit()
    raw.close()


def _tables(database: Path) -> set[str]:
    raw = sqlite3.connect(database)
    names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    raw.close()
    return names


def test_migrations_make_the_tables_of_the_models(world: World) -> None:
    engine = reader_engine(world.store.database)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_head_in_the_models_is_the_newest_script() -> None:
    assert ScriptDirectory(str(migrate.SCRIPTS)).get_current_head() == HEAD_REVISION


def test_every_history_table_has_its_triggers(world: World) -> None:
    with world.store.read() as connection:
        found = set(connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    wanted = {f"{table}_no_{act}" for table in HISTORY for act in ("update", "delete")}
    assert found == wanted | {f"{table}_no_delete" for table in UNDELETABLE}


def test_the_one_person_is_local(world: World) -> None:
    with world.store.read() as connection:
        assert connection.execute(sa.text("SELECT id, name FROM users")).all() == [("local", "local")]


def test_opening_again_changes_nothing_and_makes_no_backup(world: World) -> None:
    world.store.close()
    assert migrate.migrate(world.store.database) is None
    assert not (world.store.data_dir / "backups").exists()


def test_a_newer_store_is_refused_and_left_as_it_is(world: World) -> None:
    world.store.close()
    _set_revision(world.store.database, "9999")
    for writer in (True, False):
        with pytest.raises(StoreTooNew, match="written by a newer version"):
            Store.open(world.store.data_dir, writer=writer)
    assert migrate.read_revision(world.store.database) == "9999"


def test_a_store_without_our_tables_is_backed_up_before_it_is_made(tmp_path: Path) -> None:
    database = tmp_path / "socioscribe.db"
    raw = sqlite3.connect(database)
    raw.execute("CREATE TABLE notes (text)")
    raw.execute("INSERT INTO notes VALUES ('keep me')")
    raw.commit()
    raw.close()
    with pytest.raises(StoreError, match="older version"):
        Store.open(tmp_path, writer=False)
    backup = migrate.migrate(database)
    assert backup is not None
    assert _tables(backup) == {"notes"}
    assert {"notes", "labels", "decisions"} <= _tables(database)


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "socioscribe.db"
    upgrade = command.upgrade

    def upgrade_then_fail(config: object, revision: str) -> None:
        upgrade(config, revision)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", upgrade_then_fail)
    with pytest.raises(KeyboardInterrupt):
        migrate.migrate(database)
    assert _tables(database) == set()


DIE_WHILE_MIGRATING = """
import os, sys
from pathlib import Path
from storage import migrate
migrate._compare = lambda *given: os._exit(9)
migrate.migrate(Path(sys.argv[1]))
"""


def test_a_process_that_dies_while_migrating_leaves_a_store_that_opens(tmp_path: Path) -> None:
    database = tmp_path / "socioscribe.db"
    dead = subprocess.run([sys.executable, "-c", DIE_WHILE_MIGRATING, str(database)], check=False)
    assert dead.returncode == 9
    assert migrate.read_revision(database) is None
    with Store.open(tmp_path, writer=True) as store:
        assert store.projects() == []


def test_a_migration_that_loses_rows_is_taken_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.store.close()
    database = world.store.database

    def lose_rows(connection: sa.Connection) -> None:
        connection.exec_driver_sql("DROP TRIGGER proposals_no_delete")
        connection.exec_driver_sql("DELETE FROM proposals")

    monkeypatch.setattr(migrate, "HEAD_REVISION", "0002")
    monkeypatch.setattr(migrate, "_upgrade", lose_rows)
    with pytest.raises(StoreError, match=r"without losing rows \({'proposals': \(3, 0\)}\)"):
        migrate.migrate(database)
    raw = sqlite3.connect(database)
    assert raw.execute("SELECT count(*) FROM proposals").fetchone() == (3,)
    raw.close()
    assert len(list((world.store.data_dir / "backups").iterdir())) == 1
