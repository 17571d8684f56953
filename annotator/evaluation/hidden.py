"""How well a run found what map mode `points` had hidden, against a disc of the class's typical size.

Nothing of a run reads this module or the hidden polygons; it is called after the last proposal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_px, gsd_m, polygonal, rasterize, window_iou
from annotator.taxonomy import Taxonomy
from annotator.types import MapFeature, Proposal, Scene, WindowMask, WindowPx

FALLBACK_CLASS = "others"


def hidden_report(
    hidden: Mapping[str, MapFeature], proposals: Sequence[Proposal], scene: Scene, taxonomy: Taxonomy
) -> dict[str, float | int]:
    """{"n", "mean_iou", "disc_mean_iou"}: IoU with each hidden polygon in the scene's pixels, cut at its edge.

    ``scene`` is the scene of the run, with the points that were shown instead of the polygons. ``mean_iou`` is of
    the proposal that rests on the feature of that id (0 where there is none), ``disc_mean_iou`` of a disc of the
    class's typical area around the point. Polygons without a pixel in the picture are not counted. Means of
    nothing are 0.
    """
    by_feature = {p.feature_id: p for p in proposals if p.feature_id is not None}
    shown = {f.id: f for f in scene.features if f.id in hidden}
    found: list[float] = []
    disc: list[float] = []
    for feature_id, feature in hidden.items():
        truth = _outline_mask(feature, scene)
        if truth is None or feature_id not in shown:
            continue
        proposal = by_feature.get(feature_id)
        found.append(window_iou(truth, proposal.mask) if proposal else 0.0)
        class_id = proposal.class_id if proposal else _class_of(feature, taxonomy)
        around = _disc_mask(shown[feature_id], taxonomy.typical_area_m2(class_id), scene)
        disc.append(window_iou(truth, around) if around else 0.0)
    return {"n": len(found), "mean_iou": _mean(found), "disc_mean_iou": _mean(disc)}


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _class_of(feature: MapFeature, taxonomy: Taxonomy) -> str:
    return next(iter(taxonomy.classes_of_tags(feature.tags)), FALLBACK_CLASS)


def _outline_mask(feature: MapFeature, scene: Scene) -> WindowMask | None:
    outline = polygonal(shapely.make_valid(geometry_to_px(scene.grid, feature.geometry_lonlat)))
    return _burnt(outline, scene)


def _disc_mask(point: MapFeature, area_m2: float, scene: Scene) -> WindowMask | None:
    radius_px = math.sqrt(area_m2 / math.pi) / gsd_m(scene.grid)
    return _burnt(geometry_to_px(scene.grid, point.geometry_lonlat.centroid).buffer(radius_px, 32), scene)


def _burnt(shape_px: BaseGeometry, scene: Scene) -> WindowMask | None:
    """The shape's pixels inside the picture, or None where there is none."""
    inside = shape_px.intersection(shapely.box(0, 0, scene.grid.width, scene.grid.height))
    if inside.is_empty:
        return None
    x0, y0, x1, y1 = inside.bounds
    window: WindowPx = math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1)
    pixels = rasterize(polygonal(inside), window)
    return WindowMask(window, pixels) if pixels.any() else None
