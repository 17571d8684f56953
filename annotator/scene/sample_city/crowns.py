"""Trees from above: lobed crowns, stamped from a small stock."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from annotator.scene.sample_city.canvas import Bytes, Canvas, Plane, fixed_points
from annotator.scene.sample_city.plan import PX_PER_M, SIDE_PX, Ground, Plan, Rgb, Tree

GREENS: tuple[Rgb, ...] = (
    (50, 64, 36),
    (58, 72, 40),
    (42, 56, 34),
    (70, 80, 46),
    (56, 70, 48),
    (82, 86, 50),
    (46, 62, 44),
    (60, 66, 40),
    (104, 94, 54),
    (52, 60, 44),
)
_VARIANTS = 6


@dataclass(frozen=True, slots=True)
class Stamp:
    """A crown of one radius: coverage 0-1, height as a share of the tree's, sun on it, and leaf brightness."""

    cover: Plane
    height: Plane
    shade: Plane
    light: Plane


def plant(canvas: Canvas, plan: Plan) -> None:
    """All trees that do not stand in a street, a building, a court or water; crowns may reach over."""
    stock: dict[tuple[int, int], Stamp] = {}
    standing = _allowed(plan)
    for tree in standing:
        radius_px = max(3, round(tree.radius * PX_PER_M))
        key = (radius_px, int(canvas.rng.integers(_VARIANTS)))
        if key not in stock:
            stock[key] = _grow(canvas, radius_px)
        _stamp(canvas, tree, stock[key])


def _allowed(plan: Plan) -> list[Tree]:
    trees = [t for t in plan.trees if 0 <= t.x < SIDE_PX / PX_PER_M and 0 <= t.y < SIDE_PX / PX_PER_M]
    taken = _taken(plan)
    return [t for t in trees if not taken[int(t.y * PX_PER_M), int(t.x * PX_PER_M)]]


_HARD = {
    Ground.ASPHALT,
    Ground.OLD_ASPHALT,
    Ground.WATER,
    Ground.SHALLOWS,
    Ground.POOL,
    Ground.TURF,
    Ground.TARTAN,
    Ground.COURT,
    Ground.BALLAST,
}


def _taken(plan: Plan) -> Bytes:
    taken = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    for patch in plan.patches:
        for part in getattr(patch.polygon, "geoms", [patch.polygon]):
            if part.geom_type == "Polygon":
                rings = [fixed_points(r.coords) for r in (part.exterior, *part.interiors)]
                cv2.fillPoly(taken, rings, int(patch.ground in _HARD), cv2.LINE_8, 4)
    for building in plan.buildings:
        for roof in building.parts:
            cv2.fillPoly(taken, [fixed_points(roof.rect.corners())], 1, cv2.LINE_8, 4)
    return taken


def _grow(canvas: Canvas, radius_px: int) -> Stamp:
    """Bumps scattered in a disc make the crown's surface; its slope against the sun makes its light."""
    rng = canvas.rng
    half = radius_px + 2
    ys, xs = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
    surface = np.zeros_like(xs)
    for _ in range(5 + radius_px):
        angle, reach = rng.uniform(0, 2 * math.pi), radius_px * 0.72 * math.sqrt(rng.random())
        size = radius_px * rng.uniform(0.22, 0.42)
        distance = (xs - reach * math.cos(angle)) ** 2 + (ys - reach * math.sin(angle)) ** 2
        surface = np.maximum(surface, rng.uniform(0.7, 1.0) * np.exp(-distance / (2 * size**2)))
    dome = np.sqrt(np.clip(1 - (xs**2 + ys**2) / (radius_px + 0.8) ** 2, 0, 1))
    body = (0.55 * dome + 0.45 * surface) * (dome > 0)
    cover = np.clip((surface * 1.5 + dome - 0.62) * 4, 0, 1) * np.clip(dome * 3, 0, 1)
    fall_y, fall_x = np.gradient(-body * radius_px * 0.8)
    sun = canvas.sun
    shade = (sun[2] + fall_x * sun[0] + fall_y * sun[1]) / (np.sqrt(1 + fall_x**2 + fall_y**2) * sun[2])
    light = 0.85 + 0.3 * surface + rng.normal(0, 0.09, xs.shape)
    return Stamp(
        *(np.asarray(a, dtype=np.float32) for a in (cover, 0.45 + 0.55 * body, np.clip(shade, 0.3, 1.5), light))
    )


def _stamp(canvas: Canvas, tree: Tree, stamp: Stamp) -> None:
    half = stamp.cover.shape[0] // 2
    col, row = int(tree.x * PX_PER_M), int(tree.y * PX_PER_M)
    y0, y1, x0, x1 = max(0, row - half), min(SIDE_PX, row + half + 1), max(0, col - half), min(SIDE_PX, col + half + 1)
    part = (slice(y0 - row + half, y1 - row + half), slice(x0 - col + half, x1 - col + half))
    window = (slice(y0, y1), slice(x0, x1))
    tall = np.float32(2.2 + tree.radius * canvas.rng.uniform(1.5, 2.1))
    height = tall * stamp.height[part]
    cover = np.where(height > canvas.height[window], stamp.cover[part], 0)
    green = np.asarray(GREENS[int(canvas.rng.integers(len(GREENS)))], np.float32) * np.float32(
        canvas.rng.uniform(0.8, 1.2)
    )
    leaves: npt.NDArray[np.float32] = green * stamp.light[part][..., None]
    albedo = canvas.albedo[window]
    albedo[:] = (albedo + cover[..., None] * (leaves - albedo)).astype(np.uint8)
    canvas.shade[window] += cover * (stamp.shade[part] - canvas.shade[window])
    np.copyto(canvas.height[window], height, where=cover > 0.5)
