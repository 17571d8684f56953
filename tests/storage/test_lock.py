from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.errors import StoreLocked
from storage.lock import WriterLock, holder
from storage.store import Store

HOLD = """
import sys, time
from pathlib import Path
from storage.lock import WriterLock
lock = WriterLock(Path(sys.argv[1]), "serve --port 7860")
print("held", flush=True)
time.sleep(60)
"""


def _holder_process(folder: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def _end(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    child = _holder_process(tmp_path)
    with pytest.raises(StoreLocked, match=rf"Process {child.pid} \(serve --port 7860\) writes to .* since 20"):
        Store.open(tmp_path, writer=True)
    _end(child)


def test_the_lock_of_a_dead_holder_is_free(tmp_path: Path) -> None:
    _end(_holder_process(tmp_path))
    assert holder(tmp_path)["command"] == "serve --port 7860"
    with WriterLock(tmp_path, "second"):
        assert holder(tmp_path)["pid"] == os.getpid()
        assert holder(tmp_path)["command"] == "second"


def test_a_closed_lock_can_be_taken_again_in_the_same_process(tmp_path: Path) -> None:
    first = Store.open(tmp_path, writer=True, command="first")
    with pytest.raises(StoreLocked, match="first"):
        Store.open(tmp_path, writer=True, command="second")
    first.close()
    Store.open(tmp_path, writer=True, command="second").close()


def test_a_store_that_cannot_be_opened_frees_the_lock(tmp_path: Path) -> None:
    (tmp_path / "socioscribe.db").write_bytes(b"x" * 5000)
    for _ in range(2):
        with pytest.raises(Exception, match="cannot be read as a store"):
            Store.open(tmp_path, writer=True)


def test_a_lock_file_with_any_text_names_nobody(tmp_path: Path) -> None:
    for text in ("", "{", json.dumps([1])):
        (tmp_path / "writer.lock").write_text(text)
        assert holder(tmp_path) == {}
