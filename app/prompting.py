"""A person's prompts become a mask: the same prompts give the same mask, whatever was asked before."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.errors import BadInput, BadPrompt
from annotator.geometry import (
    area_m2,
    clip_box_px,
    geometry_box_px,
    geometry_to_px,
    gsd_m,
    lonlat_to_px,
    polygonal,
    rasterize,
)
from annotator.reasoner.masks import clean_mask, outline_lonlat
from annotator.segmenter.base import Embedding, MaskResult, Prompt, Segmenter
from annotator.taxonomy import load_taxonomy
from annotator.types import BoundsLonLat, BoxPx, Scene, SignedPoint, check_box_px
from app.messages import PromptAdded
from app.places import OpenSource

REMEMBERED = 256
"""Masks kept, so that one more point, or one taken back, costs one prediction at most."""
SCENES_HELD = 2
"""Scenes whose embedding is held."""
REMEMBERED_BYTES = 256 * 1024 * 1024
"""Bytes of logits kept: a mask of a whole scene has 32 MB."""
BASE_LOGIT = 4.0
"""Logit of a shape that a person or an earlier run has drawn."""


@dataclass(frozen=True)
class PromptedMask:
    """The mask for a draft's prompts; ``geometry_lonlat`` is its outline, possibly empty."""

    geometry_lonlat: BaseGeometry
    score: float
    area_m2: float
    milliseconds: float


class Prompting:
    """Answers PromptAdded messages with one segmenter; safe for several threads."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._masks: OrderedDict[str, MaskResult] = OrderedDict()
        self._embeddings: OrderedDict[str, Embedding] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, opened: OpenSource, message: PromptAdded) -> PromptedMask:
        """The mask for the message's shape, box and points. Raises BadPrompt with a sentence."""
        started = time.perf_counter()
        asked = _read(opened, message)
        result = self._after(asked, len(asked.points))
        if result is None:
            raise BadPrompt("There is nothing to start from. Click on the object, or draw a box around it.")
        grid = asked.scene.grid
        outline = outline_lonlat(clean_mask(result.mask, grid, asked.points), grid)
        area = 0.0 if outline.is_empty else area_m2(outline)
        return PromptedMask(outline, result.score, area, (time.perf_counter() - started) * 1000)

    def prepare(self, scene: Scene) -> None:
        """Does what the first click on a scene would wait for: its id, its embedding, the libraries' own set-up."""
        middle = scene.grid.width / 2, scene.grid.height / 2
        box = (max(middle[0] - 16, 0.0), max(middle[1] - 16, 0.0), middle[0] + 16, middle[1] + 16)
        self._segmenter.predict(self._embedding(scene), [Prompt(clip_box_px(scene.grid, box)[0])])

    def _after(self, asked: _Asked, count: int) -> MaskResult | None:
        """The mask after the first ``count`` points: each refines the one before it; known ones are looked up.

        None before there is a shape, a box or a point on the object.
        """
        if count == 0 and asked.base is not None:
            return _as_result(asked.scene, asked.base)
        if asked.box_px is None and not any(point.positive for point in asked.points[:count]):
            return None
        key = asked.key(count)
        known = self._recall(key)
        if known is not None:
            return known
        previous = self._after(asked, count - 1) if count else None
        grid = asked.scene.grid
        prompt = Prompt(asked.box_px, asked.points[:count], previous, gsd_m(grid), asked.size_hint_m)
        result = self._segmenter.predict(self._embedding(asked.scene), [prompt])[0]
        self._keep(key, result)
        return result

    def _embedding(self, scene: Scene) -> Embedding:
        """The scene's embedding; held here too, so that a click does not even hash the picture."""
        with self._lock:
            held = self._embeddings.get(scene.id)
        if held is None:
            held = self._segmenter.embed(scene.image)
            with self._lock:
                self._embeddings[scene.id] = held
                while len(self._embeddings) > SCENES_HELD:
                    self._embeddings.popitem(last=False)
        return held

    def _recall(self, key: str) -> MaskResult | None:
        with self._lock:
            found = self._masks.get(key)
            if found is not None:
                self._masks.move_to_end(key)
            return found

    def _keep(self, key: str, result: MaskResult) -> None:
        with self._lock:
            self._masks[key] = result
            held = sum(mask.logits.nbytes for mask in self._masks.values())
            while len(self._masks) > 1 and (len(self._masks) > REMEMBERED or held > REMEMBERED_BYTES):
                held -= self._masks.popitem(last=False)[1].logits.nbytes


