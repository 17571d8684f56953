"""The town as plain geometry, before any pixel is drawn.

Frame: picture metres, x right and y down, origin at the picture's top-left corner (``PX_PER_M`` pixels per metre).
Angles are radians from x towards y. Site builders append to a Plan; the renderer and the map only read it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

SIDE_M = 1000.0
PX_PER_M = 2.0
SIDE_PX = 2000

Rgb = tuple[int, int, int]
PointM = tuple[float, float]


class Ground(StrEnum):
    """What a patch of ground is made of; the renderer's textures are keyed by it."""

    MEADOW = "meadow"
    LAWN = "lawn"
    GARDEN = "garden"
    SOIL = "soil"
    SAND = "sand"
    GRAVEL = "gravel"
    BALLAST = "ballast"
    ASPHALT = "asphalt"
    OLD_ASPHALT = "old_asphalt"
    PAVING = "paving"
    PLAZA = "plaza"
    CONCRETE = "concrete"
    WATER = "water"
    SHALLOWS = "shallows"
    POOL = "pool"
    TURF = "turf"
    TARTAN = "tartan"
    COURT = "court"
    BANK = "bank"


class Roof(StrEnum):
    FLAT = "flat"
    GABLE = "gable"
    HIP = "hip"
    SHED = "shed"
    VAULT = "vault"
    SAWTOOTH = "sawtooth"


class Cover(StrEnum):
    """Roof covering."""

    TILE = "tile"
    METAL = "metal"
    MEMBRANE = "membrane"
    CONCRETE = "concrete"
    GLASS = "glass"


