from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import pytest
import shapely

from annotator.errors import ModelFailed
from annotator.geometry import geometry_to_px, window_iou
from annotator.reasoner.base import Candidate, Localization, RefinedPlace, Refinement, Rendered
from annotator.reasoner.grounded import GroundedReasoner
from annotator.reasoner.two_stage import (
    BoxFound,
    MaskMade,
    PlaceDropped,
    PointsPlaced,
    ProposalMade,
    RunFinished,
    StepTaken,
    TokenSaid,
    run,
)
from annotator.segmenter.base import Embedding, MaskResult, Prompt
from annotator.taxonomy import load_taxonomy
from annotator.types import Query, Scene, SignedPoint, StepKind, Tier, Token, TraceStep
from tests.annotator.reasoner.worlds import (
    BlindSegmenter,
    BoxSegmenter,
    DiamondSegmenter,
    drain,
    feature,
    only,
    query,
    scene,
)

SCHOOL_A, SCHOOL_B = shapely.box(20, 30, 60, 70), shapely.box(120, 40, 200, 100)
TWO_SCHOOLS = scene(
    feature("way/1", SCHOOL_A, amenity="school", name="Bagmati School"),
    feature("way/2", SCHOOL_B, amenity="school", name="Innovative Academy"),
    roofs=[SCHOOL_A, SCHOOL_B],
)
ANY = Query("x", Tier.CLASS, classes=("school",))


class ScriptedReasoner:
    """Gives known boxes and points, says one token, and notes when it is closed."""

    name = "scripted"
    version = "1"

    def __init__(self, *boxes: tuple[float, float, float, float], names: Sequence[str | None] = ()) -> None:
        self.boxes = boxes
        self.names = names or [None] * len(boxes)
        self.closed: list[str] = []

    def localize(self, scene: Scene, query: Query) -> Generator[TraceStep | Token, None, Localization]:
        try:
            yield Token("thinking")
            yield TraceStep(StepKind.READING, "Reading", "read")
        except GeneratorExit:
            self.closed.append("localize")
            raise
        found = [
            Candidate(box, "educational", "school", 0.9 - 0.1 * i, name=self.names[i])
            for i, box in enumerate(self.boxes)
        ]
        return Localization(tuple(found))

    def refine(
        self,
        scene: Scene,
        query: Query,
        candidates: Sequence[Candidate],
        rendered: Rendered,
        masks: Sequence[MaskResult],
    ) -> Generator[TraceStep | Token, None, Refinement]:
        try:
            yield TraceStep(StepKind.POINTS, "Points", "placed", place=0)
        except GeneratorExit:
            self.closed.append("refine")
            raise
        return Refinement(tuple(RefinedPlace((SignedPoint(30.5, 40.5),), c.score) for c in candidates))


def grounded(segmenter: DiamondSegmenter) -> GroundedReasoner:
    return GroundedReasoner(load_taxonomy(), segmenter)


def test_all_boxes_are_told_before_any_mask() -> None:
    segmenter = DiamondSegmenter()
    events, _ = drain(run(TWO_SCHOOLS, query("schools", TWO_SCHOOLS), grounded(segmenter), segmenter))
    kinds = [type(e) for e in events if not isinstance(e, StepTaken)]
    assert kinds == [BoxFound] * 2 + [MaskMade] * 2 + [PointsPlaced] * 2 + [MaskMade] * 2 + [ProposalMade] * 2 + [
        RunFinished
    ]


def test_no_prompt_reaches_the_segmenter_before_the_last_box() -> None:
    segmenter = DiamondSegmenter()
    for event in run(TWO_SCHOOLS, query("schools", TWO_SCHOOLS), grounded(segmenter), segmenter):
        if isinstance(event, BoxFound):
            assert segmenter.asked == []
    assert len(segmenter.asked) == 4


def test_the_finished_result_is_what_the_generator_returns() -> None:
    segmenter = DiamondSegmenter()
    events, result = drain(run(TWO_SCHOOLS, query("schools", TWO_SCHOOLS), grounded(segmenter), segmenter))
    assert isinstance(events[-1], RunFinished)
    assert events[-1].result is result
    assert [p.name for p in result.proposals] == ["Bagmati School", "Innovative Academy"]


