from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.geometry as sg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pycocotools.coco import COCO
from shapely.geometry.base import BaseGeometry

from annotator.geometry import encode_window_rle, geometry_to_geojson, geometry_to_px, rasterize
from annotator.types import BoolMask, Grid
from storage.exports import export
from storage.exports.coco import segmentation
from storage.exports.pixels import place_label
from storage.views import LabelView
from tests.storage.exports.shapes import (
    HOLED_PX,
    PARTS_PX,
    add_big_scene,
    attach_pictures,
    draw,
    lonlat,
    read_json,
)
from tests.storage.world import GRID, World, make_scene, start_run, uid


@pytest.fixture
def pictured(world: World) -> World:
    attach_pictures(world)
    return world


def read(out: Path) -> COCO:
    return COCO(str(out / "instances.coco.json"))


def by_label(coco: COCO) -> dict[str, dict[str, Any]]:
    return {one["attributes"]["label_id"]: one for one in coco.loadAnns(coco.getAnnIds())}


def mask_in_store(world: World, label_id: str, grid: Grid = GRID) -> BoolMask:
    """The stored outline rasterized on the whole picture."""
    shape_px = geometry_to_px(grid, sg.shape(world.store.label(label_id).geometry))
    return rasterize(shape_px, (0, 0, grid.width, grid.height))


def exported(world: World, out: Path) -> COCO:
    export(world.store, out, format="coco", project="default")
    return read(out)


def test_pycocotools_reads_every_mask_back_pixel_for_pixel(pictured: World, tmp_path: Path) -> None:
    accepted = pictured.accept(1).label
    assert accepted is not None
    draw(pictured, 20, HOLED_PX)
    draw(pictured, 21, PARTS_PX)
    draw(pictured, 22, sg.Point(30, 30).buffer(13.3))
    coco = exported(pictured, tmp_path / "out")
    annotations = by_label(coco)
    assert sorted(annotations) == sorted([accepted.id, uid(20), uid(21), uid(22)])
    for label_id, annotation in annotations.items():
        assert np.array_equal(coco.annToMask(annotation), mask_in_store(pictured, label_id))
        assert annotation["iscrowd"] == 0


def test_the_attributes_and_the_box_are_those_of_the_label(pictured: World, tmp_path: Path) -> None:
    pictured.decide(1, "accept", proposal_id=uid(1001), new_label_id=uid(5))
    annotation = by_label(exported(pictured, tmp_path / "out"))[uid(5)]
    assert annotation["attributes"] == {
        "label_id": uid(5),
        "version": 1,
        "name": "Lotus School",
        "status": "accepted",
        "function": "educational",
        "score": 0.6,
    }
    assert annotation["bbox"] == [22, 4, 16, 12]
    assert annotation["area"] == 192


def test_a_box_is_a_polygon_list_and_a_hole_makes_it_rle(pictured: World, tmp_path: Path) -> None:
    draw(pictured, 20, sg.box(10, 20, 14, 25))
    draw(pictured, 21, HOLED_PX)
    annotations = by_label(exported(pictured, tmp_path / "out"))
    (ring,) = annotations[uid(20)]["segmentation"]
    assert shapely.equals_exact(
        sg.Polygon(np.reshape(ring, (-1, 2))).normalize(), sg.box(10, 20, 14, 25).normalize(), tolerance=0.1
    )
    assert annotations[uid(21)]["segmentation"]["size"] == [48, 64]
    assert isinstance(annotations[uid(21)]["segmentation"]["counts"], str)


@pytest.mark.parametrize("shape_px", [HOLED_PX, PARTS_PX, sg.box(50.3, 40.2, 70.1, 60.8)])
def test_the_outline_in_pixels_is_whole_within_a_tenth_of_a_pixel(
    pictured: World, tmp_path: Path, shape_px: BaseGeometry
) -> None:
    draw(pictured, 20, shape_px)
    outline = sg.shape(by_label(exported(pictured, tmp_path / "out"))[uid(20)]["geometry_px"])
    assert outline.geom_type == shape_px.geom_type
    assert shapely.hausdorff_distance(outline, shape_px) < 0.1


