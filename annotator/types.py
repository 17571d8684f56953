"""Values of the domain: frozen, checked when made, free of any library that is slow to import.

Frames (docs/design.md): pixels are continuous, x right and y down, origin at the top-left corner of the
picture, pixel (i, j) covers [i, i+1) x [j, j+1); boxes are half-open (x0, y0, x1, y1). Geography is
(lon, lat), EPSG:4326. Every name carries its frame: ``box_px``, ``geometry_lonlat``.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from annotator.errors import BadImage, BadPrompt

BoxPx = tuple[float, float, float, float]
"""x0, y0, x1, y1 in continuous pixels of the scene, half-open."""
WindowPx = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole pixels of the scene, half-open."""
BoundsLonLat = tuple[float, float, float, float]
"""west, south, east, north in degrees."""
Transform = tuple[float, float, float, float, float, float]
"""GDAL order: x origin, x per column, x per row, y origin, y per column, y per row."""
RgbImage = npt.NDArray[np.uint8]
"""(H, W, 3) uint8, RGB."""
BoolMask = npt.NDArray[np.bool_]
"""(H, W) bool."""


def check_box_px(box_px: BoxPx) -> BoxPx:
    """The box as floats; raises BadPrompt unless finite, ordered and at least one pixel on each side."""
    x0, y0, x1, y1 = (float(v) for v in box_px)
    if not all(math.isfinite(v) for v in (x0, y0, x1, y1)):
        raise BadPrompt("The box has a corner that is not a number. Draw it again.")
    if x1 - x0 < 1 or y1 - y0 < 1:
        raise BadPrompt("The box is smaller than one pixel. Drag a larger one.")
    return x0, y0, x1, y1


@dataclass(frozen=True, slots=True)
class SignedPoint:
    """A click: (x, y) in pixels of the scene; positive includes, negative excludes."""

    x: float
    y: float
    positive: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.x) and math.isfinite(self.y)):
            raise BadPrompt("The point is not a number. Click again.")

    def as_triple(self) -> tuple[float, float, int]:
        """(x, y, 1 or -1), the form of the JSON contract."""
        return self.x, self.y, 1 if self.positive else -1


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the pixels of a scene lie: a CRS, a GDAL transform and a size (width, height)."""

    crs: str
    transform: Transform
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise BadImage("The picture has no pixels in this area. Move to where the picture is.")
        if not all(math.isfinite(v) for v in self.transform):
            raise BadImage("The picture's georeference is not made of finite numbers.")

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height)."""
        return self.width, self.height

    def as_dict(self) -> dict[str, Any]:
        """JSON form, the part of a scene's content address that says where it lies."""
        return {"crs": self.crs, "transform": list(self.transform), "size_px": [self.width, self.height]}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a scene's pixels and map come from; shown on the page and written into every export."""

    imagery_provider: str
    imagery_date: str = "unknown"
    imagery_licence: str = "unknown"
    imagery_attribution: str = ""
    map_provider: str = ""
    map_attribution: str = ""

    def as_dict(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, eq=False)
class MapFeature:
    """One feature of the digital map: geometry in lon/lat, tags without the absent ones.

    ``id`` is "way/209363402" where OSM ids are known, else "feature/<position in the file>".
    """

    id: str
    geometry_lonlat: BaseGeometry
    tags: Mapping[str, str]

    @property
    def name(self) -> str | None:
        return self.tags.get("name")

    @property
    def names(self) -> tuple[str, ...]:
        """All names, each once: name, int_name, alt_name, official_name, short_name, loc_name, old_name, name:*."""
        keys = ("name", "int_name", "alt_name", "official_name", "short_name", "loc_name", "old_name")
        found = [self.tags[k] for k in keys if k in self.tags]
        found += [v for k, v in self.tags.items() if k.startswith("name:")]
        parts = (part.strip() for value in found for part in value.split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True, eq=False)