def test_closing_the_run_in_stage_one_closes_the_reasoner_and_asks_for_no_mask() -> None:
    reasoner, segmenter = ScriptedReasoner((20, 30, 60, 70)), DiamondSegmenter()
    events = run(TWO_SCHOOLS, ANY, reasoner, segmenter)
    assert isinstance(next(events), TokenSaid)
    events.close()
    assert reasoner.closed == ["localize"]
    assert segmenter.asked == []


def test_closing_the_run_in_stage_two_closes_the_reasoner_and_asks_for_no_second_mask() -> None:
    reasoner, segmenter = ScriptedReasoner((20, 30, 60, 70)), DiamondSegmenter()
    events = run(TWO_SCHOOLS, ANY, reasoner, segmenter)
    for event in events:
        if isinstance(event, StepTaken) and event.step.kind is StepKind.POINTS:
            break
    events.close()
    assert reasoner.closed == ["refine"]
    assert len(segmenter.asked) == 1


def test_closing_the_run_between_masks_stops_the_segmenter() -> None:
    boxes = tuple((10.0 + i, 10.0, 40.0 + i, 40.0) for i in range(30))
    segmenter = DiamondSegmenter()
    events = run(TWO_SCHOOLS, ANY, ScriptedReasoner(*boxes), segmenter)
    next(e for e in events if isinstance(e, MaskMade))
    events.close()
    assert len(segmenter.asked) == 8


def test_mask_and_geometry_are_the_segmenters_not_the_maps() -> None:
    segmenter = DiamondSegmenter()
    _, result = drain(run(TWO_SCHOOLS, query("Innovative Academy", TWO_SCHOOLS), grounded(segmenter), segmenter))
    proposal = only(result.proposals)
    diamond = shapely.Polygon([(160, 40), (200, 70), (160, 100), (120, 70)])
    drawn = geometry_to_px(TWO_SCHOOLS.grid, proposal.geometry_lonlat)
    assert drawn.intersection(diamond).area / drawn.union(diamond).area > 0.95
    assert abs(proposal.mask.area_px - 2400) < 60
    outline = geometry_to_px(TWO_SCHOOLS.grid, proposal.map_outline_lonlat)
    assert round(outline.area) == 4800


def test_the_final_prompt_has_box_points_and_the_first_mask() -> None:
    segmenter = DiamondSegmenter()
    drain(run(TWO_SCHOOLS, ANY, ScriptedReasoner((20, 30, 60, 70)), segmenter))
    first, final = segmenter.asked
    assert (first.box_px, first.points, first.previous) == ((20, 30, 60, 70), (), None)
    assert (final.box_px, final.points) == ((20, 30, 60, 70), (SignedPoint(30.5, 40.5),))
    assert final.previous is not None
    assert final.gsd_m is not None
    assert round(final.gsd_m, 1) == 0.5


def test_nothing_here_is_an_answer_with_reasons() -> None:
    segmenter = DiamondSegmenter()
    events, result = drain(run(TWO_SCHOOLS, query("hospital", TWO_SCHOOLS), grounded(segmenter), segmenter))
    assert result.nothing_here
    assert result.proposals == ()
    assert result.reasons == (
        "The map here has 2 features; none is tagged as hospital "
        "(amenity=hospital, building=hospital, healthcare=hospital).",
    )
    assert [type(e) for e in events] == [StepTaken, StepTaken, StepTaken, RunFinished]


def test_a_box_in_which_nothing_is_segmented_is_dropped_with_its_reason() -> None:
    segmenter = BlindSegmenter()
    events, result = drain(run(TWO_SCHOOLS, ANY, ScriptedReasoner((20, 30, 60, 70)), segmenter))
    dropped = only([e for e in events if isinstance(e, PlaceDropped)])
    assert (dropped.place, dropped.reason) == (0, "The segmenter found no object in the box.")
    assert result.nothing_here
    assert result.reasons == ("The segmenter found no object in the box.",)


