"""Wrong usage, help, and the documentation's command lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import COMMANDS, parser
from tests.app.command import ROOT, assert_failed, run


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
