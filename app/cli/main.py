"""Parses the command line, runs the command, turns errors into sentences.

Exit codes: 0 done, 1 failed, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from annotator.errors import SocioScribeError
from app.version import VERSION

COMMANDS = ("serve", "propose", "export", "evaluate", "check")
"""In the order of --help; each is a module of this package with ``add(subparsers)`` and ``run(args)``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its result as JSON on stdout where asked, all else on stderr. Returns the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    args = parser().parse_args(_with_default(given))
    try:
        result = args.run(args)
    except SocioScribeError as error:
        print(f"{args.command}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{args.command}: {_what_failed(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 1
    if result is not None and getattr(args, "json", False):
        _write(result)
    return 0 if result is None or result.get("ok", True) else 1


def parser() -> argparse.ArgumentParser:
    """The whole command line; ``--help`` of each command comes from its module."""
    top = argparse.ArgumentParser(
        prog="python app.py",
        description="Ask a satellite map for the social places of a city; correct and keep what comes back.",
        epilog="Without a command the page starts. Each command explains itself: python app.py COMMAND --help",
    )
    top.add_argument("--version", action="version", version=f"SocioScribe {VERSION}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"app.cli.{name}")
        add: Callable[[Any], argparse.ArgumentParser] = module.add
        add(commands).set_defaults(run=module.run)
    return top


def _write(result: dict[str, Any]) -> None:
    """The result on stdout; a reader that has gone away (``| head``) is no error."""
    try:
        print(json.dumps(result, ensure_ascii=False), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _what_failed(error: OSError) -> str:
    """A sentence for a file or a folder that could not be used."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}. Check the path and the free space, then try again."


def _with_default(given: list[str]) -> list[str]:
    """``serve`` where no command is named: nothing at all, or options only."""
    if given and (not given[0].startswith("-") or given[0] in {"-h", "--help", "--version"}):
        return given
    return ["serve", *given]
