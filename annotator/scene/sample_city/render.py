"""From the plan to the photograph."""

from __future__ import annotations

import numpy as np

from annotator.scene.sample_city.canvas import Canvas
from annotator.scene.sample_city.crowns import plant
from annotator.scene.sample_city.ground import draw_strokes, lay_ground, park_vehicles
from annotator.scene.sample_city.light import expose, sun_from
from annotator.scene.sample_city.plan import Plan
from annotator.scene.sample_city.roofs import raise_buildings
from annotator.types import RgbImage


def render(plan: Plan, rng: np.random.Generator) -> RgbImage:
    """The plan as an aerial photograph, (SIDE_PX, SIDE_PX, 3) uint8 RGB."""
    canvas = Canvas.blank(rng, sun_from(rng))
    lay_ground(canvas, plan.patches)
    draw_strokes(canvas, plan.strokes)
    park_vehicles(canvas, plan.vehicles)
    raise_buildings(canvas, plan.buildings)
    plant(canvas, plan)
    return expose(canvas)
