"""Roofs: shape, slope shading, covering, parapets and what stands on them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from annotator.scene.sample_city.canvas import Canvas, Plane, Window, window_of
from annotator.scene.sample_city.plan import PX_PER_M, Building, Cover, Rect, Rgb, Roof, RoofPart

_PARAPET_M = 0.5
_TOOTH_M = 9.0
Floats = npt.NDArray[np.floating]
Slopes = tuple[Floats, Floats, Floats]
"""Rise above the eaves (m), and the slope's fall along u and v (m per m)."""


def raise_buildings(canvas: Canvas, buildings: Iterable[Building]) -> None:
    """Every roof part on the canvas; where parts overlap the higher one is seen."""
    for building in buildings:
        for part in building.parts:
            _raise_part(canvas, part)


def _raise_part(canvas: Canvas, part: RoofPart) -> None:
    rect = part.rect
    window = window_of(rect.bounds(), 1) if rect.length > 0.8 and rect.width > 0.8 else None
    if window is None:
        return
    u, v = _local(rect, window)
    edge = np.minimum(rect.length / 2 - np.abs(u), rect.width / 2 - np.abs(v))
    cover = np.clip(edge * PX_PER_M + 0.5, 0, 1)
    rise, fall_u, fall_v = _slopes(part, u, v)
    top = (part.eaves_m + rise).astype(np.float32)
    if part.kind is Roof.FLAT and part.cover is not Cover.METAL:
        top += np.where(edge < _PARAPET_M, 0.7, 0).astype(np.float32)
    cover = np.where(top > canvas.height[window], cover, 0).astype(np.float32)
    colour = _covering(canvas, part, window, u, v, edge)
    shade = _lambert(canvas.sun, rect.angle, fall_u, fall_v)
    seen = cover >= 0.5
    albedo = canvas.albedo[window]
    albedo[:] = (albedo + cover[..., None] * (colour - albedo)).astype(np.uint8)
    canvas.shade[window] += cover * (shade - canvas.shade[window])
    np.copyto(canvas.height[window], top, where=seen)
    _furnish(canvas, part)


def _local(rect: Rect, window: Window) -> tuple[Plane, Plane]:
    """Pixel centres of the window in the rectangle's frame, metres."""
    ys = (np.arange(window[0].start, window[0].stop, dtype=np.float32)[:, None] + 0.5) / PX_PER_M - rect.y
    xs = (np.arange(window[1].start, window[1].stop, dtype=np.float32)[None] + 0.5) / PX_PER_M - rect.x
    c, s = math.cos(rect.angle), math.sin(rect.angle)
    return (xs * c + ys * s).astype(np.float32), (ys * c - xs * s).astype(np.float32)


def _slopes(part: RoofPart, u: Plane, v: Plane) -> Slopes:
    half_u, half_v, rise = part.rect.length / 2, part.rect.width / 2, part.rise_m
    flat = np.zeros_like(u)
    if part.kind is Roof.FLAT or rise == 0:
        return flat, flat, flat
    steep = rise / half_v
    if part.kind is Roof.GABLE:
        return rise - steep * np.abs(v), flat, steep * np.sign(v)
    if part.kind is Roof.SHED:
        return rise * (0.5 - v / (2 * half_v)), flat, flat + steep / 2
    if part.kind is Roof.VAULT:
        bend = np.clip(v / half_v, -1, 1)
        return rise * (1 - bend**2), flat, 2 * steep * bend
    if part.kind is Roof.SAWTOOTH:
        tooth = np.mod(u + half_u, _TOOTH_M) / _TOOTH_M
        glass = tooth > 0.8
        return (
            rise * np.where(glass, (1 - tooth) / 0.2, tooth / 0.8),
            np.where(glass, 0.9, -0.28).astype(np.float32),
            flat,
        )
    steep = rise / min(half_u, half_v)
    to_side, to_end = half_v - np.abs(v), half_u - np.abs(u)
    end = to_end < to_side
    up = np.minimum(steep * np.minimum(to_side, to_end), rise)
    return up, np.where(end, steep * np.sign(u), 0), np.where(end, 0, steep * np.sign(v))


def _lambert(sun: tuple[float, float, float], angle: float, fall_u: Floats, fall_v: Floats) -> Plane:
    """Sunlight on the slope against that on level ground; a slope that falls along +u faces +u."""
    c, s = math.cos(angle), math.sin(angle)
    towards_u, towards_v = sun[0] * c + sun[1] * s, sun[1] * c - sun[0] * s
    length = np.sqrt(1 + fall_u**2 + fall_v**2)
    shade = (sun[2] + fall_u * towards_u + fall_v * towards_v) / (length * sun[2])
    return np.asarray(np.clip(shade, 0.15, 1.32), dtype=np.float32)


