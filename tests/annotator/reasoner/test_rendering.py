from __future__ import annotations

import numpy as np
import shapely

from annotator.reasoner.rendering import RenderedPictures, draw_feedback
from annotator.types import WindowMask
from tests.annotator.reasoner.worlds import feature, scene

MASK = WindowMask((20, 20, 60, 60), np.ones((40, 40), dtype=bool))


def test_a_mask_is_red_at_four_tenths() -> None:
    image = np.full((100, 100, 3), 100, np.uint8)
    assert draw_feedback(image, [], [MASK])[40, 40].tolist() == [162, 60, 60]


def test_a_box_is_a_blue_line_of_two_pixels_along_its_edge() -> None:
    image = np.full((100, 100, 3), 100, np.uint8)
    drawn = draw_feedback(image, [(10, 20, 70, 80)], [])
    blue = (drawn == (0, 0, 255)).all(axis=2)
    assert int(blue[50].sum()) == 4
    assert bool(blue[50, 10])
    assert bool(blue[50, 69])
    assert not blue[50, 40]


def test_where_masks_overlap_they_are_blended_once() -> None:
    image = np.full((100, 100, 3), 100, np.uint8)
    assert draw_feedback(image, [], [MASK, MASK])[40, 40].tolist() == [162, 60, 60]


def test_the_scenes_own_picture_is_not_drawn_on() -> None:
    world = scene()
    pictures = RenderedPictures(world, [(10, 10, 50, 50)], [MASK])
    assert pictures.satellite[40, 40].tolist() == [174, 69, 60]
    assert world.image[40, 40].tolist() == [120, 115, 100]


def test_each_picture_is_drawn_once() -> None:
    pictures = RenderedPictures(scene(), [], [MASK])
    assert pictures.satellite is pictures.satellite


def test_the_map_picture_shows_the_same_boxes_and_masks() -> None:
    world = scene(feature("way/1", shapely.box(100, 20, 140, 60), building="yes"))
    plain = RenderedPictures(world, [], []).digital_map
    drawn = RenderedPictures(world, [(80, 10, 160, 70)], [MASK]).digital_map
    assert drawn.shape == (160, 240, 3)
    assert drawn[40, 80].tolist() == [0, 0, 255]
    red = np.rint(0.6 * plain[40, 40].astype(float) + 0.4 * np.array([255, 0, 0]))
    assert drawn[40, 40].tolist() == red.tolist()
    assert (drawn[100, 200] == plain[100, 200]).all()
