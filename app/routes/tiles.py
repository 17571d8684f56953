"""Pictures: tiles of the satellite picture and of the digital map, and small crops for lists."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from PIL import Image, ImageDraw
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from starlette.requests import Request
from starlette.responses import Response

from annotator.errors import NotFound
from annotator.geometry import geometry_to_px
from annotator.scene.raster import read_window
from annotator.scene.tiles import render_tile
from annotator.types import BoundsLonLat
from app import wire
from app.workspace import Workspace

NEVER_CHANGES = {"cache-control": "private, max-age=31536000, immutable"}
A_DAY = {"cache-control": "private, max-age=86400"}
TILE_DIGITS = 9
CROP_PX = 140
PROPOSAL_COLOUR = (255, 43, 203)
LABEL_COLOUR = (255, 200, 61)
CASING = (20, 6, 15)
BACKGROUND = (39, 46, 56)


def satellite_tile(request: Request, workspace: Workspace) -> Response:
    opened = workspace.places.open(request.path_params["source"])
    z, x, y = _tile_of(request)
    data = render_tile(opened.shown, z, x, y)
    if data is None:
        return Response(status_code=204, headers=A_DAY)
    return Response(data, media_type="image/webp", headers=A_DAY)


def map_tile(request: Request, workspace: Workspace) -> Response:
    opened = workspace.places.open(request.path_params["source"])
    z, x, y = _tile_of(request)
    if not (0 <= z <= 24 and 0 <= x < 2**z and 0 <= y < 2**z):
        return Response(status_code=204)
    out = io.BytesIO()
    Image.fromarray(opened.digital_map.tile(z, x, y)).save(out, "PNG", compress_level=1)
    return Response(out.getvalue(), media_type="image/png", headers=A_DAY)


def _tile_of(request: Request) -> tuple[int, int, int]:
    """z, x, y of the path; raises NotFound for what is no tile of any zoom."""
    z, x, y = (request.path_params[axis] for axis in "zxy")
    if not all(len(number) <= TILE_DIGITS and number.isascii() and number.isdecimal() for number in (z, x, y)):
        raise NotFound("There is no such tile.")
    return int(z), int(x), int(y)


def proposal_crop(request: Request, workspace: Workspace) -> Response:
    """A proposal never changes, so neither does its crop."""
    stored, run = workspace.store.proposal(request.path_params["id"])
    grid = workspace.store.scene_view(run.scene_id).grid
    bounds = wire.bounds_of_box(grid, stored.box_px)
    return _crop(workspace, run.source_id, bounds, stored.geometry, PROPOSAL_COLOUR)


def label_crop(request: Request, workspace: Workspace) -> Response:
    label = workspace.store.label(request.path_params["id"])
    west, south, east, north = shape(label.geometry).bounds
    return _crop(workspace, label.source_id, (west, south, east, north), label.geometry, LABEL_COLOUR)


def _crop(
    workspace: Workspace,
    source_id: str,
    bounds: BoundsLonLat,
    geometry: Mapping[str, Any],
    colour: tuple[int, int, int],
) -> Response:
    opened = workspace.places.open(source_id)
    grid, image, _ = read_window(opened.shown, _square(bounds), max_px=(CROP_PX * 2) ** 2)
    scale = CROP_PX / max(grid.width, grid.height)
    size = max(1, round(grid.width * scale)), max(1, round(grid.height * scale))
    corner = (CROP_PX - size[0]) // 2, (CROP_PX - size[1]) // 2
    picture = Image.new("RGB", (CROP_PX, CROP_PX), BACKGROUND)
    picture.paste(Image.fromarray(np.ascontiguousarray(image)).resize(size, Image.Resampling.LANCZOS), corner)
    draw = ImageDraw.Draw(picture)
    for ring in _rings(geometry_to_px(grid, shape(dict(geometry)))):
        points = [tuple(point) for point in ring * scale + corner]
        draw.line(points, fill=CASING, width=4, joint="curve")
        draw.line(points, fill=colour, width=2, joint="curve")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return Response(out.getvalue(), media_type="image/jpeg", headers=NEVER_CHANGES)


def _rings(outline: BaseGeometry) -> Iterator[npt.NDArray[np.float64]]:
    """Every ring of the polygons, (N, 2) in pixels."""
    for part in shapely.get_parts(outline):
        for ring in (part.exterior, *part.interiors):
            yield np.asarray(ring.coords)[:, :2]


def _square(bounds: BoundsLonLat) -> BoundsLonLat:
    """A square on the ground around the bounds, with a fifth of room on each side."""
    west, south, east, north = bounds
    stretch = float(np.cos(np.radians((south + north) / 2)))
    half = max((east - west) * stretch, north - south, 1e-5) * 0.7
    lon, lat = (west + east) / 2, (south + north) / 2
    return lon - half / stretch, lat - half, lon + half / stretch, lat + half
