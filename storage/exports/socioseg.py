"""Samples in the form of the SocioSeg data set: ``<id>/{sat,map,mask}.png``, ``question.json``, and what lies beside.

``question.json`` has the one key ``problem``. ``scene.json`` places the sample on the earth and holds its instances as
COCO RLE; ``features.geojson`` is the digital map as vectors. See questions and windows for what becomes a sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import cv2
import numpy as np

from annotator.errors import StoreError
from annotator.geometry import bounds_lonlat, cut_window, encode_rle, geometry_to_geojson
from annotator.scene.features import FeatureIndex
from annotator.types import BoolMask, Grid, RgbImage, WindowPx
from storage.exports.folder import ExportFolder, json_bytes
from storage.exports.geojson import feature_collection
from storage.exports.manifest import Contents
from storage.exports.pixels import PlacedLabel, passes_edge
from storage.exports.placing import PicturedScene, place
from storage.exports.questions import AskedScene, asked_scenes
from storage.exports.selection import Selection
from storage.exports.windows import sample_windows, window_grid
from storage.pictures import decode_features, decode_png, encode_png
from storage.snapshot import Snapshot

SCENE_ID_LENGTH = 16
"""Characters of the scene's id in a sample's id."""


def write_socioseg(selection: Selection, folder: ExportFolder) -> Contents:
    """Samples of every pair of scene and question; a label counts once, in however many samples it shows."""
    placement = place(selection)
    pairs = asked_scenes(selection, placement.scenes)
    samples = 0
    for _, same_scene in groupby(pairs, key=lambda asked: asked.scene.scene.id):
        asked_here = list(same_scene)
        pictures = ScenePictures(selection.snapshot, asked_here[0].scene)
        for asked in asked_here:
            grid = asked.scene.scene.grid
            boxes = [placed.box_px for placed in asked.labels]
            for number, window in enumerate(sample_windows(boxes, grid.width, grid.height)):
                _write_sample(folder, _sample_id(asked, number), asked, window, pictures)
                samples += 1
    labels = sorted((p.label for scene in placement.scenes for p in scene.labels), key=lambda label: label.id)
    return Contents(tuple(labels), placement.left_out, placement.cut, {"samples": samples})


def _sample_id(asked: AskedScene, number: int) -> str:
    return f"{asked.scene.scene.id[:SCENE_ID_LENGTH]}-{asked.question.key}-{number}"


@dataclass(frozen=True, eq=False)
class ScenePictures:
    """The pictures and the map of one scene, read once for all its samples."""

    snapshot: Snapshot
    pictured: PicturedScene

    @cached_property
    def satellite(self) -> RgbImage:
        """(H, W, 3) uint8 RGB."""
        image = decode_png(self.snapshot.blob(self.pictured.image_sha256))
        grid = self.pictured.scene.grid
        if image.shape[:2] != (grid.height, grid.width):
            raise StoreError(f"The picture of scene {self.pictured.scene.id[:12]} has another size than the scene.")
        return image

    @cached_property
    def index(self) -> FeatureIndex:
        """The map features of the scene."""
        sha256 = self.pictured.scene.features_sha256
        return FeatureIndex.of(() if sha256 is None else decode_features(self.snapshot.blob(sha256)))

    @cached_property
    def digital_map(self) -> RgbImage:
        """(H, W, 3) uint8 RGB: the map picture stored with the scene, else drawn from its features."""
        from annotator.scene.digital_map import DigitalMap

        grid, sha256 = self.pictured.scene.grid, self.pictured.scene.map_sha256
        if sha256 is not None:
            image = decode_png(self.snapshot.blob(sha256))
            if image.shape[:2] == (grid.height, grid.width):
                return image
        return DigitalMap(self.index.features).picture(grid, grid.width, grid.height)


def _write_sample(
    folder: ExportFolder, sample_id: str, asked: AskedScene, window: WindowPx, pictures: ScenePictures
) -> None:
    x0, y0, x1, y1 = window
    grid = window_grid(asked.scene.scene.grid, window)
    shown = [(placed, pixels) for placed in asked.labels if (pixels := cut_window(placed.mask, window)).any()]
    mask = np.zeros((y1 - y0, x1 - x0), dtype=bool)
    for _, pixels in shown:
        mask |= pixels
    folder.write(f"{sample_id}/sat.png", encode_png(pictures.satellite[y0:y1, x0:x1]))
    folder.write(f"{sample_id}/map.png", encode_png(pictures.digital_map[y0:y1, x0:x1]))
    folder.write(f"{sample_id}/mask.png", _mask_png(mask))
    folder.write(f"{sample_id}/question.json", json_bytes({"problem": asked.question.text}))
    folder.write(f"{sample_id}/scene.json", json_bytes(_scene_document(asked, window, grid, shown)))
    folder.write(f"{sample_id}/features.geojson", feature_collection(_features(pictures.index, grid)))


def _mask_png(mask: BoolMask) -> bytes:
    """One channel, 0 background, 255 object."""
    done, packed = cv2.imencode(".png", mask.astype(np.uint8) * 255, [cv2.IMWRITE_PNG_COMPRESSION, 6])
    if not done:
        raise StoreError("A mask could not be packed as PNG. Export again.")
    return packed.tobytes()


def _scene_document(
    asked: AskedScene, window: WindowPx, grid: Grid, shown: list[tuple[PlacedLabel, BoolMask]]
) -> dict[str, Any]:
    instances = [
        encode_rle(pixels)
        | {
            "label_id": placed.label.id,
            "class": placed.label.class_id,
            "function": placed.label.function,
            "name": placed.label.name,
            "clipped": passes_edge(placed.geometry_px, window),
        }
        for placed, pixels in shown
    ]
    return grid.as_dict() | {
        "scene_id": asked.scene.scene.id,
        "window_px": list(window),
        "tier": asked.question.tier.value,
        "provenance": asked.scene.scene.provenance.as_dict(),
        "instances": instances,
    }


def _features(index: FeatureIndex, grid: Grid) -> Iterator[dict[str, Any]]:
    for feature in index.within(bounds_lonlat(grid)):
        geometry = geometry_to_geojson(feature.geometry_lonlat)
        yield {"type": "Feature", "id": feature.id, "properties": dict(feature.tags), "geometry": geometry}
