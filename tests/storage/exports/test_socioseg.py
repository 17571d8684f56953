from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely.geometry as sg
from PIL import Image
from pycocotools import mask as coco_mask

from annotator.geometry import geometry_to_px, rasterize
from annotator.scene.features import read_osm_geojson
from annotator.types import BoolMask, Grid, Query, Tier
from storage.exports import export
from tests.storage.exports.shapes import (
    BIG_GRID,
    HOLED_PX,
    PARTS_PX,
    add_big_scene,
    attach_pictures,
    draw,
    lonlat,
    plain_map,
    read_json,
)
from tests.storage.world import GRID, World, uid

FILES = ["features.geojson", "map.png", "mask.png", "question.json", "sat.png", "scene.json"]


@pytest.fixture
def pictured(world: World) -> World:
    attach_pictures(world)
    return world


def samples(world: World, out: Path, **options: Any) -> dict[str, Path]:
    """Sample folders by their question and number."""
    export(world.store, out, format="socioseg", project="default", **options)
    folders = sorted(path for path in out.iterdir() if path.is_dir())
    return {f"{read_json(path / 'question.json')['problem']} {path.name[-1]}": path for path in folders}


def picture(path: Path) -> Any:
    with Image.open(path) as image:
        return np.asarray(image)


def stored_mask(world: World, label_id: str, grid: Grid = GRID) -> BoolMask:
    shape_px = geometry_to_px(grid, sg.shape(world.store.label(label_id).geometry))
    return rasterize(shape_px, (0, 0, grid.width, grid.height))


def start_query(world: World, run_id: str, query: Query) -> None:
    world.store.start_run(
        world.project_id,
        world.scene.id,
        query,
        run_id=run_id,
        source_id=world.source_id,
        reasoner="grounded",
        reasoner_version="1",
        segmenter="unet",
        segmenter_version="1",
        parameters={},
    )


def test_a_small_scene_is_one_sample_with_all_its_files(pictured: World, tmp_path: Path) -> None:
    label = pictured.accept(1).label
    assert label is not None
    found = samples(pictured, tmp_path / "out")
    assert list(found) == ["schools 0"]
    sample = found["schools 0"]
    assert sample.name == f"{pictured.scene.id[:16]}-{label.query_id}-0"
    assert sorted(path.name for path in sample.iterdir()) == FILES
    assert read_json(sample / "question.json") == {"problem": "schools"}
    assert np.array_equal(picture(sample / "sat.png"), pictured.scene.image)
    assert np.array_equal(picture(sample / "map.png"), plain_map(64, 48))


def test_the_mask_is_0_and_255_over_all_labels_of_the_query(pictured: World, tmp_path: Path) -> None:
    draw(pictured, 20, HOLED_PX)
    draw(pictured, 21, PARTS_PX)
    mask = picture(samples(pictured, tmp_path / "out")["schools 0"] / "mask.png")
    assert mask.shape == (48, 64)
    assert mask.dtype == np.uint8
    expected = stored_mask(pictured, uid(20)) | stored_mask(pictured, uid(21))
    assert np.array_equal(mask, np.where(expected, 255, 0))


def test_the_scene_file_places_the_sample_and_holds_each_instance(pictured: World, tmp_path: Path) -> None:
    draw(pictured, 20, HOLED_PX, name="Lotus")
    draw(pictured, 21, sg.box(60, -3, 70, 2))
    document = read_json(samples(pictured, tmp_path / "out")["schools 0"] / "scene.json")
    instances = document.pop("instances")
    assert document == {
        "crs": "EPSG:32643",
        "transform": [716000.0, 1.0, 0.0, 3166000.0, 0.0, -1.0],
        "size_px": [64, 48],
        "scene_id": pictured.scene.id,
        "window_px": [0, 0, 64, 48],
        "tier": "class",
        "provenance": pictured.scene.provenance.as_dict(),
    }
    said = [(i["label_id"], i["class"], i["function"], i["name"], i["clipped"]) for i in instances]
    assert said == [
        (uid(20), "school", "educational", "Lotus", False),
        (uid(21), "school", "educational", None, True),
    ]
    assert sorted(instances[0]) == ["class", "clipped", "counts", "function", "label_id", "name", "size"]
    for instance in instances:
        assert np.array_equal(coco_mask.decode(instance), stored_mask(pictured, instance["label_id"]))


