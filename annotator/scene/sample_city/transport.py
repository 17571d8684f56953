"""Streets with their paint and traffic, bridges, and the railway with its station."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.scene.sample_city.kit import WHITE, Kit
from annotator.scene.sample_city.plan import Cover, Ground, Rect, Rgb, Roof, RoofPart, Vehicle, offset_line
from annotator.scene.sample_city.streets import PRIMARY, RAIL_HALF_M, RESIDENTIAL, SECONDARY, Skeleton, Street

KERB: Rgb = (172, 168, 160)
YELLOW: Rgb = (206, 178, 84)
_RANK = {"primary": 3, "secondary": 2, "residential": 1}


def lay_surfaces(kit: Kit, town: Skeleton) -> BaseGeometry:
    """Pavements, carriageways and kerbs of all streets; returns the carriageways' union."""
    plan = kit.plan
    walks = shapely.union_all([s.line.buffer(s.kind.half_m, cap_style="square") for s in town.streets])
    lanes = [s.line.buffer(s.kind.carriageway_m / 2, cap_style="square") for s in town.streets]
    carriageways = shapely.union_all(lanes).buffer(4.5).buffer(-4.5)
    shadow_of_deck = [
        s.line.intersection(town.river_corridor).buffer(s.kind.half_m + 0.8, cap_style="flat") for s in town.streets
    ]
    plan.ground(shapely.union_all(shadow_of_deck), Ground.CONCRETE)
    plan.ground(walks.union(carriageways.buffer(1.4)), Ground.PAVING, town.angle)
    plan.ground(carriageways.buffer(0.35), Ground.CONCRETE)
    minor = [lane for lane, s in zip(lanes, town.streets, strict=True) if s.kind is RESIDENTIAL]
    plan.ground(carriageways, Ground.ASPHALT)
    plan.ground(shapely.union_all(minor), Ground.OLD_ASPHALT)
    return carriageways


def paint_streets(kit: Kit, town: Skeleton) -> None:
    """Centre lines, edge lines, zebra crossings."""
    for street in town.streets:
        others = [o for o in town.streets if o is not street and o.line.distance(street.line) < 14]
        junctions = shapely.union_all([o.line.buffer(o.kind.carriageway_m / 2 + 3.5) for o in others])
        free = street.line.difference(junctions)
        for part in _lines(free):
            _paint(kit, part, street)
        if street.kind is not RESIDENTIAL:
            _crossings(kit, street, others)


def _lines(geometry: BaseGeometry) -> list[sg.LineString]:
    return [p for p in shapely.get_parts(geometry) if p.geom_type == "LineString" and p.length > 6]


def _paint(kit: Kit, line: sg.LineString, street: Street) -> None:
    plan = kit.plan
    if street.kind is PRIMARY:
        for side in (-0.16, 0.16):
            plan.stroke(offset_line(line, side * 1.6).coords, 0.2, YELLOW, opacity=0.85)
        for side in (-3.6, 3.6):
            plan.stroke(offset_line(line, side).coords, 0.2, WHITE, dash=(3.0, 5.0), opacity=0.7)
    elif street.kind is SECONDARY:
        plan.stroke(line.coords, 0.2, YELLOW if kit.chance(0.5) else WHITE, dash=(4.0, 3.0), opacity=0.75)
    elif kit.chance(0.3):
        plan.stroke(line.coords, 0.18, WHITE, dash=(2.0, 4.0), opacity=0.4)


def _crossings(kit: Kit, street: Street, others: Sequence[Street]) -> None:
    for other in others:
        meeting = street.line.intersection(other.line)
        for point in shapely.get_parts(meeting):
            if point.geom_type == "Point":
                for side in (-1, 1):
                    _zebra(kit, street, street.line.project(point) + side * (other.kind.half_m + 1.6))


def _zebra(kit: Kit, street: Street, at: float) -> None:
    if not 3 < at < street.line.length - 3:
        return
    x, y, angle = _pose(street.line, at)
    frame = Rect(x, y, angle, 3.4, street.kind.carriageway_m)
    if street.line.distance(sg.Point(x, y)) > 0.5:
        return
    for v in np.arange(-frame.width / 2 + 0.9, frame.width / 2 - 0.4, 1.3):
        kit.plan.stroke([frame.at(-1.7, float(v)), frame.at(1.7, float(v))], 0.6, WHITE, opacity=0.8)


def _pose(line: BaseGeometry, at: float) -> tuple[float, float, float]:
    here, ahead = line.interpolate(at), line.interpolate(at + 0.5)
    if ahead.distance(here) < 1e-6:
        here, ahead = line.interpolate(at - 0.5), here
    return here.x, here.y, math.atan2(ahead.y - here.y, ahead.x - here.x)


