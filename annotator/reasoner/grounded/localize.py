"""Stage 1: from the map's features to boxes, or to reasons why nothing is here."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

from annotator.geometry import geometry_box_px, polygonal
from annotator.query import select
from annotator.reasoner.base import Candidate, Localization
from annotator.reasoner.grounded import words
from annotator.reasoner.grounded.evidence import clipped_evidence, map_evidence, nearby_evidence
from annotator.reasoner.grounded.measures import window_of
from annotator.reasoner.grounded.pixel_map import PixelMap, picture_px
from annotator.reasoner.grounded.places import Place, places_of
from annotator.reasoner.grounded.points import PointBoxes
from annotator.segmenter.base import Segmenter
from annotator.taxonomy import Taxonomy
from annotator.types import BoxPx, Evidence, EvidenceSource, Query, Scene, StepKind, StepState, TraceStep

LEAST_SIDE_PX = 5.0
LEAST_SHARE_INSIDE = 0.02
LEAST_VALID_SHARE = 0.1


def localize(
    scene: Scene, query: Query, pixel_map: PixelMap, taxonomy: Taxonomy, segmenter: Segmenter
) -> Generator[TraceStep, None, Localization]:
    """Read the query against the map: steps, then candidates by falling belief, or none and the reasons."""
    yield TraceStep(StepKind.READING, "Reading", words.reading(query, taxonomy))
    if not scene.features:
        reason = words.NO_MAP
        yield TraceStep(StepKind.VERDICT, "Nothing here", reason, StepState.FAIL)
        return Localization((), (reason,))
    yield TraceStep(StepKind.HYPOTHESIS, "Hypothesis", words.hypothesis(query, taxonomy, len(scene.features)))
    at = {id(feature): position for position, feature in enumerate(scene.features)}
    matches = {at[id(feature)]: match for feature, match in select(query, scene.features, taxonomy)}
    places = places_of(scene, matches, pixel_map, taxonomy)
    candidates: list[Candidate] = []
    reasons: list[str] = []
    point_boxes = PointBoxes(scene, [p for p in places if p.is_point], pixel_map, taxonomy, segmenter)
    labels = {place.position: words.label(place.feature, place.match, taxonomy) for place in places}
    for place in places:
        found = _candidate(scene, place, labels, pixel_map, point_boxes)
        if isinstance(found, str):
            reasons.append(found)
        else:
            candidates.append(found)
    candidates.sort(key=lambda c: (-c.score, c.feature.id if c.feature else ""))
    if not candidates:
        reasons += words.nothing_matches(query, scene.features, taxonomy) if not matches else []
        yield TraceStep(StepKind.VERDICT, "Nothing here", " ".join(reasons), StepState.FAIL)
        return Localization((), tuple(reasons))
    yield from _box_steps(candidates, reasons)
    return Localization(tuple(candidates), tuple(reasons))


def _candidate(
    scene: Scene,
    place: Place,
    labels: Mapping[int, str],
    pixel_map: PixelMap,
    point_boxes: PointBoxes,
) -> Candidate | str:
    """The place's candidate, or the reason why it is none."""
    label = labels[place.position]
    if place.is_point:
        if not picture_px(scene).contains(place.shape_px):
            return f"{label} lies outside the picture."
        candidate = point_boxes.candidate(place)
    else:
        whole = place.shape_px
        inside = polygonal(whole.intersection(picture_px(scene)))
        share = inside.area / whole.area if whole.area else 0.0
        box = geometry_box_px(inside) if not inside.is_empty else (0.0, 0.0, 0.0, 0.0)
        if share < LEAST_SHARE_INSIDE or min(box[2] - box[0], box[3] - box[1]) < LEAST_SIDE_PX:
            return words.too_little(label, share)
        candidate = _from_outline(place, box, share, cut=share < 1 - 1e-3)
    if _valid_share(scene, candidate.box_px) < LEAST_VALID_SHARE:
        return f"{label} lies where the picture has no pixels."
    notes = tuple(Evidence(EvidenceSource.MAP, note, None, None, None) for note in place.notes)
    nearby = nearby_evidence(place.position, place.shape_px, pixel_map, labels)
    told = (map_evidence(place.feature, place.match.score), *notes, *candidate.evidence, *nearby)
    return replace(candidate, evidence=told)


def _from_outline(place: Place, box: BoxPx, share: float, *, cut: bool) -> Candidate:
    match = place.match
    evidence = (clipped_evidence(share),) if cut else ()
    return Candidate(
        box_px=box,
        function=match.function,
        class_id=match.class_id,
        score=match.score,
        name=place.feature.name,
        evidence=evidence,
        clipped=cut,
        feature=place.feature,
    )


def _valid_share(scene: Scene, box: BoxPx) -> float:
    if scene.valid is None:
        return 1.0
    x0, y0, x1, y1 = window_of(box, scene)
    part = scene.valid[y0:y1, x0:x1]
    return float(part.mean()) if part.size else 0.0


def _box_steps(candidates: Sequence[Candidate], reasons: Sequence[str]) -> Generator[TraceStep, None, None]:
    points = sum(1 for c in candidates if c.feature is not None and polygonal(c.feature.geometry_lonlat).is_empty)
    says = words.boxes(len(candidates), points, sum(c.clipped for c in candidates), reasons)
    yield TraceStep(StepKind.BOXES, "Boxes", says, StepState.WARN if reasons else StepState.OK)
    for number, candidate in enumerate(candidates):
        for evidence in candidate.evidence:
            if candidate.clipped and evidence.unit == "%":
                yield TraceStep(
                    StepKind.BOXES,
                    "At the edge",
                    evidence.says + ".",
                    StepState.WARN,
                    place=number,
                    box_px=candidate.box_px,
                )
