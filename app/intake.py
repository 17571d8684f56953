"""Opens an uploaded file for the first time in a child process with limits on memory and time.

``check(kind, path)`` is called by the page; ``python -m app.intake KIND PATH`` is the child.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import Literal

from annotator.errors import BadImage, BadInput, BadMap, SocioScribeError

Kind = Literal["image", "map"]
ROOT = Path(__file__).parents[1]
NOT_USABLE = 3
"""Exit code of the child that has a sentence; Python's own for an error nobody foresaw is 1."""
SECONDS = 120
MEMORY_BYTES = 6 * 1024**3
SUFFIXES: dict[Kind, str] = {"image": ".tif", "map": ".geojson"}


def check(kind: Kind, path: Path, shown_as: str) -> None:
    """Raises BadImage or BadMap with the sentence of the child; returns when the file is sound.

    ``shown_as`` is the name the person knows the file by.
    """
    refused = BadImage if kind == "image" else BadMap
    command = [sys.executable, "-m", "app.intake", kind, str(path.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, cwd=ROOT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise refused(f"{shown_as} took longer than {SECONDS} s to open. Try a smaller part of it.") from error
    if done.returncode == NOT_USABLE:
        raise refused(done.stdout.strip().replace(path.name, shown_as))
    if done.returncode != 0:
        raise refused(f"{shown_as} could not be opened: it needs too much memory, or it is damaged. Export it again.")


def _open(kind: str, path: Path) -> None:
    if kind == "image":
        from annotator.scene.raster import inspect_raster, read_window

        read_window(inspect_raster(path), None, max_px=1_000_000)
    elif kind == "map":
        from annotator.scene.features import read_osm_geojson

        read_osm_geojson(path)
    else:
        raise BadInput(f"There is no kind of file {kind!r}.")


def main(kind: str, path: str) -> int:
    """0: sound; NOT_USABLE: the sentence is on stdout."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        _open(kind, Path(path))
    except SocioScribeError as error:
        print(error)
        return NOT_USABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
