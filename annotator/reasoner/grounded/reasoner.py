"""The reasoner that needs no weights: it reads the scene's map features, and measures."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from weakref import WeakKeyDictionary

import shapely
from shapely.geometry.base import BaseGeometry

from annotator.reasoner.base import Candidate, Localization, RefinedPlace, Refinement, Rendered
from annotator.reasoner.grounded import words
from annotator.reasoner.grounded.evidence import (
    agreement_evidence,
    belief,
    picture_evidence,
    size_evidence,
)
from annotator.reasoner.grounded.localize import localize
from annotator.reasoner.grounded.measures import edge_contrast, overlap_iou
from annotator.reasoner.grounded.pixel_map import PixelMap
from annotator.reasoner.grounded.refine import outline_of, points_against_outline, points_on_own_shape
from annotator.reasoner.masks import clean_mask
from annotator.segmenter.base import MaskResult, Segmenter
from annotator.taxonomy import Taxonomy
from annotator.types import Evidence, Query, Scene, SignedPoint, Token, TraceStep, WindowMask


class GroundedReasoner:
    """Reasoner over map features: tags and names through the taxonomy, outlines, neighbours, and the picture.

    ``segmenter`` is asked at several sizes where the map has only a point. Its methods may run in several threads;
    what is kept of a scene is the map in pixels, for as long as the scene lives.
    """

    name = "grounded"
    version = "1"

    def __init__(self, taxonomy: Taxonomy, segmenter: Segmenter) -> None:
        self._taxonomy = taxonomy
        self._segmenter = segmenter
        self._maps: WeakKeyDictionary[Scene, PixelMap] = WeakKeyDictionary()

    def localize(self, scene: Scene, query: Query) -> Generator[TraceStep | Token, None, Localization]:
        """Stage 1: boxes from the map's outlines and points, or reasons why nothing is here."""
        return (yield from localize(scene, query, self._map(scene), self._taxonomy, self._segmenter))

    def refine(
        self,
        scene: Scene,
        query: Query,
        candidates: Sequence[Candidate],
        rendered: Rendered,
        masks: Sequence[MaskResult],
    ) -> Generator[TraceStep | Token, None, Refinement]:
        """Stage 2: signed points from the difference between first masks and map; reads the masks, draws nothing."""
        places = []
        for number, (candidate, result) in enumerate(zip(candidates, masks, strict=True)):
            outline = outline_of(candidate, scene)
            others = [point for other in candidates if other is not candidate for point in other.points]
            mask = clean_mask(result.mask, scene.grid)
            points = self._points(scene, candidate, mask, outline, others)
            places.append(self._judged(scene, candidate, mask, outline, result.score, points))
            yield words.points_step(number, candidate, points, has_outline=outline is not None)
        return Refinement(tuple(places))

    def conclude(
        self, scene: Scene, query: Query, candidates: Sequence[Candidate], masks: Sequence[MaskResult]
    ) -> Generator[TraceStep | Token, None, Refinement]:
        """The evidence and the scores of the final masks."""
        places = []
        for number, (candidate, result) in enumerate(zip(candidates, masks, strict=True)):
            mask = clean_mask(result.mask, scene.grid)
            place = self._judged(scene, candidate, mask, outline_of(candidate, scene), result.score)
            places.append(place)
            yield words.evidence_step(number, candidate, candidate.evidence + place.evidence)
        yield words.verdict_step([place.evidence for place in places])
        return Refinement(tuple(places))

    def _map(self, scene: Scene) -> PixelMap:
        kept = self._maps.get(scene)
        if kept is None:
            kept = self._maps[scene] = PixelMap.of(scene)
        return kept

    def _points(
        self,
        scene: Scene,
        candidate: Candidate,
        mask: WindowMask,
        outline_px: BaseGeometry | None,
        others: Sequence[SignedPoint],
    ) -> tuple[SignedPoint, ...]:
        pixel_map = self._map(scene)
        if outline_px is not None:
            return points_against_outline(mask, outline_px, scene, pixel_map.gsd_m)
        box = shapely.box(*candidate.box_px)
        neighbours = [pixel_map.shapes_px[i] for i in pixel_map.buildings_near(box, 0.0)]
        return points_on_own_shape(mask, candidate, neighbours, others, pixel_map.gsd_m)

    def _measured(
        self, scene: Scene, candidate: Candidate, mask: WindowMask, outline_px: BaseGeometry | None
    ) -> tuple[Evidence, ...]:
        """What can be measured of a mask: its size, the contrast at its edge, its overlap with the map's outline."""
        pixel_map = self._map(scene)
        told = [picture_evidence(c) for c in [edge_contrast(scene.image, mask, pixel_map.gsd_m)] if c is not None]
        area = mask.area_px * pixel_map.gsd_m**2
        typical = self._taxonomy.typical_area_m2(candidate.class_id)
        class_name = self._taxonomy.display(candidate.class_id)
        told.append(size_evidence(area, typical, class_name, clipped=candidate.clipped))
        if outline_px is not None:
            told.append(agreement_evidence(overlap_iou(mask, outline_px, scene)))
        return tuple(told)

    def _judged(
        self,
        scene: Scene,
        candidate: Candidate,
        mask: WindowMask,
        outline_px: BaseGeometry | None,
        mask_score: float,
        points: tuple[SignedPoint, ...] = (),
    ) -> RefinedPlace:
        evidence = self._measured(scene, candidate, mask, outline_px)
        typical = self._taxonomy.typical_area_m2(candidate.class_id)
        return RefinedPlace(points, belief(candidate.score, evidence, typical, mask_score), evidence)
