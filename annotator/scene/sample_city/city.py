"""A sample city from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotator.scene.sample_city.layout import plan_town
from annotator.scene.sample_city.record import GRID, TruthInstance, record
from annotator.scene.sample_city.render import render
from annotator.types import Grid, MapFeature, RgbImage


@dataclass(frozen=True, eq=False)
class SampleCity:
    """``image`` is (2000, 2000, 3) uint8 RGB on ``grid``; ``features`` are its map, ``truth`` what is where."""

    seed: int
    grid: Grid
    image: RgbImage
    features: tuple[MapFeature, ...]
    truth: tuple[TruthInstance, ...]


def sample_city(seed: int = 7) -> SampleCity:
    """A town of 1 km x 1 km at 0.5 m per pixel, made up from the seed: the same seed gives the same bytes.

    The place (UTM zone 53 south, 135.0 E 27.0 S) is empty desert; the town, its names and its map are fiction.
    """
    plan_rng, light_rng = (np.random.default_rng([seed, stage]) for stage in (0, 1))
    plan = plan_town(plan_rng)
    features, truth = record(plan)
    return SampleCity(seed, GRID, render(plan, light_rng), features, truth)
