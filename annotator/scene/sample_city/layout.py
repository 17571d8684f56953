"""Which block becomes what: the plan of the town."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
import shapely.geometry as sg

from annotator.scene.sample_city import civic, education, green, housing, trade, transport
from annotator.scene.sample_city.kit import Kit
from annotator.scene.sample_city.names import Names
from annotator.scene.sample_city.plan import SIDE_M, Ground, Plan, Rect, bounding_rect, inscribed_rect
from annotator.scene.sample_city.streets import GREEN_M, RIVER_HALF_M, Skeleton, lay_streets

PICTURE = sg.box(0, 0, SIDE_M, SIDE_M)


def plan_town(rng: np.random.Generator) -> Plan:
    """A whole town: streets first, then a use for every block, then streets' paint and traffic on top."""
    town = lay_streets(rng)
    plan = Plan()
    kit = Kit(plan, rng, Names(rng))
    plan.ground(PICTURE.buffer(20), Ground.MEADOW)
    green.riverside(kit, town.river_corridor, town.water, town.river_line, RIVER_HALF_M)
    blocks = _Blocks(kit, town)
    transport.railway(kit, town, blocks.station_at)
    transport.lay_surfaces(kit, town)
    blocks.build()
    transport.paint_streets(kit, town)
    transport.traffic(kit, town)
    transport.name_streets(kit, town)
    return plan