@dataclass(frozen=True, slots=True)
class Rect:
    """A turned rectangle: centre (x, y), angle of its u axis, length along u, width along v; metres."""

    x: float
    y: float
    angle: float
    length: float
    width: float

    def at(self, u: float, v: float) -> PointM:
        """Picture metres of the local point (u, v), measured from the centre."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        return self.x + c * u - s * v, self.y + s * u + c * v

    def sub(self, u: float, v: float, length: float, width: float, turn: float = 0.0) -> Rect:
        """A rectangle placed in this one's frame, turned by ``turn`` against it."""
        x, y = self.at(u, v)
        return Rect(x, y, self.angle + turn, length, width)

    def corners(self) -> list[PointM]:
        """The four corners, once each."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        au, bu = c * self.length / 2, s * self.length / 2
        av, bv = -s * self.width / 2, c * self.width / 2
        x, y = self.x, self.y
        return [
            (x - au - av, y - bu - bv),
            (x + au - av, y + bu - bv),
            (x + au + av, y + bu + bv),
            (x - au + av, y - bu + bv),
        ]

    def polygon(self) -> sg.Polygon:
        return sg.Polygon(self.corners())

    def bounds(self) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1) of its upright box."""
        xs, ys = zip(*self.corners(), strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def quarter_turned(self) -> Rect:
        """The same rectangle with u and v exchanged."""
        return Rect(self.x, self.y, self.angle + math.pi / 2, self.width, self.length)


@dataclass(frozen=True, slots=True)
class RoofPart:
    """One roof over a rectangle; the ridge of a pitched roof runs along u. ``clutter`` is the number of boxes on it."""

    rect: Rect
    kind: Roof
    cover: Cover
    colour: Rgb
    eaves_m: float
    rise_m: float = 0.0
    clutter: int = 0
    solar: bool = False


@dataclass(frozen=True, slots=True)
class Building:
    parts: tuple[RoofPart, ...]
    tags: Mapping[str, str]
    class_id: str | None = None

    def footprint(self) -> BaseGeometry:
        """The union of the roofs, which is what is seen from above."""
        if len(self.parts) == 1:
            return self.parts[0].rect.polygon()
        return (
            sg.MultiPolygon([p.rect.polygon() for p in self.parts])
            .buffer(0.05, join_style="mitre")
            .buffer(-0.05, join_style="mitre")
        )


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of ground. ``angle`` turns its texture (mowing stripes, slabs)."""

    polygon: BaseGeometry
    ground: Ground
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """Paint or a thin thing on the ground: a line of ``width`` metres, dashed where ``dash`` is (on, off) metres."""

    points: tuple[PointM, ...]
    width: float
    colour: Rgb
    dash: tuple[float, float] | None = None
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Tree:
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Vehicle:
    x: float
    y: float
    angle: float
    length: float
    width: float
    height: float
    colour: Rgb


@dataclass(frozen=True, slots=True)
class Place:
    """Something of the map that is not a building: an area, a line or a point."""

    geometry: BaseGeometry
    tags: Mapping[str, str]
    class_id: str | None = None
    seen: BaseGeometry | None = None
    """For a point: the building it stands for."""


@dataclass(slots=True)
class Plan:
    """Everything that a town consists of, in drawing order within each list."""

    patches: list[Patch] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def ground(self, shape: BaseGeometry | Rect, ground: Ground, angle: float = 0.0) -> None:
        polygon = shape.polygon() if isinstance(shape, Rect) else shape
        if not polygon.is_empty:
            self.patches.append(Patch(polygon, ground, shape.angle if isinstance(shape, Rect) else angle))

    def stroke(
        self,
        points: Iterable[Sequence[float]],
        width: float,
        colour: Rgb,
        *,
        dash: tuple[float, float] | None = None,
        opacity: float = 1.0,
    ) -> None:
        line = tuple((float(p[0]), float(p[1])) for p in points)
        self.strokes.append(Stroke(line, width, colour, dash, opacity))

    def outline(self, rect: Rect, width: float, colour: Rgb, opacity: float = 1.0) -> None:
        self.stroke(rect.polygon().exterior.coords, width, colour, opacity=opacity)

    def building(self, parts: Sequence[RoofPart], tags: Mapping[str, str], class_id: str | None = None) -> None:
        self.buildings.append(Building(tuple(parts), dict(tags), class_id))

    def place(self, geometry: BaseGeometry | Rect, tags: Mapping[str, str], class_id: str | None = None) -> None:
        shape = geometry.polygon() if isinstance(geometry, Rect) else geometry
        self.places.append(Place(shape, dict(tags), class_id))

    def point(self, x: float, y: float, tags: Mapping[str, str], class_id: str, seen: BaseGeometry) -> None:
        """A point of interest in the building ``seen``."""
        self.places.append(Place(sg.Point(x, y), dict(tags), class_id, seen))

    def tree(self, x: float, y: float, radius: float) -> None:
        self.trees.append(Tree(x, y, radius))


def offset_line(line: BaseGeometry, distance: float) -> sg.LineString:
    """The gently bent line moved sideways by ``distance`` metres (to the right of its direction, as y is down)."""
    points = np.asarray(line.coords)
    along = np.gradient(points, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    return sg.LineString(points + distance * np.column_stack([-along[:, 1], along[:, 0]]))


def inscribed_rect(polygon: BaseGeometry, margin: float = 0.0) -> Rect:
    """A large rectangle inside a roughly four-sided polygon, long side along u, ``margin`` metres off its edge.

    The minimum rotated rectangle is shrunk from the side that loses least until the polygon covers it.
    """
    inner = polygon.buffer(-margin, join_style="mitre") if margin else polygon
    parts = [g for g in getattr(inner, "geoms", [inner]) if g.area > 0]
    if not parts:
        return Rect(polygon.centroid.x, polygon.centroid.y, 0.0, 0.0, 0.0)
    best = max(parts, key=lambda g: float(g.area))
    return _shrink(best, bounding_rect(best))


def bounding_rect(polygon: BaseGeometry) -> Rect:
    """The least turned rectangle round a polygon, long side along u, u pointing right."""
    corners = shapely.get_coordinates(polygon.minimum_rotated_rectangle)[:4]
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    a, b = float(np.hypot(*first)), float(np.hypot(*second))
    axis = first if a >= b else second
    if axis[0] < 0:
        axis = -axis
    centre = corners.mean(axis=0)
    return Rect(float(centre[0]), float(centre[1]), math.atan2(axis[1], axis[0]), max(a, b), min(a, b))


def _shrink(polygon: BaseGeometry, rect: Rect) -> Rect:
    step = max(rect.length, rect.width) / 60
    for _ in range(80):
        if rect.length < 4 * step or rect.width < 4 * step:
            break
        outside = rect.polygon().difference(polygon)
        if outside.area < 0.002 * rect.polygon().area:
            break
        rect = min(_one_side_less(rect, step), key=lambda r: _outside_share(r, polygon))
    return Rect(rect.x, rect.y, rect.angle, rect.length - 0.4, rect.width - 0.4)


def _one_side_less(rect: Rect, step: float) -> tuple[Rect, ...]:
    half = step / 2
    return (
        rect.sub(half, 0, rect.length - step, rect.width),
        rect.sub(-half, 0, rect.length - step, rect.width),
        rect.sub(0, half, rect.length, rect.width - step),
        rect.sub(0, -half, rect.length, rect.width - step),
    )


def _outside_share(rect: Rect, polygon: BaseGeometry) -> float:
    shape = rect.polygon()
    return float(shape.difference(polygon).area) - 0.25 * float(shape.area)
