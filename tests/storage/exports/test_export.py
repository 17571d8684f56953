from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import BadInput, NotFound
from storage.exports import FORMATS, export
from storage.store import Store
from tests.storage.exports.shapes import HOLED_PX, PARTS_PX, attach_pictures, draw, read_json, tree
from tests.storage.world import World, uid

EVERY = sorted(FORMATS)

LOOP = """
import sys
from pathlib import Path
from storage.exports import export
from storage.store import Store
with Store.open(Path(sys.argv[1]), writer=False) as store:
    while True:
        for format in ("socioseg", "coco", "geojson"):
            export(store, Path(sys.argv[2]), format=format, project="default")
            print("done", flush=True)
"""


@pytest.fixture
def reviewed(world: World) -> World:
    """Two accepted labels, one edited, two drawn, one of them retired."""
    attach_pictures(world)
    world.accept(1, place=0)
    world.accept(2, place=1)
    world.decide(3, "edit", proposal_id=uid(1002), name="Third")
    draw(world, 20, HOLED_PX)
    draw(world, 21, PARTS_PX)
    world.decide(4, "retire", label_id=uid(21), expected_version=1)
    return world


def test_the_formats_are_those_of_the_command_line() -> None:
    assert EVERY == ["coco", "geojson", "socioseg"]


@pytest.mark.parametrize("name", EVERY)
def test_the_report_counts_the_labels_and_names_every_file_with_its_hash(
    reviewed: World, tmp_path: Path, name: str
) -> None:
    report = export(reviewed.store, tmp_path / "out", format=name, project="default")
    assert (report["format"], report["labels"]) == (name, 4)
    assert {entry["path"]: entry["sha256"] for entry in report["files"]} == tree(tmp_path / "out")
    sizes = {entry["path"]: entry["bytes"] for entry in report["files"]}
    assert all((tmp_path / "out" / path).stat().st_size == size for path, size in sizes.items())


@pytest.mark.parametrize("name", EVERY)
def test_the_manifest_says_what_is_in_the_store_and_what_is_in_the_export(
    reviewed: World, tmp_path: Path, name: str
) -> None:
    report = export(reviewed.store, tmp_path / "out", format=name, project="default")
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert manifest["kind"] == "socioscribe export"
    assert (manifest["format"], manifest["format_version"], manifest["schema_version"]) == (name, 1, "0001")
    assert manifest["project"] == "default"
    assert manifest["statuses"] == ["accepted", "edited", "drawn"]
    assert manifest["labels"] == {
        "in_store": {"accepted": 2, "edited": 1, "drawn": 1, "retired": 1},
        "chosen": 4,
        "exported": 4,
        "left_out": 0,
        "cut": 0,
        "holes": 1,
        "parts": 4,
    }
    assert manifest["attribution"] == ["© test"]
    assert manifest["files"] == [entry for entry in report["files"] if entry["path"] != "manifest.json"]


@pytest.mark.parametrize(
    ("statuses", "count"),
    [(("accepted",), 2), (("edited",), 1), (("drawn", "accepted"), 3), (("retired",), 1), (("unsure",), 0)],
)
@pytest.mark.parametrize("name", EVERY)
def test_only_labels_of_the_statuses_asked_for_are_exported(
    reviewed: World, tmp_path: Path, name: str, statuses: tuple[str, ...], count: int
) -> None:
    assert export(reviewed.store, tmp_path / "o", format=name, project="default", statuses=statuses)["labels"] == count


@pytest.mark.parametrize("name", EVERY)
def test_the_same_snapshot_exports_to_the_same_bytes(reviewed: World, tmp_path: Path, name: str) -> None:
    with reviewed.store.snapshot() as snapshot:
        first = export(snapshot, tmp_path / "a", format=name, project="default")
        reviewed.decide(9, "retire", label_id=uid(20), expected_version=1)
        second = export(snapshot, tmp_path / "b", format=name, project="default")
    assert first == second
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    assert export(reviewed.store, tmp_path / "c", format=name, project="default")["labels"] == 3


def test_another_format_takes_the_place_of_an_earlier_export(reviewed: World, tmp_path: Path) -> None:
    export(reviewed.store, tmp_path / "out", format="socioseg", project="default")
    export(reviewed.store, tmp_path / "out", format="geojson", project="default")
    assert sorted(tree(tmp_path / "out")) == ["labels.geojson", "manifest.json"]


def test_a_reader_exports_while_the_writer_holds_the_store(reviewed: World, tmp_path: Path) -> None:
    with Store.open(reviewed.store.data_dir, writer=False) as reader:
        assert export(reader, tmp_path / "out", format="geojson", project="default")["labels"] == 4


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"format": "shapefile"}, BadInput, "'shapefile' is no format. It is one of: geojson, coco, socioseg."),
        ({"project": "../x"}, NotFound, "There is no project '../x' in the store. Its projects: default."),
        ({"statuses": ("good",)}, BadInput, "'good' is no status of a label"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_a_sentence_and_leaves_nothing(
    reviewed: World, tmp_path: Path, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    given: dict[str, Any] = {"format": "geojson", "project": "default"} | options
    with pytest.raises(error, match=says.replace(".", r"\.")):
        export(reviewed.store, tmp_path / "deep" / "out", **given)
    assert not (tmp_path / "deep").exists()


def test_a_project_has_only_its_own_labels(reviewed: World, tmp_path: Path) -> None:
    reviewed.store.ensure_project("other")
    assert export(reviewed.store, tmp_path / "out", format="geojson", project="other")["labels"] == 0
    assert read_json(tmp_path / "out" / "manifest.json")["labels"]["in_store"] == {}


def test_a_damaged_picture_fails_the_export_and_keeps_the_earlier_one(reviewed: World, tmp_path: Path) -> None:
    export(reviewed.store, tmp_path / "out", format="geojson", project="default")
    before = tree(tmp_path / "out")
    sha256 = reviewed.store.scene_view(reviewed.scene.id).image_sha256
    assert sha256 is not None
    reviewed.store.blobs.path(sha256).unlink()
    with pytest.raises(NotFound, match="Restore it from a backup"):
        export(reviewed.store, tmp_path / "out", format="coco", project="default")
    assert tree(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]


def test_killed_at_any_moment_the_export_in_place_is_whole(reviewed: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = [sys.executable, "-c", LOOP, str(reviewed.store.data_dir), str(out)]
    for seed in range(3):
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(3):
                assert child.stdout.readline() == b"done\n"
            time.sleep(random.Random(seed).uniform(0, 0.2))
            child.kill()
        left = out if out.exists() else next(tmp_path.glob(".out.*.old"))
        for entry in read_json(left / "manifest.json")["files"]:
            assert hashlib.sha256((left / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
