from __future__ import annotations

import numpy as np
import shapely

from annotator.reasoner.base import Candidate
from annotator.reasoner.grounded.refine import outline_of, points_against_outline, points_on_own_shape
from annotator.types import SignedPoint, WindowMask
from tests.annotator.reasoner.worlds import GRID, feature, scene

WORLD = scene()
OUTLINE = shapely.box(20, 30, 60, 70)
BARE = Candidate((20, 30, 60, 70), "educational", "school", 1.0)


def block(x0: int, y0: int, x1: int, y1: int) -> WindowMask:
    return WindowMask((x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), dtype=bool))


def inside(point: SignedPoint, x0: float, y0: float, x1: float, y1: float) -> bool:
    return x0 < point.x < x1 and y0 < point.y < y1


def test_what_the_mask_misses_gets_a_positive_point_and_what_it_adds_a_negative_one() -> None:
    points = points_against_outline(block(40, 30, 80, 70), OUTLINE, WORLD, 0.5)
    assert [p.positive for p in points] == [True, False]
    assert inside(points[0], 28, 38, 32, 62)
    assert inside(points[1], 68, 38, 72, 62)


def test_a_mask_that_fits_gets_two_positive_points_inside() -> None:
    points = points_against_outline(block(20, 30, 60, 70), OUTLINE, WORLD, 0.5)
    assert [p.positive for p in points] == [True, True]
    assert all(inside(p, 20, 30, 60, 70) for p in points)
    assert inside(points[0], 38, 48, 42, 52)
    assert points[0] != points[1]


def test_a_small_error_gets_no_point_of_its_own() -> None:
    points = points_against_outline(block(20, 30, 61, 70), OUTLINE, WORLD, 0.5)
    assert [p.positive for p in points] == [True, True]


def test_a_mask_too_small_gets_two_positive_points() -> None:
    points = points_against_outline(block(20, 30, 30, 70), OUTLINE, WORLD, 0.5)
    assert [p.positive for p in points] == [True, True]
    assert inside(points[0], 40, 40, 50, 60)


def test_an_empty_mask_still_gets_points_from_the_outline() -> None:
    empty = WindowMask((20, 30, 60, 70), np.zeros((40, 40), dtype=bool))
    points = points_against_outline(empty, OUTLINE, WORLD, 0.5)
    assert [p.positive for p in points] == [True, True]


def test_points_stay_in_the_picture_where_it_cuts_the_outline() -> None:
    cut = feature("way/1", shapely.box(-60, 30, 40, 70), amenity="school")
    candidate = Candidate((0, 30, 40, 70), "educational", "school", 1.0, feature=cut)
    outline = outline_of(candidate, WORLD)
    assert outline is not None
    points = points_against_outline(block(0, 30, 10, 70), outline, WORLD, 0.5)
    assert all(inside(p, 0, 0, GRID.width, GRID.height) for p in points)


def test_a_mask_that_spills_into_a_neighbour_gets_a_negative_point_there() -> None:
    neighbour = shapely.box(50, 30, 80, 70)
    points = points_on_own_shape(block(20, 30, 60, 70), BARE, [neighbour], [], 0.5)
    assert [p.positive for p in points] == [True, False]
    assert inside(points[0], 20, 30, 50, 70)
    assert inside(points[1], 50, 30, 60, 70)


def test_a_mask_over_another_places_point_gets_a_negative_point_there() -> None:
    points = points_on_own_shape(block(20, 30, 60, 70), BARE, [], [SignedPoint(55, 65), SignedPoint(90, 90)], 0.5)
    assert [p for p in points if not p.positive] == [SignedPoint(55, 65, positive=False)]


def test_a_mask_on_its_own_gets_two_positive_points() -> None:
    points = points_on_own_shape(block(20, 30, 60, 70), BARE, [], [], 0.5)
    assert [p.positive for p in points] == [True, True]


def test_positive_points_stay_in_the_box() -> None:
    points = points_on_own_shape(block(20, 30, 140, 70), BARE, [], [], 0.5)
    assert all(inside(p, 20, 30, 60, 70) for p in points)


def test_an_empty_mask_of_a_bare_point_gets_none() -> None:
    empty = WindowMask((20, 30, 60, 70), np.zeros((40, 40), dtype=bool))
    assert points_on_own_shape(empty, BARE, [], [], 0.5) == ()
