"""Maps that cannot be read are refused; of the others all that can be used is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.app.ground import (
    LOTUS,
    Site,
    collection,
    feature,
    lonlat,
    write_json,
)
from tests.app.uploads import assert_refused, upload


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"type": "FeatureCollection", "features": [', ("broken GeoJSON", "line 1")),
        (b"\xff\xfe\x00\x00", ("UTF-8",)),
        ('{"type": "FeatureCollection", "name": "Schule Ä"}'.encode("latin-1"), ("UTF-8",)),
        (b'{"type": "Topology"}', ("not GeoJSON",)),
        (b"[1, 2]", ("not GeoJSON",)),
        (b"", ("broken GeoJSON",)),
        (b"[" * 100_000, ("broken GeoJSON",)),
        (b'{"features": ' + b"9" * 5_000 + b"}", ()),
    ],
    ids=["cut short", "utf-16", "latin-1", "topojson", "a list", "empty", "deeply nested", "5,000 digits"],
)
def test_a_map_that_cannot_be_read_is_refused(
    site: Site, tmp_path: Path, content: bytes, words: tuple[str, ...]
) -> None:
    bad = tmp_path / "bad.geojson"
    bad.write_bytes(content)
    answer = upload(site, map_file=bad, source_id=site.ids["source_id"])
    assert_refused(site, answer, "bad.geojson", *words)


def test_a_map_in_metres_is_refused(site: Site, tmp_path: Path) -> None:
    metres = {"type": "Polygon", "coordinates": [[[330_000, 3_070_000], [330_100, 3_070_000], [330_100, 3_069_900]]]}
    document = collection({"type": "Feature", "properties": {}, "geometry": metres})
    answer = upload(site, map_file=write_json(tmp_path / "m.geojson", document), source_id=site.ids["source_id"])
    assert_refused(site, answer, "longitude and latitude")


def counted(site: Site, tmp_path: Path, *records: Any) -> tuple[int, int]:
    """(features, skipped) of a map of one good school and these records."""
    document = collection(feature(1, LOTUS, {"amenity": "school", "name": "Good"}), *records)
    answer = upload(site, map_file=write_json(tmp_path / "m.geojson", document), source_id=site.ids["source_id"])
    source = answer.json()["source"]
    return source["map_features"], source["map_skipped"]


def polygon(ring: list[Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"building": "yes"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_records_without_a_usable_place_are_counted_and_left_out(site: Site, tmp_path: Path) -> None:
    records = [
        polygon([[float("nan"), 27.7], [85.2, 27.7], [85.2, 27.8], [float("nan"), 27.7]]),
        polygon([[85.2, 27.7], [85.2, float("inf")], [85.3, 27.8], [85.2, 27.7]]),
        polygon([[179.9, 0], [180.1, 0], [180.1, 1], [179.9, 0]]),
        polygon([["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]),
        polygon([[85.2, 27.7]]),
        polygon([]),
        {"type": "Feature", "properties": None, "geometry": None},
        {"type": "Feature", "geometry": {"type": "Circle", "coordinates": [1, 2]}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": {}}},
        "not a record",
        None,
    ]
    assert counted(site, tmp_path, *records) == (1, 11)


def test_a_number_that_is_too_large_is_no_place(site: Site, tmp_path: Path) -> None:
    assert counted(site, tmp_path, polygon([[10**400, 0], [1, 0], [1, 1], [10**400, 0]])) == (1, 1)


def test_self_crossing_and_3d_polygons_are_used(site: Site, tmp_path: Path) -> None:
    (x0, y0), (x1, y1) = lonlat(200, 200), lonlat(240, 240)
    bow = polygon([[x0, y0], [x1, y1], [x1, y0], [x0, y1], [x0, y0]])
    high = polygon([[x0, y0, 1_400.0], [x1, y0, 1_400.0], [x1, y1, 1_400.0], [x0, y0, 1_400.0]])
    assert counted(site, tmp_path, bow, high) == (3, 0)


def test_names_with_broken_letters_do_not_break_the_page(site: Site, tmp_path: Path) -> None:
    document = collection(feature(1, LOTUS, {"amenity": "school", "name": "half \ud800 letter"}))
    answer = upload(site, map_file=write_json(tmp_path / "m.geojson", document), source_id=site.ids["source_id"])
    assert answer.json()["source"]["map_features"] == 1
    assert site.is_alive()


def test_two_hundred_thousand_features_are_read(site: Site, tmp_path: Path) -> None:
    lon, lat = lonlat(300, 300)
    rng = np.random.default_rng(1)
    at = rng.normal((lon, lat), 0.001, (200_000, 2)).round(7).tolist()
    point = '{"type":"Feature","properties":{"amenity":"school"},"geometry":{"type":"Point","coordinates":%s}}'
    path = tmp_path / "large.geojson"
    path.write_text('{"type":"FeatureCollection","features":[' + ",".join(point % one for one in at) + "]}")
    answer = upload(site, map_file=path, source_id=site.ids["source_id"])
    assert answer.json()["source"]["map_features"] == 200_000
    assert site.is_alive()
