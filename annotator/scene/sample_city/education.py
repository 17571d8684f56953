"""Schools and kindergartens: buildings round a yard, pitches with their lines."""

from __future__ import annotations

import math

import numpy as np
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.scene.sample_city.kit import METALS, TILES, WHITE, Kit
from annotator.scene.sample_city.plan import Cover, Ground, Rect, RoofPart, inscribed_rect


def soccer_pitch(kit: Kit, rect: Rect, tags: dict[str, str] | None = None) -> None:
    """A pitch of turf in mowing stripes with its lines and goals, tagged leisure=pitch."""
    plan = kit.plan
    plan.ground(rect, Ground.TURF)
    plan.place(rect, {"leisure": "pitch", "sport": "soccer", **(tags or {})}, "soccer_field")
    field = rect.sub(0, 0, rect.length - 5, rect.width - 5)
    a, b = field.length / 2, field.width / 2
    plan.outline(field, 0.3, WHITE, 0.85)
    plan.stroke([field.at(0, -b), field.at(0, b)], 0.3, WHITE, opacity=0.85)
    plan.stroke(_ring(field, min(9.15, b * 0.4)), 0.3, WHITE, opacity=0.85)
    for side in (-1, 1):
        for depth, share in ((min(16.5, a * 0.32), 0.62), (min(5.5, a * 0.11), 0.28)):
            plan.outline(field.sub(side * (a - depth / 2), 0, depth, 2 * b * share), 0.3, WHITE, 0.8)
        plan.outline(field.sub(side * (a + 0.8), 0, 1.4, 6.5), 0.3, (240, 240, 240))


def _ring(rect: Rect, radius: float) -> list[tuple[float, float]]:
    return [rect.at(radius * math.cos(t), radius * math.sin(t)) for t in np.linspace(0, 2 * math.pi, 33)]


def running_track(kit: Kit, rect: Rect) -> None:
    """A tartan oval with lanes around a soccer pitch; tagged leisure=track."""
    plan = kit.plan
    oval = _oval(rect, 0.0)
    plan.ground(oval, Ground.TARTAN, rect.angle)
    plan.place(oval, {"leisure": "track", "sport": "athletics"}, "track")
    for inset in (0.4, 1.6, 2.8, 4.0, 5.2):
        plan.stroke(_oval(rect, inset).exterior.coords, 0.2, WHITE, opacity=0.7)
    plan.ground(_oval(rect, 6.2), Ground.LAWN, rect.angle)
    inner = rect.width - 19
    soccer_pitch(kit, rect.sub(0, 0, min(rect.length - rect.width * 0.62, inner * 1.75), inner))


def _oval(rect: Rect, inset: float) -> sg.Polygon:
    radius = rect.width / 2 - inset
    half = max((rect.length - rect.width) / 2, 1.0)
    return sg.LineString([rect.at(-half, 0), rect.at(half, 0)]).buffer(radius, quad_segs=16)


def basketball_court(kit: Kit, rect: Rect) -> None:
    plan = kit.plan
    plan.ground(rect, Ground.COURT)
    plan.place(rect, {"leisure": "pitch", "sport": "basketball"}, "basketball_arena")
    field = rect.sub(0, 0, rect.length - 3, rect.width - 3)
    plan.outline(field, 0.25, WHITE, 0.85)
    plan.stroke([field.at(0, -field.width / 2), field.at(0, field.width / 2)], 0.25, WHITE, opacity=0.85)
    plan.stroke(_ring(field, 1.9), 0.25, WHITE, opacity=0.85)
    for side in (-1, 1):
        plan.outline(field.sub(side * (field.length / 2 - 2.9), 0, 5.8, 4.9), 0.25, WHITE, 0.85)


def _wings(kit: Kit, site: Rect, depth: float, floors: float, *, sides: int) -> list[RoofPart]:
    """School wings of ``depth`` metres along the edge of the site: one long one, then the ends (L, U)."""
    pitched = kit.chance(0.35)
    colour = kit.pick(TILES) if pitched else None
    shade = colour or kit.pick(((186, 180, 170), (150, 150, 150), (96, 138, 110), (168, 150, 130)))

    def roof(rect: Rect) -> RoofPart:
        if pitched:
            return kit.pitched(rect, floors, shade, slope=0.42)
        return kit.flat(rect, floors, shade)

    a, b = site.length / 2, site.width / 2
    parts = [roof(site.sub(0, -b + depth / 2, site.length, depth))]
    if sides >= 2:
        parts.append(roof(site.sub(-a + depth / 2, 0, site.width, depth, math.pi / 2)))
    if sides >= 3:
        parts.append(roof(site.sub(a - depth / 2, 0, site.width, depth, math.pi / 2)))
    return parts


