"""Residential blocks: detached houses, rows, apartment slabs and the dense old town."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.scene.sample_city.kit import METALS, TILES, Kit
from annotator.scene.sample_city.plan import Cover, Ground, Rect, Rgb, Roof, RoofPart, bounding_rect, inscribed_rect

_GARDEN = (Ground.LAWN, Ground.LAWN, Ground.GARDEN, Ground.GARDEN, Ground.MEADOW, Ground.SOIL)


def parcels(kit: Kit, block: BaseGeometry, width_m: float, *, deep: bool = False) -> Iterator[tuple[sg.Polygon, Rect]]:
    """Cut a block into lots in two rows back to back; each lot's Rect has its street side at -v.

    ``deep`` cuts a single row.
    """
    frame = bounding_rect(block)
    rows = 1 if deep or frame.width < 30 else 2
    depth = frame.width / rows
    count = max(1, round(frame.length / width_m))
    cuts = np.linspace(-frame.length / 2, frame.length / 2, count + 1)
    cuts[1:-1] += kit.rng.uniform(-0.12, 0.12, max(count - 1, 0)) * width_m
    for row in range(rows):
        v = (row - (rows - 1) / 2) * depth
        turn = 0.0 if row == 0 else math.pi
        for low, high in pairwise(cuts):
            cell = frame.sub((low + high) / 2, v, high - low, depth, turn)
            shape = cell.polygon().intersection(block)
            if isinstance(shape, sg.Polygon) and shape.area > 0.55 * cell.length * cell.width:
                yield shape, _fitted(cell, shape)


def _fitted(cell: Rect, shape: sg.Polygon) -> Rect:
    """The cell, shrunk about the shape's centroid until the shape covers it."""
    if shape.area > 0.995 * cell.length * cell.width:
        return cell
    centre = shape.centroid
    for share in (0.95, 0.88, 0.8, 0.7, 0.6, 0.5):
        rect = Rect(centre.x, centre.y, cell.angle, cell.length * share, cell.width * share)
        if shape.contains(rect.polygon()):
            return rect
    return Rect(centre.x, centre.y, cell.angle, cell.length * 0.4, cell.width * 0.4)


def detached(kit: Kit, block: BaseGeometry) -> None:
    """Houses in gardens, each with a drive, often a garage, a shed or trees."""
    for shape, lot in parcels(kit, block, kit.uniform(15, 20)):
        kit.plan.ground(shape, _GARDEN[int(kit.rng.integers(len(_GARDEN)))], lot.angle)
        if lot.length < 9 or lot.width < 14 or kit.chance(0.03):
            kit.trees_in(shape, 4)
            continue
        _house(kit, lot)
        _fences(kit, lot)
        kit.trees_in(shape, kit.uniform(1.0, 5.0), 1.3, 3.9)
        if kit.chance(0.5):
            kit.tree_row(
                lot.at(-lot.length / 2, lot.width / 2 - 0.8), lot.at(lot.length / 2, lot.width / 2 - 0.8), 2.6, 1.2
            )


def _house(kit: Kit, lot: Rect) -> None:
    plan = kit.plan
    length = min(kit.uniform(10, 14.5), lot.length - 3.5)
    depth = min(kit.uniform(8, 10.5), lot.width * 0.45)
    set_back = -lot.width / 2 + depth / 2 + kit.uniform(4, 6)
    side = 1 if kit.chance(0.5) else -1
    body = lot.sub(kit.uniform(-0.4, 0.4), set_back, length, depth, kit.rng.normal(0, 0.015))
    colour = kit.pick(TILES)
    parts = [
        kit.pitched(body, float(kit.rng.integers(1, 3)), colour, cover=Cover.TILE if kit.chance(0.85) else Cover.METAL)
    ]
    if kit.chance(0.4):
        parts.append(
            kit.pitched(
                body.sub(side * length * 0.24, depth * 0.42, depth * 0.9, length * 0.42, math.pi / 2), 1.4, colour
            )
        )
    plan.building(parts, {"building": "house"}, "house")
    drive = lot.sub(-side * (lot.length / 2 - 2.2), -lot.width / 2 + 5, 3.0, 10)
    plan.ground(drive, Ground.PAVING if kit.chance(0.6) else Ground.CONCRETE)
    if kit.chance(0.6):
        kit.car(*drive.at(0, -1.5), drive.angle + math.pi / 2)
    back = lot.width / 2
    if kit.chance(0.4) and back - 5.5 > set_back + depth:
        shed = lot.sub(-side * (lot.length / 2 - 2.8), back - 3, 4, 3.2)
        plan.building([kit.flat(shed, 0.8, kit.pick(METALS), clutter=0)], {"building": "shed"})
    elif kit.chance(0.12):
        plan.ground(lot.sub(0, back - 6, 9.5, 6), Ground.PLAZA)
        plan.ground(lot.sub(0, back - 6, 7.5, 4), Ground.POOL)
    if kit.chance(0.5):
        plan.ground(lot.sub(0, set_back + depth / 2 + 1.8, length * 0.6, 3.4), Ground.PAVING)


