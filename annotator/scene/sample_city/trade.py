"""Shops, offices, hotels, markets, fuel and industry."""

from __future__ import annotations

import math

import numpy as np
from shapely.geometry.base import BaseGeometry

from annotator.scene.sample_city.kit import METALS, Kit
from annotator.scene.sample_city.plan import Cover, Ground, Rect, Rgb, Roof, RoofPart, Vehicle, inscribed_rect

_AWNINGS: tuple[Rgb, ...] = ((176, 70, 58), (70, 110, 160), (206, 186, 120), (96, 140, 96), (206, 204, 198))


def mall(kit: Kit, block: BaseGeometry) -> None:
    """A large flat roof with a glazed spine, and a marked car park full of cars."""
    plan = kit.plan
    plan.ground(block, Ground.LAWN, inscribed_rect(block).angle)
    site = inscribed_rect(block, 3)
    plan.ground(site, Ground.ASPHALT)
    share = 0.5
    lot = site.sub(site.length * (1 - share + 0.06) / 2, 0, site.length * (share - 0.06), site.width - 3)
    wide = lot if lot.length >= lot.width else lot.quarter_turned()
    kit.parking(wide, 0.78, {"name": "Shopping Centre Car Park", "surface": "asphalt"}, trees=True)
    hall = site.sub(-site.length * (1 - share) / 2, 0, site.length * share - 4, site.width - 8)
    colour = kit.pick(((186, 184, 176), (164, 162, 158)))
    spine = RoofPart(hall.sub(0, 0, hall.length * 0.8, 7), Roof.GABLE, Cover.GLASS, (132, 158, 170), 12, 2.2)
    anchor = kit.flat(
        hall.sub(-hall.length * 0.18, -hall.width * 0.06, hall.width * 0.74, hall.length * 0.42, math.pi / 2), 4, colour
    )
    body = kit.flat(hall.sub(hall.length * 0.04, 0, hall.length * 0.92, hall.width * 0.82), 3, colour)
    wing = kit.flat(hall.sub(hall.length * 0.3, hall.width * 0.38, hall.length * 0.34, hall.width * 0.2), 2.4, colour)
    plan.building(
        [body, anchor, wing, spine],
        {"building": "mall", "shop": "mall", **kit.names.take("mall")},
        "shopping_mall",
    )
    for u in (-0.3, 0.0, 0.28):
        x, y = hall.at(u * hall.length, -hall.width / 2 + 1)
        plan.vehicles.append(Vehicle(x, y, hall.angle, 10.5, 2.5, 3.6, kit.pick(((214, 214, 210), (70, 100, 150)))))
    kit.tree_ring(site.sub(0, 0, site.length + 2, site.width + 2), 10, 2.6)


def supermarket(kit: Kit, lot: Rect, tags: dict[str, str]) -> None:
    plan = kit.plan
    plan.ground(lot, Ground.ASPHALT)
    hall = lot.sub(-lot.length * 0.22, 0, lot.length * 0.5, lot.width * 0.86)
    part = kit.hall(hall, 6.5, kit.pick(((196, 196, 190), (160, 70, 56), (110, 120, 128))))
    plan.building(
        [part, kit.flat(hall.sub(hall.length * 0.46, 0, 6, hall.width * 0.4), 1.4)],
        {"building": "supermarket", "shop": "supermarket", **tags},
        "supermarket",
    )
    cars = lot.sub(lot.length * 0.27, 0, lot.width - 2, lot.length * 0.42, math.pi / 2)
    kit.parking(cars, 0.7)
    kit.tree_ring(lot, 10, 2.2)


def market(kit: Kit, lot: Rect, tags: dict[str, str]) -> None:
    """A hall of long sheet roofs with rows of coloured stalls."""
    plan = kit.plan
    plan.ground(lot, Ground.PAVING)
    hall = lot.sub(-lot.length * 0.16, 0, lot.length * 0.58, lot.width * 0.84)
    colour = kit.pick(METALS)
    strips = 3
    depth = hall.width / strips
    parts = [
        kit.hall(hall.sub(0, (i - (strips - 1) / 2) * depth, hall.length, depth + 0.2), 6.5, colour)
        for i in range(strips)
    ]
    plan.building(
        parts,
        {"building": "marketplace", "amenity": "marketplace", **tags},
        "agricultural_and_sideline_products_market",
    )
    for v in np.arange(-lot.width * 0.4, lot.width * 0.42, 4.6):
        for u in np.arange(lot.length * 0.17, lot.length * 0.46, 3.3):
            if kit.chance(0.85):
                x, y = lot.at(float(u), float(v))
                plan.vehicles.append(Vehicle(x, y, lot.angle + 0.02, 2.8, 2.8, 2.6, kit.pick(_AWNINGS)))