def _covering(
    canvas: Canvas, part: RoofPart, window: Window, u: Plane, v: Plane, edge: Plane
) -> npt.NDArray[np.float32]:
    """Albedo of the roof, (h, w, 3)."""
    noise, rng = canvas.noise, canvas.rng
    light = 1 + 0.05 * noise.low[window] + 0.035 * noise.fine[window]
    phase = float(rng.uniform(0, 6))
    if part.cover is Cover.TILE:
        light += 0.045 * noise.mid[window] + 0.035 * np.sin(2 * math.pi * v / 1.15 + phase)
    elif part.cover is Cover.METAL:
        panels = rng.normal(0, 0.035, 80).astype(np.float32)
        light += panels[(np.floor(u / 3.1).astype(int) + 40) % 80] + 0.05 * np.sin(2 * math.pi * u / 1.6 + phase)
        light -= 0.10 * np.clip(noise.mid[window] - 0.8, 0, 2)
    elif part.cover is Cover.GLASS:
        panes = rng.normal(0, 0.14, 997).astype(np.float32)
        light += panes[(np.floor(u / 2).astype(int) * 31 + np.floor(v / 2).astype(int) * 7) % 997]
        light += 0.35 * (np.mod(u, 2) < 0.4)
    else:
        stain = np.clip(noise.mid[window] * 0.7 + noise.low[window] * 0.5, -2, 2)
        light += (0.10 if part.cover is Cover.CONCRETE else 0.055) * stain
        seams = (np.mod(u + phase, 6.5) < 0.45) | (np.mod(v + phase, 8.0) < 0.45)
        light -= 0.05 * seams
    light += _trim(part, u, v, edge)
    colour = light[..., None] * np.asarray(part.colour, np.float32)
    if part.solar:
        _panels(part, u, v, colour)
    return np.asarray(np.clip(colour, 8, 250), dtype=np.float32)


def _trim(part: RoofPart, u: Plane, v: Plane, edge: Plane) -> Plane:
    """Ridges and parapets catch light, eaves are dirty."""
    if part.kind is Roof.FLAT:
        rim = np.where(edge < _PARAPET_M, 0.14, 0.0) - 0.08 * ((edge > _PARAPET_M) & (edge < 1.3))
        return np.asarray(rim, dtype=np.float32)
    trim = np.where(edge < 0.5, -0.10, 0.0)
    if part.kind in (Roof.GABLE, Roof.HIP):
        trim += 0.10 * (np.abs(v) < 0.3)
    if part.kind is Roof.HIP:
        to_side, to_end = part.rect.width / 2 - np.abs(v), part.rect.length / 2 - np.abs(u)
        trim += 0.07 * (np.abs(to_side - to_end) < 0.35)
    return np.asarray(trim, dtype=np.float32)


def _panels(part: RoofPart, u: Plane, v: Plane, colour: npt.NDArray[np.float32]) -> None:
    half_u, half_v = part.rect.length / 2, part.rect.width / 2
    if half_v < 2.5:
        return
    on = (np.abs(u) < half_u * 0.55) & (v > half_v * 0.2) & (v < half_v * 0.8)
    frame = (np.mod(u, 1.7) < 0.3) | (np.mod(v - half_v * 0.2, 1.9) < 0.3)
    colour[on & ~frame] = (34, 42, 70)
    colour[on & frame] = (78, 84, 104)


def _furnish(canvas: Canvas, part: RoofPart) -> None:
    """Air conditioners, stair heads and tanks on a flat roof."""
    if part.kind is not Roof.FLAT or not part.clutter:
        return
    rng, rect = canvas.rng, part.rect
    if min(rect.length, rect.width) < 5:
        return
    for i in range(part.clutter):
        large = i == 0 and min(rect.length, rect.width) > 8
        size = rng.uniform(2.6, 4.2, 2) if large else rng.uniform(0.9, 2.3, 2)
        u = rng.uniform(-0.5, 0.5) * (rect.length - size[0] - 3)
        v = rng.uniform(-0.5, 0.5) * (rect.width - size[1] - 3)
        box = rect.sub(float(u), float(v), float(size[0]), float(size[1]))
        grey = int(rng.integers(130, 226))
        tint: Rgb = (grey, grey, min(255, grey + 4)) if rng.random() < 0.85 else (70, 110, 160)
        top = part.eaves_m + (2.6 if large else float(rng.uniform(0.8, 1.7)))
        canvas.fill(box.corners(), tint, top)
        if not large and size.min() > 1.3:
            canvas.fill(box.sub(0, 0, 0.7, 0.7).corners(), (60, 60, 62))
