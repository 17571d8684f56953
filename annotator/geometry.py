"""The one module that converts between frames: pixels, lon/lat, metres, masks, polygons, RLE.

Nothing else multiplies by a scale. Pixel coordinates are continuous (see annotator.types); arrays of points are
(N, 2) float64 with x or lon first.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.types import BoolMask, BoundsLonLat, BoxPx, Grid, WindowMask, WindowPx

Points = npt.NDArray[np.float64]

WGS84 = "EPSG:4326"


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _affine(grid: Grid, points_px: Points) -> Points:
    c, a, b, f, d, e = grid.transform
    x, y = points_px[:, 0], points_px[:, 1]
    return np.column_stack([c + a * x + b * y, f + d * x + e * y])


def _inverse_affine(grid: Grid, points_crs: Points) -> Points:
    c, a, b, f, d, e = grid.transform
    det = a * e - b * d
    u, v = points_crs[:, 0] - c, points_crs[:, 1] - f
    with np.errstate(invalid="ignore"):  # where a point is infinite
        return np.column_stack([(e * u - b * v) / det, (a * v - d * u) / det])


def px_to_lonlat(grid: Grid, points_px: npt.ArrayLike) -> Points:
    """(N, 2) pixels -> (N, 2) lon/lat degrees."""
    xy = _affine(grid, np.atleast_2d(np.asarray(points_px, dtype=np.float64)))
    lon, lat = _transformer(grid.crs, WGS84).transform(xy[:, 0], xy[:, 1])
    return np.column_stack([lon, lat])


def lonlat_to_px(grid: Grid, points_lonlat: npt.ArrayLike) -> Points:
    """(N, 2) lon/lat degrees -> (N, 2) pixels; points far outside the CRS's area come back as inf."""
    lonlat = np.atleast_2d(np.asarray(points_lonlat, dtype=np.float64))
    x, y = _transformer(WGS84, grid.crs).transform(lonlat[:, 0], lonlat[:, 1])
    return _inverse_affine(grid, np.column_stack([x, y]))


def geometry_to_lonlat(grid: Grid, geometry_px: BaseGeometry) -> BaseGeometry:
    """A geometry in pixels -> the same in lon/lat."""
    return shapely.transform(geometry_px, lambda points: px_to_lonlat(grid, points))


def geometry_to_px(grid: Grid, geometry_lonlat: BaseGeometry) -> BaseGeometry:
    """A geometry in lon/lat -> the same in pixels of the grid (not clipped)."""
    return shapely.transform(geometry_lonlat, lambda points: lonlat_to_px(grid, points))


def bounds_lonlat(grid: Grid) -> BoundsLonLat:
    """(west, south, east, north) of the grid; the edges are sampled, so that bent edges stay inside."""
    steps = np.linspace(0.0, 1.0, 17)
    w, h = grid.size_px
    edge = np.concatenate(
        [
            np.column_stack([steps * w, np.zeros(17)]),
            np.column_stack([steps * w, np.full(17, h)]),
            np.column_stack([np.zeros(17), steps * h]),
            np.column_stack([np.full(17, w), steps * h]),
        ]
    )
    lonlat = px_to_lonlat(grid, edge)
    west, south = lonlat.min(axis=0)
    east, north = lonlat.max(axis=0)
    return float(west), float(south), float(east), float(north)


@lru_cache(maxsize=256)
def gsd_m(grid: Grid) -> float:
    """Ground metres per pixel at the centre: the geodesic length of the pixel's sides, geometric mean."""
    cx, cy = grid.width / 2, grid.height / 2
    lonlat = px_to_lonlat(grid, [[cx, cy], [cx + 1, cy], [cx, cy + 1]])
    geod = pyproj.Geod(ellps="WGS84")
    _, _, right = geod.inv(*lonlat[0], *lonlat[1])
    _, _, down = geod.inv(*lonlat[0], *lonlat[2])
    return math.sqrt(float(right) * float(down))


def area_m2(geometry_lonlat: BaseGeometry) -> float:
    """Geodesic area on WGS84, holes taken off."""
    area, _ = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(geometry_lonlat))
    return abs(float(area))


def distance_m(a_lonlat: tuple[float, float], b_lonlat: tuple[float, float]) -> float:
    """Geodesic distance of two points."""
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(*a_lonlat, *b_lonlat)
    return float(metres)


