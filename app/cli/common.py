"""What several commands share: options, settings, progress on stderr."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.settings import Settings, load_settings


def add_store_options(command: argparse.ArgumentParser) -> None:
    """--data, --store, --project, --json, as every command of the store has them."""
    command.add_argument("--data", type=Path, metavar="DIR", help="folder of the store (default ./data)")
    command.add_argument("--store", metavar="URL", help="database URL (default: SQLite in the data folder)")
    command.add_argument("--project", metavar="NAME", help="project to work in (default: default)")
    add_json_option(command)


def add_json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="one JSON object on stdout, all else on stderr")


def settings_of(args: argparse.Namespace) -> Settings:
    """Settings with the options that were given on the command line."""
    return load_settings({name: getattr(args, name, None) for name in Settings.model_fields})


def say(text: str) -> None:
    """A line for the person, on stderr."""
    print(text, file=sys.stderr, flush=True)
