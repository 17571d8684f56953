"""Hospitals, clinics, the civic square with its public buildings, churches and temples."""

from __future__ import annotations

import math

import numpy as np
from shapely.geometry.base import BaseGeometry

from annotator.scene.sample_city.kit import WHITE, Kit
from annotator.scene.sample_city.plan import Cover, Ground, Rect, Rgb, Roof, RoofPart, inscribed_rect

_PALE: tuple[Rgb, ...] = ((204, 200, 190), (186, 184, 178), (170, 168, 162))


def hospital(kit: Kit, block: BaseGeometry, tags: dict[str, str]) -> None:
    """Wings crossing a spine, a helipad on the lawn, a garden and a car park."""
    plan = kit.plan
    plan.ground(block, Ground.LAWN, inscribed_rect(block).angle)
    site = inscribed_rect(block, 3)
    cars = site.sub(site.length * 0.36, 0, site.width - 4, site.length * 0.24, math.pi / 2)
    kit.parking(cars, 0.7, {}, trees=True)
    main = site.sub(-site.length * 0.13, 0, site.length * 0.70, site.width)
    plan.ground(main.sub(main.length * 0.44, 0, main.length * 0.1, main.width), Ground.ASPHALT)
    colour = kit.pick(_PALE)
    a, b = main.length, main.width
    spine = kit.flat(main.sub(-a * 0.06, 0, a * 0.74, 15), 6, colour)
    wings = [
        kit.flat(main.sub(u * a, v * b, b * length, 13.5, math.pi / 2), floors, colour)
        for u, v, length, floors in ((-0.30, 0.0, 0.86, 5), (0.02, -0.06, 0.72, 5), (0.24, 0.17, 0.42, 4))
    ]
    entrance = kit.flat(main.sub(a * 0.36, 0, 14, 20), 2, colour)
    plan.building(
        [*wings, spine, entrance],
        {"building": "hospital", "amenity": "hospital", "healthcare": "hospital", **tags},
        "hospital",
    )
    _helipad(kit, main.sub(a * 0.3, -b * 0.33, 17, 17))
    _garden_paths(kit, main.sub(-a * 0.14, b * 0.34, a * 0.2, b * 0.24))
    kit.tree_ring(site, 9, 2.6)
    kit.trees_in(main.polygon(), a * b / 330)
    kit.trees_in(block.difference(site.polygon()), (block.area - a * b) / 240, 2.0, 4.2)


def _helipad(kit: Kit, pad: Rect) -> None:
    plan = kit.plan
    plan.ground(pad, Ground.CONCRETE)
    ring = [pad.at(6.6 * math.cos(t), 6.6 * math.sin(t)) for t in np.linspace(0, 2 * math.pi, 41)]
    plan.stroke(ring, 0.7, (214, 178, 60), opacity=0.9)
    for line in (((-1.9, -3), (-1.9, 3)), ((1.9, -3), (1.9, 3)), ((-1.9, 0), (1.9, 0))):
        plan.stroke([pad.at(*p) for p in line], 0.9, (236, 236, 230))
    plan.place(pad, {"aeroway": "helipad"}, "helipad")
    plan.outline(pad.sub(0, 0, pad.length - 1, pad.width - 1), 0.4, (170, 60, 50), 0.8)


def _garden_paths(kit: Kit, rect: Rect) -> None:
    for v in (-0.5, 0.5):
        kit.plan.stroke(
            [rect.at(-rect.length / 2, v * rect.width), rect.at(rect.length / 2, -v * rect.width)], 1.6, (186, 176, 158)
        )
    kit.plan.ground(rect.sub(0, 0, 5, 5), Ground.PLAZA)


def civic_square(kit: Kit, block: BaseGeometry) -> None:
    """The town hall on a paved square, with library, police, fire station and church around it."""
    plan, names = kit.plan, kit.names
    plan.ground(block, Ground.PLAZA, inscribed_rect(block).angle)
    site = inscribed_rect(block, 2)
    a, b = site.length, site.width
    hall = site.sub(0, -b * 0.34, min(a * 0.34, 46), b * 0.2)
    plan.building(
        [
            kit.pitched(hall, 4, kit.pick(((92, 96, 100), (110, 130, 120))), kind=Roof.HIP, slope=0.6),
            kit.pitched(
                hall.sub(0, 2, 12, hall.width + 5, 0.0).quarter_turned(),
                4.3,
                kit.pick(((92, 112, 106),)),
                kind=Roof.GABLE,
            ),
            RoofPart(hall.sub(0, 0, 6, 6), Roof.HIP, Cover.METAL, (96, 140, 122), 22, 5),
        ],
        {"building": "yes", "amenity": "townhall", "name": "Aldermoor Town Hall", "name:ko": "앨더무어시청"},
        "townhall",
    )
    square = site.sub(0, b * 0.06, min(a * 0.36, 60), b * 0.44)
    _fountain_square(kit, square)
    west, east = (site.sub(s * a * 0.36, 0, a * 0.26, b * 0.96) for s in (-1, 1))
    _library(kit, west.sub(0, -west.width * 0.26, west.length * 0.86, west.width * 0.34))
    police = west.sub(0, west.width * 0.24, west.length * 0.8, west.width * 0.26)
    plan.building(
        [kit.flat(police, 3), kit.flat(police.sub(police.length * 0.3, -police.width * 0.42, 9, 14), 4)],
        {"building": "yes", "amenity": "police", "name": "Aldermoor Police Station", "name:ko": "앨더무어경찰서"},
        "public_security_police",
    )
    _fire_station(kit, east.sub(0, east.width * 0.27, east.length * 0.84, east.width * 0.3))
    church(kit, east.sub(0, -east.width * 0.24, east.length * 0.84, min(20.0, east.width * 0.4)), names.take("church"))
    kit.trees_in(west.polygon(), 10)
    kit.trees_in(east.polygon(), 14)
    kit.tree_row(site.at(-a / 2, b / 2), site.at(a / 2, b / 2), 9)


