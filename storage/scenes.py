"""Scenes: a row at once, pictures when there is time; both by content, so that storing twice changes nothing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from annotator.errors import NotFound
from annotator.geometry import bounds_lonlat, decode_rle, encode_rle, gsd_m
from annotator.types import Grid, Provenance, RgbImage, Scene
from storage.blobs import Blobs
from storage.clock import now_text
from storage.models import scenes
from storage.pictures import decode_features, decode_png, encode_features, encode_png
from storage.rows import insert_once
from storage.views import SceneView


def scene_values(scene: Scene) -> dict[str, Any]:
    """The row of a scene, without its pictures."""
    west, south, east, north = bounds_lonlat(scene.grid)
    return {
        "id": scene.id,
        "grid": scene.grid.as_dict(),
        "gsd_m": gsd_m(scene.grid),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "provenance": scene.provenance.as_dict(),
        "valid_rle": None if scene.valid is None else encode_rle(scene.valid),
        "created_at": now_text(),
    }


def insert_scene(connection: sa.Connection, values: dict[str, Any]) -> SceneView:
    insert_once(connection, scenes, values)
    return read_scene(connection, values["id"])


def write_pictures(blobs: Blobs, scene: Scene, map_image: RgbImage | None) -> dict[str, str]:
    """Stores the scene's files and returns the columns that name them. Takes up to a second for a large scene."""
    found = {
        "image_sha256": blobs.write(encode_png(scene.image)),
        "features_sha256": blobs.write(encode_features(scene.features)),
    }
    if map_image is not None:
        found["map_sha256"] = blobs.write(encode_png(map_image))
    return found


def attach(connection: sa.Connection, scene_id: str, found: dict[str, str]) -> SceneView:
    """Fills those of the columns that are still empty."""
    for name, sha256 in found.items():
        empty = (scenes.c.id == scene_id) & scenes.c[name].is_(None)
        connection.execute(sa.update(scenes).where(empty).values({name: sha256}))
    return read_scene(connection, scene_id)


def read_scene(connection: sa.Connection, scene_id: str) -> SceneView:
    row = connection.execute(sa.select(scenes).where(scenes.c.id == scene_id)).one_or_none()
    if row is None:
        raise NotFound(f"The scene {scene_id[:12]} is not in the store. Ask again, so that it is recorded.")
    return SceneView(
        row.id,
        grid_of(row.grid),
        row.gsd_m,
        (row.west, row.south, row.east, row.north),
        Provenance(**row.provenance),
        row.valid_rle,
        row.image_sha256,
        row.map_sha256,
        row.features_sha256,
    )


def grid_of(stored: dict[str, Any]) -> Grid:
    """The grid of its JSON form; its numbers stay as written, since the scene's id is made of them."""
    width, height = stored["size_px"]
    a, b, c, d, e, f = stored["transform"]
    return Grid(stored["crs"], (a, b, c, d, e, f), width, height)


def rebuild(view: SceneView, blobs: Blobs) -> Scene:
    """The whole scene with its pixels; raises NotFound while its pictures are not attached."""
    if view.image_sha256 is None or view.features_sha256 is None:
        raise NotFound(f"The pictures of the scene {view.id[:12]} were not stored. Ask again at that place.")
    return Scene(
        view.grid,
        decode_png(blobs.read(view.image_sha256)),
        decode_features(blobs.read(view.features_sha256)),
        view.provenance,
        None if view.valid_rle is None else decode_rle(view.valid_rle),
    )
