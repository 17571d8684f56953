"""The command line as a contract: exit codes, one JSON object on stdout, sentences on stderr."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import COMMANDS, main, parser
from storage.inputs import DecisionInput
from storage.store import Store
from storage.words import DecisionKind
from tests.app.ground import CINEMA, HILL, LOTUS, Town, box_geojson, uid, write_json

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended; ``answer`` is its JSON."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out, parse_constant=_no_constant)
        return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def run(*argv: object) -> Done:
    """The command in this process."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([str(part) for part in argv])
        except SystemExit as end:
            code = int(str(end.code))
    return Done(code, out.getvalue(), err.getvalue())


def propose(town: Town, data: Path, query: str, *more: object) -> Done:
    files = ("--image", town.image, "--map", town.map_file)
    return run("propose", *files, "--query", query, "--data", data, "--json", *more)


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


def assert_failed(done: Done, *words: str) -> None:
    """Exit code 1, nothing on stdout, one line that says why."""
    assert (done.code, done.out) == (1, ""), done.err
    last = done.err.strip().splitlines()[-1]
    assert "Traceback" not in done.err
    assert last.endswith(".")
    for word in words:
        assert word in last


# --- propose ----------------------------------------------------------------------------------------------------


def test_propose_answers_with_the_keys_of_the_contract(town: Town, tmp_path: Path) -> None:
    answer = propose(town, tmp_path, "school").answer
    assert {"query", "tier", "seconds", "nothing_here", "scene", "proposals"} <= answer.keys()
    assert answer.keys() <= {"query", "tier", "seconds", "nothing_here", "scene", "proposals", "reasons"}
    assert answer["scene"].keys() == {"crs", "transform", "size_px", "bounds_lonlat", "gsd_m"}
    assert answer["scene"]["crs"] == "EPSG:32645"
    assert answer["scene"]["transform"] == [330_000, 0.5, 0, 3_070_000, 0, -0.5]
    assert answer["scene"]["size_px"] == [600, 600]
    contract = {"box_px", "points_px", "score", "function", "class", "name", "geometry", "evidence", "trace"}
    assert answer["proposals"][0].keys() - {"clipped", "feature_id"} == contract


def test_propose_finds_the_two_schools_in_the_pictures_pixels(town: Town, tmp_path: Path) -> None:
    answer = propose(town, tmp_path, "school").answer
    assert (answer["query"], answer["tier"], answer["nothing_here"]) == ("school", "class", False)
    lotus, hill = answer["proposals"]
    assert lotus["box_px"] == pytest.approx(LOTUS, abs=0.1)
    assert hill["box_px"] == pytest.approx(HILL, abs=0.1)
    assert (lotus["name"], lotus["class"], lotus["function"]) == ("Lotus School", "school", "educational")
    assert all(LOTUS[0] < x < LOTUS[2] and LOTUS[1] < y < LOTUS[3] and sign == 1 for x, y, sign in lotus["points_px"])
    assert lotus["geometry"]["type"] == "Polygon"
    assert 0 < lotus["score"] <= 1
    rows = lotus["evidence"]
    assert {row["source"] for row in rows} >= {"map", "picture"}
    assert all(row.keys() == {"source", "says", "value", "unit", "agrees"} for row in rows)


def test_nothing_here_is_an_answer(town: Town, tmp_path: Path) -> None:
    done = propose(town, tmp_path, "hospital")
    assert done.code == 0
    assert (done.answer["nothing_here"], done.answer["proposals"]) == (True, [])
    assert done.answer["reasons"]


def test_propose_with_hidden_polygons_tells_how_well_it_found_them(town: Town, tmp_path: Path) -> None:
    hidden = propose(town, tmp_path, "school", "--map-mode", "points").answer["hidden"]
    assert hidden.keys() == {"n", "mean_iou", "disc_mean_iou"}
    assert hidden["n"] == 2
    assert 0 <= hidden["disc_mean_iou"] < hidden["mean_iou"] <= 1


@pytest.mark.parametrize("mode", ["full", "sparse", "shifted", "none"])
def test_only_hidden_polygons_are_measured(town: Town, tmp_path: Path, mode: str) -> None:
    done = propose(town, tmp_path, "school", "--map-mode", mode)
    assert done.code == 0
    assert "hidden" not in done.answer


def test_propose_without_a_map_says_that_nothing_is_here(town: Town, tmp_path: Path) -> None:
    done = run("propose", "--image", town.image, "--query", "school", "--data", tmp_path, "--json")
    assert (done.code, done.answer["nothing_here"]) == (0, True)
    points = run(
        "propose", "--image", town.image, "--query", "school", "--data", tmp_path, "--json", "--map-mode", "points"
    )
    assert points.answer["hidden"]["n"] == 0


def test_a_bbox_cuts_the_scene(town: Town, tmp_path: Path) -> None:
    from shapely.geometry import shape

    west, south, east, north = shape(box_geojson(20, 20, 220, 220)).bounds
    answer = propose(town, tmp_path, "school", "--bbox", west, south, east, north).answer
    assert [one["name"] for one in answer["proposals"]] == ["Lotus School"]
    assert answer["scene"]["size_px"][0] < 220


