from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from annotator.geometry import box_iou, clip_box_px
from annotator.reasoner.base import Candidate, Localization
from annotator.reasoner.grounded import GroundedReasoner
from annotator.reasoner.grounded.rectangles import Surroundings, directions_around, rectangles_around
from annotator.taxonomy import load_taxonomy
from annotator.types import MapFeature, Scene
from tests.annotator.reasoner.worlds import GRID, BoxSegmenter, DiamondSegmenter, feature, only, query, scene

ROOF = shapely.affinity.rotate(shapely.box(80, 60, 150, 105), 20)
CENTRE = shapely.Point(112, 85)
NOTHING = shapely.Polygon()


def candidates(world: Scene, text: str, segmenter: DiamondSegmenter | None = None) -> tuple[Candidate, ...]:
    told = GroundedReasoner(load_taxonomy(), segmenter or BoxSegmenter()).localize(world, query(text, world))
    while True:
        try:
            next(told)
        except StopIteration as end:
            found: Localization = end.value
            return found.candidates


def around(
    taken: BaseGeometry = NOTHING,
    others: Sequence[tuple[float, float]] = (),
    area: float = 800,
    reach: float = 50.0,
) -> Surroundings:
    return Surroundings((112.0, 85.0), reach, taken, tuple(others), (area,), np.zeros(18))


def test_the_likeliest_rectangle_is_the_turned_roof() -> None:
    best = rectangles_around(scene(roofs=[ROOF]), 0.5, around())[0]
    shape = best.shape_px
    assert shape.intersection(ROOF).area / shape.union(ROOF).area > 0.8


def test_a_rectangle_knows_its_sides_in_metres() -> None:
    best = rectangles_around(scene(roofs=[ROOF]), 0.5, around())[0]
    assert sorted(best.sides_m) == pytest.approx([22.5, 35.0], abs=2.5)


def test_ground_that_neighbours_take_is_left_to_them() -> None:
    row = shapely.box(30, 60, 210, 105)
    taken = shapely.MultiPolygon([shapely.box(30, 60, 90, 105), shapely.box(135, 60, 210, 105)])
    best = rectangles_around(scene(roofs=[row]), 0.5, around(taken, area=250))[0]
    middle = shapely.box(90, 60, 135, 105)
    assert best.shape_px.intersection(middle).area / best.shape_px.union(middle).area > 0.85


def test_a_rectangle_does_not_hold_another_places_point() -> None:
    best = rectangles_around(scene(roofs=[ROOF]), 0.5, around(others=[(125.0, 88.0)]))[0]
    assert not best.shape_px.contains(shapely.Point(125, 88))


def test_without_a_picture_edge_the_typical_size_decides() -> None:
    best = rectangles_around(scene(), 0.5, around(area=400, reach=30.0))[0]
    assert best.sides_m[0] * best.sides_m[1] == pytest.approx(400, rel=0.35)


def test_the_directions_of_outlines_are_counted_modulo_90_degrees() -> None:
    weights = directions_around([shapely.affinity.rotate(shapely.box(0, 0, 40, 20), 30)], (0.0, 0.0), 0.5)
    assert int(weights.argmax()) == 6
    assert weights.sum() == pytest.approx(weights[6])


def test_a_bare_point_on_a_roof_gets_about_the_roofs_box() -> None:
    world = scene(feature("node/1", CENTRE, amenity="school", name="Oxford"), roofs=[ROOF])
    candidate = only(candidates(world, "Oxford"))
    assert box_iou(candidate.box_px, ROOF.bounds) > 0.75
    assert [(round(p.x), round(p.y), p.positive) for p in candidate.points] == [(112, 85, True)]
    assert candidate.evidence[1].says.startswith("Only a point on the map: a box of ")
    assert candidate.evidence[1].says.endswith(" m from colour edges and the size of a typical school")


def test_the_segmenter_is_asked_at_several_boxes_before_one_is_told() -> None:
    segmenter = DiamondSegmenter()
    world = scene(feature("node/1", CENTRE, amenity="school"), roofs=[ROOF])
    candidates(world, "school", segmenter)
    assert 2 <= len(segmenter.asked) <= 5
    assert len({prompt.box_px for prompt in segmenter.asked}) == len(segmenter.asked)


def test_with_many_bare_points_the_segmenter_is_not_asked_beforehand() -> None:
    nodes = [feature(f"node/{i}", shapely.Point(20 + 15 * i, 40), amenity="school", name=f"No {i}") for i in range(13)]
    segmenter = DiamondSegmenter()
    assert len(candidates(scene(*nodes), "school", segmenter)) == 13
    assert segmenter.asked == []


def test_an_area_is_bounded_by_roads_and_not_by_buildings() -> None:
    park = shapely.box(60, 40, 180, 120)
    world = scene(
        feature("node/1", shapely.Point(100, 80), leisure="park", name="Ratna Park"),
        feature("way/1", shapely.box(120, 70, 130, 80), building="yes"),
        feature("way/2", shapely.LineString([(190, 0), (190, 160)]), highway="residential"),
        roofs=[park],
    )
    candidate = only(candidates(world, "Ratna Park"))
    assert box_iou(candidate.box_px, park.bounds) > 0.75
    assert "buildings around" not in candidate.evidence[1].says


def test_a_box_stays_in_the_picture_and_holds_its_point() -> None:
    for x, y in [(0.5, 0.5), (239.5, 159.5), (2.0, 150.0)]:
        candidate = only(candidates(scene(feature("node/1", shapely.Point(x, y), amenity="school")), "school"))
        assert clip_box_px(GRID, candidate.box_px)[0] == candidate.box_px
        x0, y0, x1, y1 = candidate.box_px
        assert x0 <= x <= x1
        assert y0 <= y <= y1


def test_only_the_point_is_read_where_the_outline_is_hidden() -> None:
    tags = {"amenity": "school", "name": "Oxford"}
    shown = MapFeature("way/1", feature("way/1", CENTRE).geometry_lonlat, tags)
    candidate = only(candidates(scene(shown, roofs=[ROOF]), "Oxford"))
    assert candidate.feature is shown
