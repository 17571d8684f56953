"""The built-in sample city: same seed same bytes, map and truth agree, files are read back by others."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
import shapely.geometry as sg

from annotator.geometry import area_m2, bounds_lonlat, geometry_to_px, gsd_m, rasterize
from annotator.scene.sample_city import SampleCity, sample_city, write_sample_city
from annotator.scene.sample_city.kit import Kit
from annotator.scene.sample_city.light import shadow_share
from annotator.scene.sample_city.names import Names
from annotator.scene.sample_city.plan import Cover, Plan, Rect, Roof, RoofPart, inscribed_rect
from annotator.scene.sample_city.record import record
from annotator.taxonomy import load_taxonomy


@pytest.fixture(scope="module")
def city() -> SampleCity:
    return sample_city(7)


@pytest.fixture(scope="module")
def written(city: SampleCity, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return write_sample_city(city, tmp_path_factory.mktemp("city") / "sample")


def _digest(city: SampleCity) -> str:
    digest = hashlib.sha256(city.image.tobytes())
    for feature in city.features:
        digest.update(json.dumps([feature.id, dict(feature.tags)]).encode())
        digest.update(shapely.to_wkb(feature.geometry_lonlat, byte_order=1))
    for instance in city.truth:
        digest.update(instance.mask.pixels.tobytes())
    return digest.hexdigest()


def _named(city: SampleCity, name: str) -> list[str]:
    return [instance.class_id for instance in city.truth if instance.name == name]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_city(city: SampleCity) -> None:
    assert _digest(sample_city(7)) == _digest(city)
    other = sample_city(8)
    assert _digest(other) != _digest(city)
    assert float(np.abs(other.image.astype(int) - city.image.astype(int)).mean()) > 20


def test_the_picture_is_a_square_kilometre_at_half_a_metre(city: SampleCity) -> None:
    assert city.image.shape == (2000, 2000, 3)
    assert city.image.dtype == np.uint8
    assert city.grid.size_px == (2000, 2000)
    assert city.grid.crs == "EPSG:32753"
    assert gsd_m(city.grid) == pytest.approx(0.5, abs=0.001)
    west, south, east, north = bounds_lonlat(city.grid)
    assert (west, south, east, north) == pytest.approx((134.99496, -27.00961, 135.00504, -27.00058), abs=5e-5)


def test_the_picture_has_texture_everywhere_and_uses_the_tonal_range(city: SampleCity) -> None:
    grey = city.image.mean(axis=2)
    blocks = grey.reshape(50, 40, 50, 40).std(axis=(1, 3))
    assert blocks.min() > 2.0
    assert np.percentile(grey, 2) < 50
    assert np.percentile(grey, 98) > 165
    assert 80 < grey.mean() < 130


def test_the_town_has_the_places_a_first_question_asks_for(city: SampleCity) -> None:
    found = Counter(instance.class_id for instance in city.truth)
    assert found["school"] == 4
    assert found["hospital"] == 1
    assert found["clinic"] == 2
    assert found["park_square"] >= 2
    for class_id in [
        "shopping_mall",
        "train_station",
        "church",
        "temple",
        "library",
        "cinema",
        "supermarket",
        "townhall",
        "public_security_police",
        "bank",
        "fire_department",
        "hotel",
        "gas_station",
        "comprehensive_gymnasium",
        "soccer_field",
        "swimming_pool",
        "tennis_court",
        "pharmacy",
        "agricultural_and_sideline_products_market",
        "kindergarten",
        "parking_lot",
        "factory",
        "industrial_park",
        "residential_area",
    ]:
        assert found[class_id] >= 1, class_id
    assert len(found) >= 35
    assert sum(found.values()) >= 800


@pytest.mark.parametrize("seed", [0, 3, 11])
def test_every_seed_has_schools_a_hospital_a_park_and_a_station(seed: int) -> None:
    from annotator.scene.sample_city.layout import plan_town

    _, truth = record(plan_town(np.random.default_rng([seed, 0])))
    found = Counter(instance.class_id for instance in truth)
    assert found["school"] == 4
    assert (found["hospital"], found["shopping_mall"], found["train_station"], found["library"]) == (1, 1, 1, 1)
    assert found["park_square"] >= 2
    assert "Riverside Primary School" in {instance.name for instance in truth}


def test_one_school_is_its_grounds_and_the_others_are_their_building(city: SampleCity) -> None:
    assert _named(city, "Riverside Primary School") == ["school"]
    schools = [f for f in city.features if f.tags.get("amenity") == "school"]
    assert sorted("building" in f.tags for f in schools) == [False, True, True, True]
    assert all(f.name for f in schools)
    assert not [f for f in city.features if f.tags.get("building") == "school" and "amenity" not in f.tags]


def test_names_are_unique_among_places_and_most_have_a_korean_form(city: SampleCity) -> None:
    names = [instance.name for instance in city.truth if instance.name]
    assert len(names) == len(set(names))
    named = [f for f in city.features if f.name]
    assert sum("name:ko" in f.tags for f in named) / len(named) > 0.6
    riverside = next(f for f in named if f.name == "Riverside Primary School")
    assert "강변초등학교" in riverside.names


def test_features_are_shaped_and_numbered_like_osm(city: SampleCity) -> None:
    ids = [f.id for f in city.features]
    assert len(ids) == len(set(ids))
    kinds = Counter(i.split("/")[0] for i in ids)
    assert kinds["way"] > 1200
    assert kinds["node"] >= 4
    for feature in city.features:
        geometry = feature.geometry_lonlat
        assert geometry.is_valid, feature.id
        assert (geometry.geom_type == "Point") == feature.id.startswith("node/")
    lines = {f.tags["highway"] for f in city.features if "highway" in f.tags}
    assert {"primary", "secondary", "residential", "footway"} <= lines
    assert any(f.tags.get("railway") == "rail" for f in city.features)
    assert any(f.tags.get("waterway") == "river" for f in city.features)


def test_truth_masks_lie_in_the_picture_and_match_their_feature(city: SampleCity) -> None:
    shapes = {f.id: f.geometry_lonlat for f in city.features}
    for instance in city.truth:
        x0, y0, x1, y1 = instance.mask.window_px
        assert 0 <= x0 < x1 <= 2000
        assert 0 <= y0 < y1 <= 2000
        assert instance.mask.area_px >= 48
        if instance.feature_id.startswith("node/"):
            continue
        outline = rasterize(geometry_to_px(city.grid, shapes[instance.feature_id]), instance.mask.window_px)
        union = int((outline | instance.mask.pixels).sum())
        assert int((outline & instance.mask.pixels).sum()) / union >= 0.95, instance.feature_id


def test_a_point_of_interest_lies_in_the_building_that_is_its_truth(city: SampleCity) -> None:
    points = [(i, f) for f in city.features for i in city.truth if i.feature_id == f.id and f.id.startswith("node/")]
    assert len(points) >= 4
    for instance, feature in points:
        point = geometry_to_px(city.grid, feature.geometry_lonlat)
        x0, y0, _, _ = instance.mask.window_px
        assert isinstance(point, sg.Point)
        assert instance.mask.pixels[int(point.y) - y0, int(point.x) - x0]


def test_no_two_places_of_one_class_overlap(city: SampleCity) -> None:
    for class_id in {i.class_id for i in city.truth}:
        covered = np.zeros((2000, 2000), np.uint8)
        total = 0
        for instance in (i for i in city.truth if i.class_id == class_id):
            x0, y0, x1, y1 = instance.mask.window_px
            covered[y0:y1, x0:x1] += instance.mask.pixels
            total += instance.mask.area_px
        assert int((covered > 1).sum()) <= 0.001 * total, class_id


def test_every_place_the_taxonomy_knows_is_truth_under_the_class_it_gives(city: SampleCity) -> None:
    taxonomy = load_taxonomy()
    truth = {i.feature_id: i.class_id for i in city.truth}
    for feature in city.features:
        matches = taxonomy.classes_of_tags(feature.tags)
        if feature.id in truth:
            assert matches, feature.tags
            assert truth[feature.id] == matches[0], feature.tags
        elif matches:
            seen = geometry_to_px(city.grid, feature.geometry_lonlat).intersection(sg.box(0, 0, 2000, 2000))
            assert seen.area < 60, feature.tags


def test_roofs_differ_from_the_ground_round_them(city: SampleCity) -> None:
    grey = city.image.mean(axis=2)
    differences = []
    for instance in city.truth:
        x0, y0, x1, y1 = instance.mask.window_px
        if instance.class_id == "house" and min(x0, y0) > 6 and max(x1, y1) < 1994:
            around = grey[y0 - 6 : y1 + 6, x0 - 6 : x1 + 6]
            inside = np.pad(instance.mask.pixels, 6)
            differences.append(abs(around[inside].mean() - around[~inside].mean()))
    assert float(np.median(differences)) > 6


def test_the_geotiff_is_read_back_with_the_same_pixels_and_place(
    city: SampleCity, written: tuple[Path, Path, Path]
) -> None:
    import rasterio

    with rasterio.open(written[0]) as dataset:
        assert dataset.crs.to_epsg() == 32753
        assert dataset.transform.to_gdal() == city.grid.transform
        assert dataset.profile["tiled"] is True
        assert dataset.overviews(1) == [2, 4, 8]
        pixels = dataset.read()
    assert np.array_equal(pixels.transpose(1, 2, 0), city.image)


def test_the_map_file_is_read_back_with_the_same_features(city: SampleCity, written: tuple[Path, Path, Path]) -> None:
    from annotator.scene.features import read_osm_geojson

    index = read_osm_geojson(written[1])
    assert [f.id for f in index.features] == [f.id for f in city.features]
    assert [dict(f.tags) for f in index.features] == [dict(f.tags) for f in city.features]
    for read, made in zip(index.features, city.features, strict=True):
        assert shapely.hausdorff_distance(read.geometry_lonlat, made.geometry_lonlat) < 2e-8


def test_the_truth_file_is_read_by_pycocotools(
    city: SampleCity, written: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    from pycocotools.coco import COCO

    coco = COCO(str(written[2]))
    capsys.readouterr()
    assert len(coco.anns) == len(city.truth)
    for number in (1, len(city.truth) // 2, len(city.truth)):
        instance, annotation = city.truth[number - 1], coco.anns[number]
        assert np.array_equal(coco.annToMask(annotation).astype(bool), instance.mask.full(2000, 2000))
        assert coco.cats[annotation["category_id"]]["name"] == instance.class_id
        assert annotation["area"] == instance.mask.area_px
        assert annotation["attributes"]["name"] == instance.name


def test_writing_again_replaces_and_leaves_nothing_else(city: SampleCity, written: tuple[Path, Path, Path]) -> None:
    folder = written[0].parent
    written[1].write_text("broken")
    assert write_sample_city(city, folder) == written
    assert sorted(p.name for p in folder.iterdir()) == ["instances.coco.json", "map.geojson", "ortho.tif"]
    assert json.loads(written[1].read_text())["type"] == "FeatureCollection"


def test_a_school_on_its_grounds_covers_its_block(city: SampleCity) -> None:
    grounds = next(f for f in city.features if f.name == "Riverside Primary School")
    assert 5_000 < area_m2(grounds.geometry_lonlat) < 40_000


def test_the_shadow_of_a_ten_metre_wall_is_as_long_as_the_sun_says() -> None:
    height = np.zeros((60, 80), np.float32)
    height[:, 20] = 10.0
    east = shadow_share(height, (-np.sqrt(0.5), 0.0, np.sqrt(0.5)))
    assert east[30, 21:39].min() > 0.9
    assert east[30, 42:].max() == 0.0
    assert east[30, :20].max() == 0.0


def test_a_rectangle_inscribed_in_a_quadrilateral_stays_inside() -> None:
    quadrilateral = sg.Polygon([(0, 0), (100, 8), (92, 70), (4, 60)])
    rect = inscribed_rect(quadrilateral, 2)
    assert rect.polygon().difference(quadrilateral).area < 0.005 * rect.polygon().area
    assert rect.polygon().area > 0.6 * quadrilateral.area


def test_a_building_of_two_wings_has_one_footprint() -> None:
    wings = [
        RoofPart(Rect(0, 0, 0.0, 20, 8), Roof.FLAT, Cover.CONCRETE, (200, 200, 200), 6),
        RoofPart(Rect(0, 6, 0.0, 8, 12), Roof.FLAT, Cover.CONCRETE, (200, 200, 200), 6),
    ]
    plan = Plan()
    plan.building(wings, {"building": "yes"})
    footprint = plan.buildings[0].footprint()
    assert footprint.geom_type == "Polygon"
    assert footprint.area == pytest.approx(160 + 8 * 8, rel=1e-6)


def test_a_car_park_takes_cars_by_its_fill() -> None:
    counts = []
    for fill in (0.0, 1.0):
        rng = np.random.default_rng(0)
        kit = Kit(Plan(), rng, Names(rng))
        kit.parking(Rect(50, 50, 0.2, 60, 33), fill)
        counts.append(len(kit.plan.vehicles))
    assert counts == [0, 84]


def test_names_run_out_without_repeating() -> None:
    names = Names(np.random.default_rng(1))
    taken = [names.take("hospital") for _ in range(5)]
    assert len({t["name"] for t in taken if t}) == 3
    assert taken[3:] == [{}, {}]