@dataclass(frozen=True, eq=False)
class _Asked:
    """A PromptAdded in pixels of a scene that holds it."""

    scene: Scene
    base: BaseGeometry | None
    box_px: BoxPx | None
    points: tuple[SignedPoint, ...]
    size_hint_m: float | None

    def key(self, count: int) -> str:
        """What the mask after ``count`` points depends on."""
        shape = "" if self.base is None else self.base.wkt
        points = [point.as_triple() for point in self.points[:count]]
        text = f"{self.scene.id}|{shape}|{self.box_px}|{points}|{self.size_hint_m}"
        return hashlib.sha256(text.encode()).hexdigest()


def shape_of(geometry: Mapping[str, Any] | None) -> BaseGeometry | None:
    """A GeoJSON geometry from a message as polygons in lon/lat, made valid; None stays None.

    Raises BadInput where it is no polygon on the earth.
    """
    if geometry is None:
        return None
    try:
        shape = shapely.force_2d(sg.shape(dict(geometry)))
    except (shapely.errors.ShapelyError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise BadInput("The shape that arrived is not a polygon. Draw it again.") from error
    points = shapely.get_coordinates(shape)
    if not np.isfinite(points).all() or (np.abs(points) > [180.0, 90.0]).any():
        raise BadInput("The shape has a corner that is not on the earth. Draw it again.")
    whole = polygonal(shape if shape.is_valid else shapely.make_valid(shape))
    if whole.is_empty:
        raise BadInput("The shape has no area. Draw it again.")
    return whole


def _read(opened: OpenSource, message: PromptAdded) -> _Asked:
    base_lonlat = shape_of(message.geometry)
    scene = opened.scene_around(_extent(message, base_lonlat))
    base = None if base_lonlat is None else geometry_to_px(scene.grid, base_lonlat)
    return _Asked(scene, base, _box_px(scene, message, base), _points_px(scene, message), _size_hint_m(message))


def _extent(message: PromptAdded, base_lonlat: BaseGeometry | None) -> BoundsLonLat:
    lon = [point[0] for point in message.points]
    lat = [point[1] for point in message.points]
    for bounds in (message.box, base_lonlat.bounds if base_lonlat is not None else None):
        if bounds is not None:
            lon += [bounds[0], bounds[2]]
            lat += [bounds[1], bounds[3]]
    if not lon:
        raise BadPrompt("There is nothing to start from. Click on the object, or draw a box around it.")
    return min(lon), min(lat), max(lon), max(lat)


def _box_px(scene: Scene, message: PromptAdded, base_px: BaseGeometry | None) -> BoxPx | None:
    if message.box is not None:
        west, south, east, north = message.box
        corners = lonlat_to_px(scene.grid, [[west, south], [west, north], [east, south], [east, north]])
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        box = (float(x0), float(y0), float(x1), float(y1))
    elif base_px is not None:
        box = geometry_box_px(base_px)
    else:
        return None
    return check_box_px(clip_box_px(scene.grid, box)[0])


def _points_px(scene: Scene, message: PromptAdded) -> tuple[SignedPoint, ...]:
    if not message.points:
        return ()
    at = lonlat_to_px(scene.grid, [point[:2] for point in message.points])
    signs = [point[2] > 0 for point in message.points]
    return tuple(SignedPoint(float(x), float(y), sign) for (x, y), sign in zip(at, signs, strict=True))


def _size_hint_m(message: PromptAdded) -> float | None:
    taxonomy = load_taxonomy()
    if message.class_id is None or message.class_id not in taxonomy.classes:
        return None
    return max(taxonomy.typical_size_m(message.class_id))


def _as_result(scene: Scene, base_px: BaseGeometry) -> MaskResult:
    """A shape as the mask that later points refine, with room around it."""
    (x0, y0, x1, y1), _ = clip_box_px(scene.grid, geometry_box_px(base_px))
    window = (math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1))
    inside = rasterize(base_px, window)
    return MaskResult(window, np.where(inside, BASE_LOGIT, -BASE_LOGIT).astype(np.float16), 1.0)
