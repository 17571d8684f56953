from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest
import shapely

from annotator.reasoner.base import Localization
from annotator.reasoner.grounded import GroundedReasoner
from annotator.taxonomy import load_taxonomy
from annotator.types import Evidence, Scene, StepKind, StepState, Token, TraceStep
from tests.annotator.reasoner.worlds import DiamondSegmenter, feature, only, query, scene

SCHOOL = shapely.box(20, 30, 60, 70)


def localize(world: Scene, text: str) -> tuple[list[TraceStep], Localization]:
    reasoner = GroundedReasoner(load_taxonomy(), DiamondSegmenter())
    told: Generator[TraceStep | Token, None, Localization] = reasoner.localize(world, query(text, world))
    steps: list[TraceStep] = []
    while True:
        try:
            step = next(told)
            assert isinstance(step, TraceStep)
            steps.append(step)
        except StopIteration as end:
            return steps, end.value


def says(found: Localization) -> list[str]:
    return [e.says for e in only(found.candidates).evidence]


def test_the_words_are_told_back_with_language_and_path() -> None:
    world = scene(feature("way/1", SCHOOL, amenity="school"))
    assert localize(world, "schools")[0][0].says == "“schools”, English, a class: Educational › School."
    assert localize(world, "학교")[0][0].says == "“학교”, Korean, a class: Educational › School."


def test_a_function_is_told_with_the_number_of_its_classes() -> None:
    world = scene(feature("way/1", SCHOOL, amenity="school"))
    steps, found = localize(world, "everything educational")
    count = len(load_taxonomy().classes_of("educational"))
    assert steps[0].says == f"“everything educational”, English, a function: Educational, {count} classes."
    assert only(found.candidates).class_id == "school"


def test_the_hypothesis_names_tags_and_the_number_of_features() -> None:
    world = scene(feature("way/1", SCHOOL, amenity="school"))
    assert (
        localize(world, "school")[0][1].says
        == "Features tagged amenity=school or building=school, among 1 map feature."
    )


def test_a_box_is_the_bounds_of_the_outline() -> None:
    _, found = localize(
        scene(feature("way/1", shapely.Polygon([(20, 30), (60, 40), (50, 70)]), amenity="school")), "school"
    )
    candidate = only(found.candidates)
    assert candidate.box_px == pytest.approx((20, 30, 60, 70), abs=1e-3)
    assert (candidate.function, candidate.class_id, candidate.clipped) == ("educational", "school", False)


def test_the_map_evidence_names_tags_and_name() -> None:
    world = scene(feature("way/1", SCHOOL, amenity="school", building="yes", name="Bagmati English Secondary School"))
    _, found = localize(world, "school")
    assert says(found) == ["amenity=school, building=yes, name Bagmati English Secondary School"]


def test_what_the_edge_cuts_is_clipped_and_says_how_much_is_inside() -> None:
    steps, found = localize(scene(feature("way/1", shapely.box(-38, 30, 62, 70), amenity="school")), "school")
    candidate = only(found.candidates)
    assert candidate.clipped
    assert candidate.box_px == pytest.approx((0, 30, 62, 70), abs=1e-3)
    assert "Cut by the picture's edge: 62 % of its outline is inside" in says(found)
    step = only([s for s in steps if s.title == "At the edge"])
    assert (step.place, step.state) == (0, StepState.WARN)


def test_a_sliver_at_the_edge_is_no_place_and_says_why() -> None:
    _, found = localize(scene(feature("way/1", shapely.box(-98, 30, 2, 70), amenity="school", name="Oxford")), "school")
    assert found.nothing_here
    assert found.reasons == ("Oxford has 2 % of its outline in the picture, too little to see.",)


def test_where_the_picture_has_no_pixels_there_is_no_place() -> None:
    valid = np.ones((160, 240), dtype=bool)
    valid[:, :100] = False
    _, found = localize(scene(feature("way/1", SCHOOL, amenity="school", name="Oxford"), valid=valid), "school")
    assert found.reasons == ("Oxford lies where the picture has no pixels.",)


def test_no_map_is_said_plainly() -> None:
    steps, found = localize(scene(), "school")
    assert found.reasons == ("There is no map here: the grounded reasoner reads map features, and this view has none.",)
    assert [(s.kind, s.state) for s in steps] == [(StepKind.READING, StepState.OK), (StepKind.VERDICT, StepState.FAIL)]


def test_a_class_that_is_not_on_the_map_is_nothing_here_with_the_count() -> None:
    _, found = localize(
        scene(feature("way/1", SCHOOL, amenity="school"), feature("way/2", SCHOOL, building="yes")), "cinema"
    )
    assert found.reasons == (
        "The map here has 2 features; none is tagged as cinema (amenity=cinema, building=cinema).",
    )