class Scene:
    """A frozen, georeferenced view: pixels, map features, grid and provenance.

    ``image`` is (H, W, 3) uint8 RGB on ``grid``; ``valid`` (H, W) bool is False where the source has no data,
    or None where all pixels are data. ``features`` are those that touch the scene's bounds.
    """

    grid: Grid
    image: RgbImage
    features: tuple[MapFeature, ...]
    provenance: Provenance
    valid: BoolMask | None = None

    def __post_init__(self) -> None:
        expected = (self.grid.height, self.grid.width, 3)
        if self.image.shape != expected or self.image.dtype != np.uint8:
            found = f"{self.image.dtype} {self.image.shape}"
            raise BadImage(f"A scene needs uint8 pixels of shape {expected}, not {found}.")

    @cached_property
    def pixels_hash(self) -> str:
        """SHA-256 hex of the decoded pixels (shape and bytes)."""
        digest = hashlib.sha256(repr(self.image.shape).encode())
        digest.update(np.ascontiguousarray(self.image).data)
        return digest.hexdigest()

    @cached_property
    def features_hash(self) -> str:
        """SHA-256 hex of the canonical features: id, tags and geometry as WKB rounded to 8 decimals."""
        import shapely

        digest = hashlib.sha256()
        for feature in sorted(self.features, key=lambda f: f.id):
            geometry = shapely.normalize(shapely.set_precision(feature.geometry_lonlat, 1e-8, mode="pointwise"))
            digest.update(json.dumps([feature.id, dict(feature.tags)], sort_keys=True, ensure_ascii=False).encode())
            digest.update(shapely.to_wkb(geometry, byte_order=1))
        return digest.hexdigest()

    @cached_property
    def id(self) -> str:
        """Content address: SHA-256 hex over grid, pixels, features and provenance."""
        text = json.dumps(
            {
                "grid": self.grid.as_dict(),
                "pixels": self.pixels_hash,
                "features": self.features_hash,
                "provenance": self.provenance.as_dict(),
            },
            sort_keys=True,
            separators=(",", ":"),
        )
        return hashlib.sha256(text.encode()).hexdigest()


class Tier(StrEnum):
    """How specific the words are: one named place, a class of places, or a whole function."""

    NAME = "name"
    CLASS = "class"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class Query:
    """Words and how they were read. Ids are those of taxonomy.toml.

    tier NAME: ``name`` is the words to look for; ``classes`` may narrow it. tier CLASS: ``classes`` has at least
    one id. tier FUNCTION: ``function`` is set and ``classes`` holds all its classes.
    """

    text: str
    tier: Tier
    language: str = "und"
    function: str | None = None
    classes: tuple[str, ...] = ()
    name: str | None = None


class StepState(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class StepKind(StrEnum):
    READING = "reading"
    HYPOTHESIS = "hypothesis"
    EVIDENCE = "evidence"
    BOXES = "boxes"
    RENDER = "render"
    POINTS = "points"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of a run's reasoning. ``place`` is the index of the candidate it speaks of, or None."""

    kind: StepKind
    title: str
    says: str
    state: StepState = StepState.OK
    place: int | None = None
    box_px: BoxPx | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text streamed by a language model."""

    text: str


class EvidenceSource(StrEnum):
    MAP = "map"
    PICTURE = "picture"
    NEARBY = "nearby"
    SIZE = "size"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something measured about a place. ``agrees`` is None where it neither supports nor contradicts."""

    source: EvidenceSource
    says: str
    value: float | None = None
    unit: str | None = None
    agrees: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "source": self.source.value,
            "says": self.says,
            "value": self.value,
            "unit": self.unit,
            "agrees": self.agrees,
        }


@dataclass(frozen=True, eq=False)
class WindowMask:
    """A mask held as the window it lives in: ``pixels`` is (y1-y0, x1-x0) bool; outside the window is False."""

    window_px: WindowPx
    pixels: BoolMask

    def __post_init__(self) -> None:
        x0, y0, x1, y1 = self.window_px
        if self.pixels.shape != (y1 - y0, x1 - x0):
            raise ValueError(f"mask {self.pixels.shape} does not fill window {self.window_px}")

    @property
    def area_px(self) -> int:
        return int(self.pixels.sum())

    def full(self, width: int, height: int) -> BoolMask:
        """The mask on the whole (height, width) picture."""
        out = np.zeros((height, width), dtype=bool)
        x0, y0, x1, y1 = self.window_px
        out[y0:y1, x0:x1] = self.pixels
        return out


@dataclass(frozen=True, eq=False)
class Proposal:
    """What a run says of one place: box, signed points, mask, score, taxonomy path, evidence. Immutable.

    ``geometry_lonlat`` is the mask's outline (Polygon or MultiPolygon, holes kept); ``place`` is its number in the
    run, from 0; ``clipped`` says that the picture's edge cuts it; ``map_outline_lonlat`` is the map's own outline
    where it has one, for a person to take over, never used as the mask.
    """

    id: str
    place: int
    box_px: BoxPx
    points: tuple[SignedPoint, ...]
    mask: WindowMask
    geometry_lonlat: BaseGeometry
    score: float
    function: str
    class_id: str
    name: str | None = None
    evidence: tuple[Evidence, ...] = ()
    trace: tuple[TraceStep, ...] = ()
    clipped: bool = False
    feature_id: str | None = None
    map_outline_lonlat: BaseGeometry | None = field(default=None, repr=False)
