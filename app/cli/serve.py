"""``serve``: the page. Files given become sources and the first view; without them the sample city."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from app.cli.common import add_store_options, say, settings_of


def add(commands: Any) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        "serve",
        help="start the page (also without any command)",
        description="Starts the page and prints its address. Without files it opens the built-in sample city.",
    )
    command.add_argument("--image", type=Path, metavar="F", help="GeoTIFF or COG to open first")
    command.add_argument("--map", type=Path, metavar="F", help="its map features, OSM GeoJSON")
    command.add_argument("--host", metavar="ADDRESS", help="address to listen on (default 127.0.0.1)")
    command.add_argument("--port", type=int, metavar="N", help="port (default 7860; 0 takes a free one)")
    command.add_argument("--reasoner", metavar="NAME", help="default: grounded")
    command.add_argument("--segmenter", metavar="NAME", help="default: grabcut")
    command.add_argument(
        "--demo", action="store_true", default=None, help="each visitor gets a store of their own for a day"
    )
    add_store_options(command)
    return command


def run(args: argparse.Namespace) -> dict[str, Any] | None:
    """Serve until stopped."""
    settings = settings_of(args)
    from app.server import Server
    from app.vendor import ensure_vendor

    missing = ensure_vendor()
    if missing:
        say(missing)
    server = Server(settings, image=args.image, map_file=args.map)
    try:
        url = server.start()
        say(f"SocioScribe is open at {url}  (stop it with Ctrl+C)")
        server.wait()
    finally:
        server.stop()
    return None
