"""Content-addressed files beside the database: ``blobs/ab/cdef…``, named by the SHA-256 of their bytes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from annotator.errors import NotFound, StoreError
from annotator.ids import new_id
from storage.engine import fsync_folder

_ADDRESS = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """Pictures and map features of scenes. Writing is never done inside a transaction."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes lie; raises StoreError for what is no address."""
        if not _ADDRESS.fullmatch(sha256):
            raise StoreError(f"{sha256[:80]!r} is not the address of a stored file.")
        return self.folder / sha256[:2] / sha256[2:]

    def write(self, content: bytes) -> str:
        """Stores the bytes and returns their address; written aside, synced, then renamed."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if path.exists() and path.stat().st_size == len(content):
            return sha256
        try:
            self._write_aside(path, content)
        except OSError as error:
            reason = error.strerror or "unknown reason"
            raise StoreError(f"A picture could not be stored ({reason}). Free some space, then try again.") from error
        return sha256

    def _write_aside(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.parent / f".{new_id()}"
        try:
            with aside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        fsync_folder(path.parent)
        fsync_folder(self.folder)

    def read(self, sha256: str) -> bytes:
        """The bytes; raises NotFound where the file is missing, StoreError where its content is not its name."""
        path = self.path(sha256)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise NotFound(f"The stored file {sha256[:12]} is missing. Restore it from a backup.") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(f"The stored file {sha256[:12]} is damaged. Restore it from a backup.")
        return content

    def __iter__(self) -> Iterator[str]:
        """All addresses present, sorted."""
        for path in sorted(self.folder.glob("??/*")):
            address = path.parent.name + path.name
            if _ADDRESS.fullmatch(address):
                yield address
