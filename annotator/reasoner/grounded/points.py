"""A box for a place that the map knows only as a point: from the picture's edges, the outlines and roads around it,
typical sizes, and the segmenter's own answer at several of these boxes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import clip_box_px
from annotator.reasoner.base import Candidate
from annotator.reasoner.grounded.measures import edge_contrast, overlap_iou
from annotator.reasoner.grounded.pixel_map import PixelMap, square_px
from annotator.reasoner.grounded.places import Place
from annotator.reasoner.grounded.rectangles import Rectangle, Surroundings, directions_around, rectangles_around
from annotator.reasoner.masks import clean_mask
from annotator.segmenter.base import Embedding, Prompt, Segmenter
from annotator.taxonomy import Taxonomy
from annotator.types import BoxPx, Evidence, EvidenceSource, Scene, SignedPoint

REACH_SIDES = 3.0
"""The search goes this many typical sides away from the point, the larger of class and neighbourhood."""
REACH_MOST_M = 400.0
NEIGHBOURS_M = 90.0
NEIGHBOURS_COUNTED = 25
GUESSES = 5
SAME_GUESS_IOU = 0.75
CONTRAST_WEIGHT = 0.1
"""A guess gains this much for each Lab unit of contrast around its mask, as far as mask and guess agree."""
PROBED_MOST = 12
"""With more bare points than this the segmenter is not asked beforehand."""
SEARCHED_MOST = 40
"""With more bare points than this a box is a square of the typical size."""


class PointBoxes:
    """Boxes for the bare places of one scene."""

    def __init__(
        self, scene: Scene, bare: Sequence[Place], pixel_map: PixelMap, taxonomy: Taxonomy, segmenter: Segmenter
    ) -> None:
        self._scene = scene
        self._bare = tuple(bare)
        self._map = pixel_map
        self._taxonomy = taxonomy
        self._segmenter = segmenter

    def candidate(self, place: Place) -> Candidate:
        """The candidate of one of the bare places: its box, its point, and what the box rests on."""
        x, y = point_px(place)
        class_id = place.match.class_id
        around, neighbours = self._surroundings(place)
        guess = self._guess(around)
        if guess is not None:
            box = guess.shape_px.bounds
            says = (
                f"Only a point on the map: a box of {guess.sides_m[0]:.0f} × {guess.sides_m[1]:.0f} m from colour edges"
            )
            says += f", {neighbours} buildings around" if neighbours else ""
        else:
            side_m = self._taxonomy.typical_area_m2(class_id) ** 0.5
            box = square_px(x, y, side_m / self._map.gsd_m)
            says = f"Only a point on the map: a box of {side_m:.0f} m"
        says += f" and the size of a typical {self._taxonomy.display(class_id)}"
        return Candidate(
            box_px=self._on_picture(box, (x, y)),
            function=place.match.function,
            class_id=class_id,
            score=place.match.score,
            name=place.feature.name,
            points=(SignedPoint(x, y),),
            evidence=(Evidence(EvidenceSource.MAP, says),),
            feature=place.feature,
        )

    def _guess(self, around: Surroundings) -> Rectangle | None:
        if len(self._bare) > SEARCHED_MOST:
            return None
        guesses = _distinct(rectangles_around(self._scene, self._map.gsd_m, around))
        if len(self._bare) <= PROBED_MOST and len(guesses) > 1:
            return self._best_by_segmenter(guesses, around.point_px)
        return guesses[0] if guesses else None

    def _surroundings(self, place: Place) -> tuple[Surroundings, int]:
        """What is around a bare point, and by how many buildings. Buildings bound a building, roads bound all."""
        gsd_m, at = self._map.gsd_m, place.shape_px
        typical = self._taxonomy.typical_area_m2(place.match.class_id)
        is_area = self._taxonomy.classes[place.match.class_id].kind == "area"
        near = [self._map.shapes_px[i] for i in self._map.buildings_near(at, NEIGHBOURS_M / gsd_m)]
        near = [shape for shape in near if not shape.intersects(at)]
        closest = sorted(near, key=lambda shape: shape.distance(at))[:NEIGHBOURS_COUNTED]
        areas: tuple[float, ...] = (typical,)
        if closest and not is_area:
            areas = (typical, float(np.median([shape.area for shape in closest])) * gsd_m**2)
        reach_m = min(REACH_SIDES * max(areas) ** 0.5, REACH_MOST_M)
        taken = [road for road in self._map.roads_near(at, reach_m / gsd_m) if not road.intersects(at)]
        around = Surroundings(
            point_px=point_px(place),
            reach_m=reach_m,
            taken_px=shapely.union_all(taken if is_area else taken + near),
            other_points_px=tuple(point_px(other) for other in self._bare if other is not place),
            typical_areas_m2=areas,
            directions=directions_around(near, point_px(place), gsd_m),
        )
        return around, 0 if is_area else len(closest)

    def _best_by_segmenter(self, guesses: Sequence[Rectangle], point: tuple[float, float]) -> Rectangle:
        """The guess whose mask has the clearest edge and fills it, the guess's own score counted in."""
        image, gsd_m = self._scene.image, self._map.gsd_m
        prompts = [
            Prompt(self._on_picture(guess.shape_px.bounds, point), (SignedPoint(*point),), gsd_m=gsd_m)
            for guess in guesses
        ]
        best, best_worth = guesses[0], -np.inf
        for guess, result in zip(guesses, self._segmenter.predict(self._embedding, prompts), strict=True):
            mask = clean_mask(result.mask, self._scene.grid)
            contrast = edge_contrast(image, mask, gsd_m) or 0.0
            worth = guess.score + CONTRAST_WEIGHT * contrast * overlap_iou(mask, guess.shape_px, self._scene)
            if worth > best_worth:
                best, best_worth = guess, worth
        return best

    @cached_property
    def _embedding(self) -> Embedding:
        return self._segmenter.embed(self._scene.image)

    def _on_picture(self, box: tuple[float, ...], point: tuple[float, float]) -> BoxPx:
        """The box cut to the picture, grown to hold two pixels around the point."""
        x, y = point
        grown = min(box[0], x - 2), min(box[1], y - 2), max(box[2], x + 2), max(box[3], y + 2)
        return clip_box_px(self._scene.grid, grown)[0]


def point_px(place: Place) -> tuple[float, float]:
    """Where a bare place lies."""
    (point,) = shapely.get_coordinates(place.shape_px)
    return float(point[0]), float(point[1])


def _distinct(guesses: Sequence[Rectangle]) -> list[Rectangle]:
    """The best few that are not nearly the same."""
    kept: list[tuple[Rectangle, BaseGeometry]] = []
    for guess in guesses:
        shape = guess.shape_px
        if all(shape.intersection(k).area < SAME_GUESS_IOU * shape.union(k).area for _, k in kept):
            kept.append((guess, shape))
        if len(kept) == GUESSES:
            break
    return [guess for guess, _ in kept]