def _fountain_square(kit: Kit, rect: Rect) -> None:
    plan = kit.plan
    plan.ground(rect, Ground.PAVING)
    pool = rect.sub(0, 0, 1, 1).polygon().centroid.buffer(5.5)
    plan.ground(pool.buffer(1.2), Ground.CONCRETE)
    plan.ground(pool, Ground.POOL)
    for u in (-0.33, 0.33):
        bed = rect.sub(u * rect.length, 0, rect.length * 0.16, rect.width * 0.7)
        plan.ground(bed, Ground.LAWN)
        kit.tree_row(bed.at(0, -bed.width / 2), bed.at(0, bed.width / 2), 6.5, 2.3)
    plan.place(rect, {"place": "square", "name": "Town Hall Square", "name:ko": "시청광장"}, "park_square")


def _library(kit: Kit, rect: Rect) -> None:
    colour = kit.pick(((190, 186, 176), (150, 130, 112)))
    parts = [
        kit.flat(rect, 2.6, colour),
        RoofPart(rect.sub(0, 0, 11, 9), Roof.HIP, Cover.GLASS, (120, 150, 160), 10, 2.4),
    ]
    tags = {"building": "yes", "amenity": "library", "name": "Aldermoor Public Library", "name:ko": "앨더무어도서관"}
    kit.plan.building(parts, tags, "library")


def _fire_station(kit: Kit, rect: Rect) -> None:
    yard = rect.sub(0, rect.width * 0.36, rect.length, rect.width * 0.5)
    kit.plan.ground(yard, Ground.CONCRETE)
    hall = rect.sub(0, -rect.width * 0.1, rect.length, rect.width * 0.5)
    parts = [
        kit.flat(hall, 2, kit.pick(((160, 92, 80), (170, 168, 160)))),
        kit.flat(hall.sub(-hall.length * 0.42, 0, 6, 6), 6, clutter=0),
    ]
    tags = {"building": "fire_station", "amenity": "fire_station", "name": "Fire Station No. 1", "name:ko": "제1소방서"}
    kit.plan.building(parts, tags, "fire_department")
    for u in (-0.25, 0.1):
        x, y = yard.at(u * yard.length, 2)
        kit.bus(x, y, yard.angle + math.pi / 2)


def church(kit: Kit, rect: Rect, tags: dict[str, str]) -> None:
    """A nave with a transept and a tower."""
    colour = kit.pick(((96, 92, 92), (128, 74, 58), (104, 124, 116)))
    nave = rect.sub(0, 0, min(rect.length, 36), min(rect.width * 0.55, 12))
    parts = [
        kit.pitched(nave, 3.2, colour, kind=Roof.GABLE, slope=0.95),
        kit.pitched(
            nave.sub(nave.length * 0.16, 0, nave.width * 2.1, 9, math.pi / 2), 3.2, colour, kind=Roof.GABLE, slope=0.95
        ),
        RoofPart(nave.sub(-nave.length / 2 - 1, 0, 7, 7), Roof.HIP, Cover.METAL, colour, 19, 8),
    ]
    kit.plan.building(
        parts, {"building": "church", "amenity": "place_of_worship", "religion": "christian", **tags}, "church"
    )


def temple(kit: Kit, lot: Rect, tags: dict[str, str]) -> None:
    """A walled court with hip-roofed halls."""
    plan = kit.plan
    plan.ground(lot, Ground.SAND)
    tiles: Rgb = kit.pick(((84, 86, 92), (96, 84, 76)))
    hall = lot.sub(-lot.length * 0.18, 0, lot.width * 0.62, min(lot.length * 0.34, 14), math.pi / 2)
    plan.building(
        [
            kit.pitched(hall, 1.6, tiles, kind=Roof.HIP, slope=0.7),
            kit.pitched(hall.sub(0, 0, hall.length * 0.7, hall.width * 0.62), 3, tiles, kind=Roof.HIP, slope=0.9),
        ],
        {"building": "temple", "amenity": "place_of_worship", "religion": "buddhist", **tags},
        "temple",
    )
    side = lot.sub(lot.length * 0.2, -lot.width * 0.32, lot.length * 0.42, min(7.0, lot.width * 0.2))
    plan.building([kit.pitched(side, 1.2, tiles, kind=Roof.GABLE)], {"building": "yes"})
    kit.trees_in(lot.polygon(), 8, 1.8, 3.4)
    kit.tree_ring(lot, 7, 2.6)


def clinic(kit: Kit, lot: Rect, tags: dict[str, str]) -> None:
    plan = kit.plan
    plan.ground(lot, Ground.PAVING)
    house = lot.sub(0, -lot.width * 0.14, lot.length * 0.8, lot.width * 0.52)
    colour = kit.pick(_PALE)
    parts = [
        kit.flat(house, 3, colour),
        kit.flat(house.sub(house.length * 0.26, house.width * 0.44, house.length * 0.4, 7), 2, colour),
    ]
    plan.building(parts, {"building": "yes", "amenity": "clinic", "healthcare": "clinic", **tags}, "clinic")
    for u in np.arange(-lot.length * 0.36, lot.length * 0.1, 2.7):
        if kit.chance(0.6):
            kit.car(*lot.at(float(u), lot.width * 0.36), lot.angle + math.pi / 2)
    kit.plan.outline(lot.sub(0, 0, lot.length - 0.6, lot.width - 0.6), 0.4, WHITE, 0.35)
    kit.trees_in(lot.polygon(), 3, 1.5, 2.6)
