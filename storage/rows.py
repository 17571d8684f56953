"""Small helpers over rows that several modules share."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from annotator.errors import NotFound
from annotator.geometry import encode_rle, geometry_text
from annotator.types import WindowMask


def insert_once(connection: sa.Connection, table: sa.Table, values: dict[str, Any] | list[dict[str, Any]]) -> bool:
    """Inserts rows that are not there yet; True where at least one is new."""
    if not values:
        return False
    return connection.execute(sqlite_insert(table).on_conflict_do_nothing(), values).rowcount > 0


def require(connection: sa.Connection, table: sa.Table, row_id: str, what: str) -> sa.Row[Any]:
    """The row of an id; raises NotFound with a sentence."""
    row = connection.execute(sa.select(table).where(table.c.id == row_id)).one_or_none()
    if row is None:
        raise NotFound(f"The {what} {row_id[:40]} is not in the store. Reload the page.")
    return row


def text_sha256(text: str) -> str:
    """SHA-256 hex of UTF-8 text."""
    return hashlib.sha256(text.encode()).hexdigest()


def shape_columns(geometry: BaseGeometry | None, mask: WindowMask | None) -> dict[str, Any]:
    """Geometry, its hash, and the mask as RLE of its window."""
    text = None if geometry is None else geometry_text(geometry)
    return {
        "geometry": text,
        "geometry_sha256": None if text is None else text_sha256(text),
        "mask_rle": None if mask is None else encode_rle(mask.pixels),
        "window_px": None if mask is None else list(mask.window_px),
    }


def geojson(text: str) -> dict[str, Any]:
    """The GeoJSON dict of stored geometry text."""
    found: dict[str, Any] = json.loads(text)
    return found


def optional_geojson(text: str | None) -> dict[str, Any] | None:
    return None if text is None else geojson(text)


def bounds_columns(geometry: str) -> dict[str, float]:
    """west, south, east, north of stored geometry text."""
    west, south, east, north = shapely.from_geojson(geometry).bounds
    return {"west": west, "south": south, "east": east, "north": north}


def window(stored: list[int] | None) -> tuple[int, int, int, int] | None:
    if stored is None:
        return None
    x0, y0, x1, y1 = stored
    return x0, y0, x1, y1
