from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from annotator.errors import NotFound, StoreError
from storage.blobs import Blobs

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_bytes_lie_under_their_hash(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    assert blobs.write(b"abc") == ABC
    assert (tmp_path / "ba" / ABC[2:]).read_bytes() == b"abc"
    assert blobs.read(ABC) == b"abc"


def test_writing_twice_leaves_one_file_and_nothing_aside(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    for content in (b"abc", b"abc", b"other"):
        blobs.write(content)
    assert list(blobs) == sorted([ABC, hashlib.sha256(b"other").hexdigest()])
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_file_cut_short_is_written_anew(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blobs.write(b"abc")
    blobs.path(ABC).write_bytes(b"ab")
    blobs.write(b"abc")
    assert blobs.read(ABC) == b"abc"


def test_a_changed_file_is_not_given_out(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blobs.write(b"abc")
    blobs.path(ABC).write_bytes(b"abd")
    with pytest.raises(StoreError, match="is damaged"):
        blobs.read(ABC)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is missing"):
        Blobs(tmp_path).read(ABC)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ba").write_bytes(b"a file where the folder should be")
    with pytest.raises(StoreError, match="could not be stored"):
        Blobs(tmp_path).write(b"abc")


@pytest.mark.parametrize("address", ["", "../../etc/passwd", "ba/78", ABC.upper(), ABC + "0", ABC + "\n"])
def test_what_is_no_address_never_becomes_a_path(tmp_path: Path, address: str) -> None:
    with pytest.raises(StoreError, match="is not the address"):
        Blobs(tmp_path).path(address)
