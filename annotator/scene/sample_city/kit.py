"""What the site builders share: the plan under construction, random choices, roofs, trees, cars and car parks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.scene.sample_city.names import Names
from annotator.scene.sample_city.plan import Cover, Ground, Plan, Rect, Rgb, Roof, RoofPart, Vehicle

WHITE: Rgb = (226, 226, 220)
TILES: tuple[Rgb, ...] = (
    (134, 80, 62),
    (146, 92, 72),
    (118, 74, 62),
    (120, 100, 86),
    (102, 94, 90),
    (92, 94, 98),
    (136, 110, 90),
    (104, 68, 58),
    (82, 78, 78),
)
METALS: tuple[Rgb, ...] = (
    (76, 106, 142),
    (104, 122, 138),
    (150, 152, 150),
    (178, 178, 172),
    (140, 70, 56),
    (92, 122, 104),
    (132, 112, 96),
)
MEMBRANES: tuple[Rgb, ...] = (
    (176, 172, 164),
    (150, 148, 144),
    (128, 128, 126),
    (190, 186, 176),
    (158, 146, 130),
    (104, 104, 106),
)
GREEN_ROOF: Rgb = (92, 136, 104)
CARS: tuple[Rgb, ...] = (
    (222, 222, 222),
    (196, 198, 200),
    (60, 62, 66),
    (36, 38, 42),
    (120, 124, 130),
    (150, 40, 36),
    (48, 78, 126),
    (236, 236, 232),
    (104, 96, 84),
    (58, 92, 78),
)


@dataclass(slots=True)
class Kit:
    """The tools of a site builder."""

    plan: Plan
    rng: np.random.Generator
    names: Names

    def pick(self, options: Sequence[Rgb]) -> Rgb:
        """One of the colours, slightly changed."""
        base = np.asarray(options[int(self.rng.integers(len(options)))], dtype=float)
        r, g, b = np.clip(base * self.rng.uniform(0.9, 1.1) + self.rng.normal(0, 4, 3), 20, 240)
        return int(r), int(g), int(b)

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def car(self, x: float, y: float, angle: float) -> None:
        turn = angle + self.rng.normal(0, 0.03) + (math.pi if self.chance(0.5) else 0.0)
        length = self.uniform(4.0, 4.9)
        van = self.chance(0.12)
        self.plan.vehicles.append(
            Vehicle(x, y, turn, length + van, 1.9 + 0.15 * van, 2.2 if van else 1.5, self.pick(CARS))
        )

    def bus(self, x: float, y: float, angle: float) -> None:
        colour = self.pick(((210, 186, 60), (60, 120, 170), (190, 60, 50), (220, 220, 216)))
        self.plan.vehicles.append(Vehicle(x, y, angle, 11.5, 2.6, 3.2, colour))

    def trees_in(self, polygon: BaseGeometry, count: float, low: float = 1.6, high: float = 3.8) -> None:
        """About ``count`` trees at random places in the polygon."""
        x0, y0, x1, y1 = polygon.bounds
        box = max((x1 - x0) * (y1 - y0), 1.0)
        tries = int(self.rng.poisson(max(count, 0) * box / max(float(polygon.area), 1.0)))
        points = self.rng.uniform((x0, y0), (x1, y1), (tries, 2))
        shapely.prepare(polygon)
        for x, y in points[shapely.contains_xy(polygon, points)]:
            self.plan.tree(float(x), float(y), self.uniform(low, high))

    def tree_row(self, a: Sequence[float], b: Sequence[float], spacing: float, radius: float = 2.4) -> None:
        """Trees at about ``spacing`` metres on the line from a to b."""
        length = math.hypot(b[0] - a[0], b[1] - a[1])
        for t in np.arange(spacing / 2, length, spacing) / max(length, 1e-6):
            x, y = a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
            jitter = self.rng.normal(0, 0.5, 2)
            self.plan.tree(x + jitter[0], y + jitter[1], radius * self.uniform(0.75, 1.25))

    def tree_ring(self, rect: Rect, spacing: float, radius: float = 2.4) -> None:
        corners = list(rect.polygon().exterior.coords)
        for a, b in pairwise(corners):
            self.tree_row(a, b, spacing, radius)

    def flat(self, rect: Rect, floors: float, colour: Rgb | None = None, *, clutter: int | None = None) -> RoofPart:
        """A flat roof; boxes on it in proportion to its area unless given."""
        boxes = int(rect.length * rect.width / 90 * self.uniform(0.5, 1.5)) if clutter is None else clutter
        shade = colour or (self.pick((GREEN_ROOF,)) if self.chance(0.12) else self.pick(MEMBRANES))
        cover = Cover.CONCRETE if self.chance(0.4) else Cover.MEMBRANE
        return RoofPart(rect, Roof.FLAT, cover, shade, 3.3 * floors, clutter=boxes, solar=self.chance(0.06))

    def pitched(
        self,
        rect: Rect,
        floors: float,
        colour: Rgb | None = None,
        *,
        kind: Roof | None = None,
        cover: Cover = Cover.TILE,
        slope: float = 0.6,
    ) -> RoofPart:
        """A gable or hip roof, ridge along u."""
        shape = kind or (Roof.HIP if self.chance(0.45) else Roof.GABLE)
        shade = colour or self.pick(TILES if cover is Cover.TILE else METALS)
        rise = min(rect.width, rect.length) / 2 * slope
        return RoofPart(rect, shape, cover, shade, 2.9 * floors, rise, solar=self.chance(0.06))

    def hall(self, rect: Rect, height: float, colour: Rgb | None = None, kind: Roof = Roof.GABLE) -> RoofPart:
        """A large sheet-metal roof of low slope."""
        return RoofPart(
            rect, kind, Cover.METAL, colour or self.pick(METALS), height, min(rect.width * 0.09, 3.0), clutter=0
        )

    def parking(self, rect: Rect, fill: float, tags: Mapping[str, str] | None = None, *, trees: bool = False) -> None:
        """A car park with marked bays across its width; ``fill`` is the share of bays taken."""
        self.plan.ground(rect, Ground.ASPHALT if self.chance(0.6) else Ground.OLD_ASPHALT)
        self.plan.place(rect, {"amenity": "parking", **(tags or {})}, "parking_lot")
        for v, facing in _bay_rows(rect.width):
            self._bays(rect, v, facing, fill)
        if trees:
            for v in _islands(rect.width):
                self.plan.ground(rect.sub(0, v, rect.length - 6, 1.5), Ground.LAWN)
                self.tree_row(rect.at(-rect.length / 2 + 4, v), rect.at(rect.length / 2 - 4, v), 11.0, 2.2)

    def _bays(self, rect: Rect, v: float, facing: float, fill: float) -> None:
        count = int((rect.length - 3) / 2.6)
        start = -count * 2.6 / 2
        for i in range(count + 1):
            u = start + i * 2.6
            self.plan.stroke([rect.at(u, v - 2.4), rect.at(u, v + 2.4)], 0.24, WHITE, opacity=0.75)
            if i < count and self.chance(fill):
                x, y = rect.at(u + 1.3 + self.rng.normal(0, 0.12), v + self.rng.normal(0, 0.25))
                self.car(x, y, rect.angle + math.pi / 2)
        back = v + facing * 2.4
        self.plan.stroke([rect.at(start, back), rect.at(start + count * 2.6, back)], 0.24, WHITE, opacity=0.6)


def _bay_rows(width: float) -> list[tuple[float, float]]:
    """(v of the middle, side of the closed end) of each row: one at each edge, double ones between, aisles of 6 m."""
    if width < 16:
        return [(-width / 2 + 2.7, -1.0)] if width >= 8 else []
    doubles = int((width - 16.4) / 16.4)
    aisle = (width - 10.4 * (doubles + 1)) / (doubles + 1)
    rows = [(-width / 2 + 2.6, -1.0)]
    for i in range(doubles):
        v = -width / 2 + 5.2 + aisle + i * (10.4 + aisle) + 2.6
        rows += [(v, 1.0), (v + 5.2, -1.0)]
    rows.append((width / 2 - 2.6, 1.0))
    return rows


def _islands(width: float) -> list[float]:
    rows = _bay_rows(width)
    return [(a[0] + b[0]) / 2 for a, b in zip(rows[1:-1:2], rows[2:-1:2], strict=False)]