def geometry_box_px(geometry_px: BaseGeometry) -> BoxPx:
    """The geometry's bounding box in pixels."""
    x0, y0, x1, y1 = geometry_px.bounds
    return float(x0), float(y0), float(x1), float(y1)


def clip_box_px(grid: Grid, box_px: BoxPx) -> tuple[BoxPx, bool]:
    """The box cut to the picture, and whether the picture's edge cut it by more than a tenth of a pixel."""
    x0, y0, x1, y1 = box_px
    cut = (max(x0, 0.0), max(y0, 0.0), min(x1, float(grid.width)), min(y1, float(grid.height)))
    was_cut = any(abs(a - b) > 0.1 for a, b in zip(cut, box_px, strict=True))
    return cut, was_cut


def box_iou(a: BoxPx, b: BoxPx) -> float:
    """Intersection over union of two boxes; 0 where both are empty."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    inter = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter
    return inter / union if union > 0 else 0.0


def rasterize(geometry_px: BaseGeometry, window_px: WindowPx) -> BoolMask:
    """Pixels of the window whose centre lies in the geometry (holes stay open): (y1-y0, x1-x0) bool."""
    from rasterio.features import rasterize as burn
    from rasterio.transform import Affine

    x0, y0, x1, y1 = window_px
    shape = (y1 - y0, x1 - x0)
    if geometry_px.is_empty or min(shape) < 1:
        return np.zeros((max(shape[0], 0), max(shape[1], 0)), dtype=bool)
    burnt = burn([geometry_px], out_shape=shape, transform=Affine.translation(x0, y0), dtype="uint8")
    return np.asarray(burnt, dtype=bool)


def mask_to_polygon_px(mask: WindowMask, *, tolerance_px: float = 0.0, min_area_px: float = 0.0) -> BaseGeometry:
    """The mask's outline along pixel edges: Polygon or MultiPolygon in pixels, holes and parts kept.

    ``tolerance_px`` simplifies (Douglas-Peucker, topology kept); 0 is exact, so that rasterize() gives the same
    mask back. Parts and holes below ``min_area_px`` are dropped. An empty mask gives an empty Polygon.
    """
    from rasterio.features import shapes
    from rasterio.transform import Affine

    x0, y0, _, _ = mask.window_px
    pixels = mask.pixels.astype(np.uint8)
    parts = [
        cast(sg.Polygon, sg.shape(geometry))
        for geometry, value in shapes(pixels, mask=mask.pixels, connectivity=4, transform=Affine.translation(x0, y0))
        if value == 1
    ]
    if not parts:
        return sg.Polygon()
    kept = [_drop_small_holes(part, min_area_px) for part in parts if part.area >= min_area_px]
    if not kept:
        kept = [max(parts, key=lambda part: float(part.area))]
    outline: BaseGeometry = shapely.union_all(kept)
    if tolerance_px > 0:
        outline = shapely.make_valid(outline.simplify(tolerance_px, preserve_topology=True))
        outline = polygonal(outline)
    return outline


def _drop_small_holes(polygon: sg.Polygon, min_area_px: float) -> sg.Polygon:
    holes = [ring for ring in polygon.interiors if sg.Polygon(ring).area >= min_area_px]
    return sg.Polygon(polygon.exterior, holes)


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """The polygon parts of a geometry, as a Polygon or MultiPolygon (possibly empty)."""
    parts = [g for g in shapely.get_parts(shapely.get_parts(geometry)) if g.geom_type == "Polygon" and not g.is_empty]
    if len(parts) == 1:
        return sg.Polygon(parts[0])
    return sg.MultiPolygon(parts) if parts else sg.Polygon()


def encode_rle(mask: BoolMask) -> dict[str, Any]:
    """COCO RLE of a (H, W) mask: {"size": [H, W], "counts": str}, compressed as pycocotools does."""
    from pycocotools import mask as coco

    rle = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": [int(v) for v in rle["size"]], "counts": rle["counts"].decode("ascii")}


def encode_window_rle(mask: WindowMask, width: int, height: int) -> dict[str, Any]:
    """COCO RLE of the mask on the whole (height, width) picture, without building that picture.

    Runs are counted down the columns, from the left, as COCO does.
    """
    from pycocotools import mask as coco

    x0, y0, x1, y1 = mask.window_px
    padded = np.zeros((x1 - x0, y1 - y0 + 2), dtype=np.int8)
    padded[:, 1:-1] = mask.pixels.T
    columns, rows = np.nonzero(np.diff(padded, axis=1))
    flat = (columns + x0) * height + rows + y0
    begins, ends = flat[0::2], flat[1::2]
    joined = np.flatnonzero(begins[1:] == ends[:-1])
    begins, ends = np.delete(begins, joined + 1), np.delete(ends, joined)
    edges = np.column_stack([begins, ends]).ravel()
    stops = np.unique(np.concatenate([edges, [width * height]]))
    counts = np.diff(stops, prepend=0).tolist()
    packed = coco.frPyObjects({"size": [height, width], "counts": counts}, height, width)
    return {"size": [height, width], "counts": packed["counts"].decode("ascii")}


def decode_rle(rle: dict[str, Any]) -> BoolMask:
    """(H, W) bool of a COCO RLE."""
    from pycocotools import mask as coco

    counts = rle["counts"]
    packed = {"size": list(rle["size"]), "counts": counts.encode("ascii") if isinstance(counts, str) else counts}
    return np.asarray(coco.decode(packed), dtype=bool)


def canonical_geometry(geometry_lonlat: BaseGeometry) -> BaseGeometry:
    """The one form that is stored and hashed: 8 decimals, RFC 7946 winding, a ring starts at its smallest vertex."""
    rounded = shapely.transform(geometry_lonlat, lambda points: np.round(points, 8))
    if rounded.geom_type not in {"Polygon", "MultiPolygon"}:
        return rounded
    parts = sorted((_canonical_polygon(part) for part in shapely.get_parts(rounded)), key=lambda p: p.wkb)
    return parts[0] if len(parts) == 1 and rounded.geom_type == "Polygon" else sg.MultiPolygon(parts)


def _canonical_polygon(polygon: sg.Polygon) -> sg.Polygon:
    shell = _canonical_ring(polygon.exterior, clockwise=False)
    holes = sorted(_canonical_ring(ring, clockwise=True) for ring in polygon.interiors)
    return sg.Polygon(shell, holes)


def _canonical_ring(ring: sg.LinearRing, *, clockwise: bool) -> list[tuple[float, float]]:
    points = [(float(x), float(y)) for x, y in np.asarray(ring.coords)[:-1, :2]]
    if ring.is_ccw == clockwise:
        points.reverse()
    start = points.index(min(points))
    points = points[start:] + points[:start]
    return [*points, points[0]]


def geometry_to_geojson(geometry_lonlat: BaseGeometry) -> dict[str, Any]:
    """GeoJSON geometry of the canonical form."""
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(canonical_geometry(geometry_lonlat)))
    return geometry


def geometry_text(geometry_lonlat: BaseGeometry) -> str:
    """Canonical GeoJSON text, for storing and hashing."""
    return json.dumps(geometry_to_geojson(geometry_lonlat), separators=(",", ":"))


def window_iou(a: WindowMask, b: WindowMask) -> float:
    """Intersection over union of two masks of one scene, each in its own window; 0 where both are empty."""
    x0, y0 = max(a.window_px[0], b.window_px[0]), max(a.window_px[1], b.window_px[1])
    x1, y1 = min(a.window_px[2], b.window_px[2]), min(a.window_px[3], b.window_px[3])
    if x1 <= x0 or y1 <= y0:
        return 0.0
    shared = int((cut_window(a, (x0, y0, x1, y1)) & cut_window(b, (x0, y0, x1, y1))).sum())
    union = a.area_px + b.area_px - shared
    return shared / union if union else 0.0


def cut_window(mask: WindowMask, window_px: WindowPx) -> BoolMask:
    """The mask's pixels on another window, False where it does not reach: (y1-y0, x1-x0) bool."""
    x0, y0, x1, y1 = window_px
    out = np.zeros((y1 - y0, x1 - x0), dtype=bool)
    left, top, right, bottom = mask.window_px
    from_x, from_y, to_x, to_y = max(x0, left), max(y0, top), min(x1, right), min(y1, bottom)
    if to_x > from_x and to_y > from_y:
        part = mask.pixels[from_y - top : to_y - top, from_x - left : to_x - left]
        out[from_y - y0 : to_y - y0, from_x - x0 : to_x - x0] = part
    return out