def traffic(kit: Kit, town: Skeleton) -> None:
    """Moving cars in their lanes, parked cars at the kerbs of residential streets, street trees."""
    shapely.prepare(town.river_corridor)
    for street in town.streets:
        spacing = {"primary": 24.0, "secondary": 34.0, "residential": 70.0}[street.kind.highway]
        for part in _lines(street.line):
            _moving(kit, part, street, spacing)
            _at_kerb(kit, part, street, town.river_corridor)
            _repairs(kit, part, street)


def _moving(kit: Kit, line: sg.LineString, street: Street, spacing: float) -> None:
    lanes = {"primary": (1.9, 5.3), "secondary": (2.6,), "residential": (1.6,)}[street.kind.highway]
    for offset in lanes:
        for side in (-1, 1):
            at = kit.uniform(0, spacing)
            while at < line.length:
                x, y, angle = _pose(line, at)
                frame = Rect(x, y, angle, 0, 0)
                spot = frame.at(0, side * offset)
                if kit.chance(0.05) and street.kind is PRIMARY:
                    kit.bus(*spot, angle)
                else:
                    kit.car(*spot, angle)
                at += spacing * kit.uniform(0.35, 1.8)


def _repairs(kit: Kit, line: sg.LineString, street: Street) -> None:
    """Patches of newer and older asphalt, manholes."""
    for at in np.arange(kit.uniform(5, 40), line.length - 12, 38.0):
        x, y, angle = _pose(line, float(at))
        frame = Rect(x, y, angle, 0, 0)
        v = kit.uniform(-0.35, 0.35) * street.kind.carriageway_m
        shade: Rgb = (52, 52, 54) if kit.chance(0.6) else (140, 138, 132)
        kit.plan.stroke([frame.at(0, v), frame.at(kit.uniform(2, 12), v)], kit.uniform(0.8, 3.2), shade, opacity=0.32)
        kit.plan.stroke([frame.at(-6, -v), frame.at(-5.4, -v)], 0.7, (40, 40, 42), opacity=0.7)


def _at_kerb(kit: Kit, line: sg.LineString, street: Street, river: BaseGeometry) -> None:
    half = street.kind.carriageway_m / 2
    side = 1 if kit.chance(0.5) else -1
    for at in np.arange(9, line.length - 9, 6.0):
        x, y, angle = _pose(line, float(at))
        frame = Rect(x, y, angle, 0, 0)
        if street.kind is RESIDENTIAL and kit.chance(0.33):
            kit.car(*frame.at(0, side * (half - 1.1)), angle)
        on_land = not shapely.contains_xy(river, x, y)
        if street.kind is not RESIDENTIAL and on_land and int(at) % 12 < 6 and kit.chance(0.72):
            for edge in (-1, 1):
                kit.plan.tree(*frame.at(kit.uniform(-1, 1), edge * (half + 1.5)), kit.uniform(1.5, 2.7))


def name_streets(kit: Kit, town: Skeleton) -> None:
    """Streets as lines of the map; the greater the class, the earlier it gets a name."""
    for street in sorted(town.streets, key=lambda s: (-_RANK[s.kind.highway], -s.line.length)):
        named = {"name": street.name[0], "name:ko": street.name[1]} if street.name else kit.names.take("street")
        tags = {"highway": street.kind.highway, **named}
        for part in shapely.get_parts(street.line):
            kit.plan.place(part, tags)
        crossing = street.line.intersection(town.river_corridor)
        if street.bridges and not crossing.is_empty:
            kit.plan.place(crossing, {**tags, "bridge": "yes", "layer": "1"})


def railway(kit: Kit, town: Skeleton, station_at: float) -> None:
    """Two through tracks, sidings and trains; ``station_at`` is the distance along the line of the station's middle."""
    plan = kit.plan
    plan.ground(town.rail_corridor, Ground.MEADOW)
    plan.ground(town.rail_line.buffer(RAIL_HALF_M - 3.5, cap_style="flat"), Ground.BALLAST, town.angle)
    x, y, angle = _pose(town.rail_line, station_at)
    frame = Rect(x, y, angle, 230, 2 * RAIL_HALF_M)
    for v in (-9.6, -2.3, 2.3, 9.6):
        line = offset_line(town.rail_line, v)
        _track(kit, line)
        plan.place(line, {"railway": "rail"} if abs(v) < 5 else {"railway": "rail", "service": "siding"})
    for v, number in ((-6.0, "1"), (6.0, "2")):
        _platform(kit, frame.sub(0, v, 190, 3.8), number)
    _train(kit, frame.sub(kit.uniform(-30, 30), 2.3, 0, 0), 6)
    _train(kit, frame.sub(kit.uniform(140, 200), -9.6, 0, 0), 5)
    _train(kit, frame.sub(-kit.uniform(240, 300), 9.6, 0, 0), 7)


