"""Evidence of a place: each is a measured value with a sentence, none speaks of what was not measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from shapely.geometry.base import BaseGeometry

from annotator.reasoner.grounded.pixel_map import PixelMap
from annotator.types import Evidence, EvidenceSource, MapFeature

PLACE_KEYS = (
    "amenity", "shop", "office", "tourism", "leisure", "healthcare", "government", "landuse", "man_made", "railway",
    "aeroway", "public_transport", "historic", "sport", "craft", "club", "natural", "highway", "religion",
    "place_of_worship", "designation", "building",
)  # fmt: skip
"""Tags that say what a place is, in the order they are told."""
TOLD_TAGS = 3
AGREES_IOU, DISAGREES_IOU = 0.6, 0.4
SIZE_PLAUSIBLE, SIZE_POSSIBLE = 4.0, 10.0
"""Up to this factor off the typical area a size speaks for the class, beyond the second against it."""
CLEAR_EDGE, FAINT_EDGE = 10.0, 5.0
"""Lab difference across an outline: from the first on a clear edge, below the second none."""
NEARBY_M = 150.0
NEARBY_TOLD = 2


def map_evidence(feature: MapFeature, match_score: float) -> Evidence:
    """What the map says of the place: its telling tags and its name; the value is how well they fit the query."""
    said = [f"{key}={feature.tags[key]}" for key in PLACE_KEYS if key in feature.tags][:TOLD_TAGS]
    said.append(f"name {feature.name}" if feature.name else "no name")
    return Evidence(EvidenceSource.MAP, ", ".join(said), round(match_score, 2), "match", True)


def clipped_evidence(share_inside: float) -> Evidence:
    """How much of the map's outline lies in the picture."""
    percent = round(100 * share_inside)
    says = f"Cut by the picture's edge: {percent} % of its outline is inside"
    return Evidence(EvidenceSource.MAP, says, float(percent), "%", None)


def size_evidence(area_m2: float, typical_m2: float, class_name: str, *, clipped: bool) -> Evidence:
    """The mask's area beside the class's typical area; a cut place may be larger than it looks."""
    ratio = area_m2 / typical_m2
    off = max(ratio, 1 / ratio) if ratio > 0 else math.inf
    agrees = True if off <= SIZE_PLAUSIBLE else (None if off <= SIZE_POSSIBLE else False)
    if clipped and ratio < 1 and agrees is False:
        agrees = None
    at_least = "at least " if clipped else ""
    says = f"{at_least}{area_m2:,.0f} m², {_times(ratio)} × the typical {class_name} ({typical_m2:,.0f} m²)"
    return Evidence(EvidenceSource.SIZE, says, round(area_m2, 1), "m2", agrees)


def agreement_evidence(iou: float) -> Evidence:
    """Overlap of the mask with the map's outline."""
    agrees = True if iou >= AGREES_IOU else (None if iou >= DISAGREES_IOU else False)
    return Evidence(
        EvidenceSource.AGREEMENT, f"Mask and map outline overlap: IoU {iou:.2f}", round(iou, 3), "IoU", agrees
    )


def picture_evidence(contrast: float) -> Evidence:
    """Colour difference across the mask's outline."""
    agrees = True if contrast >= CLEAR_EDGE else (None if contrast >= FAINT_EDGE else False)
    says = f"Colour changes by {contrast:.1f} (Lab) across the mask's outline"
    return Evidence(EvidenceSource.PICTURE, says, round(contrast, 1), "Lab", agrees)


def nearby_evidence(
    position: int, shape_px: BaseGeometry, pixel_map: PixelMap, alike: Mapping[int, str]
) -> tuple[Evidence, ...]:
    """The nearest place of the same class (``alike``: position -> what it is called), the nearest named feature and
    the nearest named road within 150 m; at most two of them, the same class first."""
    found: dict[str, tuple[float, Evidence]] = {}
    for i in pixel_map.near(shape_px, NEARBY_M / pixel_map.gsd_m):
        feature = pixel_map.features[i]
        name = alike.get(i) or feature.name
        if i == position or not name:
            continue
        kind = "alike" if i in alike else ("road" if "highway" in feature.tags else "named")
        metres = shape_px.distance(pixel_map.shapes_px[i]) * pixel_map.gsd_m
        if kind not in found or metres < found[kind][0]:
            agrees = True if kind == "alike" else None
            says = f"{name}, {metres:.0f} m"
            found[kind] = metres, Evidence(EvidenceSource.NEARBY, says, round(metres, 1), "m", agrees)
    return tuple(found[kind][1] for kind in ("alike", "road", "named") if kind in found)[:NEARBY_TOLD]


def belief(match_score: float, evidence: Sequence[Evidence], typical_m2: float, mask_score: float) -> float:
    """Score of a place, 0 to 1: how well it fits the words, lowered by up to 45 % as the measurements speak against it.

    Without a map outline there is no agreement to count, and at most nine tenths are reached.
    """
    values = {e.source: e.value for e in evidence if e.value is not None}
    weighted = [(0.15, mask_score)]
    iou = values.get(EvidenceSource.AGREEMENT)
    if iou is not None:
        weighted.append((0.5, min(1.0, iou / 0.85)))
    if EvidenceSource.PICTURE in values:
        weighted.append((0.2, min(1.0, values[EvidenceSource.PICTURE] / (2 * CLEAR_EDGE))))
    if EvidenceSource.SIZE in values:
        off = math.log(max(values[EvidenceSource.SIZE], 1e-6) / typical_m2)
        weighted.append((0.15, math.exp(-0.5 * (off / math.log(SIZE_PLAUSIBLE)) ** 2)))
    support = sum(w * v for w, v in weighted) / sum(w for w, _ in weighted)
    ceiling = 1.0 if iou is not None else 0.9
    return round(match_score * ceiling * (0.55 + 0.45 * support), 4)


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 0.1 else f"{ratio:.2f}"