def fuel_station(kit: Kit, lot: Rect, tags: dict[str, str]) -> None:
    plan = kit.plan
    plan.ground(lot, Ground.CONCRETE)
    canopy = lot.sub(-lot.length * 0.14, lot.width * 0.06, min(lot.length * 0.5, 22), min(lot.width * 0.5, 12))
    shop = lot.sub(lot.length * 0.32, 0, lot.width * 0.6, min(lot.length * 0.24, 9), math.pi / 2)
    plan.place(lot, {"amenity": "fuel", **tags}, "gas_station")
    plan.building(
        [RoofPart(canopy, Roof.FLAT, Cover.METAL, kit.pick(((212, 208, 200), (190, 60, 50), (60, 110, 170))), 5.2)],
        {"building": "roof"},
    )
    plan.building([kit.flat(shop, 1.2)], {"building": "yes"})
    plan.outline(canopy.sub(0, 0, canopy.length + 2, canopy.width + 2), 0.3, (210, 190, 80), 0.7)
    for u in (-0.4, 0.4):
        if kit.chance(0.8):
            kit.car(*lot.at((u - 0.14) * lot.length, lot.width * 0.4), lot.angle)


def tower(kit: Kit, lot: Rect, floors: int, tags: dict[str, str], class_id: str | None) -> None:
    """An office, hotel, bank or cinema: a podium with a taller part."""
    kit.plan.ground(lot, Ground.PAVING)
    podium = lot.sub(0, 0, lot.length * 0.86, lot.width * 0.8)
    colour = kit.pick(((120, 122, 126), (176, 172, 164), (150, 140, 128), (200, 198, 190)))
    parts = [kit.flat(podium, min(floors, 3), colour)]
    if floors > 3:
        parts.append(kit.flat(podium.sub(-podium.length * 0.08, 0, podium.length * 0.66, podium.width * 0.78), floors))
    kit.plan.building(parts, tags, class_id)
    kit.trees_in(lot.polygon(), 7, 1.5, 2.8)


def factory(kit: Kit, lot: Rect, tags: dict[str, str]) -> None:
    """Large sheet roofs, a yard with containers and lorries."""
    plan = kit.plan
    plan.ground(lot, Ground.CONCRETE if kit.chance(0.5) else Ground.OLD_ASPHALT)
    kind = Roof.SAWTOOTH if kit.chance(0.35) else Roof.GABLE
    hall = lot.sub(-lot.length * 0.12, -lot.width * 0.1, lot.length * 0.7, lot.width * 0.68)
    colour = kit.pick(METALS)
    bays = max(1, round(hall.width / 24))
    depth = hall.width / bays
    parts = [
        kit.hall(hall.sub(0, (i - (bays - 1) / 2) * depth, hall.length, depth + 0.2), 9.5, colour, kind)
        for i in range(bays)
    ]
    parts.append(kit.flat(hall.sub(hall.length / 2 + 4, -hall.width * 0.2, 10, hall.width * 0.4), 2))
    plan.building(
        parts,
        {"building": "factory", "man_made": "works", **tags} if tags else {"building": "industrial"},
        "factory" if tags else "industrial_building",
    )
    for _ in range(int(lot.length * lot.width / 420)):
        x, y = lot.at(kit.uniform(-0.45, 0.48) * lot.length, lot.width * kit.uniform(0.3, 0.46))
        plan.vehicles.append(
            Vehicle(
                x,
                y,
                lot.angle + (math.pi / 2 if kit.chance(0.3) else 0),
                6.1 if kit.chance(0.5) else 12.2,
                2.5,
                2.6,
                kit.pick(_AWNINGS),
            )
        )
    kit.trees_in(lot.polygon(), 4, 1.6, 3.0)
