"""On which picture each label lies, for the formats that are made of pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import shapely.geometry as sg

from storage.exports.manifest import Loss
from storage.exports.pixels import PlacedLabel, place_label, shape_of
from storage.exports.selection import Selection
from storage.snapshot import ExportRow
from storage.views import SceneView

NO_PICTURE = "no picture"
"""The label lies on no recorded view whose picture is stored."""
NO_PIXEL = "no pixel of the picture lies in it"
PICTURE_EDGE = "cut by the edge of the picture"


@dataclass(frozen=True, eq=False)
class PicturedScene:
    """A scene whose picture is stored, with the labels on it by id; each label is on one scene."""

    scene: SceneView
    image_sha256: str
    labels: tuple[PlacedLabel, ...]


@dataclass(frozen=True, eq=False)
class Placement:
    """``scenes`` by id; ``left_out`` are labels on no picture, ``cut`` those that a picture's edge cuts."""

    scenes: tuple[PicturedScene, ...]
    left_out: tuple[Loss, ...]
    cut: tuple[Loss, ...]


def place(selection: Selection) -> Placement:
    """Every label on the scene it was decided on, where that has a picture, else on the scene of its source that
    shows most of it; of equal ones the finest."""
    pictured = _pictured_scenes(selection)
    found: dict[str, list[PlacedLabel]] = {}
    left_out: list[Loss] = []
    cut: list[Loss] = []
    for row in selection.rows:
        scene = _scene_of(row, pictured.get(row.label.source_id, {}))
        if scene is None:
            left_out.append(Loss(row.label.id, NO_PICTURE))
            continue
        placed = place_label(row.label, scene.grid)
        if not placed.mask.pixels.any():
            left_out.append(Loss(row.label.id, NO_PIXEL))
            continue
        if placed.clipped:
            cut.append(Loss(row.label.id, PICTURE_EDGE))
        found.setdefault(scene.id, []).append(placed)
    by_id = {id_: scene for scenes in pictured.values() for id_, scene in scenes.items()}
    scenes = tuple(pictured_scene(by_id[id_], found[id_]) for id_ in sorted(found))
    return Placement(scenes, tuple(left_out), tuple(cut))


def pictured_scene(scene: SceneView, labels: list[PlacedLabel]) -> PicturedScene:
    """Raises ValueError for a scene without a picture."""
    if scene.image_sha256 is None:
        raise ValueError(f"the picture of scene {scene.id} is not stored")
    return PicturedScene(scene, scene.image_sha256, tuple(labels))


def _pictured_scenes(selection: Selection) -> Mapping[str, Mapping[str, SceneView]]:
    """Source id -> scene id -> scenes that runs and labels name and whose picture is stored."""
    named = {(run.source_id, run.scene_id) for run in selection.runs}
    named |= {(row.label.source_id, row.scene.id) for row in selection.rows if row.scene}
    found: dict[str, dict[str, SceneView]] = {}
    for source_id, scene_id in sorted(named):
        scene = selection.snapshot.scene(scene_id)
        if scene.image_sha256 is not None:
            found.setdefault(source_id, {})[scene_id] = scene
    return found


def _scene_of(row: ExportRow, candidates: Mapping[str, SceneView]) -> SceneView | None:
    if row.scene is not None and row.scene.id in candidates:
        return candidates[row.scene.id]
    shape = shape_of(row.label)
    ranked = []
    for scene in candidates.values():
        shown = shape.intersection(sg.box(*scene.bounds_lonlat)).area / shape.area
        if shown > 0:
            ranked.append((-round(shown, 6), scene.gsd_m, scene.id))
    return candidates[min(ranked)[2]] if ranked else None
