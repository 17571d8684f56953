"""The scene's map features in pixels, with a spatial index: what stage 1 and 2 read distances and outlines from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.geometry import gsd_m, lonlat_to_px, polygonal
from annotator.types import BoxPx, MapFeature, Scene

ROAD_WIDTH_M = {
    "motorway": 14.0,
    "trunk": 12.0,
    "primary": 11.0,
    "secondary": 9.0,
    "tertiary": 7.0,
    "residential": 5.0,
    "unclassified": 5.0,
    "living_street": 4.0,
    "service": 3.5,
}
"""Paved width of a road by its highway tag; foot and cycle ways bound no block."""


@dataclass(frozen=True, eq=False)
class PixelMap:
    """Map features with their geometry in pixels of the scene, in the scene's order; not clipped, always valid.

    A feature that cannot be placed in the scene's CRS has an empty geometry.
    """

    features: tuple[MapFeature, ...]
    shapes_px: tuple[BaseGeometry, ...]
    tree: shapely.STRtree
    gsd_m: float

    @classmethod
    def of(cls, scene: Scene) -> PixelMap:
        """All features of the scene."""
        raw = np.array([f.geometry_lonlat for f in scene.features], dtype=object)
        moved = shapely.transform(raw, lambda points: lonlat_to_px(scene.grid, points)) if len(raw) else raw
        shapes = tuple(_sound(shape) for shape in moved)
        return cls(scene.features, shapes, shapely.STRtree(shapes), gsd_m(scene.grid))

    def near(self, shape_px: BaseGeometry, distance_px: float) -> Iterator[int]:
        """Positions of the features at most ``distance_px`` away, in the scene's order."""
        hits = self.tree.query(shape_px, predicate="dwithin", distance=distance_px)
        return iter(sorted(int(i) for i in hits))

    def is_building(self, position: int) -> bool:
        """True for a building's outline."""
        return is_building(self.features[position]) and not polygonal(self.shapes_px[position]).is_empty

    def buildings_near(self, shape_px: BaseGeometry, distance_px: float) -> list[int]:
        """Positions of the building outlines at most ``distance_px`` away."""
        return [i for i in self.near(shape_px, distance_px) if self.is_building(i)]

    def roads_near(self, shape_px: BaseGeometry, distance_px: float) -> list[BaseGeometry]:
        """The paved ground of the roads at most ``distance_px`` away, in pixels: lines widened by their class."""
        roads = []
        for i in self.near(shape_px, distance_px):
            width_m = ROAD_WIDTH_M.get(self.features[i].tags.get("highway", "").removesuffix("_link"))
            if width_m is None:
                continue
            line = self.shapes_px[i]
            is_line = line.geom_type in {"LineString", "MultiLineString"}
            roads.append(line.buffer(width_m / 2 / self.gsd_m) if is_line else line)
        return roads


def is_building(feature: MapFeature) -> bool:
    """True where the tags say building and not "no"."""
    return feature.tags.get("building", "no") != "no"


def _sound(shape: BaseGeometry) -> BaseGeometry:
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return shapely.Point()
    return shape if shape.is_valid else shapely.make_valid(shape)


def picture_px(scene: Scene) -> BaseGeometry:
    """The picture's rectangle in pixels."""
    return shapely.box(0, 0, scene.grid.width, scene.grid.height)


def square_px(x: float, y: float, side_px: float) -> BoxPx:
    """A square box around a point."""
    half = side_px / 2
    return x - half, y - half, x + half, y + half
