from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.geometry import px_to_lonlat
from annotator.types import Grid, WindowPx
from storage.exports.windows import sample_windows, window_grid


def test_a_small_picture_is_one_window() -> None:
    assert sample_windows([(5, 5, 9, 9), (900, 1000, 920, 1010)], 1024, 1024) == [(0, 0, 1024, 1024)]
    assert sample_windows([], 300, 200) == [(0, 0, 300, 200)]


def test_labels_that_fit_together_share_a_window_around_them() -> None:
    assert sample_windows([(1000, 1000, 1100, 1100), (1300, 1200, 1400, 1300)], 4000, 3000) == [(816, 766, 1584, 1534)]


def test_labels_far_apart_get_windows_of_their_own() -> None:
    windows = sample_windows([(3000, 2000, 3100, 2100), (10, 10, 20, 20)], 4000, 3000)
    assert windows == [(0, 0, 768, 768), (2666, 1666, 3434, 2434)]


def test_the_window_grows_with_a_large_label() -> None:
    assert sample_windows([(1000, 1000, 1900, 1100)], 4000, 3000) == [(1000, 600, 1900, 1500)]


def test_a_label_larger_than_the_picture_is_high_gets_all_its_height() -> None:
    assert sample_windows([(100, 0, 2100, 700)], 4000, 700) == [(100, 0, 2100, 700)]


def test_without_labels_the_window_is_in_the_middle() -> None:
    assert sample_windows([], 2000, 1200) == [(616, 216, 1384, 984)]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_label_lies_wholly_in_a_window_inside_the_picture(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1025, 5000)), data.draw(st.integers(500, 5000))
    boxes: list[WindowPx] = []
    for _ in range(data.draw(st.integers(1, 8))):
        x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
        boxes.append((x0, y0, data.draw(st.integers(x0 + 1, width)), data.draw(st.integers(y0 + 1, height))))
    windows = sample_windows(boxes, width, height)
    assert len(windows) <= len(boxes)
    for x0, y0, x1, y1 in boxes:
        assert any(a <= x0 and b <= y0 and x1 <= c and y1 <= d for a, b, c, d in windows)
    for a, b, c, d in windows:
        assert 0 <= a < c <= width
        assert 0 <= b < d <= height
        assert c - a >= min(768, width)
        assert d - b >= min(768, height)


def test_a_pixel_of_a_window_lies_where_it_lies_in_the_picture() -> None:
    grid = Grid("EPSG:3857", (9_500_000.0, 0.5, 0.0, 3_200_000.0, 0.0, -0.5), 1500, 1100)
    window = window_grid(grid, (100, 40, 868, 808))
    assert window.transform == (9_500_050.0, 0.5, 0.0, 3_199_980.0, 0.0, -0.5)
    assert window.size_px == (768, 768)
    assert px_to_lonlat(window, [[3.0, 4.0]]).tolist() == px_to_lonlat(grid, [[103.0, 44.0]]).tolist()
