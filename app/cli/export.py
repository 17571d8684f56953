"""``export``: reviewed labels as files that others read. Reads only, runs beside the page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from app.cli.common import add_store_options, say, settings_of

FORMATS = ("geojson", "coco", "socioseg")


def add(commands: Any) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        "export",
        help="write the labels as GeoJSON, COCO or SocioSeg folder",
        description="Writes one consistent snapshot of the labels, with a manifest of counts and SHA-256 sums. "
        "An earlier export in the folder is replaced at once or not at all.",
    )
    command.add_argument("--format", required=True, choices=FORMATS, help="geojson, coco or socioseg")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    command.add_argument(
        "--status",
        nargs="+",
        default=["accepted", "edited", "drawn"],
        choices=["accepted", "edited", "drawn", "unsure"],
        help="labels in these states (default: accepted edited drawn)",
    )
    add_store_options(command)
    return command


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Returns {"format", "labels", "files"}."""
    settings = settings_of(args)
    from storage.exports import export
    from storage.store import Store

    with Store.open(settings.data, settings.store or None, writer=False) as store:
        report = export(store, args.out, format=args.format, project=settings.project, statuses=tuple(args.status))
    say(f"{report['labels']} labels in {len(report['files'])} files under {args.out}.")
    return report
