"""Filled shapes and lines in OpenCV's fixed-point pixels, edges smoothed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.scene.digital_map.style import Rgb
from annotator.types import RgbImage

Points = npt.NDArray[np.float64]
_SHIFT = 4
_FAR_PX = 100_000.0


def fixed(points_px: Points) -> npt.NDArray[np.int32]:
    """Continuous pixels -> fixed-point ones, whose whole numbers are pixel centres."""
    near = np.clip(points_px - 0.5, -_FAR_PX, _FAR_PX)
    return np.asarray(np.round(near * (1 << _SHIFT)), dtype=np.int32)


def fill(picture: RgbImage, polygon_px: BaseGeometry, colour: Rgb, edge: Rgb | None = None) -> None:
    """Fill the polygon parts of a geometry, holes left open, with a one-pixel outline where given."""
    rings = [fixed(shapely.get_coordinates(ring)) for ring in _rings(polygon_px)]
    if not rings:
        return
    cv2.fillPoly(picture, rings, colour, cv2.LINE_AA, _SHIFT)
    if edge is not None:
        cv2.polylines(picture, rings, True, edge, 1, cv2.LINE_AA, _SHIFT)


def _rings(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts(shapely.get_parts(geometry)):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield part.exterior
            yield from part.interiors


def line_points(geometry_px: BaseGeometry) -> list[Points]:
    """The points of each line of a LineString, MultiLineString or collection."""
    parts = (
        p for p in shapely.get_parts(shapely.get_parts(geometry_px)) if p.geom_type in {"LineString", "LinearRing"}
    )
    return [points for points in (shapely.get_coordinates(part) for part in parts) if len(points) > 1]


def stroke(picture: RgbImage, lines_px: Iterable[Points], colour: Rgb, width_px: float) -> None:
    """Solid lines with round ends."""
    drawn = [fixed(line) for line in lines_px]
    if drawn:
        cv2.polylines(picture, drawn, False, colour, max(1, round(width_px)), cv2.LINE_AA, _SHIFT)


def dashes(points: Points, on: float, off: float) -> list[Points]:
    """The dashes of a line as (2, 2) arrays; ``on`` and ``off`` in the unit of the points."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    starts = np.arange(0.0, along[-1] - on, on + off)
    ends = np.column_stack([starts, starts + on])
    return list(np.stack([np.interp(ends, along, points[:, 0]), np.interp(ends, along, points[:, 1])], axis=2))