def test_categories_are_the_classes_in_use_under_their_functions(pictured: World, tmp_path: Path) -> None:
    draw(pictured, 20, sg.box(10, 20, 14, 25))
    draw(pictured, 21, sg.box(20, 20, 24, 25), function="medical", class_id="clinic")
    coco = exported(pictured, tmp_path / "out")
    assert coco.dataset["categories"] == [
        {"id": 1, "name": "clinic", "supercategory": "medical"},
        {"id": 2, "name": "school", "supercategory": "educational"},
    ]
    assert {id_: one["category_id"] for id_, one in by_label(coco).items()} == {uid(20): 2, uid(21): 1}


def test_the_picture_is_the_scenes_with_its_licence_and_its_place(pictured: World, tmp_path: Path) -> None:
    draw(pictured, 20, HOLED_PX)
    coco = exported(pictured, tmp_path / "out")
    scene = pictured.scene
    assert coco.dataset["images"] == [
        {
            "id": 1,
            "file_name": f"images/{scene.id}.png",
            "width": 64,
            "height": 48,
            "license": 1,
            "date_captured": "2024-05-01",
            "attribution": "© test",
            "scene_id": scene.id,
            "crs": "EPSG:32643",
            "transform": [716000.0, 1.0, 0.0, 3166000.0, 0.0, -1.0],
        }
    ]
    assert coco.dataset["licenses"] == [{"id": 1, "name": "CC0", "url": ""}]
    assert coco.dataset["info"]["attribution"] == ["© test"]
    with Image.open(tmp_path / "out" / "images" / f"{scene.id}.png") as picture:
        assert picture.mode == "RGB"
        assert np.array_equal(np.asarray(picture), scene.image)


def test_each_label_is_on_the_picture_it_was_decided_on(pictured: World, tmp_path: Path) -> None:
    big = add_big_scene(pictured, 901)
    draw(pictured, 20, HOLED_PX)
    shape_px = sg.box(700.4, 300.2, 1200.7, 800.9)
    draw(pictured, 21, shape_px, run_id=uid(901), geometry_lonlat=lonlat(shape_px, big.grid))
    coco = exported(pictured, tmp_path / "out")
    images = {image["id"]: image["scene_id"] for image in coco.dataset["images"]}
    annotations = by_label(coco)
    placed = {id_: images[one["image_id"]] for id_, one in annotations.items()}
    assert placed == {uid(20): pictured.scene.id, uid(21): big.id}
    assert np.array_equal(coco.annToMask(annotations[uid(21)]), mask_in_store(pictured, uid(21), big.grid))


def test_a_label_over_the_edge_is_cut_and_the_manifest_says_so(pictured: World, tmp_path: Path) -> None:
    draw(pictured, 20, sg.box(60, -3, 70, 2))
    coco = exported(pictured, tmp_path / "out")
    annotation = by_label(coco)[uid(20)]
    assert np.array_equal(coco.annToMask(annotation), mask_in_store(pictured, uid(20)))
    assert annotation["bbox"] == [60, 0, 4, 2]
    (ring,) = annotation["segmentation"]
    assert sg.Polygon(np.reshape(ring, (-1, 2))).bounds == pytest.approx((60, 0, 64, 2), abs=0.1)
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert manifest["cut"] == [{"label_id": uid(20), "reason": "cut by the edge of the picture"}]
    assert (manifest["labels"]["exported"], manifest["labels"]["cut"]) == (1, 1)


def test_a_label_drawn_without_a_run_lies_on_its_sources_picture(pictured: World, tmp_path: Path) -> None:
    draw(pictured, 20, HOLED_PX, run_id=None, source_id=pictured.source_id)
    assert pictured.store.label(uid(20)).scene_id is None
    coco = exported(pictured, tmp_path / "out")
    assert coco.dataset["images"][0]["scene_id"] == pictured.scene.id
    assert np.array_equal(coco.annToMask(by_label(coco)[uid(20)]), mask_in_store(pictured, uid(20)))


