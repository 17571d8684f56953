"""Parks, sports grounds and the river's green banks."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.scene.sample_city.education import basketball_court, soccer_pitch
from annotator.scene.sample_city.kit import WHITE, Kit
from annotator.scene.sample_city.plan import Cover, Ground, Rect, Roof, RoofPart, Vehicle, inscribed_rect, offset_line


def park(kit: Kit, block: BaseGeometry, tags: dict[str, str]) -> None:
    """Lawns and groves, winding paths round a pond, a playground and a pavilion."""
    plan, rng = kit.plan, kit.rng
    plan.ground(block, Ground.MEADOW)
    site = inscribed_rect(block, 3)
    plan.place(block, {"leisure": "park", **tags}, "park_square")
    pond = _blob(
        kit,
        site.at(site.length * rng.uniform(-0.2, 0.1), site.width * rng.uniform(-0.1, 0.12)),
        min(site.width * 0.24, 24),
    )
    walks = [_winding(kit, site, v0, v1) for v0, v1 in ((-0.42, 0.4), (0.36, -0.4))]
    walks.append(sg.LineString(pond.buffer(5).exterior.coords))
    walks.append(sg.LineString(inscribed_rect(block, 6).polygon().exterior.coords))
    for walk in walks:
        path = walk.difference(pond.buffer(1))
        plan.ground(path.buffer(1.5).intersection(block), Ground.GRAVEL)
        plan.place(path, {"highway": "footway"})
    lawn = site.sub(site.length * 0.28, site.width * 0.2, site.length * 0.3, site.width * 0.34)
    plan.ground(
        lawn.polygon().buffer(4).difference(shapely.union_all([w.buffer(1.5) for w in walks])), Ground.LAWN, site.angle
    )
    plan.ground(pond.buffer(1.4), Ground.BANK)
    plan.ground(pond, Ground.SHALLOWS)
    plan.ground(pond.buffer(-1.6), Ground.WATER)
    plan.place(pond, {"natural": "water", "water": "pond", "name": "Mirror Pond", "name:ko": "거울못"})
    play = site.sub(-site.length * 0.36, site.width * 0.3, 18, 13)
    if not play.polygon().intersects(pond):
        _playground(kit, play)
    pavilion = site.sub(-site.length * 0.36, -site.width * 0.28, 9, 9)
    if not pavilion.polygon().intersects(pond.buffer(2)):
        roof = RoofPart(pavilion, Roof.HIP, Cover.TILE, (96, 84, 76), 3.2, 3.0)
        plan.building([roof], {"building": "pavilion"})
    open_ground = shapely.union_all([pond.buffer(2), lawn.polygon(), *[w.buffer(1.6) for w in walks]])
    woods = block.difference(open_ground)
    kit.trees_in(woods, woods.area / 62, 2.0, 4.8)


def _blob(kit: Kit, centre: tuple[float, float], radius: float) -> sg.Polygon:
    t = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    phases = kit.rng.uniform(0, 2 * math.pi, 3)
    r = radius * (
        1 + 0.22 * np.sin(2 * t + phases[0]) + 0.10 * np.sin(3 * t + phases[1]) + 0.05 * np.sin(5 * t + phases[2])
    )
    return sg.Polygon(np.column_stack([centre[0] + 1.25 * r * np.cos(t), centre[1] + r * np.sin(t)]))


def _winding(kit: Kit, site: Rect, v0: float, v1: float) -> sg.LineString:
    t = np.linspace(0, 1, 40)
    wave = 0.10 * np.sin(2 * math.pi * t * kit.uniform(1.0, 1.8) + kit.uniform(0, 6))
    return sg.LineString(
        [site.at((s - 0.5) * site.length, (v0 + (v1 - v0) * s + w) * site.width) for s, w in zip(t, wave, strict=True)]
    )


def _playground(kit: Kit, rect: Rect) -> None:
    plan = kit.plan
    plan.ground(rect, Ground.SAND)
    plan.place(rect, {"leisure": "playground"}, "playground")
    for u, v, length, width, colour in (
        (-4, -2, 4, 3, (186, 60, 50)),
        (2, 2, 5, 2, (60, 110, 170)),
        (6, -3, 3, 3, (210, 180, 60)),
    ):
        plan.stroke([rect.at(u, v), rect.at(u + length, v)], width, colour, opacity=0.9)


def pocket_park(kit: Kit, block: BaseGeometry, tags: dict[str, str]) -> None:
    plan = kit.plan
    plan.ground(block, Ground.LAWN, inscribed_rect(block).angle)
    plan.place(block, {"leisure": "park", **tags}, "park_square")
    site = inscribed_rect(block, 2)
    for corners in ((-0.5, -0.5, 0.5, 0.5), (-0.5, 0.5, 0.5, -0.5)):
        line = sg.LineString(
            [
                site.at(corners[0] * site.length, corners[1] * site.width),
                site.at(corners[2] * site.length, corners[3] * site.width),
            ]
        )
        plan.ground(line.buffer(1.3), Ground.GRAVEL)
    centre = sg.Point(site.x, site.y)
    plan.ground(centre.buffer(6), Ground.PLAZA)
    kit.trees_in(block.difference(centre.buffer(7)), block.area / 75, 1.8, 4.0)


def sports_centre(kit: Kit, block: BaseGeometry) -> None:
    """A full soccer pitch, tennis and basketball courts, a swimming pool and a gymnasium."""
    plan = kit.plan
    plan.ground(block, Ground.LAWN, inscribed_rect(block).angle)
    site = inscribed_rect(block, 3)
    a, b = site.length, site.width
    pitch = site.sub(-a * 0.24, 0, min(a * 0.5, 95), min(b - 6, 58))
    long_pitch = pitch if pitch.length > pitch.width else pitch.quarter_turned()
    soccer_pitch(kit, long_pitch, {"name": "Aldermoor Sports Ground", "name:ko": "앨더무어운동장"})
    right = site.sub(a * 0.26, 0, a * 0.46, b)
    hall = right.sub(0, -b * 0.3, right.length * 0.86, b * 0.32)
    stand = long_pitch.sub(0, -long_pitch.width / 2 - 5, long_pitch.length * 0.5, 6)
    if site.polygon().contains(stand.polygon()) and not stand.polygon().intersects(hall.polygon()):
        plan.building([kit.hall(stand, 6, kind=Roof.SHED)], {"building": "yes"})
    plan.building(
        [kit.hall(hall, 11, kit.pick(((196, 198, 196), (90, 120, 150))), Roof.VAULT)],
        {
            "building": "sports_centre",
            "leisure": "sports_centre",
            "sport": "multi",
            "name": "Aldermoor Gymnasium",
            "name:ko": "앨더무어체육관",
        },
        "comprehensive_gymnasium",
    )
    for i, u in enumerate((-0.3, 0.06)):
        _tennis(kit, right.sub(u * right.length, b * 0.02, 24, 12, math.pi / 2), i + 1)
    basketball_court(kit, right.sub(right.length * 0.36, b * 0.02, 24, 13, math.pi / 2))
    _pool(kit, right.sub(-right.length * 0.16, b * 0.34, 34, 17))
    kit.tree_ring(site, 9, 2.6)
    kit.trees_in(right.polygon(), a * b / 500)


def _tennis(kit: Kit, rect: Rect, number: int) -> None:
    plan = kit.plan
    plan.ground(rect.sub(0, 0, rect.length + 5, rect.width + 3), Ground.COURT)
    plan.ground(rect.sub(0, 0, rect.length - 1, rect.width - 1), Ground.TARTAN)
    plan.place(
        rect.sub(0, 0, rect.length + 5, rect.width + 3),
        {"leisure": "pitch", "sport": "tennis", "ref": str(number)},
        "tennis_court",
    )
    a, b = rect.length / 2 - 0.8, rect.width / 2 - 1
    plan.outline(rect.sub(0, 0, 2 * a, 2 * b), 0.2, WHITE, 0.9)
    for u in (-a * 0.54, 0.0, a * 0.54):
        plan.stroke([rect.at(u, -b), rect.at(u, b)], 0.2, WHITE, opacity=0.9)


def _pool(kit: Kit, rect: Rect) -> None:
    plan = kit.plan
    plan.ground(rect, Ground.PLAZA)
    pool = rect.sub(0, 0, rect.length - 9, rect.width - 5.5)
    plan.ground(pool, Ground.POOL)
    plan.place(pool, {"leisure": "swimming_pool", "name": "Open-air Pool", "name:ko": "야외수영장"}, "swimming_pool")
    for v in np.arange(-pool.width / 2 + 2, pool.width / 2 - 1, 2.2):
        plan.stroke(
            [pool.at(-pool.length / 2 + 1, float(v)), pool.at(pool.length / 2 - 1, float(v))],
            0.2,
            (60, 90, 140),
            opacity=0.5,
        )


def riverside(kit: Kit, corridor: BaseGeometry, water: BaseGeometry, line: BaseGeometry, half_m: float) -> None:
    """The river, its banks, the promenades and their trees; ``half_m`` is half the water's width."""
    plan = kit.plan
    plan.ground(line.buffer(half_m + 36, cap_style="flat"), Ground.MEADOW)
    for side in (-1, 1):
        walk = offset_line(line, side * (half_m + 19))
        plan.ground(walk.buffer(1.9, cap_style="flat"), Ground.GRAVEL)
        plan.place(walk, {"highway": "footway", "name": "River Walk"} if side < 0 else {"highway": "footway"})
        alley = offset_line(line, side * (half_m + 25))
        points = [alley.interpolate(d) for d in np.arange(4, alley.length - 4, 11.0)]
        for p in points:
            plan.tree(p.x + kit.rng.normal(0, 1.4), p.y + kit.rng.normal(0, 1.4), kit.uniform(2.2, 4.2))
    plan.ground(corridor, Ground.BANK)
    plan.ground(water, Ground.SHALLOWS)
    for inset in (2.2, 4.0):
        shore = kit.rng.normal(0, 0.7, len(line.coords))
        plan.ground(_ribbon(line, half_m - inset + shore), Ground.WATER)
    _boats(kit, line, half_m)
    kit.trees_in(corridor.difference(water.buffer(1.5)), corridor.length / 30, 1.4, 3.6)
    plan.place(water, {"natural": "water", "water": "river", "name": "Alder River", "name:ko": "앨더강"})
    plan.place(line, {"waterway": "river", "name": "Alder River", "name:ko": "앨더강"})


