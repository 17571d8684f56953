from __future__ import annotations

import numpy as np
import pytest
import shapely

from annotator.reasoner.grounded import GroundedReasoner
from annotator.reasoner.grounded.evidence import (
    agreement_evidence,
    belief,
    clipped_evidence,
    map_evidence,
    picture_evidence,
    size_evidence,
)
from annotator.reasoner.grounded.measures import edge_contrast, overlap_iou
from annotator.reasoner.two_stage import run
from annotator.taxonomy import load_taxonomy
from annotator.types import Evidence, EvidenceSource, WindowMask
from tests.annotator.reasoner.worlds import BoxSegmenter, DiamondSegmenter, drain, feature, only, query, scene

SCHOOL = shapely.box(20, 30, 60, 70)


def block(x0: int, y0: int, x1: int, y1: int) -> WindowMask:
    return WindowMask((x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), dtype=bool))


def test_size_is_told_beside_the_typical_size() -> None:
    assert size_evidence(412, 700, "school", clipped=False) == Evidence(
        EvidenceSource.SIZE, "412 m², 0.6 × the typical school (700 m²)", 412, "m2", True
    )


def test_a_size_far_off_speaks_against_the_class() -> None:
    assert size_evidence(3500, 700, "school", clipped=False).agrees is None
    assert size_evidence(35000, 700, "school", clipped=False).agrees is False
    assert size_evidence(7, 700, "school", clipped=False).agrees is False


def test_a_cut_place_is_at_least_as_large_as_it_looks() -> None:
    told = size_evidence(7, 700, "school", clipped=True)
    assert told.says == "at least 7 m², 0.01 × the typical school (700 m²)"
    assert told.agrees is None


@pytest.mark.parametrize(("iou", "agrees"), [(0.6, True), (0.59, None), (0.4, None), (0.39, False)])
def test_agreement_with_the_map_has_two_thresholds(iou: float, agrees: bool | None) -> None:
    told = agreement_evidence(iou)
    assert (told.source, told.value, told.unit, told.agrees) == (EvidenceSource.AGREEMENT, iou, "IoU", agrees)


def test_map_evidence_tells_the_telling_tags_in_order() -> None:
    place = feature("way/1", SCHOOL, building="yes", religion="hindu", amenity="place_of_worship", roof__shape="flat")
    assert map_evidence(place, 0.97).says == "amenity=place_of_worship, religion=hindu, building=yes, no name"


def test_the_share_inside_is_in_percent() -> None:
    assert clipped_evidence(0.624) == Evidence(
        EvidenceSource.MAP, "Cut by the picture's edge: 62 % of its outline is inside", 62, "%", None
    )


def test_contrast_is_the_lab_difference_across_the_outline() -> None:
    image = np.zeros((60, 60, 3), np.uint8)
    image[20:40, 20:40] = 255
    contrast = edge_contrast(image, block(20, 20, 40, 40), 0.5)
    assert contrast == pytest.approx(100.0, abs=0.5)


def test_an_outline_on_even_ground_has_no_contrast() -> None:
    image = np.full((60, 60, 3), 90, np.uint8)
    assert edge_contrast(image, block(20, 20, 40, 40), 0.5) == pytest.approx(0.0, abs=1e-3)


def test_the_pictures_own_edge_is_no_outline() -> None:
    image = np.zeros((60, 60, 3), np.uint8)
    image[:, :30] = 255
    assert edge_contrast(image, block(0, 0, 30, 60), 0.5) == pytest.approx(100.0, abs=0.5)
    assert edge_contrast(image, block(0, 0, 60, 60), 0.5) is None


def test_a_faint_edge_speaks_against_a_place() -> None:
    assert [picture_evidence(v).agrees for v in (4.9, 7.0, 10.0)] == [False, None, True]


def test_overlap_with_an_outline_counts_only_what_is_in_the_picture() -> None:
    assert overlap_iou(block(0, 30, 40, 70), shapely.box(-40, 30, 40, 70), scene()) == 1.0


def test_belief_falls_with_the_agreement() -> None:
    picture, size = picture_evidence(20), size_evidence(700, 700, "school", clipped=False)
    good = belief(1.0, [picture, size, agreement_evidence(0.85)], 700, 1.0)
    poor = belief(1.0, [picture, size, agreement_evidence(0.2)], 700, 1.0)
    bare = belief(1.0, [picture, size], 700, 1.0)
    assert (good, poor, bare) == (1.0, 0.8279, 0.9)
    assert belief(0.5, [picture, size, agreement_evidence(0.85)], 700, 1.0) == 0.5


def test_a_proposals_evidence_is_measured_on_its_final_mask() -> None:
    world = scene(feature("way/1", SCHOOL, amenity="school", name="Bagmati School"), roofs=[SCHOOL])
    segmenter = DiamondSegmenter()
    events = run(world, query("school", world), GroundedReasoner(load_taxonomy(), segmenter), segmenter)
    _, result = drain(events)
    proposal = only(result.proposals)
    told = {e.source: e for e in proposal.evidence}
    assert told[EvidenceSource.MAP].says == "amenity=school, name Bagmati School"
    iou = overlap_iou(proposal.mask, SCHOOL, world)
    assert told[EvidenceSource.AGREEMENT].value == pytest.approx(iou, abs=1e-3)
    assert iou == pytest.approx(0.525, abs=0.01)
    assert told[EvidenceSource.AGREEMENT].agrees is None
    assert told[EvidenceSource.SIZE].value == pytest.approx(proposal.mask.area_px * 0.25, rel=0.01)


def test_a_mask_that_fills_its_outline_agrees_in_everything() -> None:
    world = scene(feature("way/1", SCHOOL, amenity="school", name="Bagmati School"), roofs=[SCHOOL])
    segmenter = BoxSegmenter()
    _, result = drain(run(world, query("school", world), GroundedReasoner(load_taxonomy(), segmenter), segmenter))
    proposal = only(result.proposals)
    assert [(e.source.value, e.agrees) for e in proposal.evidence] == [
        ("map", True),
        ("picture", True),
        ("size", True),
        ("agreement", True),
    ]
    assert proposal.evidence[2].says == "400 m², 0.5 × the typical school (800 m²)"
    assert proposal.trace[-1].says == "1 place: in 1 mask and map outline agree."
    assert proposal.score > 0.9
