"""From matching map features to places: one entry per place, with the shape the map gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_lonlat, polygonal
from annotator.query import Match
from annotator.reasoner.grounded.pixel_map import PixelMap
from annotator.reasoner.naming import same_name
from annotator.taxonomy import Taxonomy
from annotator.types import MapFeature, Scene

LINE_HALF_WIDTH_M = 5.0
"""A place drawn as an open line (a market street, a pier) is taken as this much ground on either side."""
INSIDE_SHARE = 0.8
"""A part of a place lies in another's outline by at least this share of its area."""
BEYOND_TYPICAL = 6.0
"""A building with more than this many typical areas holds a bare point's place among others."""


@dataclass(frozen=True, eq=False)
class Place:
    """A place on the map: its feature, how it matches, its shape in pixels (polygonal, or a Point), where it is in
    the scene's features, and what was joined or assumed."""

    position: int
    feature: MapFeature
    match: Match
    shape_px: BaseGeometry
    notes: tuple[str, ...] = ()

    @property
    def is_point(self) -> bool:
        return self.shape_px.geom_type == "Point"


def places_of(scene: Scene, matches: dict[int, Match], pixel_map: PixelMap, taxonomy: Taxonomy) -> list[Place]:
    """The places of the matching features (position -> match): nodes and parts of a place are joined to its outline."""
    places = [_place(scene, i, match, pixel_map) for i, match in matches.items()]
    joined = _join([place for place in places if not place.shape_px.is_empty])
    taken = {place.position for place in joined}
    return [_in_its_building(scene, place, taken, pixel_map, taxonomy) for place in joined]


def _place(scene: Scene, position: int, match: Match, pixel_map: PixelMap) -> Place:
    feature, shape = pixel_map.features[position], pixel_map.shapes_px[position]
    outline = polygonal(shape)
    if not outline.is_empty:
        return Place(position, feature, match, outline)
    if shape.length > 0:
        closed = _closed(shape)
        if not closed.is_empty:
            return Place(position, _reshaped(scene, feature, closed), match, closed)
        strip = shape.buffer(LINE_HALF_WIDTH_M / pixel_map.gsd_m, cap_style="flat")
        note = f"A line on the map; {LINE_HALF_WIDTH_M:.0f} m of ground on either side are taken"
        return Place(position, feature, match, polygonal(strip), (note,))
    return Place(position, feature, match, shape.centroid)


def _closed(line: BaseGeometry) -> BaseGeometry:
    """The ground inside closed lines; empty where none closes."""
    return polygonal(shapely.union_all(shapely.get_parts(shapely.polygonize(list(shapely.get_parts(line))))))


def _reshaped(scene: Scene, feature: MapFeature, shape_px: BaseGeometry) -> MapFeature:
    return replace(feature, geometry_lonlat=geometry_to_lonlat(scene.grid, shape_px))


def _join(places: Sequence[Place]) -> list[Place]:
    """Larger outlines first; what lies in one of the same function without another name is a part of it."""
    ordered = sorted(places, key=lambda p: (-p.shape_px.area, p.position))
    tree = shapely.STRtree([place.shape_px for place in ordered])
    kept: dict[int, Place] = {}
    for i, place in enumerate(ordered):
        touching = sorted(int(j) for j in tree.query(place.shape_px, predicate="intersects") if j < i)
        whole = next((j for j in touching if j in kept and _is_part(place, kept[j])), None)
        if whole is None:
            kept[i] = place
        else:
            kept[whole] = _with_part(kept[whole], place)
    return sorted(kept.values(), key=lambda p: p.position)


def _is_part(part: Place, whole: Place) -> bool:
    """Whether a place that touches another is a part of it."""
    if whole.is_point or part.match.function != whole.match.function:
        return False
    if not same_name(part.feature.name, whole.feature.name):
        return False
    if part.is_point:
        return True
    return bool(whole.shape_px.intersection(part.shape_px).area >= INSIDE_SHARE * part.shape_px.area)


def _with_part(whole: Place, part: Place) -> Place:
    """The whole with the part's name and match where they say more; its geometry and id stay."""
    tags = {**part.feature.tags, **whole.feature.tags}
    feature = replace(whole.feature, tags=tags if whole.feature.name is None else whole.feature.tags)
    match = max(whole.match, part.match, key=lambda m: m.score)
    return replace(whole, feature=feature, match=match, notes=(*whole.notes, f"{part.feature.id} lies in its outline"))


def _in_its_building(scene: Scene, place: Place, taken: set[int], pixel_map: PixelMap, taxonomy: Taxonomy) -> Place:
    """A bare point in a building that is no other place takes that building's outline."""
    if not place.is_point:
        return place
    holders = [i for i in pixel_map.near(place.shape_px, 0.0) if pixel_map.is_building(i) and i not in taken]
    largest = BEYOND_TYPICAL * taxonomy.typical_area_m2(place.match.class_id) / pixel_map.gsd_m**2
    for i in sorted(holders, key=lambda i: pixel_map.shapes_px[i].area):
        building, outline = pixel_map.features[i], polygonal(pixel_map.shapes_px[i])
        if outline.area > largest or not same_name(building.name, place.feature.name) or _is_other(building, taxonomy):
            continue
        feature = replace(place.feature, geometry_lonlat=building.geometry_lonlat)
        note = f"The point lies in the building {building.id} (building={building.tags['building']})"
        return replace(place, feature=feature, shape_px=outline, notes=(*place.notes, note))
    return place


def _is_other(building: MapFeature, taxonomy: Taxonomy) -> bool:
    """True where the building's own tags already make it a place."""
    own = {key: value for key, value in building.tags.items() if key != "building"}
    return bool(taxonomy.classes_of_tags(own))
