from __future__ import annotations

from collections.abc import Mapping

import pytest
import shapely

from annotator.geometry import distance_m
from annotator.scene.map_modes import MapMode, apply_map_mode
from annotator.types import MapFeature

SCHOOL = MapFeature(
    "way/1", shapely.Polygon([(85.0, 27.0), (85.003, 27.0), (85.003, 27.001), (85.001, 27.001), (85.001, 27.004)]),
    {"amenity": "school", "name": "A"},
)  # fmt: skip
HOUSE = MapFeature("way/2", shapely.box(85.01, 27.01, 85.02, 27.02), {"building": "yes"})
NODE = MapFeature("node/3", shapely.Point(85.03, 27.03), {"amenity": "school"})
ALL = (SCHOOL, HOUSE, NODE)


def is_school(feature: MapFeature) -> bool:
    return feature.tags.get("amenity") == "school"


def by_id(features: tuple[MapFeature, ...]) -> Mapping[str, MapFeature]:
    return {f.id: f for f in features}


def test_full_changes_nothing() -> None:
    assert apply_map_mode(ALL, "full", is_school) == (ALL, {})


def test_none_leaves_no_feature() -> None:
    assert apply_map_mode(ALL, MapMode.NONE, is_school) == ((), {})


def test_points_hides_what_is_asked_and_leaves_a_point_inside_with_id_and_tags() -> None:
    shown, hidden = apply_map_mode(ALL, "points", is_school)
    point = by_id(shown)["way/1"]
    assert point.geometry_lonlat.geom_type == "Point"
    assert SCHOOL.geometry_lonlat.contains(point.geometry_lonlat)
    assert point.tags == {"amenity": "school", "name": "A"}
    assert dict(hidden) == {"way/1": SCHOOL}


def test_points_keeps_other_outlines_and_the_order() -> None:
    shown, _ = apply_map_mode(ALL, "points", is_school)
    assert [f.id for f in shown] == ["way/1", "way/2", "node/3"]
    assert shown[1] is HOUSE
    assert shown[2] is NODE


def test_the_point_of_a_cut_polygon_is_in_the_part_that_is_seen() -> None:
    shown, _ = apply_map_mode(ALL, "points", is_school, within_lonlat=(85.0025, 26.9, 85.1, 27.1))
    assert shown[0].geometry_lonlat.bounds[0] > 85.0025


def test_the_point_of_a_ring_is_not_in_its_hole() -> None:
    ring = MapFeature("way/4", shapely.box(85, 27, 85.01, 27.01).difference(shapely.box(85.001, 27.001, 85.009, 27.009)), {"amenity": "school"})  # fmt: skip  # noqa: E501
    shown, _ = apply_map_mode([ring], "points", is_school)
    assert ring.geometry_lonlat.contains(shown[0].geometry_lonlat)


def test_a_self_crossing_polygon_gets_a_point_too() -> None:
    bow = MapFeature("way/5", shapely.Polygon([(85, 27), (85.01, 27.01), (85.01, 27), (85, 27.01)]), {"amenity": "school"})  # fmt: skip  # noqa: E501
    shown, hidden = apply_map_mode([bow], "points", is_school)
    assert shown[0].geometry_lonlat.geom_type == "Point"
    assert hidden["way/5"] is bow


def test_sparse_drops_half_and_the_same_half_for_the_same_seed() -> None:
    many = [MapFeature(f"way/{i}", shapely.Point(85, 27), {}) for i in range(100)]
    first, _ = apply_map_mode(many, "sparse", is_school, seed=7)
    again, _ = apply_map_mode(many, "sparse", is_school, seed=7)
    other, _ = apply_map_mode(many, "sparse", is_school, seed=8)
    assert len(first) == 50
    assert [f.id for f in first] == [f.id for f in again]
    assert [f.id for f in first] != [f.id for f in other]


def test_shifted_moves_the_whole_map_by_the_same_few_metres() -> None:
    shown, hidden = apply_map_mode(ALL, "shifted", is_school, seed=3)
    moves = []
    for before, after in zip(ALL, shown, strict=True):
        a, b = before.geometry_lonlat.centroid, after.geometry_lonlat.centroid
        moves.append(distance_m((a.x, a.y), (b.x, b.y)))
    assert 2.9 < moves[0] < 6.1
    assert moves == pytest.approx([moves[0]] * 3, rel=0.01)
    assert hidden == {}


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="upside_down"):
        apply_map_mode(ALL, "upside_down", is_school)
