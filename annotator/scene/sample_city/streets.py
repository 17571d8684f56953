"""The skeleton of the town: river, railway, streets by class, and the blocks between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity as sa
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.scene.sample_city.plan import SIDE_M, bounding_rect

Points = npt.NDArray[np.float64]

REACH_M = 640.0
"""Half the side of the square that is planned: the picture, turned, fits inside."""
RIVER_HALF_M = 25.0
BANK_M = 9.0
GREEN_M = 34.0
"""From the river's centre line: water, bank, and the green strip up to the embankment road's corridor."""
RAIL_HALF_M = 15.0


@dataclass(frozen=True, slots=True)
class StreetClass:
    highway: str
    carriageway_m: float
    walk_m: float

    @property
    def half_m(self) -> float:
        """From the centre line to the blocks."""
        return self.carriageway_m / 2 + self.walk_m


PRIMARY = StreetClass("primary", 14.5, 3.6)
SECONDARY = StreetClass("secondary", 10.5, 2.8)
RESIDENTIAL = StreetClass("residential", 6.6, 1.7)


@dataclass(frozen=True, slots=True)
class Street:
    """``line`` is a LineString, or a MultiLineString where the river or the railway interrupts it."""

    line: BaseGeometry
    kind: StreetClass
    bridges: bool = False
    """It crosses the river; others end at it."""
    name: tuple[str, str] | None = None
    """English and Korean name of a main street."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    streets: tuple[Street, ...]
    river_line: BaseGeometry
    water: BaseGeometry
    river_corridor: BaseGeometry
    rail_line: BaseGeometry
    rail_corridor: BaseGeometry
    blocks: tuple[sg.Polygon, ...]
    angle: float
    """The main direction of the streets, radians."""


def lay_streets(rng: np.random.Generator) -> Skeleton:
    """A street net between a railway and a river, turned and mirrored at random, in picture metres."""
    rail_y = -372.0 + rng.uniform(-16, 16)
    river_y = _wave(262 + rng.uniform(-20, 20), rng.uniform(18, 34), rng.uniform(170, 240), rng)
    river_line = _curve(river_y, along_x=True)
    rail_line = sg.LineString([(-REACH_M, rail_y), (REACH_M, rail_y)])
    river_corridor = river_line.buffer(RIVER_HALF_M + BANK_M + 5, cap_style="flat")
    rail_corridor = rail_line.buffer(RAIL_HALF_M, cap_style="flat")
    square = sg.box(-REACH_M, -REACH_M, REACH_M, REACH_M)
    land = square.difference(shapely.union_all([river_corridor, rail_corridor]))
    main = _main_streets(rng, rail_y, river_y)
    faces = _faces(land, [s.line for s in main])
    streets = list(main)
    blocks: list[sg.Polygon] = []
    for face in faces:
        _split(face, rng, streets, blocks)
    streets = [_ended(s, river_corridor, rail_corridor) for s in streets]
    corridors = [s.line.buffer(s.kind.half_m, cap_style="square") for s in streets]
    blocks = _inset(blocks, corridors)
    place = _placement(rng)
    water = river_line.buffer(RIVER_HALF_M, cap_style="flat")
    return Skeleton(
        streets=tuple(Street(place(s.line), s.kind, s.bridges, s.name) for s in streets if not s.line.is_empty),
        river_line=place(river_line),
        water=place(water),
        river_corridor=place(river_corridor),
        rail_line=place(rail_line),
        rail_corridor=place(rail_corridor),
        blocks=tuple(sg.Polygon(shapely.get_coordinates(place(b))) for b in blocks),
        angle=_angle_of(place(rail_line)),
    )


def _angle_of(line: BaseGeometry) -> float:
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    return math.atan2(y1 - y0, x1 - x0)


def _placement(rng: np.random.Generator) -> Callable[[BaseGeometry], BaseGeometry]:
    """Plan coordinates (origin in the middle) -> picture metres: mirror, quarter turns, a small tilt."""
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    turn = float(rng.integers(4)) * 90 + rng.uniform(5, 13) * rng.choice([-1, 1])
    half = SIDE_M / 2

    def place(geometry: BaseGeometry) -> BaseGeometry:
        mirrored = sa.scale(geometry, mirror, 1.0, origin=(0, 0))
        return sa.translate(sa.rotate(mirrored, turn, origin=(0, 0)), half, half)

    return place


def _wave(level: float, amplitude: float, length: float, rng: np.random.Generator) -> Callable[[Points], Points]:
    phase, second = rng.uniform(0, 2 * math.pi, 2)

    def height(t: Points) -> Points:
        bends = np.sin(t / length + phase) + 0.3 * np.sin(2.3 * t / length + second)
        return np.asarray(level + amplitude * bends, dtype=np.float64)

    return height


