"""A person's own picture and map: taken in, whatever they are called and however they arrive."""

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

from tests.app.ground import (
    LOTUS,
    OWN,
    Site,
    Town,
    collection,
    feature,
    serving,
    town_map,
    write_json,
    write_tif,
)
from tests.app.uploads import assert_refused, small_tif, upload


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
    assert [(site.settings.data / str(one.path)).read_bytes() for one in made] == [one.read_bytes() for one in files]


def test_uploads_work_from_any_folder(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = small_tif(tmp_path / "a.tif")
    monkeypatch.chdir("/")
    assert upload(site, image=image).status_code == 200


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
    assert path.parent == Path("uploads")
    assert len(path.stem) == 64
    assert (site.settings.data / path).stat().st_mtime >= started - 2
    assert "/etc" not in source.name
