from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.errors import BadInput
from storage.exports.folder import MANIFEST_KIND, ExportFolder, json_bytes, replacing

ID = "00000000-0000-7000-8000-000000000001"

HANGING = """
import sys, time
from pathlib import Path
from storage.exports.folder import replacing
with replacing(Path(sys.argv[1])) as folder:
    folder.write("labels.geojson", b"half")
    print("ready", flush=True)
    time.sleep(60)
"""


def write_export(out: Path, text: bytes) -> None:
    with replacing(out) as folder:
        folder.write("a/labels.txt", text)
        files = [entry.as_dict() for entry in folder.files]
        folder.write("manifest.json", json_bytes({"kind": MANIFEST_KIND, "files": files}))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_holds_what_was_written_and_nothing_lies_beside(tmp_path: Path) -> None:
    write_export(tmp_path / "deep" / "out", b"one")
    assert (tmp_path / "deep" / "out" / "a" / "labels.txt").read_bytes() == b"one"
    assert names(tmp_path / "deep") == ["out"]


def test_an_entry_has_the_hash_and_the_size_of_its_file(tmp_path: Path) -> None:
    with replacing(tmp_path / "out") as folder:
        folder.write("b.txt", b"abc")
        folder.write("a.txt", b"")
        assert [entry.as_dict() for entry in folder.files] == [
            {"path": "a.txt", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "bytes": 0},
            {"path": "b.txt", "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "bytes": 3},
        ]


def test_an_earlier_export_is_replaced(tmp_path: Path) -> None:
    write_export(tmp_path / "out", b"one")
    write_export(tmp_path / "out", b"two")
    assert (tmp_path / "out" / "a" / "labels.txt").read_bytes() == b"two"
    assert names(tmp_path) == ["out"]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_export(tmp_path / "out", b"one")
    assert names(tmp_path / "out") == ["a", "manifest.json"]


@pytest.mark.parametrize("manifest", [None, "{", "[]", '{"kind": "other", "files": []}', '{"name": "app"}'])
def test_a_folder_of_somebody_else_is_refused_and_untouched(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    if manifest is not None:
        (tmp_path / "out" / "manifest.json").write_text(manifest)
    with pytest.raises(BadInput, match="not of an earlier export"):
        write_export(tmp_path / "out", b"one")
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"
    assert names(tmp_path) == ["out"]


def test_an_earlier_export_with_a_file_added_to_it_is_refused(tmp_path: Path) -> None:
    write_export(tmp_path / "out", b"one")
    (tmp_path / "out" / "a" / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match=r"for example 'a/notes\.txt'"):
        write_export(tmp_path / "out", b"two")
    assert (tmp_path / "out" / "a" / "labels.txt").read_bytes() == b"one"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(BadInput, match="is a file"):
        write_export(tmp_path / "out", b"one")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInput, match="cannot be written"):
        write_export(tmp_path / "file" / "out", b"one")


def write_the_same_file_twice(out: Path) -> None:
    with replacing(out) as folder:
        folder.write("labels.txt", b"two")
        folder.write("labels.txt", b"again")


def test_an_error_while_writing_keeps_the_earlier_export(tmp_path: Path) -> None:
    write_export(tmp_path / "out", b"one")
    with pytest.raises(ValueError, match="no new file"):
        write_the_same_file_twice(tmp_path / "out")
    assert (tmp_path / "out" / "a" / "labels.txt").read_bytes() == b"one"
    assert names(tmp_path) == ["out"]


def write_while_somebody_adds(out: Path) -> None:
    with replacing(out) as folder:
        folder.write("labels.txt", b"two")
        (out / "notes.txt").write_text("mine")


def test_a_file_that_somebody_adds_meanwhile_is_not_lost(tmp_path: Path) -> None:
    write_export(tmp_path / "out", b"one")
    with pytest.raises(BadInput, match=r"for example 'notes\.txt'"):
        write_while_somebody_adds(tmp_path / "out")
    assert names(tmp_path / "out") == ["a", "manifest.json", "notes.txt"]
    assert names(tmp_path) == ["out"]


def test_killed_in_the_middle_the_earlier_export_stays_and_the_next_one_tidies_up(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_export(out, b"one")
    with subprocess.Popen([sys.executable, "-c", HANGING, str(out)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.kill()
    assert names(out) == ["a", "manifest.json"]
    assert (out / "a" / "labels.txt").read_bytes() == b"one"
    assert len(names(tmp_path)) == 2
    write_export(out, b"two")
    assert names(tmp_path) == ["out"]


def test_killed_between_the_two_renames_the_earlier_export_comes_back(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_export(out, b"one")
    out.rename(tmp_path / f".out.{ID}.old")
    with pytest.raises(RuntimeError), replacing(out):
        raise RuntimeError
    assert (out / "a" / "labels.txt").read_bytes() == b"one"
    assert names(tmp_path) == ["out"]


def test_what_a_running_export_writes_is_not_tidied_away(tmp_path: Path) -> None:
    part = tmp_path / f".out.{ID}.part"
    part.mkdir()
    handle = os.open(part, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    write_export(tmp_path / "out", b"one")
    os.close(handle)
    assert names(tmp_path) == [part.name, "out"]


def test_what_lies_beside_a_folder_of_a_longer_name_is_not_touched(tmp_path: Path) -> None:
    other = tmp_path / f".out.x.{ID}.old"
    other.mkdir()
    write_export(tmp_path / "out", b"one")
    assert names(tmp_path) == [other.name, "out"]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ""])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    with pytest.raises((ValueError, BadInput)):
        ExportFolder(folder, folder).write(path, b"x")
    assert names(tmp_path) == ["inner"]
    assert names(folder) == []


def test_json_is_the_same_bytes_whatever_the_order_of_keys() -> None:
    assert json_bytes({"b": 1, "a": "Ä"}) == json_bytes({"a": "Ä", "b": 1}) == '{"a":"Ä","b":1}\n'.encode()