def _curve(height: Callable[[Points], Points], *, along_x: bool, offset: float = 0.0) -> sg.LineString:
    t = np.linspace(-REACH_M, REACH_M, 65)
    across = height(t) + offset
    return sg.LineString(np.column_stack([t, across] if along_x else [across, t]))


def _main_streets(rng: np.random.Generator, rail_y: float, river_y: Callable[[Points], Points]) -> list[Street]:
    def north_south(x: float, bend: float, kind: StreetClass, bridges: bool, name: tuple[str, str]) -> Street:
        line = _curve(_wave(x + rng.uniform(-22, 22), bend, rng.uniform(180, 260), rng), along_x=False)
        return Street(line, kind, bridges, name)

    def east_west(y: float, bend: float, kind: StreetClass, name: tuple[str, str]) -> Street:
        return Street(_curve(_wave(y, bend, rng.uniform(200, 280), rng), along_x=True), kind, name=name)

    embankment = RIVER_HALF_M + GREEN_M + SECONDARY.half_m
    far_bank = RIVER_HALF_M + GREEN_M + RESIDENTIAL.half_m
    return [
        north_south(0, 9, PRIMARY, True, ("Main Street", "중앙로")),
        east_west(-95 + rng.uniform(-15, 15), 8, PRIMARY, ("Linden Avenue", "보리수로")),
        north_south(-285, 8, SECONDARY, False, ("Maple Street", "단풍길")),
        north_south(285, 8, SECONDARY, True, ("Bridge Street", "다리길")),
        east_west(rail_y + 86, 0, SECONDARY, ("Station Road", "역전로")),
        Street(_curve(river_y, along_x=True, offset=-embankment), SECONDARY, name=("Embankment Road", "강변로")),
        Street(_curve(river_y, along_x=True, offset=far_bank), RESIDENTIAL, name=("Far Bank Road", "건너강변길")),
        east_west(rail_y - 112, 4, RESIDENTIAL, ("Foundry Road", "주물로")),
    ]


def _faces(land: BaseGeometry, lines: Iterable[BaseGeometry]) -> list[sg.Polygon]:
    edges = shapely.union_all([land.boundary, *lines])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    return [f for f in faces if land.contains(f.representative_point())]


def _split(face: sg.Polygon, rng: np.random.Generator, streets: list[Street], blocks: list[sg.Polygon]) -> None:
    """Cut across the longer side by a residential street until the piece is a block."""
    box = bounding_rect(face)
    length = box.length
    if length * box.width < rng.uniform(15_000, 23_000) or length < 120:
        blocks.append(face)
        return
    share = rng.uniform(0.42, 0.58) if length < 260 else rng.choice([0.36, 0.5, 0.64]) + rng.uniform(-0.03, 0.03)
    across = box.angle + math.pi / 2 + rng.normal(0, 0.03)
    x, y = box.at((share - 0.5) * length, 0)
    reach = (600 * math.cos(across), 600 * math.sin(across))
    knife = sg.LineString([(x - reach[0], y - reach[1]), (x + reach[0], y + reach[1])])
    pieces = [p for p in _faces(face, [knife]) if p.area > 50]
    if len(pieces) < 2:
        blocks.append(face)
        return
    cut = knife.intersection(face)
    streets.extend(Street(part, RESIDENTIAL) for part in shapely.get_parts(cut) if part.length > 20)
    for piece in pieces:
        _split(piece, rng, streets, blocks)


def _ended(street: Street, river_corridor: BaseGeometry, rail_corridor: BaseGeometry) -> Street:
    """Streets without a bridge stop at the river, residential ones at the railway too."""
    if street.bridges:
        return street
    line = street.line.difference(river_corridor)
    if street.kind is RESIDENTIAL:
        line = line.difference(rail_corridor)
    parts = [p for p in shapely.get_parts(line) if p.length > 30]
    if not parts:
        return Street(sg.LineString(), street.kind)
    joined = parts[0] if len(parts) == 1 else sg.MultiLineString(parts)
    return Street(joined, street.kind, name=street.name)


def _inset(blocks: Sequence[sg.Polygon], corridors: Sequence[BaseGeometry]) -> list[sg.Polygon]:
    tree = shapely.STRtree(corridors)
    result = []
    for block in blocks:
        near = [corridors[i] for i in tree.query(block)]
        rest = block.difference(shapely.union_all(near)).buffer(-3).buffer(3)
        result += [p for p in shapely.get_parts(rest) if p.area > 300]
    return result
