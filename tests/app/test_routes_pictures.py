"""What the page shows: its first facts, tiles, crops and the download."""

from __future__ import annotations

import io
import json
import math
import zipfile

import pytest
from PIL import Image
from shapely.geometry import shape

from tests.app.ground import HOUSE, Site, box_geojson, lonlat, uid

DRAWN = {"function": "educational", "class_id": "school", "name": "Drawn School"}


def test_boot_tells_the_one_source_the_models_and_the_limits(site: Site) -> None:
    boot = site.page.get("/ss/boot").json()
    (source,) = boot["sources"]
    assert boot["source_id"] == source["id"]
    assert boot["problems"] == []
    assert (source["width"], source["height"], source["map_features"], source["map_skipped"]) == (600, 600, 5, 0)
    assert source["gsd_m"] == pytest.approx(0.5, rel=1e-3)
    assert source["name"] == "lotus town"
    assert source["examples"] == ["school", "cinema", "Lotus School"]
    assert source["map_credit"] == "© OpenStreetMap contributors, ODbL 1.0"
    assert (boot["user"], boot["demo"], boot["project"]["name"]) == ("local", False, "default")
    assert (boot["models"]["reasoner"], boot["models"]["segmenter"]) == ("Grounded", "GrabCut")
    assert boot["limits"] == {"upload_mb": 200, "text": 2_000}
    assert len(boot["taxonomy"]["functions"]) == 10
    assert boot["reject_reasons"][0] == {"id": "wrong_place", "name": "Wrong place"}


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
    return int(x), int(y)


def test_a_tile_in_the_picture_is_a_webp_of_256_pixels(site: Site) -> None:
    x, y = tile_of(*lonlat(300, 300), 18)
    answer = site.page.get(f"/ss/tiles/{site.ids['source_id']}/18/{x}/{y}.webp")
    assert answer.headers["content-type"] == "image/webp"
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.size, picture.format) == ((256, 256), "WEBP")


def test_a_map_tile_is_a_png_that_is_not_empty(site: Site) -> None:
    x, y = tile_of(*lonlat(115, 95), 18)
    answer = site.page.get(f"/ss/map-tiles/{site.ids['source_id']}/18/{x}/{y}.png")
    picture = Image.open(io.BytesIO(answer.content)).convert("RGB")
    assert (picture.size, answer.headers["content-type"]) == ((256, 256), "image/png")
    assert len(picture.getcolors(65_536) or []) > 5


@pytest.mark.parametrize("at", ["0/0/1", "18/0/0", "24/16777215/0", "25/0/0", "300/1/1", "3/8/0"])
def test_a_tile_outside_the_picture_or_the_world_is_empty(site: Site, at: str) -> None:
    answer = site.page.get(f"/ss/tiles/{site.ids['source_id']}/{at}.webp")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_tile_number_of_five_thousand_digits_is_no_tile(site: Site) -> None:
    answer = site.page.get(f"/ss/tiles/{site.ids['source_id']}/{'9' * 5_000}/0/0.webp")
    assert answer.status_code in {204, 404}
    assert site.is_alive()


def test_a_tile_of_an_unknown_source_is_a_sentence(site: Site) -> None:
    answer = site.page.get(f"/ss/tiles/{uid(99)}/18/0/0.webp")
    assert (answer.status_code, answer.json()["kind"]) == (404, "NotFound")


def test_crops_show_a_proposal_and_a_label(site: Site, proposals: list[str]) -> None:
    label = site.decide(10, "add", geometry=box_geojson(*HOUSE), **DRAWN).json()["label"]
    for url in (f"/ss/crop/{proposals[0]}.jpg", label["crop_url"]):
        answer = site.page.get(url)
        picture = Image.open(io.BytesIO(answer.content))
        assert (picture.size, picture.format) == ((140, 140), "JPEG")
    assert site.page.get(f"/ss/crop/{uid(99)}.jpg").status_code == 404


@pytest.mark.parametrize("form", ["geojson", "coco", "socioseg"])
def test_a_download_holds_the_files_of_its_manifest(site: Site, proposals: list[str], form: str) -> None:
    site.decide(10, "accept", proposal_id=proposals[0])
    answer = site.page.get(f"/ss/export?format={form}")
    assert answer.headers["content-disposition"] == f'attachment; filename="socioscribe-{form}.zip"'
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    manifest = json.loads(archive.read(f"{form}/manifest.json"))
    told = {f"{form}/{entry['path']}": entry["bytes"] for entry in manifest["files"]}
    held = {entry.filename: entry.file_size for entry in archive.infolist()}
    assert told.items() <= held.items()
    assert held.keys() - told.keys() == {f"{form}/manifest.json"}


def test_a_download_of_an_unknown_format_is_a_sentence(site: Site) -> None:
    answer = site.page.get("/ss/export?format=../../etc")
    assert (answer.status_code, answer.json()["kind"]) == (422, "BadInput")
    assert "geojson, coco, socioseg" in answer.json()["error"]


def test_an_export_has_the_drawn_label_where_it_was_drawn(site: Site) -> None:
    site.decide(10, "add", geometry=box_geojson(*HOUSE), **DRAWN)
    archive = zipfile.ZipFile(io.BytesIO(site.page.get("/ss/export?format=geojson").content))
    (drawn,) = json.loads(archive.read("geojson/labels.geojson"))["features"]
    assert drawn["properties"]["name"] == "Drawn School"
    west, south, east, north = shape(drawn["geometry"]).bounds
    assert (west, north) == pytest.approx(lonlat(HOUSE[0], HOUSE[1]), abs=1e-5)
    assert (east, south) == pytest.approx(lonlat(HOUSE[2], HOUSE[3]), abs=1e-5)


def test_the_pages_own_files_are_served(site: Site) -> None:
    answer = site.page.get("/ss/static/js/messages.json")
    assert answer.json()["version"] == 1
    assert answer.headers["x-content-type-options"] == "nosniff"
