"""What is drawn how: colours and widths by OSM tags. Data only, no drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

Look = TypeVar("Look")
Rgb = tuple[int, int, int]
Values = frozenset[str] | None
"""Accepted values of a tag; None accepts any but "no"."""

BACKGROUND: Rgb = (243, 240, 234)
WATER: Rgb = (170, 208, 236)
WATER_EDGE: Rgb = (140, 186, 220)
WATER_TEXT: Rgb = (52, 104, 150)
BUILDING: Rgb = (222, 214, 204)
BUILDING_EDGE: Rgb = (190, 178, 164)
HALO: Rgb = (255, 255, 255)
TEXT: Rgb = (58, 58, 64)
ROAD_TEXT: Rgb = (96, 88, 78)
PARK_TEXT: Rgb = (44, 108, 58)


class Layer(IntEnum):
    """Drawing order."""

    LAND = 0
    GROUNDS = 1
    GREEN = 2
    WATER = 3
    SPORT = 4
    BUILDING = 5


@dataclass(frozen=True, slots=True)
class AreaLook:
    layer: Layer
    fill: Rgb
    edge: Rgb | None = None


@dataclass(frozen=True, slots=True)
class RoadLook:
    """``rank`` is the drawing order; ``width_m`` the width on the ground, at least ``least_px`` in the picture."""

    rank: int
    fill: Rgb
    casing: Rgb | None
    width_m: float
    least_px: float
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """What a place is for: colour of its marker and name, tint of its building; lower ``rank`` is named first."""

    id: str
    colour: Rgb
    tint: Rgb
    rank: int


EDUCATION = Kind("education", (166, 110, 20), (243, 221, 168), 1)
MEDICAL = Kind("medical", (190, 44, 52), (246, 202, 198), 0)
CIVIC = Kind("civic", (104, 72, 168), (221, 210, 238), 2)
COMMERCE = Kind("commerce", (186, 84, 24), (246, 212, 186), 3)
FOOD = Kind("food", (186, 84, 24), BUILDING, 6)
TRANSPORT = Kind("transport", (36, 96, 168), (202, 216, 240), 1)
LEISURE = Kind("leisure", (30, 122, 84), (196, 228, 208), 3)
PARK = Kind("park", PARK_TEXT, (205, 230, 190), 1)
WORSHIP = Kind("worship", (112, 84, 60), (222, 208, 192), 3)
BUSINESS = Kind("business", (72, 84, 104), (214, 218, 226), 4)
INDUSTRY = Kind("industry", (90, 86, 112), (214, 212, 224), 4)
HOMES = Kind("homes", (112, 106, 98), BUILDING, 5)


def _any_of(*values: str) -> Values:
    return frozenset(values)


KINDS: tuple[tuple[str, Values, Kind], ...] = (
    ("amenity", _any_of("hospital", "clinic", "doctors", "pharmacy", "dentist", "veterinary", "nursing_home"), MEDICAL),
    ("healthcare", None, MEDICAL),
    ("amenity", _any_of("school", "kindergarten", "university", "college", "childcare", "driving_school"), EDUCATION),
    ("amenity", _any_of("townhall", "police", "fire_station", "courthouse", "post_office", "prison", "embassy"), CIVIC),
    ("amenity", _any_of("library", "cinema", "theatre", "arts_centre", "community_centre", "swimming_pool"), LEISURE),
    ("amenity", _any_of("place_of_worship", "monastery"), WORSHIP),
    ("amenity", _any_of("restaurant", "cafe", "fast_food", "bar", "pub", "ice_cream", "food_court"), FOOD),
    ("amenity", _any_of("bank", "bureau_de_change"), BUSINESS),
    ("amenity", _any_of("marketplace"), COMMERCE),
    ("amenity", _any_of("fuel", "bus_station", "parking", "charging_station", "ferry_terminal", "taxi"), TRANSPORT),
    ("railway", _any_of("station", "halt", "tram_stop"), TRANSPORT),
    ("public_transport", _any_of("station"), TRANSPORT),
    ("aeroway", None, TRANSPORT),
    ("highway", _any_of("bus_stop"), TRANSPORT),
    ("shop", None, COMMERCE),
    ("tourism", _any_of("hotel", "motel", "guest_house", "hostel"), COMMERCE),
    ("tourism", _any_of("museum", "gallery", "zoo", "theme_park", "attraction", "aquarium"), LEISURE),
    ("leisure", _any_of("park", "garden", "nature_reserve", "common", "dog_park"), PARK),
    ("leisure", None, LEISURE),
    ("place", _any_of("square"), PARK),
    ("office", _any_of("government", "administrative", "diplomatic"), CIVIC),
    ("office", None, BUSINESS),
    ("historic", None, LEISURE),
    ("man_made", _any_of("works", "water_works", "wastewater_plant"), INDUSTRY),
    ("landuse", _any_of("industrial", "quarry", "depot"), INDUSTRY),
    ("landuse", _any_of("residential"), HOMES),
    ("landuse", _any_of("cemetery", "forest", "recreation_ground", "village_green", "grass", "meadow"), PARK),
    ("landuse", _any_of("retail", "commercial"), COMMERCE),
    ("building", _any_of("school", "kindergarten", "university", "college"), EDUCATION),
    ("building", _any_of("hospital", "clinic"), MEDICAL),
    ("building", _any_of("government", "public", "civic", "townhall", "fire_station", "police"), CIVIC),
    ("building", _any_of("church", "temple", "mosque", "chapel", "cathedral", "shrine", "synagogue"), WORSHIP),
    ("building", _any_of("train_station", "transportation", "parking"), TRANSPORT),
    ("building", _any_of("supermarket", "mall", "marketplace", "hotel", "commercial", "retail"), COMMERCE),
    ("building", _any_of("office", "bank"), BUSINESS),
    ("building", _any_of("industrial", "warehouse", "factory", "manufacture"), INDUSTRY),
    ("building", _any_of("sports_centre", "sports_hall", "stadium", "grandstand", "cinema", "library"), LEISURE),
    ("building", _any_of("apartments", "house", "residential", "detached", "terrace", "dormitory"), HOMES),
)

_GREEN: Rgb = (205, 230, 190)
AREAS: tuple[tuple[str, Values, AreaLook], ...] = (
    ("natural", _any_of("water", "bay"), AreaLook(Layer.WATER, WATER, WATER_EDGE)),
    ("waterway", _any_of("riverbank", "dock"), AreaLook(Layer.WATER, WATER, WATER_EDGE)),
    ("landuse", _any_of("reservoir", "basin"), AreaLook(Layer.WATER, WATER, WATER_EDGE)),
    ("leisure", _any_of("swimming_pool"), AreaLook(Layer.SPORT, (150, 210, 232), WATER_EDGE)),
    ("leisure", _any_of("pitch"), AreaLook(Layer.SPORT, (176, 219, 180), (132, 186, 140))),
    ("leisure", _any_of("track"), AreaLook(Layer.GREEN, (232, 206, 184), (206, 170, 142))),
    ("leisure", _any_of("playground"), AreaLook(Layer.SPORT, (224, 240, 214), (170, 204, 156))),
    ("leisure", _any_of("park", "garden", "common", "nature_reserve", "dog_park"), AreaLook(Layer.GREEN, _GREEN)),
    ("leisure", _any_of("sports_centre", "stadium", "golf_course"), AreaLook(Layer.GREEN, (216, 236, 208))),
    ("natural", _any_of("wood"), AreaLook(Layer.GREEN, (186, 217, 170))),
    ("landuse", _any_of("forest"), AreaLook(Layer.GREEN, (186, 217, 170))),
    (
        "landuse",
        _any_of("grass", "meadow", "recreation_ground", "village_green"),
        AreaLook(Layer.GREEN, (220, 236, 205)),
    ),
    ("natural", _any_of("grassland", "scrub", "heath"), AreaLook(Layer.GREEN, (220, 232, 204))),
    ("landuse", _any_of("cemetery"), AreaLook(Layer.GREEN, (208, 222, 202))),
    (
        "landuse",
        _any_of("farmland", "farmyard", "orchard", "vineyard", "allotments"),
        AreaLook(Layer.LAND, (236, 234, 208)),
    ),
    ("natural", _any_of("sand", "beach"), AreaLook(Layer.LAND, (246, 234, 200))),
    (
        "amenity",
        _any_of("school", "kindergarten", "university", "college"),
        AreaLook(Layer.GROUNDS, (248, 238, 208), (226, 206, 150)),
    ),
    ("amenity", _any_of("hospital", "clinic"), AreaLook(Layer.GROUNDS, (250, 228, 224), (230, 188, 184))),
    ("amenity", _any_of("parking"), AreaLook(Layer.GROUNDS, (232, 233, 240), (204, 206, 220))),
    ("amenity", _any_of("marketplace", "fuel"), AreaLook(Layer.GROUNDS, (246, 230, 216), (222, 196, 170))),
    ("aeroway", None, AreaLook(Layer.GROUNDS, (226, 228, 238), (196, 200, 218))),
    ("place", _any_of("square"), AreaLook(Layer.GROUNDS, (236, 230, 220), (214, 204, 188))),
    ("railway", _any_of("platform"), AreaLook(Layer.GROUNDS, (214, 214, 222), (176, 176, 190))),
    ("man_made", _any_of("bridge", "pier"), AreaLook(Layer.SPORT, (240, 238, 234), (200, 196, 188))),
    ("landuse", _any_of("residential"), AreaLook(Layer.LAND, (237, 232, 225))),
    ("landuse", _any_of("industrial", "railway", "quarry", "depot"), AreaLook(Layer.LAND, (232, 229, 237))),
    ("landuse", _any_of("retail", "commercial"), AreaLook(Layer.LAND, (245, 232, 226))),
    ("landuse", _any_of("construction", "brownfield", "landfill"), AreaLook(Layer.LAND, (229, 224, 212))),
)

_WHITE: Rgb = (255, 255, 255)
_EDGE: Rgb = (206, 198, 186)
_PATH: Rgb = (188, 150, 122)
ROADS: Mapping[str, RoadLook] = {
    "motorway": RoadLook(9, (247, 186, 120), (208, 138, 68), 20, 4.5),
    "trunk": RoadLook(8, (249, 203, 142), (214, 158, 90), 17, 4.0),
    "primary": RoadLook(7, (252, 222, 160), (220, 182, 104), 14.5, 3.5),
    "secondary": RoadLook(6, (254, 242, 194), (214, 200, 140), 10.5, 3.0),
    "tertiary": RoadLook(5, _WHITE, _EDGE, 8.5, 2.5),
    "unclassified": RoadLook(4, _WHITE, _EDGE, 6.6, 1.6),
    "residential": RoadLook(4, _WHITE, _EDGE, 6.6, 1.6),
    "living_street": RoadLook(4, (246, 244, 246), _EDGE, 6.0, 1.6),
    "pedestrian": RoadLook(3, (244, 238, 230), _EDGE, 5.5, 1.4),
    "service": RoadLook(2, _WHITE, _EDGE, 4.0, 1.0),
    "track": RoadLook(1, (216, 196, 160), None, 2.5, 1.0, dashed=True),
    "footway": RoadLook(0, _PATH, None, 1.5, 1.0, dashed=True),
    "path": RoadLook(0, _PATH, None, 1.5, 1.0, dashed=True),
    "cycleway": RoadLook(0, (120, 140, 200), None, 1.8, 1.0, dashed=True),
    "steps": RoadLook(0, (196, 120, 100), None, 2.0, 1.2, dashed=True),
    "bridleway": RoadLook(0, _PATH, None, 1.5, 1.0, dashed=True),
}
RAIL: Rgb = (134, 134, 146)


def kind_of(tags: Mapping[str, str]) -> Kind | None:
    """The kind of place that the tags speak of, or None."""
    return _first(KINDS, tags)


def area_look(tags: Mapping[str, str]) -> AreaLook | None:
    """How a polygon with these tags is filled, or None where it is not drawn."""
    if tags.get("building", "no") != "no":
        kind = kind_of(tags)
        if kind is None or kind.tint == BUILDING:
            return AreaLook(Layer.BUILDING, BUILDING, BUILDING_EDGE)
        return AreaLook(Layer.BUILDING, kind.tint, _darker(kind.tint))
    return _first(AREAS, tags)


def road_look(tags: Mapping[str, str]) -> RoadLook | None:
    """How a line with these tags is drawn as a road, or None."""
    highway = tags.get("highway")
    return None if highway is None else ROADS.get(highway.removesuffix("_link"))


def _first(rules: Sequence[tuple[str, Values, Look]], tags: Mapping[str, str]) -> Look | None:
    for key, values, look in rules:
        value = tags.get(key, "no")
        if value != "no" and (values is None or value in values):
            return look
    return None


def _darker(colour: Rgb) -> Rgb:
    r, g, b = colour
    return round(r * 0.84), round(g * 0.82), round(b * 0.80)
