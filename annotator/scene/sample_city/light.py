"""Sun, cast shadows, sky light, and the camera."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from annotator.scene.sample_city.canvas import Canvas, Plane
from annotator.scene.sample_city.plan import PX_PER_M
from annotator.types import RgbImage

_SKY = (0.35, 0.395, 0.48)
_SUN = (0.82, 0.77, 0.67)
_HAZE = (6.0, 7.5, 10.0)
"""Light per band (red, green, blue): from the sky, from the sun, and scattered into the lens."""
_MUTED = 0.12
"""How far the air takes the colours towards grey."""
_DOUBLINGS = 7


def sun_from(rng: np.random.Generator) -> tuple[float, float, float]:
    """An afternoon sun in the north-west of a southern town: unit vector, x right, y down, z up."""
    azimuth, elevation = math.radians(rng.uniform(300, 332)), math.radians(rng.uniform(43, 52))
    flat = math.cos(elevation)
    return flat * math.sin(azimuth), -flat * math.cos(azimuth), math.sin(elevation)


def shadow_share(height: Plane, sun: tuple[float, float, float]) -> Plane:
    """How far each pixel lies in cast shadow, 0-1.

    The height of the shadow's upper edge is the greatest of the heights towards the sun, each lowered by the ray's
    fall; the maximum over 2**n steps is built by doubling.
    """
    flat = math.hypot(sun[0], sun[1])
    step = (-sun[0] / flat, -sun[1] / flat)
    fall = sun[2] / flat / PX_PER_M
    reach = height
    for doubling in range(_DOUBLINGS):
        reach = np.maximum(reach, _moved(reach, step, 1 << doubling) - fall * (1 << doubling))
    edge = _moved(reach, step, 1) - fall
    return np.asarray(np.clip((edge - height) / 0.7, 0, 1), dtype=np.float32)


def _moved(field: Plane, step: tuple[float, float], count: int) -> Plane:
    dx, dy = step[0] * count, step[1] * count
    matrix = np.asarray([[1, 0, dx], [0, 1, dy]], np.float64)
    size = (field.shape[1], field.shape[0])
    return np.asarray(
        cv2.warpAffine(field, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=-50)
    )


def expose(canvas: Canvas) -> RgbImage:
    """The photograph: light on the albedo, then lens, haze, colour cast and sensor noise."""
    rng = canvas.rng
    shadow = cv2.GaussianBlur(shadow_share(canvas.height, canvas.sun), (0, 0), 0.8)
    ground = np.maximum(canvas.height, 0)
    nearby = cv2.resize(
        cv2.GaussianBlur(cv2.resize(ground, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), (0, 0), 3),
        ground.shape[::-1],
    )
    tone = cv2.addWeighted(canvas.noise.low, 0.018, canvas.noise.low, 0, 0.965)
    sky = cv2.multiply(1 - np.clip((nearby - ground) * 0.045, 0, 0.4), tone)
    direct = cv2.multiply(cv2.multiply(1 - shadow, canvas.shade), tone)
    cast = 1 + rng.normal(0, 0.018, 3)
    grain = rng.standard_normal(ground.shape, dtype=np.float32)
    planes = []
    grey = cv2.cvtColor(canvas.albedo, cv2.COLOR_RGB2GRAY)
    for albedo, sky_light, sun_light, gain, haze in zip(cv2.split(canvas.albedo), _SKY, _SUN, cast, _HAZE, strict=True):
        light = cv2.addWeighted(sky, sky_light * gain, direct, sun_light * gain, 0)
        muted = cv2.addWeighted(albedo, 1 - _MUTED, grey, _MUTED, 0)
        plane = cv2.GaussianBlur(cv2.multiply(muted, light, dtype=cv2.CV_32F), (0, 0), 0.55)
        planes.append(_sensed(np.asarray(plane, dtype=np.float32), grain, haze, rng))
    return np.asarray(cv2.merge(planes), dtype=np.uint8)


def _sensed(plane: Plane, grain: Plane, haze: float, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """One band with haze, the grain all bands share, and its own coarser noise."""
    rows, cols = plane.shape
    own = cv2.resize(rng.standard_normal((rows // 2, cols // 2), dtype=np.float32), (cols, rows))
    noisy = cv2.scaleAdd(own, 2.0, cv2.addWeighted(plane, 1.0, grain, 2.2, haze))
    return np.asarray(np.clip(noisy, 0, 255), dtype=np.uint8)
