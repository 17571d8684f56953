from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from annotator.errors import NotFound, StoreError
from storage.engine import PRAGMAS, database_path, file_system, read_pragmas, refuse_network_folder, writer_engine
from storage.models import projects
from storage.store import Store
from tests.storage.world import World


def test_the_writing_connection_reads_back_the_contract(tmp_path: Path) -> None:
    engine = writer_engine(tmp_path / "a.db")
    raw = engine.raw_connection()
    assert isinstance(raw.driver_connection, sqlite3.Connection)
    found = read_pragmas(raw.driver_connection)
    engine.dispose()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "trusted_schema": 0,
        "mmap_size": 0,
        "recursive_triggers": 1,
    }


def test_a_pragma_that_does_not_take_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRAGMAS, "synchronous", 7)
    engine = writer_engine(tmp_path / "a.db")
    with pytest.raises(StoreError, match=r"did not take the settings \{'synchronous': \d"):
        engine.connect()
    engine.dispose()


def test_a_write_holds_the_write_lock_from_its_begin(world: World) -> None:
    with world.store.write():
        other = sqlite3.connect(world.store.database, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_a_write_that_raises_leaves_nothing(world: World) -> None:
    rows = [{"id": "x", "name": name, "created_at": "now"} for name in ("first", "second")]
    with pytest.raises(StoreError, match="UNIQUE constraint"), world.store.write() as connection:
        connection.execute(sa.insert(projects), rows)
    assert [project.name for project in world.store.projects()] == ["default"]


def test_a_read_connection_cannot_write(world: World) -> None:
    with pytest.raises(StoreError, match="readonly"), world.store.read() as connection:
        connection.exec_driver_sql("DELETE FROM projects")


def test_a_store_opened_to_read_refuses_writes(world: World) -> None:
    with Store.open(world.store.data_dir, writer=False) as reader, pytest.raises(StoreError, match="opened to read"):
        reader.ensure_project("other")


def test_a_reader_works_beside_the_writer_and_sees_its_commits(world: World) -> None:
    with Store.open(world.store.data_dir, writer=False) as reader:
        assert reader.labels(world.project_id) == []
        world.accept(1)
        assert [label.name for label in reader.labels(world.project_id)] == ["Mayur Cinema"]


def test_a_snapshot_does_not_move_while_the_writer_goes_on(world: World) -> None:
    with world.store.snapshot() as snapshot:
        assert list(snapshot.rows(world.project_id)) == []
        world.accept(1)
        assert list(snapshot.rows(world.project_id)) == []
    assert len(world.store.labels(world.project_id)) == 1


def test_a_reader_of_a_closed_store_needs_no_writer(world: World) -> None:
    world.store.close()
    with Store.open(world.store.data_dir, writer=False) as reader:
        assert [project.name for project in reader.projects()] == ["default"]


def test_a_reader_without_a_store_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no store at"):
        Store.open(tmp_path, writer=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "socioscribe.db").write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(StoreError, match="cannot be read as a store"):
        Store.open(tmp_path, writer=True)
    with pytest.raises(StoreError, match="cannot be read as a store"):
        Store.open(tmp_path, writer=False)


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be written"):
        Store.open(tmp_path / "file" / "data", writer=True)


def test_urls_name_a_sqlite_file_or_are_refused(tmp_path: Path) -> None:
    assert database_path(tmp_path, None) == tmp_path / "socioscribe.db"
    assert database_path(tmp_path, "sqlite:////srv/a.db") == Path("/srv/a.db")
    with pytest.raises(StoreError, match="PostgreSQL comes with a later version"):
        database_path(tmp_path, "postgresql://host/db")
    for url in ("sqlite://", "mysql://host/db", "no url"):
        with pytest.raises(StoreError, match=r"name a SQLite file|cannot be read"):
            database_path(tmp_path, url)


def test_a_network_drive_is_refused_by_the_longest_mount_point(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    spaced = str(tmp_path / "my share").replace(" ", "\\040")
    mounts.write_text(
        f"/dev/sda / ext4 rw 0 0\nserver:/x {spaced} nfs4 rw 0 0\nme@host {tmp_path}/far fuse.sshfs rw 0 0\n"
    )
    assert file_system(tmp_path / "near", mounts) == "ext4"
    refuse_network_folder(tmp_path / "near", mounts)
    for folder in (tmp_path / "my share" / "data", tmp_path / "far"):
        with pytest.raises(StoreError, match="lies on a network drive"):
            refuse_network_folder(folder, mounts)
