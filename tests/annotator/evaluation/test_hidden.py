from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from annotator.evaluation.hidden import hidden_report
from annotator.geometry import gsd_m
from annotator.taxonomy import load_taxonomy
from annotator.types import MapFeature, Proposal, WindowMask
from tests.annotator.reasoner.worlds import GRID, feature, scene

TAXONOMY = load_taxonomy()
HIDDEN = {"way/1": feature("way/1", shapely.box(20, 30, 60, 70), amenity="school")}
POINT = feature("way/1", shapely.Point(40, 50), amenity="school")


def proposal(x0: int, y0: int, x1: int, y1: int, feature_id: str = "way/1") -> Proposal:
    return Proposal(
        id="p",
        place=0,
        box_px=(x0, y0, x1, y1),
        points=(),
        mask=WindowMask((x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), dtype=bool)),
        geometry_lonlat=shapely.box(0, 0, 1, 1),
        score=1.0,
        function="educational",
        class_id="school",
        feature_id=feature_id,
    )


def test_iou_is_of_the_proposal_that_rests_on_the_feature() -> None:
    report = hidden_report(HIDDEN, [proposal(20, 30, 60, 50), proposal(0, 0, 9, 9, "way/2")], scene(POINT), TAXONOMY)
    assert report["n"] == 1
    assert report["mean_iou"] == pytest.approx(0.5)


def test_a_hidden_polygon_without_a_proposal_counts_as_nothing_found() -> None:
    assert hidden_report(HIDDEN, [], scene(POINT), TAXONOMY)["mean_iou"] == 0.0


def test_the_disc_has_the_classs_typical_area_around_the_point() -> None:
    report = hidden_report(HIDDEN, [], scene(POINT), TAXONOMY)
    radius_px = math.sqrt(TAXONOMY.typical_area_m2("school") / math.pi) / gsd_m(GRID)
    disc, square = shapely.Point(40, 50).buffer(radius_px, 64), shapely.box(20, 30, 60, 70)
    assert report["disc_mean_iou"] == pytest.approx(square.intersection(disc).area / square.union(disc).area, abs=0.02)


def test_a_polygon_that_the_picture_cuts_is_compared_with_its_part_inside() -> None:
    hidden = {"way/1": feature("way/1", shapely.box(-40, 30, 40, 70), amenity="school")}
    point = feature("way/1", shapely.Point(20, 50), amenity="school")
    report = hidden_report(hidden, [proposal(0, 30, 40, 70)], scene(point), TAXONOMY)
    assert report["mean_iou"] == pytest.approx(1.0)


def test_nothing_hidden_gives_zeros() -> None:
    assert hidden_report({}, [], scene(POINT), TAXONOMY) == {"n": 0, "mean_iou": 0.0, "disc_mean_iou": 0.0}


def test_what_lies_outside_the_picture_is_not_counted() -> None:
    far: dict[str, MapFeature] = {"way/9": feature("way/9", shapely.box(900, 900, 950, 950), amenity="school")}
    world = scene(replace(POINT, id="way/9"))
    assert hidden_report(far, [], world, TAXONOMY)["n"] == 0


def test_several_hidden_polygons_are_averaged() -> None:
    hidden = HIDDEN | {"way/2": feature("way/2", shapely.box(100, 30, 140, 70), amenity="school")}
    world = scene(POINT, feature("way/2", shapely.Point(120, 50), amenity="school"))
    report = hidden_report(hidden, [proposal(20, 30, 60, 70)], world, TAXONOMY)
    assert report["n"] == 2
    assert report["mean_iou"] == pytest.approx(0.5)
