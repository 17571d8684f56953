from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.reasoner.duplicates import without_duplicates
from annotator.reasoner.naming import same_name
from annotator.types import BoxPx, Proposal, WindowMask


def proposal(
    place: int,
    box: tuple[int, int, int, int],
    name: str | None = None,
    score: float = 0.5,
    function: str = "educational",
    outline: BaseGeometry | None = None,
) -> Proposal:
    mask = WindowMask(box, np.ones((box[3] - box[1], box[2] - box[0]), dtype=bool))
    box_px: BoxPx = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
    return Proposal(
        id=str(place),
        place=place,
        box_px=box_px,
        points=(),
        mask=mask,
        geometry_lonlat=shapely.box(*box),
        score=score,
        function=function,
        class_id="school",
        name=name,
        map_outline_lonlat=outline,
    )


def test_of_two_masks_of_one_place_the_one_with_a_map_outline_stays() -> None:
    kept, merged = without_duplicates(
        [proposal(0, (0, 0, 20, 20), score=0.9), proposal(1, (0, 0, 20, 21), outline=shapely.box(0, 0, 20, 21))]
    )
    assert [p.place for p in kept] == [1]
    assert merged == {0: "It is the same place as place 2."}


def test_places_with_different_names_stay_apart() -> None:
    kept, _ = without_duplicates([proposal(0, (0, 0, 20, 20), "Bagmati School"), proposal(1, (0, 0, 20, 20), "Oxford")])
    assert [p.place for p in kept] == [0, 1]


def test_places_of_different_functions_stay_apart() -> None:
    kept, _ = without_duplicates([proposal(0, (0, 0, 20, 20)), proposal(1, (0, 0, 20, 20), function="medical")])
    assert [p.place for p in kept] == [0, 1]


def test_an_overlap_of_eight_tenths_is_not_enough() -> None:
    kept, _ = without_duplicates([proposal(0, (0, 0, 20, 20)), proposal(1, (0, 0, 20, 16))])
    assert [p.place for p in kept] == [0, 1]


def test_names_are_the_same_despite_case_and_a_slip_of_the_pen() -> None:
    assert same_name("Mayur Cinema", "mayur cinma")
    assert same_name(None, "Mayur Cinema")
    assert not same_name("Mayur Cinema", "Bal Niketan School")
