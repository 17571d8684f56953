"""Map features from OSM GeoJSON: read once, cleaned, indexed by place."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.errors import BadMap
from annotator.types import BoundsLonLat, MapFeature

NOT_TAGS = frozenset({"osm_id", "osm_type", "@id", "@type", "id", "label", "osm_version", "changeset", "timestamp"})
"""Property names that speak of the record, not of the place."""


@dataclass(frozen=True, eq=False)
class FeatureIndex:
    """Map features with a spatial index; ``skipped`` counts records without usable geometry."""

    features: tuple[MapFeature, ...]
    tree: shapely.STRtree
    skipped: int = 0

    @classmethod
    def of(cls, features: Iterable[MapFeature], *, skipped: int = 0) -> FeatureIndex:
        kept = tuple(features)
        return cls(kept, shapely.STRtree([f.geometry_lonlat for f in kept]), skipped)

    def within(self, bounds_lonlat: BoundsLonLat) -> tuple[MapFeature, ...]:
        """The features that touch the bounds, in file order."""
        hits = self.tree.query(sg.box(*bounds_lonlat), predicate="intersects")
        return tuple(self.features[i] for i in np.sort(hits))

    @property
    def bounds_lonlat(self) -> BoundsLonLat | None:
        """(west, south, east, north) of all features, or None where there are none."""
        if not self.features:
            return None
        west, south, east, north = shapely.total_bounds([f.geometry_lonlat for f in self.features])
        return float(west), float(south), float(east), float(north)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name on the map, each once, in file order."""
        return tuple(dict.fromkeys(name for feature in self.features for name in feature.names))


EMPTY = FeatureIndex.of(())


def read_osm_geojson(path: Path) -> FeatureIndex:
    """Features of an OSM GeoJSON file (lon/lat). Null and empty properties are absent tags.

    Self-crossing polygons are made valid, a third coordinate is dropped, records without usable geometry are counted
    in ``skipped``. Raises BadMap where the file is no GeoJSON or nothing in it can be placed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadMap(f"{path.name} is not UTF-8 text. Export the map as GeoJSON and try again.") from error
    except OSError as error:
        raise BadMap(f"{path.name} cannot be read: {error.strerror}.") from error
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadMap(f"{path.name} is broken GeoJSON{where}. Export it again or repair that line.") from error
    return index_geojson(document, path.name)


def index_geojson(document: Any, name: str) -> FeatureIndex:
    """The features of a parsed GeoJSON document; ``name`` is used in sentences."""
    records = _records(document, name)
    features: list[MapFeature] = []
    skipped = 0
    for position, record in enumerate(records):
        feature = _feature(record, position)
        if feature is None:
            skipped += 1
        else:
            features.append(feature)
    if records and not features:
        raise BadMap(
            f"{name} has {len(records)} records, but none with a usable place on the earth. "
            "The map must be GeoJSON in longitude and latitude (WGS84)."
        )
    return FeatureIndex.of(features, skipped=skipped)


def _records(document: Any, name: str) -> Sequence[Any]:
    if isinstance(document, Mapping):
        kind = document.get("type")
        if kind == "FeatureCollection" and isinstance(document.get("features"), list):
            return cast("list[Any]", document["features"])
        if kind == "Feature":
            return [document]
    raise BadMap(f"{name} is JSON, but not GeoJSON: a FeatureCollection is needed.")


def _feature(record: Any, position: int) -> MapFeature | None:
    if not isinstance(record, Mapping):
        return None
    geometry = _geometry(record.get("geometry"))
    if geometry is None:
        return None
    properties = record.get("properties")
    tags = _tags(properties if isinstance(properties, Mapping) else {})
    return MapFeature(_feature_id(record, position), geometry, tags)


def _tags(properties: Mapping[str, Any]) -> dict[str, str]:
    nested = properties.get("tags")
    flat = {**properties, **nested} if isinstance(nested, Mapping) else dict(properties)
    return {
        _whole(str(key)): text
        for key, value in flat.items()
        if key not in NOT_TAGS and not isinstance(value, dict | list) and (text := _text(value)) is not None
    }


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return _whole(text).strip() or None


def _whole(text: str) -> str:
    """The text without halves of broken letters, which no file and no page can hold."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _feature_id(record: Mapping[str, Any], position: int) -> str:
    properties = record.get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    osm_type = known.get("osm_type") or known.get("@type")
    osm_id = known.get("osm_id") or known.get("@id")
    if osm_type and osm_id:
        return _whole(f"{osm_type}/{osm_id}")
    own = record.get("id") or known.get("@id") or known.get("id")
    if isinstance(own, str) and own.split("/")[0] in {"node", "way", "relation"}:
        return _whole(own)
    return f"feature/{position}"


def _geometry(raw: Any) -> BaseGeometry | None:
    if not isinstance(raw, Mapping):
        return None
    try:
        geometry = shapely.force_2d(sg.shape(dict(raw)))
    except (shapely.errors.ShapelyError, ArithmeticError, ValueError, TypeError, LookupError, AttributeError):
        return None
    if geometry.is_empty or not _on_earth(geometry):
        return None
    if not geometry.is_valid:
        geometry = shapely.make_valid(geometry)
    return None if geometry.is_empty else geometry


def _on_earth(geometry: BaseGeometry) -> bool:
    points = shapely.get_coordinates(geometry)
    return bool(
        np.isfinite(points).all() and (np.abs(points[:, 0]) <= 180).all() and (np.abs(points[:, 1]) <= 90).all()
    )
