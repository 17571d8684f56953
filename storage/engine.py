"""Connections that keep the engine contract; all that is particular to SQLite lives here.

WAL, synchronous=FULL, foreign keys on, 5 s of patience, no trusted schema, no mmap; one writing connection, whose
transactions all begin IMMEDIATE; readers open the file read-only. The driver begins nothing by itself.
"""

from __future__ import annotations

import json
import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from annotator.errors import StoreError

DATABASE_NAME = "socioscribe.db"
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 5000,
    "trusted_schema": 0,
    "mmap_size": 0,
    "recursive_triggers": 1,
}
"""What a connection is set to and must read back; recursive_triggers makes REPLACE meet the delete triggers."""
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "davfs"}
    | {"fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.davfs2", "fuse.ceph"}
)
"""Types in /proc/mounts on which SQLite's locks cannot be trusted."""

_dumps = partial(json.dumps, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def database_path(data_dir: Path, url: str | None) -> Path:
    """The SQLite file of a store; raises StoreError for a URL that this version cannot open."""
    if url is None:
        return data_dir / DATABASE_NAME
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError:
        raise StoreError("The store's URL cannot be read. Use sqlite:///folder/file.db, or leave it out.") from None
    if parsed.get_backend_name() == "postgresql":
        raise StoreError("PostgreSQL comes with a later version. Leave --store out to use a file in the data folder.")
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise StoreError("The store's URL must name a SQLite file: sqlite:///folder/file.db.")
    return Path(parsed.database)


def refuse_network_folder(folder: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raises StoreError where the folder lies on a network file system, whose locks SQLite cannot trust."""
    kind = file_system(folder, mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise StoreError(
            f"{folder} lies on a network drive ({kind}), where the store could be damaged. Use a local one."
        )


def file_system(folder: Path, mounts: Path) -> str:
    """The file system's type by the longest mount point above the folder; "" where the system does not say."""
    if not mounts.exists():
        return ""
    wanted = folder.resolve()
    best, kind = -1, ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, found, *_ = [*line.split(" "), "", ""]
        at = Path(point.encode("latin-1", "replace").decode("unicode_escape"))
        if wanted.is_relative_to(at) and len(at.parts) >= best:
            best, kind = len(at.parts), found
    return kind


def writer_engine(path: Path) -> sa.Engine:
    """An engine with the one writing connection; the caller serialises its use."""
    engine = _engine(path, "rwc", StaticPool)
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", partial(_begin, "BEGIN IMMEDIATE"))
    return engine


def reader_engine(path: Path) -> sa.Engine:
    """An engine of read-only connections; a transaction is one snapshot."""
    engine = sa.create_engine(
        "sqlite://",
        creator=partial(_open, path, "ro"),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=16,
        json_serializer=_dumps,
    )
    sa.event.listen(engine, "connect", _set_reader_pragmas)
    sa.event.listen(engine, "begin", partial(_begin, "BEGIN"))
    return engine


def migration_engine(path: Path) -> sa.Engine:
    """An engine for migrations alone: foreign keys are off, transactions begin IMMEDIATE.

    WAL from the first moment: a process that dies while migrating leaves no journal that readers could not undo.
    """
    engine = _engine(path, "rwc", NullPool)
    sa.event.listen(engine, "connect", _set_migration_pragmas)
    sa.event.listen(engine, "begin", partial(_begin, "BEGIN IMMEDIATE"))
    return engine


def _engine(path: Path, mode: str, pool: type[sa.Pool]) -> sa.Engine:
    return sa.create_engine("sqlite://", creator=partial(_open, path, mode), poolclass=pool, json_serializer=_dumps)


def _open(path: Path, mode: str) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)


def _begin(statement: str, connection: sa.Connection) -> None:
    connection.exec_driver_sql(statement)


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}").fetchall()
    differing = {name: value for name, value in read_pragmas(connection).items() if value != PRAGMAS[name]}
    if differing:
        raise StoreError(f"SQLite did not take the settings {differing}. Use a data folder on a local disk.")


def _set_migration_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    for name in ("journal_mode", "synchronous", "busy_timeout", "mmap_size"):
        connection.execute(f"PRAGMA {name}={PRAGMAS[name]}").fetchall()


def _set_reader_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    for name in ("busy_timeout", "trusted_schema", "mmap_size"):
        connection.execute(f"PRAGMA {name}={PRAGMAS[name]}").fetchall()
    connection.execute("PRAGMA query_only=ON")


def read_pragmas(connection: sqlite3.Connection) -> dict[str, Any]:
    """The contract's pragmas as the connection has them; no row (mmap switched off at build time) reads as 0."""
    found = {name: connection.execute(f"PRAGMA {name}").fetchone() for name in PRAGMAS}
    return {name: row[0] if row else 0 for name, row in found.items()}


def fsync_folder(folder: Path) -> None:
    """Makes names created in the folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
