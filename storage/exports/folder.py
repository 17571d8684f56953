"""The folder of an export: written aside, synced and hashed, then put in the place of the earlier one."""

from __future__ import annotations

import fcntl
import glob
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.errors import BadInput
from annotator.ids import new_id
from storage.engine import fsync_folder

MANIFEST_NAME = "manifest.json"
MANIFEST_KIND = "socioscribe export"
"""``kind`` in a manifest; a folder is replaced only where its manifest says so."""

ID_LENGTH = 36
"""Characters of a row id, which names the folder written aside."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A written file: path in the export's folder with forward slashes, SHA-256 hex, size."""

    path: str
    sha256: str
    bytes: int

    def as_dict(self) -> dict[str, Any]:
        return {"path": self.path, "sha256": self.sha256, "bytes": self.bytes}


class ExportFolder:
    """Takes the files of one export. Names are the program's own, made of ids, never of what people wrote."""

    def __init__(self, folder: Path, out: Path) -> None:
        self._folder = folder
        self._out = out
        self._files: dict[str, FileEntry] = {}

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """What is written so far, sorted by path."""
        return tuple(self._files[path] for path in sorted(self._files))

    def write(self, path: str, content: bytes) -> None:
        """Writes and syncs one file; raises ValueError for a path that leaves the folder or repeats."""
        target = self._folder / path
        if path in self._files or not target.resolve().is_relative_to(self._folder.resolve()):
            raise ValueError(f"{path!r} is no new file of the export")
        with _writable(self._out):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        self._files[path] = FileEntry(path, hashlib.sha256(content).hexdigest(), len(content))


def json_bytes(document: object, *, indent: int | None = None) -> bytes:
    """JSON as exports write it: UTF-8, sorted keys, a newline at the end; the same bytes for the same content."""
    spaced = None if indent else (",", ":")
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=indent, separators=spaced)
    return (text + "\n").encode("utf-8")


@contextmanager
def replacing(out: Path) -> Iterator[ExportFolder]:
    """A folder beside ``out`` to write into; it takes the place of ``out`` when the block ends without an error.

    ``out`` may be absent, empty, or an earlier export with nothing added to it; raises BadInput for anything else,
    before and after the writing. Killed at any point, ``out`` stays as it was; between the two last renames it lies
    beside under a name ending in ".old", and the next export to ``out`` puts it back first.
    """
    target = out.resolve()
    aside = target.parent / f".{target.name}.{new_id()}.part"
    with _writable(out):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.parent):
            _tidy(target)
            check_replaceable(target)
            aside.mkdir()
            hold = _lock(aside)
    try:
        yield ExportFolder(aside, out)
        with _writable(out):
            for folder in (aside, *(path for path in aside.rglob("*") if path.is_dir())):
                fsync_folder(folder)
            with _locked(target.parent):
                check_replaceable(target)
                _put_in_place(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        os.close(hold)


def check_replaceable(out: Path) -> None:
    """Raises BadInput where ``out`` holds anything that no export of ours wrote."""
    if not out.exists():
        return
    if not out.is_dir():
        raise BadInput(f"{out} is a file. Name a folder for the export.")
    listed = _listed(out)
    files = (path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_symlink() or not path.is_dir())
    foreign = next((name for name in files if name not in listed), None)
    if foreign is not None:
        raise BadInput(
            f"{out} holds files that are not of an earlier export, for example {foreign[:80]!r}. "
            "Choose an empty folder, or move them away."
        )


def _listed(out: Path) -> set[str]:
    """The files that the folder's manifest says an export wrote; none where there is no such manifest."""
    try:
        manifest = json.loads((out / MANIFEST_NAME).read_text(encoding="utf-8"))
        if manifest["kind"] != MANIFEST_KIND:
            return set()
        return {MANIFEST_NAME, *(str(entry["path"]) for entry in manifest["files"])}
    except (OSError, ValueError, TypeError, KeyError):
        return set()


def _put_in_place(aside: Path, target: Path) -> None:
    old = aside.with_suffix(".old")
    if target.exists():
        target.replace(old)
    try:
        aside.replace(target)
    except OSError:
        if old.exists():
            old.replace(target)
        raise
    fsync_folder(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _tidy(target: Path) -> None:
    """Removes what killed exports to ``target`` left; puts back the earlier export where one was killed at the end."""
    beside = f".{glob.escape(target.name)}.{'?' * ID_LENGTH}"
    for old in sorted(target.parent.glob(f"{beside}.old")):
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.replace(target)
    for part in target.parent.glob(f"{beside}.part"):
        try:
            hold = _lock(part)
        except BlockingIOError:
            continue
        shutil.rmtree(part, ignore_errors=True)
        os.close(hold)


def _lock(folder: Path) -> int:
    """An open handle that holds the folder's lock; raises BlockingIOError where a running export holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise
    return handle


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the folder's lock, waiting for it; held only while names in it change."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _writable(out: Path) -> Iterator[None]:
    """Turns what the disk refuses into a sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "the disk refused it"
        raise BadInput(f"{out} cannot be written: {reason}. What was there before is unchanged.") from error
