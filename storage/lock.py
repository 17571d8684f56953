"""The writer's lock: one writing process per data folder."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType

from annotator.errors import StoreLocked
from storage.clock import now_text

LOCK_NAME = "writer.lock"


class WriterLock:
    """Holds ``writer.lock`` of a data folder until closed; raises StoreLocked where another holds it.

    The lock is the kernel's (flock), so that a dead holder's lock is free; the file's text only names the holder.
    """

    def __init__(self, data_dir: Path, command: str) -> None:
        path = data_dir / LOCK_NAME
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise StoreLocked(_sentence(data_dir, holder(data_dir))) from None
        text = json.dumps({"pid": os.getpid(), "command": command, "since": now_text()})
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text.encode(), 0)

    def close(self) -> None:
        """Frees the lock; the file stays."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> WriterLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def holder(data_dir: Path) -> dict[str, object]:
    """What the lock file says of its holder: pid, command, since; empty where it says nothing."""
    try:
        found = json.loads((data_dir / LOCK_NAME).read_text(encoding="utf-8") or "{}")
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sentence(data_dir: Path, who: dict[str, object]) -> str:
    if not who:
        return f"Another process writes to {data_dir}. Stop it, or name another folder with --data."
    return (
        f"Process {who.get('pid')} ({who.get('command') or 'unknown command'}) writes to {data_dir} "
        f"since {who.get('since')}. Stop it, or name another folder with --data."
    )
