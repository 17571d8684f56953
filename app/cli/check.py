"""``check``: is the store whole? Reads only, runs beside the page."""

from __future__ import annotations

import argparse
from typing import Any

from app.cli.common import add_store_options, say, settings_of


def add(commands: Any) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        "check",
        help="is the store whole: integrity, pictures, history",
        description="Checks the database's integrity and foreign keys, that every stored picture is there with its "
        "hash, and that every label is what its history says. Exit code 1 where something is wrong.",
    )
    add_store_options(command)
    return command


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Returns {"ok", "problems"}."""
    settings = settings_of(args)
    from storage.check import check

    report = check(settings.data, settings.store or None)
    for line in (*report.notes, *report.problems):
        say(line)
    say("The store is whole." if report.ok else f"Problems: {len(report.problems)}.")
    return {"ok": report.ok, "problems": list(report.problems)}
