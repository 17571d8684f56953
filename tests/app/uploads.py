"""Uploads as a person sends them, and what a refusal must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.app.ground import (
    Site,
    write_tif,
)


def upload(site: Site, *, image: Path | None = None, map_file: Path | None = None, **fields: str) -> Any:
    """The answer to an upload of these files under their own names."""
    files = {}
    if image:
        files["image"] = (image.name, image.read_bytes())
    if map_file:
        files["map"] = (map_file.name, map_file.read_bytes())
    return site.page.post("/ss/upload", files=files, data=fields)


def sources(site: Site) -> list[str]:
    return [source.name for source in site.workspace.store.sources(site.ids["project_id"])]


def assert_refused(site: Site, answer: Any, *words: str) -> None:
    """A sentence with these words; the store as before; the server answers."""
    told = answer.json()["error"]
    assert answer.status_code == 422, told
    assert answer.json()["kind"] in {"BadImage", "BadMap", "BadInput"}
    for word in words:
        assert word in told
    assert "Traceback" not in told
    assert told.endswith(".")
    assert sources(site) == ["lotus_map", "lotus town"]
    assert not any((site.settings.data / "uploads").glob("tmp*"))
    assert site.is_alive()


def small_tif(path: Path, seed: int = 1, **options: Any) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    return write_tif(path, pixels, photometric="RGB", **options)
