"""``labels.geojson``: all labels in lon/lat, with their state; what GIS programs open."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from annotator.geometry import geometry_to_geojson
from storage.exports.folder import ExportFolder
from storage.exports.manifest import Contents
from storage.exports.pixels import shape_of
from storage.exports.selection import Selection
from storage.views import LabelView


def write_geojson(selection: Selection, folder: ExportFolder) -> Contents:
    """A FeatureCollection, WGS84, RFC 7946 winding, holes and parts kept, by label id; one feature a line."""
    labels = tuple(row.label for row in selection.rows)
    features = (_feature(label, selection.author_class(label)) for label in labels)
    folder.write("labels.geojson", feature_collection(features))
    return Contents(labels)


def feature_collection(features: Iterable[dict[str, Any]]) -> bytes:
    """GeoJSON text of a collection, one feature a line, keys in the order given."""
    lines = [json.dumps(f, ensure_ascii=False, allow_nan=False, separators=(",", ":")) for f in features]
    body = "\n" + ",\n".join(lines) + "\n" if lines else ""
    return f'{{"type":"FeatureCollection","features":[{body}]}}\n'.encode()


def _feature(label: LabelView, author_class: str) -> dict[str, Any]:
    properties = {
        "id": label.id,
        "version": label.version,
        "status": label.status.value,
        "author_class": author_class,
        "function": label.function,
        "class": label.class_id,
        "name": label.name,
        "score": label.score,
        "decided_at": label.decided_at,
        "imagery_date": label.imagery_date,
        "attribution": label.attribution,
    }
    return {"type": "Feature", "properties": properties, "geometry": geometry_to_geojson(shape_of(label))}
