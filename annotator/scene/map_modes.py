"""The map made worse on purpose, to measure how much a reasoner leans on it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import polygonal
from annotator.types import BoundsLonLat, MapFeature

METRES_PER_DEGREE = 111_320.0
SHIFT_M = (3.0, 6.0)
"""`shifted` moves the whole map by a distance in this range."""
KEPT_SHARE = 0.5
"""`sparse` keeps this share of the features."""


class MapMode(StrEnum):
    """full: as it is; points: what is asked is points only; sparse: half of it; shifted: a few metres off; none."""

    FULL = "full"
    POINTS = "points"
    SPARSE = "sparse"
    SHIFTED = "shifted"
    NONE = "none"


def apply_map_mode(
    features: Sequence[MapFeature],
    mode: MapMode | str,
    asked: Callable[[MapFeature], bool],
    seed: int = 0,
    *,
    within_lonlat: BoundsLonLat | None = None,
) -> tuple[tuple[MapFeature, ...], Mapping[str, MapFeature]]:
    """The features that a reasoner may see in this mode, and by id those whose polygon was hidden (`points` only).

    `points`: each polygon that is ``asked`` for becomes one point inside it, tags and id kept; with
    ``within_lonlat`` the point is inside that part of it which lies in these bounds. `sparse` and `shifted` are
    the same for the same ``seed``. Raises ValueError for an unknown mode.
    """
    mode = MapMode(mode)
    if mode is MapMode.NONE:
        return (), {}
    if mode is MapMode.SPARSE:
        return _sparse(features, seed), {}
    if mode is MapMode.SHIFTED:
        return _shifted(features, seed), {}
    if mode is MapMode.POINTS:
        return _points(features, asked, within_lonlat)
    return tuple(features), {}


def _points(
    features: Sequence[MapFeature], asked: Callable[[MapFeature], bool], within_lonlat: BoundsLonLat | None
) -> tuple[tuple[MapFeature, ...], dict[str, MapFeature]]:
    shown: list[MapFeature] = []
    hidden: dict[str, MapFeature] = {}
    for feature in features:
        outline = polygonal(shapely.make_valid(feature.geometry_lonlat))
        if outline.is_empty or not asked(feature):
            shown.append(feature)
            continue
        hidden[feature.id] = feature
        shown.append(replace(feature, geometry_lonlat=_interior_point(outline, within_lonlat)))
    return tuple(shown), hidden


def _interior_point(outline: BaseGeometry, within_lonlat: BoundsLonLat | None) -> BaseGeometry:
    if within_lonlat is not None:
        inside = polygonal(shapely.intersection(outline, shapely.box(*within_lonlat)))
        outline = outline if inside.is_empty else inside
    return outline.representative_point()


def _sparse(features: Sequence[MapFeature], seed: int) -> tuple[MapFeature, ...]:
    generator = random.Random(seed)  # noqa: S311  (no secret: which half of the map is left out)
    kept = set(generator.sample(range(len(features)), round(KEPT_SHARE * len(features))))
    return tuple(feature for i, feature in enumerate(features) if i in kept)


def _shifted(features: Sequence[MapFeature], seed: int) -> tuple[MapFeature, ...]:
    generator = random.Random(seed)  # noqa: S311  (no secret: how far the map is moved)
    distance, angle = generator.uniform(*SHIFT_M), generator.uniform(0, 2 * math.pi)
    east, north = distance * math.cos(angle), distance * math.sin(angle)
    return tuple(replace(f, geometry_lonlat=_moved(f.geometry_lonlat, east, north)) for f in features)


def _moved(geometry_lonlat: BaseGeometry, east_m: float, north_m: float) -> BaseGeometry:
    """The geometry moved by metres; exact to millimetres over a few metres."""
    _, south, _, top = geometry_lonlat.bounds
    d_lat = north_m / METRES_PER_DEGREE
    d_lon = east_m / (METRES_PER_DEGREE * math.cos(math.radians((south + top) / 2)))
    return shapely.transform(geometry_lonlat, lambda points: points + np.array([d_lon, d_lat]))