def test_a_name_that_is_not_on_the_map_tells_the_nearest_one() -> None:
    _, found = localize(scene(feature("way/1", SCHOOL, tourism="hotel", name="Chandika Hotel")), "Blue Hotel")
    assert found.reasons == (
        "The map here has 1 feature; none is named like “Blue Hotel”.",
        "The nearest name is Chandika Hotel, 27 %.",
    )


def test_a_node_in_its_own_outline_is_the_same_place() -> None:
    world = scene(
        feature("node/1", shapely.Point(40, 50), amenity="school", name="Bagmati School"),
        feature("way/1", SCHOOL, building="school"),
    )
    _, found = localize(world, "school")
    candidate = only(found.candidates)
    assert candidate.feature.id == "way/1"
    assert candidate.name == "Bagmati School"
    assert "node/1 lies in its outline" in says(found)


def test_two_differently_named_nodes_in_one_outline_stay_two_places() -> None:
    world = scene(
        feature("way/1", SCHOOL, building="school", name="Bagmati School"),
        feature("node/1", shapely.Point(40, 50), amenity="school", name="Innovative Academy"),
    )
    assert len(localize(world, "school")[1].candidates) == 2


def test_a_point_in_a_building_without_tags_takes_the_building() -> None:
    world = scene(
        feature("node/1", shapely.Point(40, 50), amenity="school", name="Bagmati School"),
        feature("way/7", SCHOOL, building="yes"),
    )
    _, found = localize(world, "school")
    candidate = only(found.candidates)
    assert candidate.box_px == pytest.approx((20, 30, 60, 70), abs=1e-3)
    assert candidate.feature.id == "node/1"
    assert candidate.feature.geometry_lonlat.geom_type == "Polygon"
    assert "The point lies in the building way/7 (building=yes)" in says(found)


def test_a_point_in_a_building_that_is_another_place_does_not_take_it() -> None:
    world = scene(
        feature("node/1", shapely.Point(40, 50), amenity="school", name="Bagmati School"),
        feature("way/7", SCHOOL, building="yes", amenity="cinema"),
    )
    assert only(localize(world, "school")[1].candidates).feature.geometry_lonlat.geom_type == "Point"


def test_a_self_crossing_outline_is_made_valid() -> None:
    bow = shapely.Polygon([(20, 30), (60, 70), (60, 30), (20, 70)])
    _, found = localize(scene(feature("way/1", bow, amenity="school")), "school")
    assert only(found.candidates).box_px == pytest.approx((20, 30, 60, 70), abs=1e-3)


def test_a_multipolygon_with_a_hole_is_one_place() -> None:
    both = shapely.union(SCHOOL.difference(shapely.box(35, 45, 45, 55)), shapely.box(80, 30, 100, 60))
    _, found = localize(scene(feature("relation/1", both, amenity="school")), "school")
    candidate = only(found.candidates)
    assert candidate.box_px == pytest.approx((20, 30, 100, 70), abs=1e-3)
    assert candidate.feature.geometry_lonlat.geom_type == "MultiPolygon"


def test_an_open_line_is_taken_with_ground_on_either_side() -> None:
    line = shapely.LineString([(20, 80), (100, 80)])
    _, found = localize(scene(feature("way/1", line, amenity="school")), "school")
    assert only(found.candidates).box_px == pytest.approx((20, 70, 100, 90), abs=0.2)
    assert "A line on the map; 5 m of ground on either side are taken" in says(found)


def test_a_closed_line_is_the_ground_it_encloses() -> None:
    ring = shapely.LineString([(20, 30), (60, 30), (60, 70), (20, 70), (20, 30)])
    _, found = localize(scene(feature("way/1", ring, amenity="school")), "school")
    assert only(found.candidates).box_px == pytest.approx((20, 30, 60, 70), abs=1e-3)


def test_the_nearest_place_of_the_same_kind_is_told_with_its_distance() -> None:
    world = scene(
        feature("way/1", SCHOOL, amenity="school", name="Bagmati School"),
        feature("way/2", shapely.box(130, 30, 170, 70), amenity="school", name="Innovative Academy"),
        feature("way/3", shapely.box(70, 30, 80, 40), shop="bakery", name="Shakya"),
    )
    _, found = localize(world, "Bagmati School")
    nearby = [e for e in only(found.candidates).evidence if e.source == "nearby"]
    assert [(e.says, e.agrees) for e in nearby] == [("Shakya, 5 m", None)]
    _, found = localize(world, "schools")
    nearby = [e for e in found.candidates[0].evidence if e.source == "nearby"]
    assert [(e.says, e.agrees) for e in nearby] == [("Innovative Academy, 35 m", True), ("Shakya, 5 m", None)]
    assert nearby[0] == Evidence(nearby[0].source, "Innovative Academy, 35 m", 35.0, "m", True)


def test_a_point_outside_the_picture_is_left_out_with_its_reason() -> None:
    world = scene(feature("node/1", shapely.Point(400, 50), amenity="school", name="Oxford"))
    assert localize(world, "school")[1].reasons == ("Oxford lies outside the picture.",)
