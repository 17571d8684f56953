from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from annotator.errors import BadInput, NotFound
from storage.pictures import decode_features, encode_features, encode_png
from tests.storage.world import World, make_scene


def test_a_project_is_made_once(world: World) -> None:
    assert world.store.ensure_project(" default ").id == world.project_id
    assert [project.name for project in world.store.projects()] == ["default"]


def test_a_project_needs_a_name(world: World) -> None:
    with pytest.raises(BadInput, match="needs a name"):
        world.store.ensure_project(" \n")


def test_a_source_is_known_again_by_its_content_wherever_it_lies(world: World) -> None:
    first = world.store.add_source(
        world.project_id, kind="geotiff", name="Delhi", path="/a/x.tif", meta={}, content_sha256="c0"
    )
    moved = world.store.add_source(
        world.project_id, kind="geotiff", name="Delhi", path="/b/x.tif", meta={"date": "2024"}, content_sha256="c0"
    )
    other = world.store.add_source(world.project_id, kind="geotiff", name="Delhi", path="/b/x.tif", meta={})
    assert moved.id == first.id
    assert (moved.path, moved.meta) == ("/b/x.tif", {"date": "2024"})
    assert other.id != first.id
    assert world.store.source(first.id) == moved
    assert {source.id for source in world.store.sources(world.project_id)} == {world.source_id, first.id, other.id}


def test_a_picture_source_names_its_map(world: World) -> None:
    linked = world.store.add_source(
        world.project_id, kind="osm_geojson", name="map", path="/m.geojson", meta={}, map_source_id=None
    )
    picture = world.store.add_source(
        world.project_id, kind="geotiff", name="p", path="/p.tif", meta={}, map_source_id=linked.id
    )
    assert picture.map_source_id == linked.id
    with pytest.raises(NotFound, match="map source"):
        world.store.add_source(world.project_id, kind="geotiff", name="p", path="/p.tif", meta={}, map_source_id="?")


def test_a_source_of_an_unknown_kind_or_project_is_refused(world: World) -> None:
    with pytest.raises(BadInput, match=r"'ftp' is no kind of source\. It is one of: geotiff, osm_geo"):
        world.store.add_source(world.project_id, kind="ftp", name="x", path=None, meta={})
    with pytest.raises(NotFound, match="The project"):
        world.store.add_source("nowhere", kind="geotiff", name="x", path=None, meta={})


def test_a_projects_own_class_is_added_once(world: World) -> None:
    for title in ("Coaching centre", "Other title"):
        world.store.add_class(world.project_id, "coaching_centre", function="educational", title=title)
    assert [(c.class_id, c.title) for c in world.store.classes(world.project_id)] == [
        ("coaching_centre", "Coaching centre")
    ]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_scene_comes_back_whole_under_the_same_address(world: World) -> None:
    valid = np.ones((48, 64), dtype=bool)
    valid[:, :5] = False
    scene = replace(make_scene(2), valid=valid)
    world.store.record_scene(scene)
    world.store.attach_scene_pictures(scene)
    back = world.store.scene(scene.id)
    assert back.id == scene.id
    assert back.features_hash == scene.features_hash
    assert np.array_equal(back.image, scene.image)
    assert back.valid is not None
    assert np.array_equal(back.valid, valid)


def test_a_scene_is_usable_before_its_pictures_are_attached(world: World) -> None:
    view = world.store.scene_view(world.scene.id)
    assert (view.image_sha256, view.map_sha256, view.features_sha256) == (None, None, None)
    assert view.grid == world.scene.grid
    with pytest.raises(NotFound, match="were not stored"):
        world.store.scene(world.scene.id)


def test_pictures_are_attached_once_and_the_map_may_come_later(world: World) -> None:
    first = world.store.attach_scene_pictures(world.scene)
    map_image = np.zeros((48, 64, 3), dtype=np.uint8)
    second = world.store.attach_scene_pictures(world.scene, map_image)
    third = world.store.attach_scene_pictures(world.scene, map_image + 9)
    assert first.map_sha256 is None
    assert second.image_sha256 == first.image_sha256
    assert third == second
    assert second.map_sha256 is not None
    assert world.store.blobs.read(second.map_sha256) == encode_png(map_image)


def test_the_same_features_are_the_same_bytes_in_any_order() -> None:
    features = make_scene().features
    assert encode_features(features) == encode_features(features[::-1])
    assert [feature.id for feature in decode_features(encode_features(features))] == ["way/1", "way/2"]
    assert decode_features(encode_features(features))[1].tags == {"amenity": "school", "name": "Schule Ä"}


def test_a_scene_that_is_not_there_is_a_sentence(world: World) -> None:
    with pytest.raises(NotFound, match="Ask again, so that it is recorded"):
        world.store.scene_view("0" * 64)