def test_the_proposals_are_also_written_as_geojson(town: Town, tmp_path: Path) -> None:
    done = propose(town, tmp_path / "data", "cinema", "--out", tmp_path / "out.geojson")
    written = json.loads((tmp_path / "out.geojson").read_text())
    (one,) = written["features"]
    assert (written["type"], one["properties"]["name"]) == ("FeatureCollection", "Mayur Cinema")
    assert one["geometry"] == done.answer["proposals"][0]["geometry"]
    assert done.answer["proposals"][0]["box_px"] == pytest.approx(CINEMA, abs=0.1)


def test_propose_records_a_run_and_no_label(town: Town, tmp_path: Path) -> None:
    propose(town, tmp_path, "school")
    with Store.open(tmp_path, writer=False) as store:
        (project,) = store.projects()
        source = next(one for one in store.sources(project.id) if one.kind == "geotiff")
        latest = store.latest_run(project.id, source.id)
        assert latest is not None
        assert (latest.run.status.value, len(latest.proposals)) == ("done", 2)
        assert store.labels(project.id) == []
        assert store.scene(latest.run.scene_id).image.shape == (600, 600, 3)


def test_asking_twice_gives_the_same_places(town: Town, tmp_path: Path) -> None:
    first, second = (propose(town, tmp_path, "school").answer["proposals"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--bbox", "nan", "nan", "nan", "nan"), ("outside the picture",)),
        (("--bbox", "0", "0", "1", "1"), ("outside the picture",)),
        (("--bbox", "inf", "0", "1", "1"), ("outside the picture",)),
        (("--reasoner", "oracle"), ("oracle", "grounded")),
        (("--segmenter", "magic"), ("magic", "grabcut")),
        (("--out", "/nonexistent/folder/x.geojson"), ("/nonexistent/folder/x.geojson",)),
        (("--project", ""), ("--project",)),
        (("--store", "postgresql://db/x"), ("PostgreSQL",)),
        (("--store", "what"), ("--store", "URL")[1:]),
    ],
    ids=lambda value: " ".join(value)[:30],
)
def test_propose_fails_with_one_sentence(town: Town, tmp_path: Path, more: Sequence[str], words: Sequence[str]) -> None:
    assert_failed(propose(town, tmp_path / "data", "school", *more), *words)


@pytest.mark.parametrize("query", ["", "   ", "\x00\x01", "...", "x" * 10_000])
def test_words_that_are_no_question_fail(town: Town, tmp_path: Path, query: str) -> None:
    assert_failed(propose(town, tmp_path, query))


@pytest.mark.parametrize(
    "query", ["🏫", "مدرسة", "'; DROP TABLE runs; --", "<b>school</b>", "\u202eloohcs", "$(reboot)"]
)
def test_any_other_words_are_a_question(town: Town, tmp_path: Path, query: str) -> None:
    assert propose(town, tmp_path, query).code == 0
    assert run("check", "--data", tmp_path).code == 0


def test_files_that_cannot_be_read_fail(town: Town, tmp_path: Path) -> None:
    bad = tmp_path / "bad.geojson"
    bad.write_text("{")
    common = ("--query", "school", "--data", tmp_path / "data", "--json")
    assert_failed(run("propose", "--image", tmp_path / "no.tif", *common), "no.tif")
    assert_failed(run("propose", "--image", bad, *common), "bad.geojson")
    assert_failed(run("propose", "--image", town.image, "--map", bad, *common), "bad.geojson")
    assert_failed(run("propose", "--image", town.image, "--map", tmp_path / "no.geojson", *common), "no.geojson")
    assert_failed(run("propose", "--image", tmp_path, *common))
    file = tmp_path / "file"
    file.write_text("")
    assert_failed(propose(town, file, "school"), str(file))


# --- export, check ----------------------------------------------------------------------------------------------


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


# --- evaluate ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outlines of the town's two schools."""
    rings = [[float(v) for v in (x0, y0, x1, y0, x1, y1, x0, y1)] for x0, y0, x1, y1 in (LOTUS, HILL)]
    annotations = [
        {"id": i, "image_id": 1, "category_id": 1, "segmentation": [ring], "bbox": [0, 0, 1, 1], "area": 1}
        for i, ring in enumerate(rings)
    ]
    images = [{"id": 1, "file_name": "town.tif", "width": 600, "height": 600}]
    document = {"images": images, "categories": [{"id": 1, "name": "school"}], "annotations": annotations}
    return write_json(tmp_path_factory.mktemp("coco") / "coco.json", document)


