"""Labels in the pixels of a picture: their outline, their mask, what the picture's edge takes from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_px, rasterize
from annotator.types import Grid, WindowMask, WindowPx
from storage.views import GeoJson, LabelView

EDGE_PX = 0.05
"""A label that passes the picture's edge by less is not cut by it."""
DECIMALS_PX = 3
"""Decimals of pixel coordinates in files."""


@dataclass(frozen=True, eq=False)
class PlacedLabel:
    """A label on a picture. ``geometry_px`` is whole, in continuous pixels; ``mask`` ends at the picture's edge.

    The mask is the stored outline rasterized on the picture's grid (a pixel belongs where its centre does), so that
    every format of export says the same of a label.
    """

    label: LabelView
    geometry_px: BaseGeometry
    mask: WindowMask
    clipped: bool

    @cached_property
    def box_px(self) -> WindowPx:
        """x0, y0, x1, y1 of the mask's pixels, half-open; of an empty mask 0, 0, 0, 0."""
        rows = np.flatnonzero(self.mask.pixels.any(axis=1))
        columns = np.flatnonzero(self.mask.pixels.any(axis=0))
        if not rows.size:
            return 0, 0, 0, 0
        x0, y0, _, _ = self.mask.window_px
        return int(columns[0]) + x0, int(rows[0]) + y0, int(columns[-1]) + x0 + 1, int(rows[-1]) + y0 + 1


def shape_of(label: LabelView) -> BaseGeometry:
    """The label's stored outline in lon/lat: Polygon or MultiPolygon."""
    return sg.shape(label.geometry)


def place_label(label: LabelView, grid: Grid) -> PlacedLabel:
    """The label on a picture's grid; where it lies outside, its mask is empty."""
    geometry_px = geometry_to_px(grid, shape_of(label))
    frame: WindowPx = 0, 0, grid.width, grid.height
    window = _whole_pixels(geometry_px, frame)
    mask = WindowMask(window, rasterize(geometry_px, window))
    return PlacedLabel(label, geometry_px, mask, passes_edge(geometry_px, frame))


def passes_edge(geometry_px: BaseGeometry, frame_px: WindowPx) -> bool:
    """Whether some of the geometry lies outside the frame."""
    return not sg.box(*frame_px).buffer(EDGE_PX, join_style="mitre").covers(geometry_px)


def _whole_pixels(geometry_px: BaseGeometry, picture_px: WindowPx) -> WindowPx:
    """The pixels around the geometry, cut to the picture; an empty window where it lies outside."""
    left, top, right, bottom = picture_px
    bounds = geometry_px.bounds
    if not all(math.isfinite(v) for v in bounds):
        return left, top, left, top
    x0, y0 = max(math.floor(bounds[0]), left), max(math.floor(bounds[1]), top)
    x1, y1 = min(math.ceil(bounds[2]), right), min(math.ceil(bounds[3]), bottom)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else (left, top, left, top)


def geojson_px(geometry_px: BaseGeometry) -> GeoJson:
    """A GeoJSON geometry whose coordinates are pixels."""
    rounded = shapely.transform(geometry_px, lambda points: np.round(points, DECIMALS_PX))
    found: GeoJson = sg.mapping(rounded)
    return found


def holes_and_parts(label: LabelView) -> tuple[int, int]:
    """Number of holes and of parts of the stored outline."""
    parts = shapely.get_parts(shape_of(label))
    return int(shapely.get_num_interior_rings(parts).sum()), len(parts)
