"""Real outlines of a real place, through each format and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
import shapely.geometry as sg
from pycocotools.coco import COCO
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_px, lonlat_to_px, rasterize
from annotator.types import Scene
from storage.exports import export
from storage.store import Store
from tests.storage.exports.shapes import read_json
from tests.storage.world import World, start_run, uid

BANEPA = Path(__file__).parents[3] / ".." / "shared" / "data" / "banepa_west"
COUNT = 60

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not BANEPA.is_dir(), reason="needs ../shared/data/banepa_west"),
]


@pytest.fixture
def banepa(world: World) -> Scene:
    """The picture, with buildings along its map's order drawn as labels."""
    from annotator.scene.view import open_place

    scene = open_place(BANEPA / "ortho.tif", BANEPA / "map.geojson").exact_scene(None)
    world.store.record_scene(scene)
    start_run(world.store, world.project_id, world.source_id, scene, uid(901))
    world.store.attach_scene_pictures(scene)
    for number, feature in enumerate(scene.features[:: len(scene.features) // COUNT][:COUNT], 2000):
        given = {"function": "educational", "class_id": "school", "name": feature.name, "run_id": uid(901)}
        world.decide(number, "add", new_label_id=uid(number), geometry_lonlat=feature.geometry_lonlat, **given)
    return scene


def outlines_px(store: Store, project_id: str, scene: Scene) -> dict[str, BaseGeometry]:
    labels = store.labels(project_id)
    return {label.id: geometry_to_px(scene.grid, sg.shape(label.geometry)) for label in labels}


def test_gdal_reads_real_outlines_within_a_tenth_of_a_pixel(world: World, banepa: Scene, tmp_path: Path) -> None:
    export(world.store, tmp_path / "out", format="geojson", project="default")
    meta, _, shapes, columns = pyogrio.raw.read(tmp_path / "out" / "labels.geojson")
    ids = columns[list(meta["fields"]).index("id")]
    stored = outlines_px(world.store, world.project_id, banepa)
    assert len(ids) == COUNT
    for label_id, shape in zip(ids, shapes, strict=True):
        read_px = shapely.transform(shapely.from_wkb(shape), lambda points: lonlat_to_px(banepa.grid, points))
        assert shapely.hausdorff_distance(read_px, stored[label_id]) < 0.1


def test_pycocotools_reads_real_outlines_pixel_for_pixel(world: World, banepa: Scene, tmp_path: Path) -> None:
    export(world.store, tmp_path / "out", format="coco", project="default")
    coco = COCO(str(tmp_path / "out" / "instances.coco.json"))
    stored = outlines_px(world.store, world.project_id, banepa)
    annotations = coco.loadAnns(coco.getAnnIds())
    assert len(annotations) == COUNT
    for annotation in annotations:
        outline = stored[annotation["attributes"]["label_id"]]
        whole = rasterize(outline, (0, 0, banepa.grid.width, banepa.grid.height))
        assert np.array_equal(coco.annToMask(annotation), whole)
        assert shapely.hausdorff_distance(sg.shape(annotation["geometry_px"]), outline) < 0.1


def test_every_real_outline_is_whole_in_a_sample_unless_the_picture_cuts_it(
    world: World, banepa: Scene, tmp_path: Path
) -> None:
    export(world.store, tmp_path / "out", format="socioseg", project="default")
    whole = set()
    for path in (tmp_path / "out").glob("*/scene.json"):
        document = read_json(path)
        assert document["size_px"] == [768, 768]
        whole |= {instance["label_id"] for instance in document["instances"] if not instance["clipped"]}
    manifest = read_json(tmp_path / "out" / "manifest.json")
    cut = {loss["label_id"] for loss in manifest["cut"]}
    assert whole | cut == set(outlines_px(world.store, world.project_id, banepa))
    assert not whole & cut
    assert manifest["attribution"] == ["© OpenStreetMap contributors, ODbL 1.0"]
