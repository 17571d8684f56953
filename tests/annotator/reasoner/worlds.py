"""Small made scenes and a segmenter whose answers are known."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import cv2
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_lonlat
from annotator.query import read_query
from annotator.reasoner.two_stage import RunEvent, RunResult
from annotator.segmenter.base import Embedding, MaskResult, Prompt
from annotator.taxonomy import load_taxonomy
from annotator.types import BoolMask, Grid, MapFeature, Provenance, Query, RgbImage, Scene

GSD_M = 0.5
GRID = Grid("EPSG:32645", (354_000.0, GSD_M, 0.0, 3_057_000.0, 0.0, -GSD_M), 240, 160)
"""Half a metre a pixel near Banepa, 120 by 80 m."""
GROUND, ROOF = (120, 115, 100), (190, 60, 50)


def feature(id_: str, shape_px: BaseGeometry, grid: Grid = GRID, **tags: str) -> MapFeature:
    """A map feature drawn in pixels of the scene."""
    return MapFeature(id_, geometry_to_lonlat(grid, shape_px), {k.replace("__", ":"): v for k, v in tags.items()})


def scene(
    *features: MapFeature,
    roofs: Sequence[BaseGeometry] = (),
    valid: BoolMask | None = None,
    grid: Grid = GRID,
) -> Scene:
    """Even ground with red roofs, and a map."""
    image = np.empty((grid.height, grid.width, 3), np.uint8)
    image[:] = GROUND
    for roof in roofs:
        cv2.fillPoly(image, [shapely.get_coordinates(roof).round().astype(np.int32)], ROOF)
    return Scene(grid, image, tuple(features), Provenance("made"), valid)


def query(text: str, on: Scene) -> Query:
    """The words read with the names of the scene's map."""
    return read_query(text, load_taxonomy(), [name for f in on.features for name in f.names])


class DiamondSegmenter:
    """Answers each box with the diamond that touches the middle of its sides; keeps what it was asked."""

    name = "diamond"
    version = "1"

    def __init__(self) -> None:
        self.asked: list[Prompt] = []

    def embed(self, image: RgbImage) -> Embedding:
        return Embedding("made", (image.shape[1], image.shape[0]), None)

    def predict(self, embedding: Embedding, prompts: Sequence[Prompt]) -> list[MaskResult]:
        self.asked += prompts
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: Prompt) -> MaskResult:
        assert prompt.box_px is not None
        x0, y0, x1, y1 = (round(v) for v in prompt.box_px)
        xs, ys = np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5
        inside = (
            np.abs(xs - (x0 + x1) / 2)[None, :] / (x1 - x0) + np.abs(ys - (y0 + y1) / 2)[:, None] / (y1 - y0) <= 0.5
        )
        return MaskResult((x0, y0, x1, y1), np.where(inside, 4, -4).astype(np.float16), 0.8)


class BoxSegmenter(DiamondSegmenter):
    """Answers each box with the whole box."""

    name = "box"

    def _answer(self, prompt: Prompt) -> MaskResult:
        assert prompt.box_px is not None
        x0, y0, x1, y1 = (round(v) for v in prompt.box_px)
        return MaskResult((x0, y0, x1, y1), np.full((y1 - y0, x1 - x0), 4, np.float16), 0.8)


class BlindSegmenter(DiamondSegmenter):
    """Finds nothing."""

    name = "blind"

    def _answer(self, prompt: Prompt) -> MaskResult:
        found = super()._answer(prompt)
        return MaskResult(found.window_px, np.full_like(found.logits, -4), 0.1)


def drain(events: Generator[RunEvent, None, RunResult]) -> tuple[list[RunEvent], RunResult]:
    """All events of a run and what it returns."""
    told: list[RunEvent] = []
    while True:
        try:
            told.append(next(events))
        except StopIteration as end:
            return told, end.value


def only(items: Sequence[Any]) -> Any:
    """The one item."""
    (item,) = items
    return item
