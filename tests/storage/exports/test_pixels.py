from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely.geometry as sg
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from annotator.geometry import encode_rle, encode_window_rle, geometry_to_geojson, geometry_to_px, rasterize
from annotator.types import WindowMask, WindowPx
from storage.exports.pixels import holes_and_parts, place_label
from storage.views import LabelView
from tests.storage.exports.shapes import HOLED_PX, PARTS_PX, lonlat
from tests.storage.world import GRID, World


@pytest.mark.parametrize(
    ("window_px", "counts"), [((0, 0, 2, 3), [0, 6, 9]), ((1, 0, 5, 3), [3, 12]), ((1, 1, 3, 3), [4, 2, 1, 2, 6])]
)
def test_runs_that_meet_at_the_foot_of_a_column_are_one(window_px: WindowPx, counts: list[int]) -> None:
    from pycocotools import mask as coco

    x0, y0, x1, y1 = window_px
    found = encode_window_rle(WindowMask(window_px, np.ones((y1 - y0, x1 - x0), dtype=bool)), 5, 3)
    expected = coco.frPyObjects({"size": [3, 5], "counts": counts}, 3, 5)
    assert found == {"size": [3, 5], "counts": expected["counts"].decode()}


@pytest.fixture
def accepted(world: World) -> LabelView:
    label = world.accept(1).label
    assert label is not None
    return label


def shaped(label: LabelView, shape_px: BaseGeometry) -> LabelView:
    return replace(label, geometry=geometry_to_geojson(lonlat(shape_px)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_rle_of_a_window_is_that_of_the_whole_picture(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12))
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    x1, y1 = data.draw(st.integers(x0 + 1, width)), data.draw(st.integers(y0 + 1, height))
    bits = data.draw(st.lists(st.booleans(), min_size=(x1 - x0) * (y1 - y0), max_size=(x1 - x0) * (y1 - y0)))
    mask = WindowMask((x0, y0, x1, y1), np.array(bits, dtype=bool).reshape(y1 - y0, x1 - x0))
    assert encode_window_rle(mask, width, height) == encode_rle(mask.full(width, height))


def test_a_label_inside_the_picture_is_not_cut(accepted: LabelView) -> None:
    placed = place_label(shaped(accepted, sg.box(10, 20, 14, 25)), GRID)
    assert placed.box_px == (10, 20, 14, 25)
    assert placed.mask.area_px == 20
    assert not placed.clipped


def test_a_label_that_ends_on_the_edge_is_not_cut(accepted: LabelView) -> None:
    assert not place_label(shaped(accepted, sg.box(0, 0, 64, 48)), GRID).clipped


def test_a_label_over_the_edge_is_cut_to_the_picture(accepted: LabelView) -> None:
    placed = place_label(shaped(accepted, sg.box(60, -3, 70, 2)), GRID)
    assert placed.box_px == (60, 0, 64, 2)
    assert placed.mask.area_px == 8
    assert placed.clipped


def test_a_label_elsewhere_has_no_pixels(accepted: LabelView) -> None:
    placed = place_label(shaped(accepted, sg.box(100, 100, 110, 110)), GRID)
    assert placed.mask.area_px == 0
    assert placed.box_px == (0, 0, 0, 0)


@pytest.mark.parametrize("shape_px", [HOLED_PX, PARTS_PX])
def test_the_mask_is_the_outline_rasterized_on_the_whole_picture(accepted: LabelView, shape_px: BaseGeometry) -> None:
    label = shaped(accepted, shape_px)
    whole = rasterize(geometry_to_px(GRID, sg.shape(label.geometry)), (0, 0, 64, 48))
    assert np.array_equal(place_label(label, GRID).mask.full(64, 48), whole)


def test_holes_and_parts_are_counted(accepted: LabelView) -> None:
    assert holes_and_parts(shaped(accepted, HOLED_PX)) == (1, 1)
    assert holes_and_parts(shaped(accepted, PARTS_PX)) == (0, 2)
