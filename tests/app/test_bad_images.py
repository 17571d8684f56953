"""Pictures that cannot serve: refused with a sentence, nothing changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from annotator.errors import BadImage
from app import intake
from tests.app.ground import (
    GRID,
    Site,
    town_pixels,
    write_tif,
)
from tests.app.uploads import assert_refused, small_tif, upload


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


def test_a_tile_that_claims_to_be_huge_is_refused(site: Site, tmp_path: Path) -> None:
    import rasterio

    bomb = tmp_path / "bomb.tif"
    profile = {"driver": "GTiff", "width": 30_016, "height": 30_016, "count": 1, "dtype": "uint8", "tiled": True}
    placed = Affine.from_gdal(*GRID.transform)
    with rasterio.open(
        bomb, "w", **profile, blockxsize=30_000, blockysize=30_000, crs=GRID.crs, transform=placed, sparse_ok=True
    ):
        pass
    assert bomb.stat().st_size < 10_000
    assert_refused(site, upload(site, image=bomb), "bomb.tif")


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
