from __future__ import annotations

import numpy as np
import pytest
import shapely

from annotator.geometry import cut_window, window_iou
from annotator.reasoner.masks import clean_mask, outline_px
from annotator.types import Grid, SignedPoint, WindowMask

GRID = Grid("EPSG:32645", (0.0, 1.0, 0.0, 0.0, 0.0, -1.0), 100, 80)


def block(x0: int, y0: int, x1: int, y1: int) -> WindowMask:
    return WindowMask((x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), dtype=bool))


def test_a_speck_is_dropped_and_a_pin_hole_closed() -> None:
    mask = WindowMask((10, 10, 50, 50), np.zeros((40, 40), dtype=bool))
    mask.pixels[5:35, 5:25] = True
    mask.pixels[20, 12] = False
    mask.pixels[0:2, 38:40] = True
    cleaned = clean_mask(mask, GRID)
    assert cleaned.area_px == 600
    assert not cleaned.pixels[0, 39]
    assert cleaned.pixels[20, 12]


def test_what_a_point_asked_for_stays_however_small() -> None:
    mask = WindowMask((10, 10, 50, 50), np.zeros((40, 40), dtype=bool))
    mask.pixels[5:35, 5:25] = True
    mask.pixels[20, 12] = False
    mask.pixels[0:2, 38:40] = True
    cleaned = clean_mask(mask, GRID, [SignedPoint(49.5, 10.5), SignedPoint(22.5, 30.5, positive=False)])
    assert cleaned.pixels[0:2, 38:40].all()
    assert not cleaned.pixels[20, 12]
    assert cleaned.area_px == 603


def test_a_large_second_part_and_a_large_hole_stay() -> None:
    mask = WindowMask((0, 0, 60, 40), np.zeros((40, 60), dtype=bool))
    mask.pixels[5:35, 5:30] = True
    mask.pixels[15:25, 12:22] = False
    mask.pixels[5:35, 40:50] = True
    cleaned = clean_mask(mask, GRID)
    assert cleaned.area_px == 750 - 100 + 300
    outline = outline_px(cleaned)
    assert outline.geom_type == "MultiPolygon"
    assert sum(len(part.interiors) for part in shapely.get_parts(outline)) == 1


def test_what_reaches_beyond_the_picture_is_cut_off() -> None:
    cleaned = clean_mask(block(90, 70, 110, 90), GRID)
    assert cleaned.window_px == (90, 70, 100, 80)
    assert cleaned.area_px == 100


def test_an_empty_mask_stays_empty() -> None:
    cleaned = clean_mask(WindowMask((0, 0, 5, 5), np.zeros((5, 5), dtype=bool)), GRID)
    assert cleaned.area_px == 0
    assert outline_px(cleaned).is_empty


def test_a_hole_stays_where_the_mask_fills_its_whole_window() -> None:
    mask = block(10, 10, 30, 30)
    mask.pixels[5:15, 5:15] = False
    assert clean_mask(mask, GRID).area_px == 300


def test_an_outline_has_fewer_corners_than_the_pixels_and_the_same_area() -> None:
    rows, columns = np.indices((60, 60))
    mask = WindowMask((0, 0, 60, 60), np.hypot(rows - 30, columns - 30) < 25)
    outline = outline_px(mask)
    assert outline.is_valid
    assert outline.area == pytest.approx(mask.area_px, rel=0.03)
    assert shapely.get_num_coordinates(outline) < 40


def test_an_outline_too_thin_to_simplify_is_exact() -> None:
    mask = WindowMask((5, 5, 7, 7), np.array([[True, False], [True, True]]))
    assert outline_px(mask).area == 3.0


def test_iou_of_two_windows_counts_pixels_in_the_scenes_frame() -> None:
    assert window_iou(block(0, 0, 10, 10), block(5, 0, 15, 10)) == pytest.approx(50 / 150)
    assert window_iou(block(0, 0, 10, 10), block(10, 0, 20, 10)) == 0.0
    assert window_iou(block(0, 0, 10, 10), block(0, 0, 10, 10)) == 1.0


def test_a_mask_on_another_window_keeps_its_place() -> None:
    moved = cut_window(block(2, 3, 4, 5), (0, 0, 6, 6))
    assert np.argwhere(moved).tolist() == [[3, 2], [3, 3], [4, 2], [4, 3]]
