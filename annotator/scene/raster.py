"""Pictures on disk: a GeoTIFF or COG in any CRS, read as frozen scenes."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from annotator.errors import BadImage
from annotator.geometry import bounds_lonlat, gsd_m, lonlat_to_px
from annotator.types import BoolMask, BoundsLonLat, Grid, RgbImage

MAX_SCENE_PX = 16_000_000
"""Pixels of one scene at most; a larger view is read from overviews, at a coarser ground resolution."""
MAX_DECODED_PX = 100_000_000
"""Pixels decoded at once at most; a tiled picture may be larger, an untiled one may not."""
PLAIN_PICTURES = {"PNG": b"\x89PNG", "JPEG": b"\xff\xd8\xff", "WebP": b"RIFF", "GIF": b"GIF8"}
OVERVIEW_FROM_PX = 512
"""A picture with a longer side gets overviews when it is taken in."""


@dataclass(frozen=True)
class RasterInfo:
    """What is known of a picture without reading its pixels: its own grid, and the grid scenes are cut from.

    ``grid`` is the picture's own where that is north-up with square pixels, else its warp to the local UTM zone.
    """

    path: Path
    grid: Grid
    warped: bool
    bands: int
    date: str

    @property
    def bounds_lonlat(self) -> BoundsLonLat:
        return bounds_lonlat(self.grid)

    @property
    def gsd_m(self) -> float:
        return gsd_m(self.grid)


def inspect_raster(path: Path) -> RasterInfo:
    """The picture's grid and bands. Raises BadImage with a sentence where it cannot serve as a source."""
    with opened(path) as dataset:
        _check(dataset, path.name)
        date = _date(dataset.tags())
        with _on_scene_grid(dataset) as view:
            grid = _grid(view)
            return RasterInfo(path, grid, view is not dataset, dataset.count, date)


