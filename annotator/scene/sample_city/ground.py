"""Ground textures, painted lines and vehicles."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from annotator.scene.sample_city.canvas import Bytes, Canvas, Window, coverage, fixed_points, window_of
from annotator.scene.sample_city.plan import PX_PER_M, Ground, Patch, PointM, Rect, Rgb, Stroke, Vehicle

WATER_M = -2.5


@dataclass(frozen=True, slots=True)
class Texture:
    """From ``dark`` to ``light`` by noise; weights are the deviation in 256ths of that way; stripes in metres."""

    dark: Rgb
    light: Rgb
    low: float
    mid: float
    fine: float
    stripe_m: float = 0.0
    stripe: float = 0.0


TEXTURES: dict[Ground, Texture] = {
    Ground.MEADOW: Texture((64, 72, 42), (160, 146, 104), 34, 34, 18),
    Ground.LAWN: Texture((70, 84, 46), (152, 148, 98), 32, 26, 14, 2.6, 7),
    Ground.GARDEN: Texture((56, 66, 36), (158, 144, 108), 26, 44, 18),
    Ground.SOIL: Texture((104, 88, 66), (186, 168, 136), 30, 30, 14),
    Ground.SAND: Texture((168, 148, 114), (222, 206, 172), 28, 22, 16),
    Ground.GRAVEL: Texture((146, 136, 116), (206, 198, 178), 24, 26, 24),
    Ground.BALLAST: Texture((88, 82, 76), (146, 138, 128), 26, 24, 34),
    Ground.ASPHALT: Texture((70, 71, 73), (122, 121, 119), 30, 20, 13),
    Ground.OLD_ASPHALT: Texture((92, 91, 89), (148, 145, 139), 34, 28, 14),
    Ground.PAVING: Texture((132, 127, 119), (184, 178, 167), 28, 22, 16, 1.5, 12),
    Ground.PLAZA: Texture((144, 134, 120), (202, 192, 174), 26, 20, 13, 4.0, 22),
    Ground.CONCRETE: Texture((132, 129, 122), (190, 186, 176), 30, 32, 12, 5.0, 10),
    Ground.WATER: Texture((38, 56, 54), (80, 98, 86), 40, 18, 8),
    Ground.SHALLOWS: Texture((62, 78, 66), (112, 120, 96), 24, 34, 8),
    Ground.POOL: Texture((62, 150, 172), (128, 204, 214), 12, 22, 10),
    Ground.TURF: Texture((62, 100, 50), (126, 156, 82), 22, 14, 10, 5.5, 34),
    Ground.TARTAN: Texture((134, 66, 52), (184, 104, 84), 24, 18, 10),
    Ground.COURT: Texture((66, 108, 96), (110, 150, 128), 20, 14, 8),
    Ground.BANK: Texture((96, 92, 62), (166, 156, 124), 26, 40, 22),
}


def lay_ground(canvas: Canvas, patches: Iterable[Patch]) -> None:
    """All patches in their order; water lies lower than the streets."""
    for patch in patches:
        window = window_of(patch.polygon.bounds)
        if window is None:
            continue
        mask = coverage(patch.polygon, window)
        _blend(canvas.albedo[window], _texture(canvas, window, patch), mask)
        level = (
            WATER_M if patch.ground in (Ground.WATER, Ground.SHALLOWS) else -1.0 if patch.ground is Ground.BANK else 0.0
        )
        canvas.height[window][mask > 127] = level


def _texture(canvas: Canvas, window: Window, patch: Patch) -> Bytes:
    kind = TEXTURES[patch.ground]
    noise = canvas.noise
    value = cv2.addWeighted(noise.low[window], kind.low, noise.mid[window], kind.mid, 128.0 + canvas.rng.normal(0, 9))
    value = cv2.scaleAdd(noise.fine[window], kind.fine, value)
    if kind.stripe:
        value = cv2.add(value, _stripes(window, patch.angle, kind))
    steps = np.linspace(0, 1, 256)[:, None]
    table = np.asarray(kind.dark) + steps * (np.asarray(kind.light) - np.asarray(kind.dark))
    index = np.asarray(np.clip(value, 0, 255), dtype=np.uint8)
    channels = table.astype(np.uint8).T[:, None]
    return np.asarray(cv2.merge([cv2.LUT(index, channel) for channel in channels]), dtype=np.uint8)


def _stripes(window: Window, angle: float, kind: Texture) -> npt.NDArray[np.float32]:
    ys = np.arange(window[0].start, window[0].stop, dtype=np.float32)[:, None]
    xs = np.arange(window[1].start, window[1].stop, dtype=np.float32)[None]
    along = (xs * math.cos(angle) + ys * math.sin(angle)) / (PX_PER_M * kind.stripe_m)
    if kind.stripe_m < 5.2:
        return np.asarray(kind.stripe * np.cos(2 * math.pi * along), dtype=np.float32)
    return np.asarray(np.where(np.floor(along) % 2 == 0, kind.stripe / 2, -kind.stripe / 2), dtype=np.float32)


def _blend(target: Bytes, source: Bytes, mask: Bytes) -> None:
    share = cv2.merge([mask, mask, mask])
    new = cv2.multiply(source, share, scale=1 / 255)
    old = cv2.multiply(target, cv2.bitwise_not(share), scale=1 / 255)
    target[:] = cv2.add(new, old)


def draw_strokes(canvas: Canvas, strokes: Iterable[Stroke]) -> None:
    """Painted lines, colour by colour, worn by the noise."""
    by_colour: dict[Rgb, list[Stroke]] = defaultdict(list)
    for stroke in strokes:
        by_colour[stroke.colour].append(stroke)
    mask = np.zeros(canvas.height.shape, np.uint8)
    for colour, group in by_colour.items():
        mask[:] = 0
        for stroke in group:
            _draw(mask, stroke)
        x, y, width, height = cv2.boundingRect(mask)
        rows, cols = np.nonzero(mask[y : y + height, x : x + width])
        rows, cols = rows + y, cols + x
        wear = np.clip(1 - 0.18 * np.abs(canvas.noise.mid[rows, cols]) - 0.1 * canvas.noise.fine[rows, cols], 0.2, 1)
        share = (mask[rows, cols].astype(np.float32) / 255 * wear)[:, None]
        here = canvas.albedo[rows, cols]
        canvas.albedo[rows, cols] = (here + share * (np.asarray(colour, np.float32) - here)).astype(np.uint8)


def _draw(mask: Bytes, stroke: Stroke) -> None:
    width_px = stroke.width * PX_PER_M
    value = int(255 * stroke.opacity * min(1.0, width_px))
    lines = [stroke.points] if stroke.dash is None else list(dashes(stroke.points, *stroke.dash))
    fixed = [fixed_points(line) for line in lines]
    cv2.polylines(mask, fixed, False, value, max(1, round(width_px)), cv2.LINE_AA, 4)


def dashes(points: Iterable[PointM], on_m: float, off_m: float) -> Iterator[npt.NDArray[np.float64]]:
    """The pieces of a dashed line, each two points."""
    line = np.asarray(list(points), dtype=np.float64)
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    starts = np.arange(0.0, along[-1] - on_m, on_m + off_m)
    ends = np.column_stack([starts, starts + on_m])
    xs, ys = np.interp(ends, along, line[:, 0]), np.interp(ends, along, line[:, 1])
    yield from np.stack([xs, ys], axis=2)


def park_vehicles(canvas: Canvas, vehicles: Iterable[Vehicle]) -> None:
    """Cars, buses, lorries, railway cars and stalls, seen from above."""
    for item in vehicles:
        rect = Rect(item.x, item.y, item.angle, item.length, item.width)
        if window_of((item.x - 1, item.y - 1, item.x + 1, item.y + 1)) is None:
            continue
        canvas.fill(rect.corners(), item.colour, item.height)
        dark = tuple(int(c * 0.35) for c in item.colour)
        if item.length < 6 and item.width < 2.4:
            for u, length in ((0.12, 0.16), (-0.36, 0.1)):
                canvas.fill(
                    rect.sub(u * item.length, 0, length * item.length, item.width * 0.8).corners(),
                    (dark[0], dark[1], dark[2]),
                )
        elif item.length > 10:
            light = tuple(min(255, int(c * 1.18)) for c in item.colour)
            for u in (-0.3, 0.05, 0.32):
                canvas.fill(
                    rect.sub(u * item.length, 0, 2.2, item.width * 0.62).corners(), (light[0], light[1], light[2])
                )