def _fences(kit: Kit, lot: Rect) -> None:
    """Fences or low hedges on two sides, at times a vegetable bed."""
    a, b = lot.length / 2, lot.width / 2
    colour: Rgb = (150, 144, 134) if kit.chance(0.5) else (58, 70, 42)
    kit.plan.stroke([lot.at(-a, -b), lot.at(-a, b), lot.at(a, b)], kit.uniform(0.3, 0.9), colour, opacity=0.7)
    if kit.chance(0.3):
        bed = lot.sub(kit.uniform(-0.2, 0.2) * lot.length, b - 4.5, kit.uniform(4, 7), kit.uniform(3, 5))
        kit.plan.ground(bed, Ground.SOIL)
        for v in (-0.3, 0.0, 0.3):
            ends = [bed.at(-bed.length * 0.45, v * bed.width), bed.at(bed.length * 0.45, v * bed.width)]
            kit.plan.stroke(ends, 0.7, (74, 92, 48), opacity=0.7)


def row_houses(kit: Kit, block: BaseGeometry) -> None:
    """Terraces of six to nine narrow houses under one ridge, gardens behind."""
    kit.plan.ground(block, Ground.GARDEN, bounding_rect(block).angle)
    for shape, lot in parcels(kit, block, kit.uniform(44, 58)):
        kit.plan.ground(shape, Ground.LAWN if kit.chance(0.5) else Ground.GARDEN, lot.angle)
        _terrace(kit, lot)
        kit.trees_in(shape, shape.area / 130, 1.2, 3.0)


def _terrace(kit: Kit, lot: Rect) -> None:
    depth = min(10.5, lot.width * 0.4)
    run = lot.sub(0, -lot.width / 2 + depth / 2 + 3.2, lot.length - 5, depth)
    units = max(2, int(run.length / 6.6))
    unit = run.length / units
    colour, common = kit.pick(TILES), kit.chance(0.5)
    for i in range(units):
        u = (i + 0.5) * unit - run.length / 2
        house = run.sub(u, 0, unit, depth)
        shade = kit.pick((colour,)) if common else kit.pick(TILES)
        kit.plan.building(
            [kit.pitched(house, 2.2, shade, kind=Roof.GABLE, slope=0.5)], {"building": "terrace"}, "house"
        )
        if kit.chance(0.45):
            kit.plan.ground(run.sub(u, depth / 2 + 2, unit * 0.8, 3.6), Ground.PAVING)
        if kit.chance(0.4):
            kit.plan.building([kit.flat(run.sub(u, lot.width / 2 + 1, 2.6, 2.2), 0.8, clutter=0)], {"building": "shed"})
        kit.plan.stroke(
            [run.sub(u + unit / 2, 0, 0, 0).at(0, depth / 2), run.at(u + unit / 2, depth / 2 + lot.width * 0.5)],
            0.3,
            (92, 80, 66),
            opacity=0.6,
        )


def apartments(kit: Kit, block: BaseGeometry, tags: dict[str, str]) -> None:
    """Parallel slabs with car parks and lawns between them."""
    plan = kit.plan
    plan.ground(block, Ground.LAWN, bounding_rect(block).angle)
    site = inscribed_rect(block, 5)
    depth, gap = 12.0, kit.uniform(27, 34)
    rows = max(1, int((site.width + gap - depth) / (gap + depth)))
    pitch = (site.width - depth - 3) / max(rows - 1, 1)
    floors = int(kit.rng.integers(5, 11))
    colour = kit.pick(((168, 166, 160), (150, 150, 148), (120, 150, 126), (186, 176, 160)))
    pieces = 2 if site.length > 90 else 1
    for row in range(rows):
        v = -site.width / 2 + depth / 2 + 3 + row * pitch
        for piece in range(pieces):
            length = site.length / pieces - 6
            u = (piece - (pieces - 1) / 2) * site.length / pieces
            slab = site.sub(u + kit.uniform(-1, 1), v, length, depth)
            parts = [kit.flat(slab, floors, colour, clutter=int(length / 7))]
            parts += [
                kit.flat(slab.sub(s * length * 0.27, depth * 0.3, 6, depth * 0.62), floors + 0.6, colour, clutter=1)
                for s in (-1, 1)
            ]
            plan.building(parts, {"building": "apartments", "building:levels": str(floors)}, "apartment_building")
        if row < rows - 1:
            _between(kit, site, v + pitch / 2, pitch - depth, row)
        elif rows == 1:
            _between(kit, site, depth / 2 + 3, site.width - depth - 3, 0)
    kit.tree_ring(site.sub(0, 0, site.length + 5, site.width + 5), 9, 2.5)
    kit.trees_in(block, block.area / 260, 1.8, 3.6)
    plan.place(block, {"landuse": "residential", **tags}, "residential_area")


