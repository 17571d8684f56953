"""OSM GeoJSON becomes map features: cleaned, indexed, or a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import BadMap
from annotator.scene.features import index_geojson, read_osm_geojson

SQUARE = [[[85.0, 27.0], [85.001, 27.0], [85.001, 27.001], [85.0, 27.001], [85.0, 27.0]]]


def feature(properties: dict[str, Any] | None = None, geometry: Any = None, **more: Any) -> dict[str, Any]:
    shape = geometry if geometry is not None else {"type": "Polygon", "coordinates": SQUARE}
    return {"type": "Feature", "properties": properties or {}, "geometry": shape, **more}


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def test_null_and_empty_properties_are_absent_tags() -> None:
    one = index_geojson(collection(feature({"name": None, "shop": "", "building": "yes", "levels": 3})), "m").features[
        0
    ]
    assert one.tags == {"building": "yes", "levels": "3"}


def test_the_osm_id_becomes_the_features_id() -> None:
    index = index_geojson(
        collection(
            feature({"osm_type": "way", "osm_id": 7}), feature(id="node/9"), feature({"@id": "way/3"}), feature()
        ),
        "m",
    )
    assert [one.id for one in index.features] == ["way/7", "node/9", "way/3", "feature/3"]


def test_a_self_crossing_polygon_is_made_valid() -> None:
    bow = [[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]]
    one = index_geojson(collection(feature(geometry={"type": "Polygon", "coordinates": bow})), "m").features[0]
    assert one.geometry_lonlat.is_valid
    assert one.geometry_lonlat.area == pytest.approx(0.5)


def test_heights_are_dropped() -> None:
    point = {"type": "Point", "coordinates": [85.0, 27.0, 1300.0]}
    assert not index_geojson(collection(feature(geometry=point)), "m").features[0].geometry_lonlat.has_z


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [float("nan"), 27.0]},
        {"type": "Point", "coordinates": [9519926.0, 3202940.0]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Blob", "coordinates": []},
        {"type": "Polygon", "coordinates": "x"},
        [1, 2],
    ],
)
def test_a_record_without_a_usable_place_is_skipped_and_counted(geometry: Any) -> None:
    index = index_geojson(collection(feature(), feature(geometry=geometry)), "m")
    assert (len(index.features), index.skipped) == (1, 1)


def test_a_map_in_metres_is_a_sentence() -> None:
    metres = {"type": "Point", "coordinates": [9519926.0, 3202940.0]}
    with pytest.raises(BadMap, match="longitude and latitude"):
        index_geojson(collection(feature(geometry=metres)), "m.geojson")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"type": "FeatureCollection", "features": [', r"broken GeoJSON \(line 1"),
        ("[1, 2, 3]", "not GeoJSON"),
        ('{"type": "Topology"}', "not GeoJSON"),
        ("", "broken GeoJSON"),
        ("[" * 100_000, "broken GeoJSON"),
    ],
)
def test_a_broken_map_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(text)
    with pytest.raises(BadMap, match=sentence):
        read_osm_geojson(path)


def test_bytes_that_are_no_text_are_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "map.geojson"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(BadMap, match="not UTF-8"):
        read_osm_geojson(path)


def test_an_empty_collection_is_an_empty_map() -> None:
    index = index_geojson(collection(), "m")
    assert index.features == ()
    assert index.bounds_lonlat is None


def test_features_are_found_by_place_in_file_order(tmp_path: Path) -> None:
    def point(lon: float) -> Any:
        return feature({"name": f"{lon}"}, {"type": "Point", "coordinates": [lon, 27.0]})

    path = tmp_path / "map.geojson"
    path.write_text(json.dumps(collection(point(85.3), point(85.1), point(86.0))))
    index = read_osm_geojson(path)
    assert [one.name for one in index.within((85.0, 26.0, 85.5, 28.0))] == ["85.3", "85.1"]
    assert index.names == ("85.3", "85.1", "86.0")


def test_all_names_of_a_feature_are_known_once() -> None:
    tags = {"name": "시청;City Hall", "name:en": "City Hall", "alt_name": "Town Hall"}
    assert index_geojson(collection(feature(tags)), "m").features[0].names == ("시청", "City Hall", "Town Hall")