def _ribbon(line: BaseGeometry, half_m: npt.NDArray[np.float64]) -> BaseGeometry:
    """The band along a line whose half width varies from vertex to vertex."""
    points = np.asarray(line.coords)
    along = np.gradient(points, axis=0)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(along[:, 0], along[:, 1])[:, None]
    left, right = points + normal * half_m[:, None], points - normal * half_m[::-1, None]
    return sg.Polygon(np.concatenate([left, right[::-1]])).buffer(0)


def _boats(kit: Kit, line: BaseGeometry, half_m: float) -> None:
    """A few boats under way and some at jetties."""
    for at in np.arange(kit.uniform(20, 90), line.length, 130.0):
        here, ahead = line.interpolate(at), line.interpolate(at + 1)
        angle = math.atan2(ahead.y - here.y, ahead.x - here.x)
        frame = Rect(here.x, here.y, angle, 0, 0)
        moored = kit.chance(0.6)
        v = (half_m - 4.6) * (1 if kit.chance(0.5) else -1) if moored else kit.uniform(-0.4, 0.4) * half_m
        if moored:
            edge = math.copysign(half_m + 1.5, v)
            kit.plan.stroke([frame.at(4, v), frame.at(4, edge)], 1.2, (150, 134, 112))
        x, y = frame.at(0, v)
        colour = kit.pick(((226, 226, 222), (196, 204, 210), (150, 84, 60)))
        kit.plan.vehicles.append(Vehicle(x, y, angle, kit.uniform(6, 9.5), 2.6, 0.2, colour))