def test_the_proposal_keeps_the_id_its_box_was_told_with() -> None:
    segmenter = DiamondSegmenter()
    events, result = drain(run(TWO_SCHOOLS, query("schools", TWO_SCHOOLS), grounded(segmenter), segmenter))
    assert [p.id for p in result.proposals] == [e.proposal_id for e in events if isinstance(e, BoxFound)]


def test_two_boxes_of_one_place_become_one_proposal() -> None:
    boxes = ((20.0, 30.0, 60.0, 70.0), (21.0, 30.0, 60.0, 70.0), (120.0, 40.0, 200.0, 100.0))
    events, result = drain(
        run(TWO_SCHOOLS, ANY, ScriptedReasoner(*boxes, names=[None, "Bagmati School", None]), BoxSegmenter())
    )
    assert [(p.place, p.name) for p in result.proposals] == [(1, "Bagmati School"), (2, None)]
    dropped = only([e for e in events if isinstance(e, PlaceDropped)])
    assert (dropped.place, dropped.reason) == (0, "It is the same place as place 2.")


def test_a_trace_holds_the_steps_of_its_place_and_the_general_ones() -> None:
    segmenter = DiamondSegmenter()
    _, result = drain(run(TWO_SCHOOLS, query("schools", TWO_SCHOOLS), grounded(segmenter), segmenter))
    assert [s.title for s in result.proposals[1].trace] == [
        "Reading",
        "Hypothesis",
        "Boxes",
        "First masks",
        "Points for place 2",
        "Evidence for place 2",
        "Verdict",
    ]


def test_stage_one_and_stage_two_masks_are_told_for_every_place() -> None:
    segmenter = DiamondSegmenter()
    events, _ = drain(run(TWO_SCHOOLS, query("schools", TWO_SCHOOLS), grounded(segmenter), segmenter))
    assert [(e.place, e.stage) for e in events if isinstance(e, MaskMade)] == [(0, 1), (1, 1), (0, 2), (1, 2)]


def test_specks_of_the_final_mask_are_left_out() -> None:
    class Speckled(BoxSegmenter):
        def predict(self, embedding: Embedding, prompts: Sequence[Prompt]) -> list[MaskResult]:
            results = super().predict(embedding, prompts)
            for result in results:
                result.logits[:] = -4
                result.logits[10:30, 10:30] = 4
                result.logits[0, 0] = 4
            return results

    _, result = drain(run(TWO_SCHOOLS, ANY, ScriptedReasoner((20, 30, 60, 70)), Speckled()))
    proposal = only(result.proposals)
    assert proposal.mask.area_px == 400
    drawn = geometry_to_px(TWO_SCHOOLS.grid, proposal.geometry_lonlat)
    assert np.allclose(drawn.bounds, (30, 40, 50, 60), atol=1e-3)


def test_the_same_question_twice_gives_the_same_masks() -> None:
    segmenter = DiamondSegmenter()
    reasoner = grounded(segmenter)
    _, one = drain(run(TWO_SCHOOLS, query("schools", TWO_SCHOOLS), reasoner, segmenter))
    _, two = drain(run(TWO_SCHOOLS, query("schools", TWO_SCHOOLS), reasoner, segmenter))
    assert [window_iou(a.mask, b.mask) for a, b in zip(one.proposals, two.proposals, strict=True)] == [1.0, 1.0]
    assert [p.score for p in one.proposals] == [p.score for p in two.proposals]


def test_a_reasoner_that_answers_for_too_few_places_has_failed() -> None:
    class Forgetful(ScriptedReasoner):
        def refine(
            self,
            scene: Scene,
            query: Query,
            candidates: Sequence[Candidate],
            rendered: Rendered,
            masks: Sequence[MaskResult],
        ) -> Generator[TraceStep | Token, None, Refinement]:
            yield Token("hm")
            return Refinement(())

    with pytest.raises(ModelFailed, match="answered for 0 of 1 places"):
        drain(run(TWO_SCHOOLS, ANY, Forgetful((20, 30, 60, 70)), DiamondSegmenter()))
