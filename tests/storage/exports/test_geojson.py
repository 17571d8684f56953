from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.geometry import lonlat_to_px
from storage.exports import export
from tests.storage.exports.shapes import HOLED_PX, PARTS_PX, draw, read_json
from tests.storage.world import GRID, World, uid


def exported(world: World, out: Path, **options: Any) -> dict[str, dict[str, Any]]:
    """Features by label id."""
    export(world.store, out, format="geojson", project="default", **options)
    return {feature["properties"]["id"]: feature for feature in read_json(out / "labels.geojson")["features"]}


def read_by_gdal(path: Path) -> tuple[list[BaseGeometry], dict[str, list[Any]], str]:
    meta, _, shapes, columns = pyogrio.raw.read(path)
    fields = {name: list(column) for name, column in zip(meta["fields"], columns, strict=True)}
    return [shapely.from_wkb(shape) for shape in shapes], fields, meta["crs"]


def test_an_accepted_label_has_exactly_the_properties_of_the_contract(world: World, tmp_path: Path) -> None:
    label = world.decide(
        1, "accept", proposal_id=uid(1000), new_label_id=uid(5), decided_at="2025-03-01T10:00:00Z"
    ).label
    assert label is not None
    feature = exported(world, tmp_path / "out")[uid(5)]
    assert list(feature) == ["type", "properties", "geometry"]
    assert list(feature["properties"].items()) == [
        ("id", uid(5)),
        ("version", 1),
        ("status", "accepted"),
        ("author_class", "model"),
        ("function", "educational"),
        ("class", "school"),
        ("name", "Mayur Cinema"),
        ("score", 0.5),
        ("decided_at", "2025-03-01T10:00:00.000Z"),
        ("imagery_date", "2024-05-01"),
        ("attribution", "© test"),
    ]


def test_the_geometry_is_the_stored_one(world: World, tmp_path: Path) -> None:
    label = world.accept(1).label
    assert label is not None
    assert exported(world, tmp_path / "out")[label.id]["geometry"] == label.geometry


def test_gdal_reads_every_label_within_a_tenth_of_a_pixel(world: World, tmp_path: Path) -> None:
    shapes_px = {uid(20): HOLED_PX, uid(21): PARTS_PX, uid(22): sg.box(40.25, 3.5, 55.75, 12.125)}
    for number, shape_px in enumerate(shapes_px.values(), 20):
        draw(world, number, shape_px)
    export(world.store, tmp_path / "out", format="geojson", project="default")
    geometries, fields, crs = read_by_gdal(tmp_path / "out" / "labels.geojson")
    assert crs == "EPSG:4326"
    assert fields["id"] == list(shapes_px)
    assert fields["status"] == ["drawn", "drawn", "drawn"]
    for geometry, shape_px in zip(geometries, shapes_px.values(), strict=True):
        read_px = shapely.transform(geometry, lambda points: lonlat_to_px(GRID, points))
        assert shapely.hausdorff_distance(read_px, shape_px) < 0.1
        assert read_px.area == pytest.approx(shape_px.area, rel=1e-3)


def test_holes_and_parts_survive(world: World, tmp_path: Path) -> None:
    draw(world, 20, HOLED_PX)
    draw(world, 21, PARTS_PX)
    features = exported(world, tmp_path / "out")
    assert features[uid(20)]["geometry"]["type"] == "Polygon"
    assert len(features[uid(20)]["geometry"]["coordinates"]) == 2
    assert features[uid(21)]["geometry"]["type"] == "MultiPolygon"
    assert len(features[uid(21)]["geometry"]["coordinates"]) == 2
    labels = read_json(tmp_path / "out" / "manifest.json")["labels"]
    assert (labels["holes"], labels["parts"]) == (1, 3)


def test_shells_wind_counterclockwise_and_holes_clockwise(world: World, tmp_path: Path) -> None:
    draw(world, 20, sg.Polygon(HOLED_PX.exterior.coords[::-1], [HOLED_PX.interiors[0].coords[::-1]]))
    shell, hole = exported(world, tmp_path / "out")[uid(20)]["geometry"]["coordinates"]
    assert sg.LinearRing(shell).is_ccw
    assert not sg.LinearRing(hole).is_ccw
    assert shell[0] == shell[-1]


def test_how_a_label_came_to_be(world: World, tmp_path: Path) -> None:
    accepted = world.accept(1, place=0).label
    edited = world.decide(2, "edit", proposal_id=uid(1001), name="Lotus Secondary School").label
    flagged = world.decide(3, "flag", proposal_id=uid(1002)).label
    drawn = draw(world, 20, HOLED_PX)
    assert accepted is not None
    assert edited is not None
    assert flagged is not None
    features = exported(world, tmp_path / "out", statuses=("accepted", "edited", "drawn", "unsure"))
    found = {id_: (f["properties"]["status"], f["properties"]["author_class"]) for id_, f in features.items()}
    assert found == {
        accepted.id: ("accepted", "model"),
        edited.id: ("edited", "human_edited"),
        flagged.id: ("unsure", "model"),
        drawn: ("drawn", "human_drawn"),
    }


def test_a_shape_changed_while_it_was_flagged_is_human_edited_once_accepted(world: World, tmp_path: Path) -> None:
    label = world.decide(1, "flag", proposal_id=uid(1000), class_id="kindergarten").label
    assert label is not None
    world.decide(2, "accept", label_id=label.id, expected_version=1)
    properties = exported(world, tmp_path / "out")[label.id]["properties"]
    assert (properties["status"], properties["author_class"]) == ("accepted", "human_edited")


def test_a_hostile_name_stays_text_and_no_path_follows_it(world: World, tmp_path: Path) -> None:
    draw(world, 20, HOLED_PX, name="../../x <script>alert(1)</script>\n=cmd|' /C calc'!A0 \u202e")
    features = exported(world, tmp_path / "out")
    assert features[uid(20)]["properties"]["name"] == "../../x <script>alert(1)</script>=cmd|' /C calc'!A0"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["labels.geojson", "manifest.json"]


def test_a_label_without_a_view_is_exported_with_its_sources_date(world: World, tmp_path: Path) -> None:
    draw(world, 20, HOLED_PX, run_id=None, source_id=world.source_id)
    properties = exported(world, tmp_path / "out")[uid(20)]["properties"]
    assert (properties["imagery_date"], properties["score"], properties["author_class"]) == (
        "2020",
        None,
        "human_drawn",
    )


def test_without_labels_the_collection_is_empty(world: World, tmp_path: Path) -> None:
    assert exported(world, tmp_path / "out") == {}
    assert (tmp_path / "out" / "labels.geojson").read_text() == '{"type":"FeatureCollection","features":[]}\n'


def test_the_coordinates_of_a_label_agree_with_those_in_the_store(world: World, tmp_path: Path) -> None:
    draw(world, 20, HOLED_PX)
    stored = sg.shape(world.store.label(uid(20)).geometry)
    export(world.store, tmp_path / "out", format="geojson", project="default")
    (read,), _, _ = read_by_gdal(tmp_path / "out" / "labels.geojson")
    assert np.array_equal(shapely.get_coordinates(read), shapely.get_coordinates(stored))
