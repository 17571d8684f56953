from __future__ import annotations

import numpy as np
import pytest

from annotator.segmenter.shape_prior import inscribed_quads


@pytest.mark.parametrize(("width", "height"), [(100.0, 60.0), (60.0, 100.0), (80.0, 80.0)])
def test_inscribed_rectangles_have_right_angles_and_touch_all_four_sides_of_the_box(
    width: float, height: float
) -> None:
    quads = inscribed_quads(width, height)
    side = np.roll(quads, -1, 1) - quads
    following = np.roll(side, -1, 1)
    assert len(quads) > 20
    np.testing.assert_allclose((side * following).sum(-1), 0, atol=0.05)
    np.testing.assert_allclose(quads.min(1), np.zeros((len(quads), 2)), atol=1e-3)
    np.testing.assert_allclose(quads.max(1), np.tile([width, height], (len(quads), 1)), atol=1e-3)


def test_inscribed_rectangles_run_clockwise_on_the_screen() -> None:
    for quads in (inscribed_quads(100, 60), inscribed_quads(60, 100)):
        x, y = quads[..., 0], quads[..., 1]
        doubled = (x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(1)
        assert (doubled > 0).all()


def test_the_box_itself_is_among_the_inscribed_rectangles() -> None:
    corners = [[0, 0], [100, 0], [100, 60], [0, 60]]
    assert any(np.allclose(quad, corners, atol=1e-3) for quad in inscribed_quads(100, 60))