def test_the_features_are_read_by_gdal_and_by_the_map_reader(pictured: World, tmp_path: Path) -> None:
    pictured.accept(1)
    path = samples(pictured, tmp_path / "out")["schools 0"] / "features.geojson"
    meta, _, shapes, _ = pyogrio.raw.read(path)
    assert (len(shapes), meta["crs"]) == (1, "EPSG:4326")
    (feature,) = read_osm_geojson(path).features
    assert feature.id == "way/2"
    assert dict(feature.tags) == {"amenity": "school", "name": "Schule Ä"}


def test_each_query_has_its_own_sample_and_its_own_labels(pictured: World, tmp_path: Path) -> None:
    start_query(pictured, uid(901), Query("Mayur Cinema", Tier.NAME, "en", name="Mayur Cinema"))
    draw(pictured, 20, HOLED_PX)
    draw(pictured, 21, PARTS_PX, run_id=uid(901), function="sport_and_cultural", class_id="cinema")
    found = samples(pictured, tmp_path / "out")
    assert sorted(found) == ["Mayur Cinema 0", "schools 0"]
    assert np.array_equal(picture(found["Mayur Cinema 0"] / "mask.png") > 0, stored_mask(pictured, uid(21)))
    assert np.array_equal(picture(found["schools 0"] / "mask.png") > 0, stored_mask(pictured, uid(20)))
    assert read_json(found["Mayur Cinema 0"] / "scene.json")["tier"] == "name"


def test_a_label_without_a_query_answers_the_name_of_its_class(pictured: World, tmp_path: Path) -> None:
    drawn = {"run_id": None, "source_id": pictured.source_id, "function": "medical", "class_id": "clinic"}
    draw(pictured, 20, HOLED_PX, **drawn)
    found = samples(pictured, tmp_path / "out")
    assert list(found) == ["clinic 0"]
    assert found["clinic 0"].name == f"{pictured.scene.id[:16]}-clinic-0"
    assert read_json(found["clinic 0"] / "scene.json")["tier"] == "class"


def test_a_class_of_the_project_is_asked_for_by_its_title(pictured: World, tmp_path: Path) -> None:
    pictured.store.add_class(pictured.project_id, "tea_shop", function="commercial_service", title="Tea shop")
    drawn = {"run_id": None, "source_id": pictured.source_id, "function": "commercial_service", "class_id": "tea_shop"}
    draw(pictured, 20, HOLED_PX, **drawn)
    assert list(samples(pictured, tmp_path / "out")) == ["Tea shop 0"]


def test_a_label_that_turned_out_to_be_of_another_class_is_no_truth_of_its_query(
    pictured: World, tmp_path: Path
) -> None:
    pictured.accept(1, place=0)
    clinic = pictured.decide(2, "edit", proposal_id=uid(1001), function="medical", class_id="clinic").label
    assert clinic is not None
    found = samples(pictured, tmp_path / "out")
    assert sorted(found) == ["clinic 0", "schools 0"]
    assert len(read_json(found["schools 0"] / "scene.json")["instances"]) == 1
    assert [i["label_id"] for i in read_json(found["clinic 0"] / "scene.json")["instances"]] == [clinic.id]
    assert read_json(tmp_path / "out" / "manifest.json")["labels"]["exported"] == 2


def test_a_question_made_of_a_class_name_is_answered_by_all_labels_of_the_class(
    pictured: World, tmp_path: Path
) -> None:
    draw(pictured, 20, HOLED_PX)
    draw(pictured, 21, PARTS_PX, run_id=None, source_id=pictured.source_id)
    found = samples(pictured, tmp_path / "out")
    assert sorted(found) == ["school 0", "schools 0"]
    assert [i["label_id"] for i in read_json(found["school 0"] / "scene.json")["instances"]] == [uid(20), uid(21)]
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert (manifest["labels"]["exported"], manifest["counts"]) == (2, {"samples": 2})


