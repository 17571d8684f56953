"""Web-Mercator tiles of a picture on disk, by rio-tiler."""

from __future__ import annotations

import io
import math
import threading
from functools import lru_cache
from pathlib import Path

import numpy as np

from annotator.scene.raster import RasterInfo, display_bands, display_range, opened, to_8_bit

TILE_PX = 256
WORLD_M = 2 * math.pi * 6378137
"""Circumference of the Web-Mercator world at zoom 0, in its own metres."""
IMPORTING = threading.Lock()
"""The first tiles come on several threads at once, and rio-tiler's modules import each other."""


def native_zoom(info: RasterInfo) -> int:
    """The zoom whose tiles are at least as fine as the picture's pixels."""
    _, south, _, north = info.bounds_lonlat
    mercator_pixel = info.gsd_m / math.cos(math.radians((south + north) / 2))
    return min(max(math.ceil(math.log2(WORLD_M / TILE_PX / mercator_pixel) - 0.1), 0), 24)


def render_tile(info: RasterInfo, z: int, x: int, y: int) -> bytes | None:
    """The tile as WebP, transparent where there is no data; None where it misses the picture."""
    from PIL import Image

    with IMPORTING:
        from rio_tiler.errors import TileOutsideBounds
        from rio_tiler.io import Reader

    if not (0 <= z <= 24 and 0 <= x < 2**z and 0 <= y < 2**z):
        return None
    with opened(info.path) as dataset, Reader(str(info.path), dataset=dataset) as reader:
        try:
            tile = reader.tile(x, y, z, tilesize=TILE_PX, indexes=display_bands(dataset))
        except TileOutsideBounds:
            return None
    pixels, mask = tile.data, np.asarray(tile.mask) > 0
    if not mask.any():
        return None
    if pixels.dtype != np.uint8:
        pixels = to_8_bit(np.asarray(pixels), mask, list(_range_of(info.path, info.path.stat().st_mtime_ns)))
    rgb = np.moveaxis(np.asarray(pixels), 0, 2)
    if mask.all():
        picture = Image.fromarray(np.ascontiguousarray(rgb))
    else:
        alpha = np.where(mask, 255, 0).astype(np.uint8)
        picture = Image.fromarray(np.dstack([rgb, alpha]), mode=None)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=88, method=1)
    return out.getvalue()


@lru_cache(maxsize=32)
def _range_of(path: Path, _changed_ns: int) -> tuple[tuple[float, float], ...]:
    with opened(path) as dataset:
        return tuple(display_range(dataset, display_bands(dataset)))
