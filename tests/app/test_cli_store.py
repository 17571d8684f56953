"""``export`` and ``check``, alone and beside another process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from storage.inputs import DecisionInput
from storage.store import Store
from storage.words import DecisionKind
from tests.app.command import ROOT, assert_failed, propose, run
from tests.app.ground import Town, uid


@pytest.fixture(scope="module")
def decided(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two proposals, one accepted and one rejected."""
    data = tmp_path_factory.mktemp("cli") / "data"
    assert propose(town, data, "school").code == 0
    with Store.open(data, writer=True, command="test") as store:
        (project,) = store.projects()
        source = next(one for one in store.sources(project.id) if one.kind == "geotiff")
        latest = store.latest_run(project.id, source.id)
        assert latest is not None
        first, second = (proposal.id for proposal in latest.proposals)
        store.decide(DecisionInput(uid(1), DecisionKind.ACCEPT, project.id, proposal_id=first))
        reject = DecisionInput(uid(2), DecisionKind.REJECT, project.id, proposal_id=second, reason="boundary")  # type: ignore[arg-type]
        store.decide(reject)
    return data


@pytest.mark.parametrize(
    ("form", "file"), [("geojson", "labels.geojson"), ("coco", "instances.coco.json"), ("socioseg", "manifest.json")]
)
def test_export_writes_the_accepted_label(decided: Path, tmp_path: Path, form: str, file: str) -> None:
    answer = run("export", "--format", form, "--out", tmp_path / "out", "--data", decided, "--json").answer
    assert answer.keys() == {"format", "labels", "files"}
    assert (answer["format"], answer["labels"]) == (form, 1)
    paths = {entry["path"] for entry in answer["files"]}
    assert file in paths
    assert all(entry.keys() == {"path", "sha256", "bytes"} for entry in answer["files"])
    assert all((tmp_path / "out" / path).is_file() for path in paths)


def test_geojson_properties_are_those_of_the_contract(decided: Path, tmp_path: Path) -> None:
    run("export", "--format", "geojson", "--out", tmp_path / "out", "--data", decided)
    (one,) = json.loads((tmp_path / "out" / "labels.geojson").read_text())["features"]
    words = "id version status author_class function class name score decided_at imagery_date attribution"
    assert set(words.split()) <= one["properties"].keys() | {"id" for _ in [one] if "id" in one}
    assert one["properties"]["name"] == "Lotus School"


def test_export_takes_the_states_that_are_asked_for(decided: Path, tmp_path: Path) -> None:
    asked = ("export", "--format", "geojson", "--data", decided, "--json", "--out", tmp_path / "out")
    assert run(*asked, "--status", "unsure").answer["labels"] == 0
    assert run(*asked, "--status", "unsure", "accepted").answer["labels"] == 1


def test_export_keeps_out_of_a_folder_with_other_things(decided: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    assert_failed(run("export", "--format", "coco", "--out", tmp_path, "--data", decided, "--json"))
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_export_and_check_without_a_store_fail(tmp_path: Path) -> None:
    assert_failed(run("export", "--format", "coco", "--out", tmp_path / "o", "--data", tmp_path / "none", "--json"))
    assert_failed(run("check", "--data", tmp_path / "none", "--json"))
    assert not (tmp_path / "none").exists()


def test_check_of_a_whole_store_is_ok(decided: Path) -> None:
    done = run("check", "--data", decided, "--json")
    assert (done.code, done.answer) == (0, {"ok": True, "problems": []})


def test_check_of_a_damaged_store_exits_1_and_names_the_damage(town: Town, tmp_path: Path) -> None:
    propose(town, tmp_path, "school")
    blob = max(
        (path for path in (tmp_path / "blobs").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    blob.chmod(0o644)
    blob.write_bytes(b"damaged")
    done = run("check", "--data", tmp_path, "--json")
    assert (done.code, done.answer["ok"]) == (1, False)
    assert len(done.answer["problems"]) == 1
    assert "Traceback" not in done.err


def process(*argv: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "app.py"), *(str(part) for part in argv)]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False, cwd=argv_folder())


def argv_folder() -> Path:
    """A folder that is not the checkout: nothing may depend on where a command starts."""
    return Path("/")


def test_a_process_writes_one_json_object_and_nothing_else(town: Town, tmp_path: Path) -> None:
    files = ("--image", town.image, "--map", town.map_file)
    done = process("propose", *files, "--query", "school", "--data", tmp_path, "--json")
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["proposals"]) == 2
    assert "Warning" not in done.stderr
    assert "2 for “school”" in done.stderr


def test_a_second_writer_fails_and_names_the_first(town: Town, tmp_path: Path) -> None:
    propose(town, tmp_path, "school")
    files = ("--image", town.image, "--map", town.map_file)
    with Store.open(tmp_path, writer=True, command="serve"):
        done = process("propose", *files, "--query", "school", "--data", tmp_path, "--json")
        assert (done.returncode, done.stdout) == (1, "")
        assert "(serve) writes to" in done.stderr
        assert "Traceback" not in done.stderr


def test_export_and_check_run_beside_a_writer(town: Town, tmp_path: Path) -> None:
    propose(town, tmp_path / "data", "school")
    with Store.open(tmp_path / "data", writer=True, command="serve"):
        assert run("check", "--data", tmp_path / "data", "--json").answer["ok"] is True
        done = run("export", "--format", "coco", "--out", tmp_path / "o", "--data", tmp_path / "data", "--json")
        assert (done.code, done.answer["labels"]) == (0, 0)


def test_an_application_with_nobody_to_read_it_ends_without_a_trace(decided: Path) -> None:
    command = f"{sys.executable} {ROOT / 'app.py'} check --data {decided} --json | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=50, check=False)
    assert "Traceback" not in done.stderr