def test_a_label_on_no_stored_picture_is_left_out_and_counted(world: World, tmp_path: Path) -> None:
    draw(world, 20, HOLED_PX)
    draw(world, 21, sg.box(10, 20, 14, 25), run_id=None, source_id=world.source_id)
    report = export(world.store, tmp_path / "out", format="coco", project="default")
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert report["labels"] == 0
    assert manifest["left_out"] == [
        {"label_id": uid(20), "reason": "no picture"},
        {"label_id": uid(21), "reason": "no picture"},
    ]
    assert (manifest["labels"]["chosen"], manifest["labels"]["left_out"]) == (2, 2)
    assert read(tmp_path / "out").dataset["annotations"] == []


def test_a_label_far_from_every_picture_is_left_out_and_counted(pictured: World, tmp_path: Path) -> None:
    draw(pictured, 20, sg.box(500, 500, 510, 510))
    draw(pictured, 21, sg.box(500, 500, 510, 510), run_id=None, source_id=pictured.source_id)
    exported(pictured, tmp_path / "out")
    assert read_json(tmp_path / "out" / "manifest.json")["left_out"] == [
        {"label_id": uid(20), "reason": "no pixel of the picture lies in it"},
        {"label_id": uid(21), "reason": "no picture"},
    ]


def test_of_several_pictures_of_a_source_the_one_that_shows_most_is_taken(pictured: World, tmp_path: Path) -> None:
    base = make_scene(2)
    shifted = Grid(GRID.crs, (716040.0, 1.0, 0.0, 3166000.0, 0.0, -1.0), 64, 48)
    other = type(base)(shifted, base.image, (), base.provenance)
    pictured.store.record_scene(other)
    start_run(pictured.store, pictured.project_id, pictured.source_id, other, uid(901))
    pictured.store.attach_scene_pictures(other)
    draw(pictured, 20, sg.box(55, 10, 75, 20), run_id=None, source_id=pictured.source_id)
    coco = exported(pictured, tmp_path / "out")
    assert [image["scene_id"] for image in coco.dataset["images"]] == [other.id]
    assert read_json(tmp_path / "out" / "manifest.json")["cut"] == []


@st.composite
def polygons_with_holes(draw_from: st.DrawFn) -> BaseGeometry:
    """A star-shaped outline somewhere on a picture of 64 x 48 pixels, at times over its edge, with up to two holes."""
    x, y = draw_from(st.floats(5, 60)), draw_from(st.floats(5, 44))
    count = draw_from(st.integers(3, 12))
    radii = draw_from(st.lists(st.floats(2, 20), min_size=count, max_size=count))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    outline: BaseGeometry = sg.Polygon(
        [(x + r * np.cos(a), y + r * np.sin(a)) for r, a in zip(radii, angles, strict=True)]
    )
    for _ in range(draw_from(st.integers(0, 2))):
        size, dx = draw_from(st.floats(0.3, 4)), draw_from(st.floats(-6, 6))
        outline = outline.difference(sg.box(x + dx - size, y - size, x + dx + size, y + size))
    return outline


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(polygons_with_holes())
def test_any_shape_reads_back_pixel_for_pixel(a_label: LabelView, shape_px: BaseGeometry) -> None:
    if shape_px.is_empty or not shape_px.is_valid:
        return
    label = _with_shape(a_label, shape_px)
    placed = place_label(label, GRID)
    whole = rasterize(geometry_to_px(GRID, sg.shape(label.geometry)), (0, 0, 64, 48))
    coco = COCO()
    coco.imgs = {1: {"width": 64, "height": 48}}
    read_mask = coco.annToMask({"image_id": 1, "segmentation": segmentation(placed, GRID)})
    assert np.array_equal(read_mask, whole)
    assert np.array_equal(
        coco.annToMask({"image_id": 1, "segmentation": encode_window_rle(placed.mask, 64, 48)}), whole
    )


@pytest.fixture
def a_label(world: World) -> LabelView:
    label = world.accept(1).label
    assert label is not None
    return label


def _with_shape(label: LabelView, shape_px: BaseGeometry) -> LabelView:
    return replace(label, geometry=geometry_to_geojson(lonlat(shape_px)))
