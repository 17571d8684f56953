"""Frames: pixels, lon/lat, metres, masks and polygons."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import shapely.geometry as sg
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from annotator import geometry as g
from annotator.errors import BadPrompt
from annotator.types import Grid, WindowMask, check_box_px

MERCATOR = Grid("EPSG:3857", (9519926.0, 0.15, 0.0, 3202940.0, 0.0, -0.15), 200, 100)
UTM = Grid("EPSG:32645", (350000.0, 0.5, 0.0, 3058000.0, 0.0, -0.5), 200, 100)


@pytest.mark.parametrize("grid", [MERCATOR, UTM])
def test_pixels_come_back_from_lonlat_to_a_thousandth(grid: Grid) -> None:
    points = np.array([[0.0, 0.0], [200.0, 100.0], [12.25, 77.5]])
    back = g.lonlat_to_px(grid, g.px_to_lonlat(grid, points))
    assert np.abs(back - points).max() < 1e-3


def test_the_ground_size_of_a_mercator_pixel_shrinks_with_latitude() -> None:
    assert g.gsd_m(MERCATOR) == pytest.approx(0.15 * np.cos(np.radians(27.634)), rel=4e-3)


def test_the_ground_size_of_a_utm_pixel_is_its_own() -> None:
    assert g.gsd_m(UTM) == pytest.approx(0.5, rel=1e-3)


def test_area_takes_off_holes() -> None:
    outer = sg.box(0, 0, 40, 40)
    ring = sg.Polygon(outer.exterior, [sg.box(10, 10, 30, 30).exterior])
    area = g.area_m2(g.geometry_to_lonlat(UTM, ring))
    assert area == pytest.approx((1600 - 400) * 0.25, rel=2e-3)


def test_bounds_are_west_south_east_north() -> None:
    west, south, east, north = g.bounds_lonlat(MERCATOR)
    assert (round(west, 5), round(south, 5), round(east, 5), round(north, 5)) == (
        85.51895,
        27.63414,
        85.51922,
        27.63426,
    )


def test_a_box_over_the_edge_is_cut_and_says_so() -> None:
    assert g.clip_box_px(UTM, (-5.0, 10.0, 50.0, 90.0)) == ((0.0, 10.0, 50.0, 90.0), True)
    assert g.clip_box_px(UTM, (0.0, 10.0, 50.0, 90.0)) == ((0.0, 10.0, 50.0, 90.0), False)


def test_iou_of_half_overlapping_boxes_is_a_third() -> None:
    assert g.box_iou((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert g.box_iou((0, 0, 10, 10), (20, 0, 30, 10)) == 0.0


def test_a_pixel_belongs_to_a_polygon_when_its_centre_does() -> None:
    burnt = g.rasterize(sg.box(1.4, 0.0, 3.6, 2.0), (0, 0, 5, 2))
    assert burnt.astype(int).tolist() == [[0, 1, 1, 1, 0], [0, 1, 1, 1, 0]]


@settings(max_examples=60, deadline=None)
@given(arrays(bool, (12, 17)))
def test_a_mask_and_its_exact_outline_are_the_same_mask(pixels: np.ndarray) -> None:
    mask = WindowMask((5, 7, 22, 19), pixels)
    outline = g.mask_to_polygon_px(mask)
    assert outline.area == pytest.approx(mask.area_px)
    assert (g.rasterize(outline, mask.window_px) == pixels).all()


def test_simplifying_keeps_holes() -> None:
    pixels = np.zeros((60, 60), dtype=bool)
    pixels[5:55, 5:55] = True
    pixels[20:40, 20:40] = False
    outline = g.mask_to_polygon_px(WindowMask((0, 0, 60, 60), pixels), tolerance_px=1.0)
    assert outline.geom_type == "Polygon"
    assert outline.area == pytest.approx(2500 - 400)


@settings(max_examples=30, deadline=None)
@given(arrays(bool, (9, 13)))
def test_rle_gives_the_mask_back(pixels: np.ndarray) -> None:
    assert (g.decode_rle(g.encode_rle(pixels)) == pixels).all()


def test_the_canonical_text_does_not_depend_on_how_a_ring_was_drawn() -> None:
    ring = [(1.0, 1.0), (2.0, 1.0), (2.0, 3.0), (1.0, 3.0)]
    texts = {
        g.geometry_text(sg.Polygon(order))
        for start in range(4)
        for order in (ring[start:] + ring[:start], (ring[start:] + ring[:start])[::-1])
    }
    assert texts == {'{"type":"Polygon","coordinates":[[[1.0,1.0],[2.0,1.0],[2.0,3.0],[1.0,3.0],[1.0,1.0]]]}'}


def test_canonical_shells_run_counter_clockwise_and_holes_clockwise() -> None:
    polygon = sg.Polygon(sg.box(0, 0, 9, 9).exterior, [sg.box(2, 2, 4, 4).exterior])
    canonical = g.canonical_geometry(polygon)
    assert isinstance(canonical, sg.Polygon)
    assert canonical.exterior.is_ccw
    assert not canonical.interiors[0].is_ccw


def test_polygonal_drops_what_has_no_area() -> None:
    mixed = sg.GeometryCollection([sg.Point(0, 0), sg.LineString([(0, 0), (1, 1)]), sg.box(0, 0, 1, 1)])
    assert shapely.equals(g.polygonal(mixed), sg.box(0, 0, 1, 1))
    assert g.polygonal(sg.Point(0, 0)).is_empty


@pytest.mark.parametrize("box", [(0, 0, 0.5, 9), (5, 5, 1, 9), (0, 0, float("nan"), 9), (0, 0, float("inf"), 9)])
def test_a_box_that_is_no_box_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadPrompt):
        check_box_px(box)