def school(kit: Kit, block: BaseGeometry, tags: dict[str, str], *, on_grounds: bool, track: bool) -> None:
    """A school block. The name is on the grounds (amenity=school) or on the main building, never on both."""
    plan, rng = kit.plan, kit.rng
    plan.ground(block, Ground.LAWN, inscribed_rect(block).angle)
    site = inscribed_rect(block, 4)
    share = 0.40 if track else 0.5
    if kit.chance(0.5):
        site = Rect(site.x, site.y, site.angle + math.pi, site.length, site.width)
    built = site.sub(-site.length * (1 - share) / 2, 0, site.length * share, site.width)
    open_side = site.sub(site.length * share / 2, 0, site.length * (1 - share) - 4, site.width - 2)
    frame = built if built.length > built.width else built.quarter_turned()
    sides = 3 if frame.width > 48 else 2
    depth = float(np.clip(frame.width * 0.27, 10, 15))
    yard = frame.sub(0, 2, frame.length - 2, frame.width - 4)
    plan.ground(yard, Ground.PLAZA if kit.chance(0.6) else Ground.SAND)
    school_tags = {"amenity": "school", **tags}
    building_tags = {"building": "yes"} if on_grounds else {"building": "school", **school_tags}
    plan.building(
        _wings(kit, frame.sub(0, 0, frame.length - 5, frame.width - 8), depth, float(rng.integers(2, 5)), sides=sides),
        building_tags,
        None if on_grounds else "school",
    )
    if on_grounds:
        plan.place(block, school_tags, "school")
    _open_side(kit, open_side, track)
    _yard(kit, frame, depth)
    kit.tree_ring(site.sub(0, 0, site.length + 3, site.width + 3), 8.5, 2.6)
    kit.trees_in(block.difference(site.polygon()), block.area / 420)


def _open_side(kit: Kit, rect: Rect, track: bool) -> None:
    long_side = rect if rect.length >= rect.width else rect.quarter_turned()
    if track and long_side.width > 38:
        width = min(long_side.width - 3, long_side.length / 1.45)
        running_track(kit, long_side.sub(0, 0, min(long_side.length, width * 1.9), width))
        return
    pitch = long_side.sub(-9, 0, long_side.length - 24, min(long_side.width - 4, 44))
    if pitch.length > 32 and pitch.width > 18:
        soccer_pitch(kit, pitch)
    court = long_side.sub(long_side.length / 2 - 9, -long_side.width / 5, 26, 14, math.pi / 2)
    if long_side.width > 30:
        basketball_court(kit, court)


def _yard(kit: Kit, frame: Rect, depth: float) -> None:
    gym = frame.sub(0, frame.width / 2 - 9, min(26.0, frame.length * 0.4), 13)
    if frame.width > 46:
        roof = kit.hall(gym, 8.5, kit.pick(METALS))
        kit.plan.building([roof], {"building": "yes"})
    yard = frame.sub(0, depth / 2 - 4, frame.length * 0.4, frame.width * 0.3)
    for u in np.arange(-yard.length / 2, yard.length / 2, 2.4):
        kit.plan.stroke(
            [yard.at(u, -yard.width / 2), yard.at(u, -yard.width / 2 + 3)], 0.3, (206, 190, 90), opacity=0.6
        )
    kit.trees_in(yard.polygon(), 5, 1.6, 2.8)


def kindergarten(kit: Kit, lot: Rect, tags: dict[str, str]) -> None:
    """A low building with bright roofs, a sand pit and a lawn."""
    plan = kit.plan
    plan.ground(lot, Ground.LAWN)
    house = lot.sub(0, -lot.width * 0.2, lot.length * 0.72, lot.width * 0.4)
    colour = kit.pick(((196, 92, 60), (210, 170, 70), (80, 130, 170)))
    wing = kit.pitched(house, 1.2, colour, slope=0.4, cover=Cover.METAL)
    bay = kit.pitched(house.sub(house.length * 0.2, house.width * 0.4, house.width * 0.9, 8, math.pi / 2), 1.1, colour)
    plan.building([wing, bay], {"building": "kindergarten", "amenity": "kindergarten", **tags}, "kindergarten")
    plan.ground(lot.sub(-lot.length * 0.22, lot.width * 0.3, 7, 6), Ground.SAND)
    plan.ground(lot.sub(lot.length * 0.3, lot.width * 0.32, 8, 5), Ground.TARTAN)
    kit.trees_in(lot.polygon(), 7, 1.5, 3.0)