def read_window(
    info: RasterInfo, bounds: BoundsLonLat | None = None, *, max_px: int = MAX_SCENE_PX
) -> tuple[Grid, RgbImage, BoolMask | None]:
    """The pixels inside ``bounds`` (west, south, east, north; None: all), on whole pixels of the picture's grid.

    Returns the grid of the window, (H, W, 3) uint8 RGB, and (H, W) bool of where there is data (None: everywhere).
    A window of more than ``max_px`` is read at the smallest whole-number reduction that fits.
    Raises BadImage where the bounds miss the picture.
    """
    x0, y0, x1, y1 = _window(info.grid, bounds)
    factor = max(1, math.ceil(math.sqrt((x1 - x0) * (y1 - y0) / max_px)))
    width, height = max(1, (x1 - x0) // factor), max(1, (y1 - y0) // factor)
    x1, y1 = x0 + width * factor, y0 + height * factor
    x1, y1 = min(x1, info.grid.width), min(y1, info.grid.height)
    from rasterio.windows import Window

    with opened(info.path) as dataset, _on_scene_grid(dataset) as view:
        window = Window(x0, y0, x1 - x0, y1 - y0)
        image, valid = _read_rgb(view, window, (height, width))
    grid = _cut(info.grid, x0, y0, (x1 - x0) / width, (y1 - y0) / height, width, height)
    return grid, image, valid


def take_in(path: Path, folder: Path) -> Path:
    """The picture to show for ``path``: itself where it has overviews or is small, else a copy in ``folder`` that has.

    A file that is not ours is never changed; the copy keeps every pixel. Taking the same file in again finds the copy.
    """
    import rasterio
    from rasterio.enums import Resampling

    with opened(path) as dataset:
        _check(dataset, path.name)
        sides = dataset.width, dataset.height
        if max(sides) <= OVERVIEW_FROM_PX or dataset.overviews(1):
            return path
    status = path.stat()
    key = hashlib.sha256(f"{path.resolve()} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()[:16]
    copy = folder / f"{key}.tif"
    if copy.exists():
        return copy
    folder.mkdir(parents=True, exist_ok=True)
    aside = copy.with_suffix(".part")
    shutil.copyfile(path, aside)
    levels = [2**n for n in range(1, 10) if max(sides) / 2**n >= OVERVIEW_FROM_PX / 2]
    with rasterio.open(aside, "r+", driver="GTiff") as dataset:
        dataset.build_overviews(levels, Resampling.average)
    aside.replace(copy)
    return copy


def _window(grid: Grid, bounds: BoundsLonLat | None) -> tuple[int, int, int, int]:
    if bounds is None:
        return 0, 0, grid.width, grid.height
    west, south, east, north = bounds
    corners = lonlat_to_px(grid, [[west, south], [west, north], [east, south], [east, north]])
    if not np.isfinite(corners).all():
        raise BadImage("This view lies outside the picture. Move to where the picture is.")
    x0, y0 = np.floor(corners.min(axis=0) + 1e-6).astype(int)
    x1, y1 = np.ceil(corners.max(axis=0) - 1e-6).astype(int)
    x0, y0, x1, y1 = max(int(x0), 0), max(int(y0), 0), min(int(x1), grid.width), min(int(y1), grid.height)
    if x1 <= x0 or y1 <= y0:
        raise BadImage("This view lies outside the picture. Move to where the picture is.")
    return x0, y0, x1, y1


def _cut(grid: Grid, x0: int, y0: int, step_x: float, step_y: float, width: int, height: int) -> Grid:
    c, a, b, f, d, e = grid.transform
    origin = (c + a * x0 + b * y0, f + d * x0 + e * y0)
    return Grid(grid.crs, (origin[0], a * step_x, b * step_y, origin[1], d * step_x, e * step_y), width, height)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The picture as a rasterio dataset, by an explicit driver; network and virtual paths are never followed."""
    import rasterio
    from rasterio._err import CPLE_BaseError
    from rasterio.errors import RasterioError

    if not path.is_file():
        raise BadImage(f"There is no picture at {path}. Check the path.")
    _refuse_plain_picture(path)
    try:
        with (
            rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_NUM_THREADS="2"),
            rasterio.open(path.resolve(), driver="GTiff") as dataset,
        ):
            yield dataset
    except (RasterioError, CPLE_BaseError) as error:
        raise BadImage(
            f"{path.name} cannot be read as a GeoTIFF: it is damaged, cut short, or of another kind. "
            "Export it again as GeoTIFF or COG."
        ) from error


def _refuse_plain_picture(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(12)
    for kind, signature in PLAIN_PICTURES.items():
        if head.startswith(signature):
            raise BadImage(
                f"{path.name} is a {kind} picture without a georeference, so nobody knows where it lies. "
                "Export it as a GeoTIFF (for example with QGIS, 'Georeferencer')."
            )


def _check(dataset: Any, name: str) -> None:
    if dataset.crs is None or dataset.transform.is_identity:
        raise BadImage(
            f"{name} has no georeference, so nobody knows where it lies. Export it as a GeoTIFF with a "
            "coordinate system (for example with QGIS, 'Assign projection' and 'Georeferencer')."
        )
    if _piece_px(dataset) > MAX_DECODED_PX:
        raise BadImage(
            f"{name} of {dataset.width} x {dataset.height} pixels has more than {MAX_DECODED_PX // 1_000_000} million "
            "of them in one piece. Save it as a tiled GeoTIFF or COG (tiles of 512 pixels), which may be of any size."
        )
    if any(np.dtype(kind).kind == "c" for kind in dataset.dtypes):
        raise BadImage(f"{name} holds complex numbers, not a picture. Export it as 8- or 16-bit RGB or grey.")


def _piece_px(dataset: Any) -> int:
    """Pixels that a reader may have to decode together: the largest tile, or all of a picture without tiles."""
    if all(width >= dataset.width for _, width in dataset.block_shapes):
        return int(dataset.width * dataset.height)
    return max(int(height * width) for height, width in dataset.block_shapes)


def _date(tags: dict[str, str]) -> str:
    raw = tags.get("ACQUISITION_DATE") or tags.get("TIFFTAG_DATETIME") or ""
    head = raw[:10].replace(":", "-")
    return head if len(head) == 10 and head[4] == head[7] == "-" and head.replace("-", "").isdigit() else "unknown"


@contextmanager
def _on_scene_grid(dataset: Any) -> Iterator[Any]:
    """The dataset itself where it is north-up with square pixels in metres or Mercator; else warped to UTM."""
    from rasterio.enums import Resampling
    from rasterio.vrt import WarpedVRT

    transform = dataset.transform
    north_up = transform.b == 0 and transform.d == 0 and transform.a > 0 and transform.e < 0
    square = abs(transform.a + transform.e) < 1e-3 * abs(transform.a)
    if north_up and square and dataset.crs.is_projected and dataset.crs.to_epsg() is not None:
        yield dataset
        return
    with WarpedVRT(dataset, crs=_utm(dataset), resampling=Resampling.bilinear, add_alpha=_needs_alpha(dataset)) as view:
        yield view


def _needs_alpha(dataset: Any) -> bool:
    from rasterio.enums import ColorInterp

    return dataset.nodata is None and ColorInterp.alpha not in dataset.colorinterp


def _utm(dataset: Any) -> str:
    from rasterio._err import CPLE_BaseError
    from rasterio.errors import RasterioError
    from rasterio.warp import transform_bounds

    try:
        west, south, east, north = transform_bounds(dataset.crs, "EPSG:4326", *dataset.bounds)
    except (RasterioError, CPLE_BaseError) as error:
        raise BadImage("The picture's coordinate system cannot be turned into longitude and latitude.") from error
    lon, lat = (west + east) / 2, (south + north) / 2
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise BadImage("The picture's coordinate system does not place it on the earth. Assign the right one.")
    zone = min(max(int((lon + 180) // 6) + 1, 1), 60)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def _grid(view: Any) -> Grid:
    t = view.transform
    return Grid(f"EPSG:{view.crs.to_epsg()}", (t.c, t.a, t.b, t.f, t.d, t.e), view.width, view.height)


def _read_rgb(view: Any, window: Any, shape: tuple[int, int]) -> tuple[RgbImage, BoolMask | None]:
    from rasterio.enums import Resampling

    bands = display_bands(view)
    resampling = Resampling.average if (window.height, window.width) != shape else Resampling.nearest
    pixels = view.read(bands, window=window, out_shape=(3, *shape), resampling=resampling)
    mask = view.dataset_mask(window=window, out_shape=shape) > 0
    image = pixels if pixels.dtype == np.uint8 else to_8_bit(pixels, mask, display_range(view, bands))
    rgb = np.ascontiguousarray(np.moveaxis(image, 0, 2))
    rgb[~mask] = 0
    return rgb, None if mask.all() else mask


def display_bands(dataset: Any) -> list[int]:
    """The three bands (from 1) shown as red, green and blue; a picture of fewer than three colours is grey."""
    from rasterio.enums import ColorInterp

    colour = [i + 1 for i, kind in enumerate(dataset.colorinterp) if kind != ColorInterp.alpha]
    return colour[:3] if len(colour) >= 3 else colour[:1] * 3


def display_range(view: Any, bands: list[int]) -> list[tuple[float, float]]:
    """2nd and 98th percentile of each band over a small copy of the whole picture, so that every window agrees."""
    scale = max(1, max(view.width, view.height) // 512)
    shape = (max(1, view.height // scale), max(1, view.width // scale))
    small = view.read(bands, out_shape=(len(bands), *shape)).astype(np.float64)
    mask = (view.dataset_mask(out_shape=shape) > 0) & np.isfinite(small).all(axis=0)
    ranges = []
    for band in small:
        values = band[mask]
        low, high = np.percentile(values, (2, 98)) if values.size else (0.0, 1.0)
        ranges.append((float(low), float(high) if high > low else float(low) + 1.0))
    return ranges


def to_8_bit(pixels: npt.NDArray[Any], mask: BoolMask, ranges: list[tuple[float, float]]) -> npt.NDArray[np.uint8]:
    """(3, H, W) pixels of any real type stretched to uint8 by each band's range; black where there is no data."""
    out = np.zeros(pixels.shape, dtype=np.uint8)
    for i, (low, high) in enumerate(ranges):
        band = np.nan_to_num(pixels[i].astype(np.float64), nan=low, posinf=high, neginf=low)
        out[i] = np.clip((band - low) / (high - low) * 255.0, 0, 255).astype(np.uint8)
    out[:, ~mask] = 0
    return out