def test_a_large_scene_gives_windows_that_hold_the_labels_at_native_resolution(world: World, tmp_path: Path) -> None:
    big = add_big_scene(world, 901)
    shapes_px = [sg.box(10, 10, 60, 50), sg.box(200, 100, 260, 160), sg.box(1300, 900, 1490, 1090)]
    for number, shape_px in enumerate(shapes_px, 20):
        draw(world, number, shape_px, run_id=uid(901), geometry_lonlat=lonlat(shape_px, BIG_GRID))
    found = samples(world, tmp_path / "out")
    assert list(found) == ["schools 0", "schools 1"]
    windows = {}
    for key, sample in found.items():
        document = read_json(sample / "scene.json")
        x0, y0, x1, y1 = windows[key] = tuple(document["window_px"])
        assert document["size_px"] == [768, 768]
        assert document["transform"] == [9_500_000 + x0 / 2, 0.5, 0, 3_200_000 - y0 / 2, 0, -0.5]
        assert np.array_equal(picture(sample / "sat.png"), big.image[y0:y1, x0:x1])
        assert np.array_equal(picture(sample / "map.png"), plain_map(1500, 1100)[y0:y1, x0:x1])
        expected = np.zeros((768, 768), dtype=bool)
        for instance in document["instances"]:
            pixels = stored_mask(world, instance["label_id"], BIG_GRID)[y0:y1, x0:x1]
            assert np.array_equal(coco_mask.decode(instance), pixels)
            expected |= pixels
        assert np.array_equal(picture(sample / "mask.png") > 0, expected)
    assert windows == {"schools 0": (0, 0, 768, 768), "schools 1": (732, 332, 1500, 1100)}


def test_a_label_that_a_window_cuts_is_in_its_mask_and_says_so(world: World, tmp_path: Path) -> None:
    add_big_scene(world, 901)
    for number, shape_px in enumerate([sg.box(10, 10, 60, 50), sg.box(700, 20, 900, 60)], 20):
        draw(world, number, shape_px, run_id=uid(901), geometry_lonlat=lonlat(shape_px, BIG_GRID))
    found = samples(world, tmp_path / "out")
    clipped = {
        key: [(i["label_id"], i["clipped"]) for i in read_json(sample / "scene.json")["instances"]]
        for key, sample in found.items()
    }
    assert clipped == {"schools 0": [(uid(20), False), (uid(21), True)], "schools 1": [(uid(21), False)]}
    assert read_json(tmp_path / "out" / "manifest.json")["labels"]["cut"] == 0


def test_a_signed_nothing_here_is_an_empty_sample(pictured: World, tmp_path: Path) -> None:
    pictured.decide(1, "nothing_here", run_id=pictured.run_id)
    found = samples(pictured, tmp_path / "out")
    assert list(found) == ["schools 0"]
    mask = picture(found["schools 0"] / "mask.png")
    assert mask.shape == (48, 64)
    assert not mask.any()
    assert read_json(found["schools 0"] / "scene.json")["instances"] == []
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert (manifest["labels"]["exported"], manifest["counts"]) == (0, {"samples": 1})


def test_an_empty_answer_that_nobody_signed_is_no_sample(pictured: World, tmp_path: Path) -> None:
    assert samples(pictured, tmp_path / "out") == {}


def test_a_signed_nothing_here_that_was_undone_is_no_sample(pictured: World, tmp_path: Path) -> None:
    pictured.decide(1, "nothing_here", run_id=pictured.run_id)
    pictured.undo(2)
    assert samples(pictured, tmp_path / "out") == {}


def test_an_unsure_label_speaks_against_a_signed_nothing_here(pictured: World, tmp_path: Path) -> None:
    pictured.decide(1, "nothing_here", run_id=pictured.run_id)
    pictured.decide(2, "flag", proposal_id=uid(1000))
    assert samples(pictured, tmp_path / "out") == {}


def test_a_scene_without_a_map_picture_gets_one_drawn_from_its_features(world: World, tmp_path: Path) -> None:
    from annotator.scene.digital_map import DigitalMap

    attach_pictures(world, with_map=False)
    world.accept(1)
    drawn = picture(samples(world, tmp_path / "out")["schools 0"] / "map.png")
    assert drawn.shape == (48, 64, 3)
    assert drawn.std() > 0
    features = sorted(world.scene.features, key=lambda feature: feature.id)
    assert np.array_equal(drawn, DigitalMap(features).picture(GRID, 64, 48))


def test_a_label_on_no_stored_picture_is_left_out_and_counted(world: World, tmp_path: Path) -> None:
    world.decide(1, "accept", proposal_id=uid(1000), new_label_id=uid(5))
    assert samples(world, tmp_path / "out") == {}
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert manifest["left_out"] == [{"label_id": uid(5), "reason": "no picture"}]


def test_words_and_names_change_no_path(pictured: World, tmp_path: Path) -> None:
    start_query(pictured, uid(901), Query("../../x\n<script>", Tier.NAME, "en", name="../../x"))
    draw(pictured, 20, HOLED_PX, run_id=uid(901), name="../../y")
    found = samples(pictured, tmp_path / "out")
    label = pictured.store.label(uid(20))
    assert [path.name for path in found.values()] == [f"{pictured.scene.id[:16]}-{label.query_id}-0"]
    assert list(found) == ["../../x\n<script> 0"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]
