"""A person's own picture and map: taken in, or refused with a sentence and nothing changed."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from annotator.errors import BadImage
from app import intake
from tests.app.ground import (
    GRID,
    LOTUS,
    OWN,
    Site,
    Town,
    collection,
    feature,
    lonlat,
    serving,
    town_map,
    town_pixels,
    write_json,
    write_tif,
)


def upload(site: Site, *, image: Path | None = None, map_file: Path | None = None, **fields: str) -> Any:
    """The answer to an upload of these files under their own names."""
    files = {}
    if image:
        files["image"] = (image.name, image.read_bytes())
    if map_file:
        files["map"] = (map_file.name, map_file.read_bytes())
    return site.page.post("/ss/upload", files=files, data=fields)


def sources(site: Site) -> list[str]:
    return [source.name for source in site.workspace.store.sources(site.ids["project_id"])]


def assert_refused(site: Site, answer: Any, *words: str) -> None:
    """A sentence with these words; the store as before; the server answers."""
    told = answer.json()["error"]
    assert answer.status_code == 422, told
    assert answer.json()["kind"] in {"BadImage", "BadMap", "BadInput"}
    for word in words:
        assert word in told
    assert "Traceback" not in told
    assert told.endswith(".")
    assert sources(site) == ["lotus_map", "lotus town"]
    assert not any((site.settings.data / "uploads").glob("tmp*"))
    assert site.is_alive()


def small_tif(path: Path, seed: int = 1, **options: Any) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    return write_tif(path, pixels, photometric="RGB", **options)


# --- what is taken in -------------------------------------------------------------------------------------------


def test_a_picture_and_its_map_become_a_source(site: Site, tmp_path: Path) -> None:
    image = small_tif(tmp_path / "my town.tif")
    answer = upload(site, image=image, map_file=write_json(tmp_path / "my map.geojson", town_map()))
    source = answer.json()["source"]
    assert (source["name"], source["width"], source["map_features"]) == ("my town", 64, 5)
    assert source["map_credit"] == "© OpenStreetMap contributors, ODbL 1.0"
    assert [one["name"] for one in site.page.get("/ss/boot").json()["sources"]] == ["lotus town", "my town"]


def test_the_same_picture_again_is_the_same_source(site: Site, tmp_path: Path) -> None:
    image = small_tif(tmp_path / "a.tif")
    first, second = upload(site, image=image).json(), upload(site, image=image).json()
    assert first["source"]["id"] == second["source"]["id"]


def test_a_map_brought_later_belongs_to_the_picture_brought_before(site: Site, tmp_path: Path) -> None:
    picture = upload(site, image=small_tif(tmp_path / "a.tif")).json()["source"]
    assert picture["map_features"] == 0
    later = write_json(tmp_path / "map.geojson", town_map())
    both = upload(site, map_file=later, source_id=picture["id"]).json()["source"]
    assert (both["id"], both["name"], both["map_features"]) == (picture["id"], "a", 5)


def test_a_map_for_the_picture_of_the_command_line_replaces_its_map(site: Site, tmp_path: Path) -> None:
    one = collection(feature(1, LOTUS, {"amenity": "school"}))
    answer = upload(site, map_file=write_json(tmp_path / "m.geojson", one), source_id=site.ids["source_id"])
    assert (answer.json()["source"]["id"], answer.json()["source"]["map_features"]) == (site.ids["source_id"], 1)


def test_a_picture_keeps_the_date_it_carries(site: Site, tmp_path: Path) -> None:
    import rasterio

    image = small_tif(tmp_path / "dated.tif")
    with rasterio.open(image, "r+") as dataset:
        dataset.update_tags(ACQUISITION_DATE="2021-05-06")
    assert upload(site, image=image).json()["source"]["date"] == "2021-05-06"


@pytest.mark.parametrize(
    ("pixels", "options"),
    [
        (np.full((64, 64, 1), 99, np.uint8), {}),
        (np.arange(64 * 64 * 3, dtype=np.uint16).reshape(64, 64, 3), {}),
        (np.full((64, 64, 4), 99, np.uint8), {"photometric": "RGB", "alpha": "YES"}),
        (np.full((64, 64, 8), 0.5, np.float32), {}),
    ],
    ids=["one band", "16 bit", "alpha", "eight float bands"],
)
def test_other_kinds_of_pixels_are_taken_in(site: Site, tmp_path: Path, pixels: Any, options: dict[str, Any]) -> None:
    image = write_tif(tmp_path / "other.tif", pixels, **options)
    source = upload(site, image=image).json()["source"]
    x, y = web_tile(source["bounds"], 20)
    assert site.page.get(f"/ss/tiles/{source['id']}/20/{x}/{y}.webp").status_code == 200


def web_tile(bounds: list[float], zoom: int) -> tuple[int, int]:
    lon, lat = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
    return int(x), int(y)


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4326", Affine(1e-5, 0, 85.0, 0, -1e-5, 27.0)),
        ("EPSG:2056", Affine(1, 0, 2_600_000, 0, -1, 1_200_000)),
        ("EPSG:27700", Affine(1, 0, 430_000, 0, -1, 300_000)),
        ("+proj=laea +lat_0=10 +lon_0=20 +datum=WGS84", Affine(2, 0, 0, 0, -2, 0)),
        ("EPSG:32645", Affine(0.5, 0.1, 330_000, 0.1, -0.5, 3_070_000)),
        ("EPSG:32645", Affine(0.5, 0, 330_000, 0, -1.0, 3_070_000)),
    ],
    ids=["degrees", "Swiss", "British", "own", "turned", "not square"],
)
def test_any_coordinate_system_is_taken_in(site: Site, tmp_path: Path, crs: str, transform: Affine) -> None:
    image = small_tif(tmp_path / "exotic.tif", crs=crs, transform=transform)
    assert upload(site, image=image).status_code == 200


def test_two_uploads_at_once_both_arrive(site: Site, tmp_path: Path) -> None:
    files = [small_tif(tmp_path / f"town{i}.tif", seed=i) for i in range(2)]

    async def both() -> list[httpx.Response]:
        transport = httpx.ASGITransport(site.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860", headers=OWN) as page:
            sent = [page.post("/ss/upload", files={"image": ("same.tif", one.read_bytes())}) for one in files]
            return await asyncio.gather(*sent)

    answers = asyncio.run(both())
    assert [answer.status_code for answer in answers] == [200, 200]
    made = [site.workspace.store.source(answer.json()["source"]["id"]) for answer in answers]
    assert [Path(str(one.path)).read_bytes() for one in made] == [one.read_bytes() for one in files]


def test_uploads_work_from_any_folder(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = small_tif(tmp_path / "a.tif")
    monkeypatch.chdir("/")
    assert upload(site, image=image).status_code == 200


# --- pictures that are refused ----------------------------------------------------------------------------------


def test_a_truncated_picture_is_refused(site: Site, tmp_path: Path) -> None:
    whole = write_tif(tmp_path / "whole.tif", town_pixels(), compress="deflate", photometric="RGB").read_bytes()
    cut = tmp_path / "cut.tif"
    cut.write_bytes(whole[: len(whole) // 2])
    assert_refused(site, upload(site, image=cut), "cut.tif", "damaged")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, ("photo.png", "georeference")),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 100, ("JPEG",)),
        ("notes.tif", b"these are notes, not pixels", ("notes.tif", "GeoTIFF")),
        ("page.tif", b"<html><body>not found</body></html>", ("page.tif",)),
        ("hollow.tif", b"II*\0", ("hollow.tif",)),
        ("view.tif", b"<VRTDataset><SRSxx/></VRTDataset>", ("view.tif",)),
        ("empty.tif", b"", ()),
    ],
)
def test_a_file_of_another_kind_is_refused(
    site: Site, tmp_path: Path, name: str, content: bytes, words: tuple[str, ...]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert_refused(site, upload(site, image=path), *words)


def test_a_picture_without_georeference_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.warns(NotGeoreferencedWarning):
        plain = small_tif(tmp_path / "plain.tif", crs=None, transform=Affine.identity())
    assert_refused(site, upload(site, image=plain), "plain.tif", "georeference")


def test_a_picture_with_a_place_but_no_coordinate_system_is_refused(site: Site, tmp_path: Path) -> None:
    assert_refused(site, upload(site, image=small_tif(tmp_path / "nocrs.tif", crs=None)), "coordinate system")


def test_a_picture_that_is_not_on_the_earth_is_refused(site: Site, tmp_path: Path) -> None:
    far = small_tif(tmp_path / "far.tif", crs="EPSG:4326", transform=Affine(0.1, 0, 400, 0, -0.1, 200))
    assert_refused(site, upload(site, image=far))


def test_a_picture_of_complex_numbers_is_refused(site: Site, tmp_path: Path) -> None:
    waves = write_tif(tmp_path / "waves.tif", np.ones((32, 32, 1), np.complex64))
    assert_refused(site, upload(site, image=waves), "complex")


def test_a_small_file_that_claims_to_be_huge_is_refused(site: Site, tmp_path: Path) -> None:
    import rasterio

    bomb = tmp_path / "bomb.tif"
    profile = {"driver": "GTiff", "width": 60_000, "height": 60_000, "count": 1, "dtype": "uint8"}
    placed = Affine.from_gdal(*GRID.transform)
    with rasterio.open(bomb, "w", **profile, crs=GRID.crs, transform=placed, compress="deflate", sparse_ok=True):
        pass
    assert bomb.stat().st_size < 2_000_000
    assert_refused(site, upload(site, image=bomb), "60000 x 60000", "tiled GeoTIFF")


def test_a_bad_map_keeps_a_good_picture_out_too(site: Site, tmp_path: Path) -> None:
    bad = tmp_path / "bad.geojson"
    bad.write_text("{")
    assert_refused(site, upload(site, image=small_tif(tmp_path / "good.tif"), map_file=bad), "bad.geojson")


def test_a_picture_that_takes_too_much_memory_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "python"
    child.write_text("#!/bin/sh\necho 'Traceback: MemoryError' >&2\nexit 1\n")
    child.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(child))
    with pytest.raises(BadImage, match=r"^big\.tif could not be opened: it needs too much memory"):
        intake.check("image", tmp_path / "kept.tif", "big.tif")


# --- maps that are refused, or read as well as they can be ------------------------------------------------------


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
    assert answer.status_code in {200, 422}
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


# --- the request itself -----------------------------------------------------------------------------------------


def test_an_upload_without_a_file_is_a_sentence(site: Site) -> None:
    answer = site.page.post("/ss/upload", files={"other": ("a.tif", b"x")})
    assert_refused(site, answer, "No file arrived")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--y\r\nbroken"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=image\r\n\r\ncut"),
        ("application/json", b"{}"),
        ("text/plain", b"hello"),
    ],
)
def test_an_upload_that_is_no_form_is_a_sentence(site: Site, content_type: str, body: bytes) -> None:
    answer = site.page.post("/ss/upload", content=body, headers={"content-type": content_type})
    assert_refused(site, answer)


def test_an_upload_of_many_files_is_a_sentence(site: Site) -> None:
    answer = site.page.post("/ss/upload", files=[("image", (f"{i}.tif", b"x")) for i in range(3)])
    assert_refused(site, answer)


def test_a_map_for_a_picture_that_is_not_there_is_a_sentence(site: Site, tmp_path: Path) -> None:
    answer = upload(site, map_file=write_json(tmp_path / "m.geojson", town_map()), source_id="nowhere")
    assert (answer.status_code, answer.json()["kind"]) == (404, "NotFound")


def test_an_upload_over_the_limit_is_refused_while_it_arrives(town: Town, tmp_path: Path) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.tif"\r\n\r\n'
        for _ in range(500):
            taken += 100_000
            yield b"\0" * 100_000

    async def send(site: Site) -> httpx.Response:
        transport = httpx.ASGITransport(site.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860", headers=OWN) as page:
            form = {"content-type": "multipart/form-data; boundary=x"}
            return await page.post("/ss/upload", content=endless(), headers=form)

    with serving(tmp_path / "data", town, upload_mb=1) as site:
        answer = asyncio.run(send(site))
        assert (answer.status_code, answer.json()["kind"]) == (413, "Refused")
        assert "1 MB" in answer.json()["error"]
        assert 1_000_000 <= taken < 1_400_000
        assert not (tmp_path / "data" / "uploads").exists()
        assert site.is_alive()


HOSTILE = ["../../etc/passwd", "..\\..\\boot.ini", "a\x00b.tif", "<img src=x onerror=alert(1)>.tif", "." * 50]


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_a_file_never_becomes_a_path(site: Site, tmp_path: Path, name: str) -> None:
    content = small_tif(tmp_path / "a.tif").read_bytes()
    started = time.time()
    answer = site.page.post("/ss/upload", files={"image": (name, content)})
    source = site.workspace.store.source(answer.json()["source"]["id"])
    path = Path(str(source.path))
    assert path.parent == (site.settings.data / "uploads").resolve()
    assert len(path.stem) == 64
    assert path.stat().st_mtime >= started - 2
    assert "/etc" not in source.name