def _between(kit: Kit, site: Rect, v: float, gap: float, row: int) -> None:
    if row % 2 == 0:
        kit.parking(site.sub(0, v, site.length * 0.86, min(gap - 9, 16.5)), 0.65)
        return
    court = site.sub(0, v, site.length * 0.5, gap * 0.5)
    kit.plan.ground(court.sub(-court.length * 0.2, 0, 15, min(10, court.width)), Ground.SAND)
    kit.plan.ground(court.sub(court.length * 0.25, 0, court.length * 0.4, 2.2), Ground.PAVING)


def old_town(kit: Kit, block: BaseGeometry) -> None:
    """Dense mixed houses along the streets, flat and pitched roofs, courts behind."""
    plan = kit.plan
    plan.ground(block, Ground.CONCRETE, bounding_rect(block).angle)
    for shape, lot in parcels(kit, block, kit.uniform(12, 16)):
        if lot.length < 7 or lot.width < 12:
            continue
        depth = lot.width * kit.uniform(0.5, 0.74)
        house = lot.sub(0, -(lot.width - depth) / 2 + 0.8, lot.length - kit.uniform(0.3, 1.4), depth - 1)
        parts = [_town_roof(kit, house)]
        side = 1 if kit.chance(0.5) else -1
        if kit.chance(0.5):
            back = lot.sub(side * lot.length * 0.2, depth / 2 - 0.8, lot.length * 0.5, lot.width - depth - 1.2)
            parts.append(kit.flat(back, kit.uniform(1, 2.5)))
        _mixed_use(kit, parts, house)
        _court(kit, lot.sub(-side * lot.length * 0.24, depth / 2 + 0.5, lot.length * 0.42, lot.width - depth - 2))
        kit.trees_in(shape, 1.2, 1.3, 3.0)


def _court(kit: Kit, court: Rect) -> None:
    """What is behind a town house: a sheet-roofed shed, a parked car, a garden or bare ground."""
    if min(court.length, court.width) < 2.5:
        return
    draw = kit.rng.random()
    if draw < 0.35:
        shed = court.sub(0, kit.uniform(0, 0.15) * court.width, court.length * 0.9, court.width * 0.6)
        kit.plan.building([kit.hall(shed, kit.uniform(2.6, 4), kind=Roof.SHED)], {"building": "shed"})
    elif draw < 0.6:
        kit.plan.ground(court, Ground.GARDEN if kit.chance(0.6) else Ground.SOIL)
        kit.trees_in(court.polygon(), 1.6, 1.2, 2.6)
    elif draw < 0.85:
        kit.plan.ground(court, Ground.OLD_ASPHALT)
        kit.car(*court.at(0, 0), court.angle + math.pi / 2)
    wall = [court.at(-court.length / 2, -court.width / 2), court.at(-court.length / 2, court.width / 2)]
    kit.plan.stroke(wall, 0.5, (176, 170, 160), opacity=0.8)


def _town_roof(kit: Kit, house: Rect) -> RoofPart:
    if kit.chance(0.55):
        return kit.flat(house, kit.uniform(2, 5), clutter=int(kit.rng.integers(1, 6)))
    rect = house if house.length > house.width else house.quarter_turned()
    return kit.pitched(rect, kit.uniform(2, 3.5), cover=Cover.TILE if kit.chance(0.6) else Cover.METAL, slope=0.4)


def _mixed_use(kit: Kit, parts: list[RoofPart], house: Rect) -> None:
    """A town house, at times a shop; a few have a point of interest on the ground floor."""
    if kit.chance(0.3):
        kit.plan.building(parts, {"building": "retail"}, "commercial_building")
        return
    kit.plan.building(parts, {"building": "yes"})
    kind = kit.rng.choice(["pharmacy", "restaurant", "cafe", "bakery", "none"], p=[0.08, 0.06, 0.05, 0.04, 0.77])
    named = kit.names.take(str(kind)) if kind != "none" else {}
    if named:
        x, y = house.at(kit.uniform(-0.2, 0.2) * house.length, kit.uniform(-0.3, 0) * house.width)
        key = "shop" if kind == "bakery" else "amenity"
        kit.plan.point(x, y, {key: str(kind), **named}, str(kind), kit.plan.buildings[-1].footprint())