class _Blocks:
    """Gives the blocks their uses, the particular ones first."""

    def __init__(self, kit: Kit, town: Skeleton) -> None:
        self._kit = kit
        self._town = town
        strip = town.river_line.buffer(RIVER_HALF_M + GREEN_M)
        self._free = [b for b in town.blocks if b.intersects(PICTURE) and not strip.contains(b.centroid)]
        rail_mid = town.rail_line.interpolate(town.rail_line.project(sg.Point(SIDE_M / 2, SIDE_M / 2)))
        self._station = self._take_station(rail_mid)
        self._market_stands = self._temple_stands = False
        self.station_at = float(town.rail_line.project(self._station.centroid))

    def _take_station(self, rail_mid: sg.Point) -> sg.Polygon:
        centre = sg.Point(SIDE_M / 2, SIDE_M / 2)
        side = [
            b
            for b in self._free
            if b.distance(self._town.rail_corridor) < 8
            and b.distance(centre) < rail_mid.distance(centre)
            and b.area > 2500
        ]
        inside = [b for b in side if PICTURE.buffer(-8).contains(b)] or side
        best = max(inside, key=lambda b: min(float(b.area), 9000) - 20 * b.centroid.distance(rail_mid))
        self._free = [b for b in self._free if b is not best]
        return best

    def build(self) -> None:
        kit = self._kit
        transport.station(kit, self._station, self._beside_rail())
        for low, high, wish, make in self._programme():
            block = self._take(low, high, wish)
            if block is not None:
                make(block)
        for block in self._free:
            self._ordinary(block)

    def _beside_rail(self) -> Rect:
        """The station's site with -v towards the tracks and u along them."""
        rect = inscribed_rect(self._station, 1)
        options = [
            Rect(
                rect.x,
                rect.y,
                rect.angle + k * np.pi / 2,
                *((rect.length, rect.width) if k % 2 == 0 else (rect.width, rect.length)),
            )
            for k in range(4)
        ]
        rail = self._town.rail_line
        return min(options, key=lambda r: rail.distance(sg.Point(r.at(0, -r.width / 2))))

    def _programme(self) -> list[tuple[float, float, str, Callable[[sg.Polygon], None]]]:
        """(least m2, most m2, where, builder) in the order of choosing."""
        kit, names = self._kit, self._kit.names

        def school(tags: dict[str, str], on_grounds: bool, track: bool) -> Callable[[sg.Polygon], None]:
            return lambda block: education.school(kit, block, tags, on_grounds=on_grounds, track=track)

        riverside = {"name": "Riverside Primary School", "name:ko": "강변초등학교"}
        return [
            (9000, 30000, "centre", lambda b: civic.civic_square(kit, b)),
            (12000, 40000, "any", lambda b: trade.mall(kit, b)),
            (12000, 40000, "middle", lambda b: green.park(kit, b, names.take("park"))),
            (9500, 30000, "any", lambda b: civic.hospital(kit, b, names.take("hospital"))),
            (7500, 30000, "river", school(riverside, True, False)),
            (9000, 30000, "any", school(names.take("high_school"), False, True)),
            (7000, 30000, "any", lambda b: green.sports_centre(kit, b)),
            (6500, 30000, "any", school(names.take("middle_school"), False, False)),
            (5500, 30000, "centre", self._high_street),
            (5000, 30000, "centre", self._high_street),
            (5500, 30000, "any", school(names.take("academy"), False, False)),
            (4500, 30000, "any", lambda b: green.pocket_park(kit, b, names.take("small_park"))),
            (4500, 30000, "any", self._services),
            (4500, 30000, "far", self._services),
            (4500, 30000, "far", lambda b: housing.apartments(kit, b, names.take("estate"))),
            (4500, 30000, "far", lambda b: housing.apartments(kit, b, names.take("estate"))),
            (4500, 30000, "any", lambda b: housing.apartments(kit, b, names.take("estate"))),
        ]

    def _take(self, low: float, high: float, wish: str) -> sg.Polygon | None:
        """The free block wholly in the picture that suits best; smaller ones only when none is large enough."""
        inside = PICTURE.buffer(-6)
        whole = [b for b in self._free if inside.contains(b) and self._behind_rail(b) is False]
        fit = [b for b in whole if low <= b.area <= high] or sorted(whole, key=lambda b: -float(b.area))[:2]
        if not fit:
            return None
        best = min(fit, key=lambda b: self._cost(b, low, wish))
        self._free = [b for b in self._free if b is not best]
        return best

    def _cost(self, block: sg.Polygon, low: float, wish: str) -> float:
        centre = block.centroid.distance(sg.Point(SIDE_M / 2, SIDE_M / 2))
        where = {
            "centre": centre,
            "middle": abs(centre - 230),
            "river": 3.0 * block.distance(self._town.river_corridor),
            "far": 450 - centre,
            "any": 0.0,
        }[wish]
        box = block.minimum_rotated_rectangle
        crooked = 1 - block.area / box.area
        return float(where + 400 * crooked + 60 * abs(block.area / (1.35 * low) - 1) + self._kit.rng.uniform(0, 160))

    def _behind_rail(self, block: sg.Polygon) -> bool:
        centre = sg.Point(SIDE_M / 2, SIDE_M / 2)
        return bool(sg.LineString([block.centroid, centre]).intersects(self._town.rail_line))

    def _ordinary(self, block: sg.Polygon) -> None:
        kit = self._kit
        if self._behind_rail(block):
            self._industry(block)
            return
        centre = block.centroid.distance(sg.Point(SIDE_M / 2, SIDE_M / 2))
        draw = kit.rng.random()
        if block.area < 1800:
            kit.plan.ground(block, Ground.LAWN)
            kit.trees_in(block, block.area / 70)
        elif centre < 260 and draw < 0.75:
            for piece in _quartered(block, 62):
                housing.old_town(kit, piece)
        elif draw < 0.45:
            self._named_estate(block)
            for piece in _quartered(block, 54):
                housing.row_houses(kit, piece)
        else:
            self._named_estate(block)
            for piece in _quartered(block, 58):
                housing.detached(kit, piece)

    def _named_estate(self, block: sg.Polygon) -> None:
        tags = {"landuse": "residential"}
        if block.area > 6000 and PICTURE.contains(block) and self._kit.chance(0.5):
            tags |= self._kit.names.take("estate")
        self._kit.plan.place(block, tags, "residential_area")

    def _industry(self, block: sg.Polygon) -> None:
        kit = self._kit
        kit.plan.ground(block, Ground.SOIL)
        kit.plan.place(block, {"landuse": "industrial"}, "industrial_park")
        for shape, lot in housing.parcels(kit, block, kit.uniform(70, 95), deep=True):
            if lot.width < 20 or lot.length < 30:
                kit.trees_in(shape, 6)
                continue
            whole = PICTURE.contains(shape)
            trade.factory(kit, lot.sub(0, 0, lot.length - 6, lot.width - 6), kit.names.take("factory") if whole else {})

    def _high_street(self, block: sg.Polygon) -> None:
        """Offices, bank, hotel, cinema and market in lots along the streets."""
        kit, names = self._kit, self._kit.names
        kit.plan.ground(block, Ground.PAVING, inscribed_rect(block).angle)
        lots = [lot for _, lot in housing.parcels(kit, block, 34.0) if lot.length > 16 and lot.width > 18]
        makers: list[Callable[[Rect], None]] = [
            lambda r: trade.tower(
                kit, r, 2, {"building": "yes", "amenity": "cinema", **names.take("cinema")}, "cinema"
            ),
            lambda r: trade.tower(kit, r, 8, {"building": "hotel", "tourism": "hotel", **names.take("hotel")}, "hotel"),
            lambda r: trade.tower(kit, r, 3, {"building": "yes", "amenity": "bank", **names.take("bank")}, "bank"),
            lambda r: trade.tower(
                kit, r, 10, {"building": "office", **names.take("office")}, "business_office_building"
            ),
            lambda r: trade.market(kit, r, {"name": "Old Market Hall", "name:ko": "옛시장"}),
            lambda r: trade.tower(
                kit, r, 6, {"building": "office", **names.take("office")}, "business_office_building"
            ),
        ]
        order = (3, 2, 1, 5) if self._market_stands else (0, 4, 1, 2, 3, 5)
        self._market_stands = True
        self._fill(lots, [makers[i] for i in order])

    def _services(self, block: sg.Polygon) -> None:
        """Small public things of a quarter: clinic, kindergarten, shop, fuel, worship; houses in what is left."""
        kit, names = self._kit, self._kit.names
        kit.plan.ground(block, Ground.GARDEN, inscribed_rect(block).angle)
        lots = [lot for _, lot in housing.parcels(kit, block, 40.0) if lot.length > 16 and lot.width > 18]
        makers: list[Callable[[Rect], None]] = [
            lambda r: civic.clinic(kit, r, names.take("clinic")),
            lambda r: education.kindergarten(kit, r, names.take("kindergarten")),
            lambda r: trade.supermarket(kit, r, names.take("supermarket")),
            lambda r: trade.fuel_station(kit, r, names.take("fuel")),
            lambda r: civic.temple(kit, r, names.take("temple")),
        ]
        makers = makers[:-1] if self._temple_stands else [makers[i] for i in (0, 4, 1, 2, 3)]
        self._temple_stands |= len(lots) > 1
        self._fill(lots, makers)

    def _fill(self, lots: list[Rect], makers: list[Callable[[Rect], None]]) -> None:
        kit = self._kit
        order = sorted(range(len(lots)), key=lambda i: -lots[i].length * lots[i].width)
        for rank, i in enumerate(order):
            lot = lots[i].sub(0, 0, lots[i].length - 2, lots[i].width - 2)
            if rank < len(makers):
                makers[rank](lot)
            elif kit.chance(0.4):
                kit.parking(lot.sub(0, 0, lot.length, min(lot.width, 17)), 0.6)
            else:
                kit.plan.building(
                    [kit.flat(lot.sub(0, -lot.width * 0.1, lot.length * 0.9, lot.width * 0.6), kit.uniform(2, 5))],
                    {"building": "yes"},
                )


def _quartered(block: sg.Polygon, width_m: float) -> list[sg.Polygon]:
    """Cut into strips that two rows of lots can fill."""
    rect = bounding_rect(block)
    strips = max(1, round(rect.width / width_m))
    if strips == 1:
        return [block]
    knives = []
    for i in range(1, strips):
        v = (i / strips - 0.5) * rect.width
        knives.append(sg.LineString([rect.at(-rect.length, v), rect.at(rect.length, v)]).buffer(2.6))
    pieces = block.difference(shapely.union_all(knives))
    return [p for p in shapely.get_parts(pieces) if p.area > 600]
