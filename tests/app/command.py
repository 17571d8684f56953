"""Commands run in this process, and what a failure must be."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from app.cli.main import main
from tests.app.ground import Town

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


def assert_failed(done: Done, *words: str) -> None:
    """Exit code 1, nothing on stdout, one line that says why."""
    assert (done.code, done.out) == (1, ""), done.err
    last = done.err.strip().splitlines()[-1]
    assert "Traceback" not in done.err
    assert last.endswith(".")
    for word in words:
        assert word in last
