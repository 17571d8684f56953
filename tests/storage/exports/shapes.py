"""Labels and readers that several tests of exports share."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_lonlat
from annotator.types import Grid, Provenance, Scene
from tests.storage.world import GRID, World, start_run, uid

HOLED_PX = sg.Polygon(
    [(30.3, 20.2), (50.6, 22.1), (48.4, 40.7), (31.2, 39.5)], [[(36, 26), (36, 34), (44, 34.5), (43.2, 26)]]
)
PARTS_PX = sg.MultiPolygon([sg.box(2.2, 30.3, 9.1, 38.8), sg.box(12.4, 31.1, 20.7, 44.2)])

BIG_GRID = Grid("EPSG:3857", (9_500_000.0, 0.5, 0.0, 3_200_000.0, 0.0, -0.5), 1500, 1100)


def lonlat(shape_px: BaseGeometry, grid: Grid = GRID) -> BaseGeometry:
    return geometry_to_lonlat(grid, shape_px)


def draw(world: World, number: int, shape_px: BaseGeometry, **fields: Any) -> str:
    """A label drawn by hand on the run's view; its id is uid(number)."""
    given = {
        "run_id": world.run_id,
        "function": "educational",
        "class_id": "school",
        "new_label_id": uid(number),
        "geometry_lonlat": lonlat(shape_px),
    } | fields
    world.decide(number, "add", **given)
    return uid(number)


def attach_pictures(world: World, *, with_map: bool = True) -> None:
    """Stores the scene's picture and a plain map."""
    height, width = world.scene.grid.height, world.scene.grid.width
    world.store.attach_scene_pictures(world.scene, plain_map(width, height) if with_map else None)


def plain_map(width: int, height: int) -> Any:
    """A picture in which each column has its own grey."""
    columns = np.arange(width, dtype=np.uint16) % 251
    return np.repeat(np.tile(columns.astype(np.uint8), (height, 1))[:, :, None], 3, axis=2)


def add_big_scene(world: World, run_number: int) -> Scene:
    """A run of the same question over a picture of 1500 x 1100 pixels, with its pictures stored."""
    pixels = np.random.default_rng(3).integers(0, 255, (1100, 1500, 3), dtype=np.uint8)
    scene = Scene(BIG_GRID, pixels, world.scene.features, Provenance("big provider", imagery_attribution="© big"))
    world.store.record_scene(scene)
    start_run(world.store, world.project_id, world.source_id, scene, uid(run_number))
    world.store.attach_scene_pictures(scene, plain_map(1500, 1100))
    return scene


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def tree(folder: Path) -> dict[str, str]:
    """Relative path -> SHA-256 of every file."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