def _track(kit: Kit, line: BaseGeometry) -> None:
    kit.plan.stroke(line.coords, 2.5, (96, 84, 74), dash=(0.55, 0.75), opacity=0.55)
    for side in (-0.75, 0.75):
        kit.plan.stroke(offset_line(line, side).coords, 0.24, (168, 160, 154), opacity=0.9)


def _platform(kit: Kit, rect: Rect, number: str) -> None:
    kit.plan.ground(rect, Ground.PAVING)
    kit.plan.place(rect, {"railway": "platform", "public_transport": "platform", "ref": number}, "transit_stop")
    for side in (-1, 1):
        edge = side * (rect.width / 2 - 0.5)
        kit.plan.stroke([rect.at(-rect.length / 2, edge), rect.at(rect.length / 2, edge)], 0.3, YELLOW)
    canopy = rect.sub(0, 0, rect.length * 0.5, 3.2)
    kit.plan.building([RoofPart(canopy, Roof.GABLE, Cover.METAL, (150, 160, 166), 4.6, 0.5)], {"building": "roof"})


def _train(kit: Kit, frame: Rect, cars: int) -> None:
    colour: Rgb = kit.pick(((196, 198, 200), (70, 100, 150), (170, 60, 50)))
    for i in range(cars):
        x, y = frame.at((i - cars / 2) * 21.0, 0)
        kit.plan.vehicles.append(Vehicle(x, y, frame.angle, 20.2, 2.9, 3.8, colour))


def station(kit: Kit, block: BaseGeometry, beside: Rect) -> None:
    """The station building along the line and a forecourt with buses, taxis and parked cars."""
    plan = kit.plan
    plan.ground(block, Ground.PLAZA, beside.angle)
    a, b = beside.length, beside.width
    house = beside.sub(0, -b / 2 + 8.5, min(a * 0.62, 78), 15)
    grey = kit.pick(((150, 152, 156), (118, 122, 130)))
    parts = [
        RoofPart(house, Roof.GABLE, Cover.METAL, grey, 9, 2.6),
        RoofPart(house.sub(0, 1.6, 17, 20), Roof.HIP, Cover.METAL, grey, 12.5, 4.5),
    ]
    tags = {"building": "train_station", "railway": "station", "public_transport": "station"}
    plan.building(parts, {**tags, "name": "Aldermoor Central Station", "name:ko": "앨더무어중앙역"}, "train_station")
    court = beside.sub(0, 9, a * 0.5, b - 26)
    plan.ground(court, Ground.ASPHALT)
    for u in np.arange(-court.length * 0.42, court.length * 0.42, 14.5):
        if kit.chance(0.7):
            kit.bus(*court.at(float(u), -court.width * 0.22), court.angle)
    for u in np.arange(-court.length * 0.45, court.length * 0.45, 6.0):
        if kit.chance(0.7):
            kit.car(*court.at(float(u), court.width * 0.26), court.angle)
    cars = beside.sub(a * 0.38, 2, b - 6, a * 0.2, math.pi / 2)
    long_side = cars if cars.length >= cars.width else cars.quarter_turned()
    kit.parking(long_side, 0.75, {"name": "Station Car Park", "name:ko": "역전주차장"})
    kit.tree_row(beside.at(-a / 2, b / 2 - 2), beside.at(a / 2, b / 2 - 2), 9)
    _bus_station(kit, beside.sub(-a * 0.37, 1, a * 0.2, b - 8))


def _bus_station(kit: Kit, rect: Rect) -> None:
    """Slanted bays under narrow roofs."""
    plan = kit.plan
    plan.ground(rect, Ground.OLD_ASPHALT)
    named = {"name": "Station Square Bus Terminal", "name:ko": "역전버스터미널"}
    plan.place(rect, {"amenity": "bus_station", **named}, "long_distance_bus_station")
    bay = rect if rect.length >= rect.width else rect.quarter_turned()
    for u in np.arange(-bay.length / 2 + 6, bay.length / 2 - 5, 9.5):
        island = bay.sub(float(u), 0, min(16.0, bay.width * 0.6), 2.4, math.radians(62))
        plan.ground(island, Ground.PAVING)
        roof = RoofPart(island.sub(0, 0, island.length * 0.8, 2.0), Roof.FLAT, Cover.METAL, (196, 198, 196), 3.4)
        plan.building([roof], {"building": "roof"})
        if kit.chance(0.65):
            kit.bus(*island.at(0, 3.4), island.angle)