def test_evaluate_segmenter_answers_with_the_keys_of_the_contract(town: Town, coco: Path) -> None:
    done = run("evaluate", "segmenter", "--image", town.image, "--coco", coco, "--jitter", "0.1", "--noc", "--json")
    answer = done.answer
    assert done.code == 0
    assert {"segmenter", "n", "bare_box", "prompts", "noc"} <= answer.keys()
    assert (answer["segmenter"], answer["n"], answer["bare_box"]) == ("grabcut", 2, 1.0)
    assert list(answer["prompts"]) == ["box", "box+1", "box+3", "1", "3", "poi", "box~0.1"]
    assert all(row.keys() == {"mean_iou", "median_iou", "ms_median", "n"} for row in answer["prompts"].values())
    assert answer["prompts"]["box"]["mean_iou"] > 0.9
    assert answer["noc"].keys() == {"80", "85", "90"}
    assert all(row.keys() == {"mean", "failed"} for row in answer["noc"].values())


def test_evaluate_takes_other_numbers_of_clicks(town: Town, coco: Path) -> None:
    answer = run(
        "evaluate", "segmenter", "--image", town.image, "--coco", coco, "--prompts", "box+2,2", "--json"
    ).answer
    assert list(answer["prompts"]) == ["box+2", "2"]


def test_evaluate_of_what_is_no_coco_fails(town: Town, tmp_path: Path) -> None:
    bad = write_json(tmp_path / "bad.json", {"annotations": [{}]})
    none = write_json(tmp_path / "none.json", {"annotations": []})
    for coco_file in (bad, none, tmp_path / "missing.json", town.image):
        assert_failed(run("evaluate", "segmenter", "--image", town.image, "--coco", coco_file, "--json"))
    assert_failed(run("evaluate", "segmenter", "--image", bad, "--coco", bad, "--json"))


# --- usage ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [
        ("propose",),
        ("propose", "--query", "school"),
        ("propose", "--image", "a.tif"),
        ("propose", "--image", "a.tif", "--query", "x", "--map-mode", "odd"),
        ("propose", "--image", "a.tif", "--query", "x", "--bbox", "1", "2", "3"),
        ("propose", "--image", "a.tif", "--query", "x", "--seed", "one"),
        ("propose", "--image", "a.tif", "--query", "x", "--unknown"),
        ("export",),
        ("export", "--format", "docx", "--out", "x"),
        ("export", "--format", "coco", "--out", "x", "--status", "retired"),
        ("evaluate",),
        ("evaluate", "poet"),
        ("evaluate", "segmenter", "--image", "a", "--coco", "b", "--prompts", "circle"),
        ("evaluate", "segmenter", "--image", "a", "--coco", "b", "--prompts", ","),
        ("evaluate", "segmenter", "--image", "a", "--coco", "b", "--jitter", "nan"),
        ("evaluate", "segmenter", "--image", "a", "--coco", "b", "--jitter", "2"),
        ("evaluate", "segmenter", "--image", "a", "--coco", "b", "--limit", "0"),
        ("dance",),
        ("--odd",),
        ("serve", "--port", "many"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2_and_says_why(argv: Sequence[str]) -> None:
    done = run(*argv)
    assert (done.code, done.out) == (2, "")
    assert "usage:" in done.err


def test_a_setting_nobody_knows_fails_with_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOCIOSCRIBE_DATTA", "x")
    assert_failed(run("check", "--data", tmp_path), "SOCIOSCRIBE_DATTA")


def actions(command: str) -> list[Any]:
    """All options of a command and of its parts."""
    found: list[Any] = []
    todo = [next(a for a in parser()._actions if a.dest == "command").choices[command]]  # type: ignore[index]
    while todo:
        for action in todo.pop()._actions:
            found.append(action)
            todo += list(action.choices.values()) if isinstance(action.choices, dict) else []
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_does(command: str) -> None:
    for action in actions(command):
        assert action.help or not action.option_strings, action.option_strings


@pytest.mark.parametrize("command", [(name,) for name in COMMANDS] + [("evaluate", "segmenter")], ids=" ".join)
def test_help_exits_0(command: Sequence[str]) -> None:
    done = run(*command, "--help")
    assert done.code == 0
    assert done.out.startswith(f"usage: python app.py {' '.join(command)}")


@pytest.mark.parametrize("command", ["serve", "propose", "export", "check"])
def test_every_command_of_the_store_takes_its_options(command: str) -> None:
    options = {option for action in actions(command) for option in action.option_strings}
    assert {"--data", "--store", "--project", "--json"} <= options


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_command_line_of_the_documentation_is_one_that_is_understood() -> None:
    lines = [
        line for path in documents() for line in re.findall(r"python app\.py ((?:[a-z]+ )[^`\n]*)", path.read_text())
    ]
    assert len(lines) >= 5
    for line in lines:
        command, *rest = line.split()
        if command not in COMMANDS:
            raise AssertionError(line)
        known = {option for action in actions(command) for option in action.option_strings}
        assert {part for part in rest if part.startswith("--")} <= known, line


def test_the_documentation_shows_every_command() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in documents())
    assert [name for name in COMMANDS if f"app.py {name}" not in text] == []


# --- processes --------------------------------------------------------------------------------------------------


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
