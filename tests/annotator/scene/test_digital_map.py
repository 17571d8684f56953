"""The digital map: literal colours at known places, names that never touch, tiles that agree."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_lonlat
from annotator.scene.digital_map import DigitalMap, Label, draw_digital_map
from annotator.scene.digital_map.fonts import font_for
from annotator.scene.digital_map.labels import Placement, Wish
from annotator.scene.digital_map.style import BACKGROUND, BUILDING, MEDICAL, RAIL, ROADS, WATER, area_look, kind_of
from annotator.types import Grid, MapFeature

GRID = Grid("EPSG:32753", (500_000.0, 0.5, 0.0, 7_000_000.0, 0.0, -0.5), 512, 512)
"""512 px at 0.5 m, drawn one to one."""
REAL_MAP = Path(__file__).parents[4] / "shared" / "data" / "banepa_west" / "map.geojson"


def _feature(geometry_px: BaseGeometry, tags: Mapping[str, str], id_: str = "way/1") -> MapFeature:
    return MapFeature(id_, geometry_to_lonlat(GRID, geometry_px), tags)


def _picture(*features: MapFeature) -> np.ndarray:
    return draw_digital_map(features, GRID, width=512, height=512)


def _at(picture: np.ndarray, x: int, y: int) -> tuple[int, ...]:
    return tuple(int(v) for v in picture[y, x])


def _overlap(a: Label, b: Label) -> bool:
    return (
        a.box_px[0] < b.box_px[2]
        and b.box_px[0] < a.box_px[2]
        and a.box_px[1] < b.box_px[3]
        and b.box_px[1] < a.box_px[3]
    )


def test_no_features_give_an_empty_map() -> None:
    picture = _picture()
    assert picture.shape == (512, 512, 3)
    assert picture.dtype == np.uint8
    assert (picture == BACKGROUND).all()
    assert (DigitalMap([]).tile(17, 114_000, 75_000) == BACKGROUND).all()


def test_water_is_water_coloured_and_its_island_is_not() -> None:
    lake = sg.Polygon(sg.box(100, 100, 400, 400).exterior, [sg.box(200, 200, 300, 300).exterior])
    picture = _picture(_feature(lake, {"natural": "water"}))
    assert _at(picture, 150, 150) == WATER
    assert _at(picture, 250, 250) == BACKGROUND
    assert _at(picture, 50, 50) == BACKGROUND


def test_a_hospital_has_another_colour_than_a_plain_building() -> None:
    plain = _feature(sg.box(50, 50, 150, 150), {"building": "yes"})
    hospital = _feature(sg.box(250, 50, 350, 150), {"building": "yes", "amenity": "hospital"}, "way/2")
    picture = _picture(plain, hospital)
    assert _at(picture, 100, 60) == BUILDING
    assert _at(picture, 300, 60) == MEDICAL.tint


def test_a_road_has_a_casing_round_its_fill_and_lies_over_the_park() -> None:
    park = _feature(sg.box(0, 0, 512, 512), {"leisure": "park"})
    road = _feature(sg.LineString([(0, 256), (512, 256)]), {"highway": "primary"}, "way/2")
    column = [_at(_picture(park, road), 300, y) for y in range(225, 257)]
    primary = ROADS["primary"]
    assert column[-1] == primary.fill
    assert min(sum(abs(a - b) for a, b in zip(colour, primary.casing or (), strict=True)) for colour in column) < 60
    assert column[0] == (205, 230, 190)


def test_the_greater_road_is_drawn_over_the_lesser_one_whatever_their_order() -> None:
    small = _feature(sg.LineString([(256, 0), (256, 512)]), {"highway": "residential"}, "way/2")
    large = _feature(sg.LineString([(0, 256), (512, 256)]), {"highway": "primary"})
    for features in ((small, large), (large, small)):
        assert _at(_picture(*features), 256, 256) == ROADS["primary"].fill


def test_a_railway_is_a_dark_line() -> None:
    rail = _feature(sg.LineString([(0, 200), (512, 200)]), {"railway": "rail"})
    picture = _picture(rail)
    assert (np.abs(picture[195:206].astype(int) - RAIL).sum(axis=2) < 12).any()


def test_a_small_area_is_drawn_over_the_larger_one_that_holds_it() -> None:
    park = _feature(sg.box(50, 50, 450, 450), {"leisure": "park"})
    pitch = _feature(sg.box(200, 200, 300, 300), {"leisure": "pitch", "sport": "soccer"}, "way/2")
    assert _at(_picture(pitch, park), 250, 250) == (176, 219, 180)


def test_a_point_of_interest_gets_a_marker_in_the_colour_of_its_kind() -> None:
    picture = _picture(_feature(sg.Point(256.5, 256.5), {"amenity": "clinic"}, "node/1"))
    assert _at(picture, 256, 256) == MEDICAL.colour
    assert _at(picture, 256, 251) != BACKGROUND


def test_names_never_overlap_and_lie_wholly_in_the_picture() -> None:
    rng = np.random.default_rng(5)
    features = [
        _feature(sg.Point(x, y), {"amenity": "school", "name": f"Primary School Number {i}"}, f"node/{i}")
        for i, (x, y) in enumerate(rng.uniform(0, 512, (120, 2)))
    ]
    features.append(_feature(sg.LineString([(0, 40), (512, 200)]), {"highway": "primary", "name": "Long Street"}))
    labels = DigitalMap(features).labels(GRID, 512, 512)
    texts = [label for label in labels if label.text]
    assert len(texts) >= 12
    for i, label in enumerate(texts):
        x0, y0, x1, y1 = label.box_px
        assert x0 >= 0
        assert y0 >= 0
        assert x1 <= 512
        assert y1 <= 512
        assert not any(_overlap(label, other) for other in texts[i + 1 :])


def test_every_pixel_of_a_name_lies_in_its_box() -> None:
    map_ = DigitalMap([_feature(sg.Point(256, 256), {"tourism": "hotel", "name": "Ågå Hotel qy"}, "node/1")])
    (label,) = map_.labels(GRID, 512, 512)
    changed = np.any(map_.picture(GRID, 512, 512) != BACKGROUND, axis=2)
    x0, y0, x1, y1 = label.box_px
    changed[y0:y1, x0:x1] = False
    changed[249:264, 249:264] = False
    assert label.text == "Ågå Hotel qy"
    assert not changed.any()


def test_text_is_at_least_eleven_pixels_high() -> None:
    road = _feature(sg.LineString([(0, 256), (512, 256)]), {"highway": "residential", "name": "Mill Lane"})
    school = _feature(sg.box(100, 300, 300, 400), {"amenity": "school", "name": "Mill School"}, "way/2")
    labels = DigitalMap([road, school]).labels(GRID, 512, 512)
    assert sorted(label.text for label in labels) == ["Mill Lane", "Mill School"]
    assert min(label.wish.size_px for label in labels) >= 11


def test_a_road_name_lies_along_the_road_and_reads_from_left_to_right() -> None:
    road = _feature(sg.LineString([(400, 100), (100, 400)]), {"highway": "primary", "name": "Slope Street"})
    (label,) = DigitalMap([road]).labels(GRID, 512, 512)
    assert label.wish.angle_deg == pytest.approx(45, abs=0.5)


def test_a_road_name_longer_than_its_road_is_not_written() -> None:
    road = _feature(sg.LineString([(240, 256), (270, 256)]), {"highway": "residential", "name": "A Very Long Name"})
    assert DigitalMap([road]).labels(GRID, 512, 512) == ()


def test_the_more_important_name_wins_the_room() -> None:
    placement = Placement(200, 40)
    low = Wish("Bench", 100, 20, 5.0, 12, (0, 0, 0))
    high = Wish("General Hospital", 100, 20, 0.0, 12, (0, 0, 0))
    placement.place([low, high])
    assert [label.text.replace("\n", " ") for label in placement.labels] == ["General Hospital"]


def test_a_name_in_a_script_without_a_font_falls_back_or_is_left_out() -> None:
    unknown = "\U0001e900\U0001e901\U0010ffff"
    assert font_for(unknown, 12) is None
    alone = _feature(sg.Point(100, 100), {"shop": "yes", "name": unknown}, "node/1")
    other = _feature(sg.Point(300, 300), {"shop": "yes", "name": unknown, "name:en": "Shop"}, "node/2")
    labels = DigitalMap([alone, other]).labels(GRID, 512, 512)
    assert sorted(label.text for label in labels) == ["", "Shop"]


@pytest.mark.parametrize(
    "geometry",
    [
        sg.Polygon([(135.0, -27.1), (135.001, -27.101), (135.001, -27.1), (135.0, -27.101)]),
        sg.LineString([(135.0, -27.1), (135.0, -27.1)]),
        sg.Polygon(),
        sg.Point(),
        sg.Polygon([(-180, -90), (180, -90), (180, 90), (-180, 90)]),
        sg.GeometryCollection([sg.Point(135.0005, -27.1), sg.box(135, -27.1, 135.001, -27.09)]),
        sg.MultiPoint([(135.0005, -27.1), (135.0007, -27.1)]),
    ],
    ids=["crossed", "no length", "empty area", "empty point", "the world", "mixed", "points"],
)
def test_odd_geometry_is_drawn_or_left_out_but_never_raises(geometry: BaseGeometry) -> None:
    tags = {"building": "yes", "highway": "primary", "name": "Odd", "amenity": "school", "railway": "rail"}
    map_ = DigitalMap([MapFeature("way/1", geometry, tags)])
    for width, height in ((512, 512), (64, 300)):
        assert map_.picture(GRID, width, height).shape == (height, width, 3)
    for z in (0, 3, 12, 18, 22):
        assert map_.tile(z, int((135 + 180) / 360 * 2**z), int(0.578 * 2**z)).shape == (256, 256, 3)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_feature_that_is_not_finite_is_left_out(value: float) -> None:
    broken = shapely.transform(
        sg.LineString([(135.0, -27.1), (135.001, -27.101)]), lambda points: np.add(points, (value, 0))
    )
    picture = _picture(MapFeature("way/1", broken, {"highway": "primary", "name": "Nowhere"}))
    assert (picture == BACKGROUND).all()


def test_a_map_in_a_projection_that_cannot_hold_a_far_feature_is_still_drawn() -> None:
    far = MapFeature("way/1", sg.box(-50, 40, 60, 85), {"natural": "water"})
    near = _feature(sg.box(100, 100, 200, 200), {"building": "yes"}, "way/2")
    assert _at(draw_digital_map([far, near], GRID, width=512, height=512), 150, 150) == BUILDING


def test_tiles_show_the_same_ground_as_the_picture() -> None:
    lake = sg.box(-20_000, -20_000, 20_000, 20_000)
    map_ = DigitalMap([_feature(lake, {"natural": "water"})])
    x, y = _tile_of(135.0, -27.1155, 16)
    tile = map_.tile(16, x, y)
    assert tile.shape == (256, 256, 3)
    assert _at(tile, 40, 40) == WATER


def _tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    return int((lon + 180) / 360 * 2**z), int((0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * 2**z)


def test_names_run_across_the_edge_between_neighbouring_tiles() -> None:
    x, y = _tile_of(135.0, -27.1155, 17)
    x, y = x // 4 * 4 + 1, y // 4 * 4 + 1
    lon = (x + 1) / 2**17 * 360 - 180
    lat = float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + 0.5) / 2**17)))))
    map_ = DigitalMap([MapFeature("node/1", sg.Point(lon, lat), {"amenity": "school", "name": "Edge School"})])
    left, right = map_.tile(17, x, y), map_.tile(17, x + 1, y)
    assert (left[:, -4:] != BACKGROUND).any()
    assert (right[:, :40] != BACKGROUND).any()


def test_tiles_drawn_from_several_threads_are_the_tiles_drawn_from_one() -> None:
    features = [
        _feature(
            sg.box(i * 40, i * 30, i * 40 + 30, i * 30 + 25), {"building": "yes", "name": f"House {i}"}, f"way/{i}"
        )
        for i in range(12)
    ]
    x, y = _tile_of(135.0, -27.1155, 18)
    wanted = [(18, x + i, y + j) for i in range(-4, 5) for j in range(-4, 5)]
    alone, shared = DigitalMap(features), DigitalMap(features)
    expected = [alone.tile(*t) for t in wanted]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda t: shared.tile(*t), wanted))
    assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))


def test_a_tile_handed_out_cannot_change_the_kept_one() -> None:
    map_ = DigitalMap([])
    tile = map_.tile(17, 114_000, 75_000)
    with pytest.raises(ValueError, match="read-only"):
        tile[0, 0] = 0


def test_the_same_features_in_another_order_give_the_same_names() -> None:
    features = [
        _feature(sg.Point(60 + 35 * i, 100 + 17 * (i % 3)), {"shop": "yes", "name": f"Shop {i}"}, f"node/{i}")
        for i in range(12)
    ]
    forwards = DigitalMap(features).labels(GRID, 512, 512)
    backwards = DigitalMap(features[::-1]).labels(GRID, 512, 512)
    assert {(a.text, a.box_px) for a in forwards} == {(b.text, b.box_px) for b in backwards}


def test_tags_lead_to_kinds_and_absent_ones_to_none() -> None:
    assert kind_of({"amenity": "hospital"}) is MEDICAL
    assert kind_of({"shop": "no"}) is None
    assert kind_of({"building": "yes"}) is None
    assert area_look({"building": "no", "leisure": "spaceport"}) is None


@pytest.mark.real_data
def test_the_real_map_of_banepa_shows_its_cinema_by_name() -> None:
    if not REAL_MAP.exists():
        pytest.skip("shared/data is not beside the repository")
    from annotator.scene.features import read_osm_geojson

    index = read_osm_geojson(REAL_MAP)
    grid = Grid("EPSG:3857", (9_519_926.12, 0.29858, 0.0, 3_202_940.80, 0.0, -0.29858), 1050, 2048)
    labels = DigitalMap(index.features).labels(grid, 1050, 2048)
    names = {label.text.replace("\n", " ") for label in labels}
    assert {"Mayur Cinema", "Innovative Academy", "Chandika Hotel"} <= names
    texts = [label for label in labels if label.text]
    assert not any(_overlap(a, b) for i, a in enumerate(texts) for b in texts[i + 1 :])
