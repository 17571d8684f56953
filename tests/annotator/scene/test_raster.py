"""Pictures on disk become scenes: any CRS, any band layout, or a sentence."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import morecantile
import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import Affine, from_origin

from annotator.errors import BadImage
from annotator.geometry import bounds_lonlat, gsd_m, lonlat_to_px
from annotator.scene.raster import inspect_raster, read_window, take_in
from annotator.scene.tiles import native_zoom, render_tile

UTM45 = from_origin(350000.0, 3058000.0, 0.5, 0.5)


def write_tiff(
    path: Path,
    pixels: np.ndarray[Any, Any],
    *,
    crs: str | None = "EPSG:32645",
    transform: Affine = UTM45,
    **options: Any,
) -> Path:
    profile = {"driver": "GTiff", "dtype": pixels.dtype, "count": pixels.shape[0], "crs": crs, "transform": transform}
    with rasterio.open(path, "w", height=pixels.shape[1], width=pixels.shape[2], **profile, **options) as out:
        out.write(pixels)
    return path


def ramp(height: int = 40, width: int = 60, bands: int = 3) -> np.ndarray[Any, Any]:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([(rows * 3 + columns + 40 * band) % 256 for band in range(bands)]).astype(np.uint8)


def test_a_north_up_picture_keeps_its_own_grid_and_pixels(tmp_path: Path) -> None:
    pixels = ramp()
    info = inspect_raster(write_tiff(tmp_path / "a.tif", pixels))
    grid, image, valid = read_window(info)
    assert not info.warped
    assert (grid.crs, grid.size_px, grid.transform) == (
        "EPSG:32645",
        (60, 40),
        (350000.0, 0.5, 0.0, 3058000.0, 0.0, -0.5),
    )
    assert (image == np.moveaxis(pixels, 0, 2)).all()
    assert valid is None


def test_a_window_lies_on_whole_pixels_of_the_picture(tmp_path: Path) -> None:
    pixels = ramp()
    info = inspect_raster(write_tiff(tmp_path / "a.tif", pixels))
    west, south, east, north = bounds_lonlat(info.grid)
    grid, image, _ = read_window(info, (west, south, (west + east) / 2, north))
    assert grid.transform[0] == 350000.0
    assert grid.width == 31
    assert (image == np.moveaxis(pixels, 0, 2)[:, : grid.width]).all()


def test_a_large_view_is_read_at_a_whole_number_reduction(tmp_path: Path) -> None:
    info = inspect_raster(write_tiff(tmp_path / "a.tif", ramp(100, 200)))
    grid, image, _ = read_window(info, max_px=5_100)
    assert image.shape == (50, 100, 3)
    assert gsd_m(grid) == pytest.approx(2 * info.gsd_m, rel=1e-3)


def test_degrees_are_warped_once_to_the_local_utm_zone(tmp_path: Path) -> None:
    step = 0.5 / 111_320
    path = write_tiff(
        tmp_path / "d.tif", ramp(80, 80), crs="EPSG:4326", transform=from_origin(85.52, 27.63, step, step)
    )
    info = inspect_raster(path)
    grid, image, valid = read_window(info)
    assert info.warped
    assert grid.crs == "EPSG:32645"
    assert valid is not None
    assert not valid.all()
    x, y = lonlat_to_px(grid, [[85.52 + 40 * step, 27.63 - 40 * step]])[0]
    assert np.abs(image[int(y), int(x)].astype(int) - ramp(80, 80)[:, 40, 40].astype(int)).max() <= 8


def test_a_rotated_picture_is_warped(tmp_path: Path) -> None:
    turned = Affine.translation(350000, 3058000) @ Affine.rotation(20) @ Affine.scale(0.5, -0.5)
    assert inspect_raster(write_tiff(tmp_path / "r.tif", ramp(), transform=turned)).warped


def test_one_band_is_grey(tmp_path: Path) -> None:
    _, image, _ = read_window(inspect_raster(write_tiff(tmp_path / "g.tif", ramp(bands=1))))
    assert (image[..., 0] == image[..., 1]).all()
    assert (image[..., 0] == ramp(bands=1)[0]).all()


def test_sixteen_bits_are_stretched_to_eight_the_same_in_every_window(tmp_path: Path) -> None:
    values = np.linspace(1000, 5000, 40 * 60).reshape(40, 60).astype(np.uint16)
    info = inspect_raster(write_tiff(tmp_path / "s.tif", np.stack([values] * 3)))
    _, whole, _ = read_window(info)
    west, south, east, north = info.bounds_lonlat
    _, part, _ = read_window(info, ((west + east) / 2, south, east, north))
    assert whole.dtype == np.uint8
    assert (whole[0, 0, 0], whole[-1, -1, 0]) == (0, 255)
    assert (part == whole[:, -part.shape[1] :]).all()


def test_alpha_marks_where_there_is_no_data(tmp_path: Path) -> None:
    alpha = np.full((1, 40, 60), 255, np.uint8)
    alpha[0, :10] = 0
    path = write_tiff(tmp_path / "a.tif", np.vstack([ramp(), alpha]), photometric="RGB", alpha="YES")
    _, image, valid = read_window(inspect_raster(path))
    assert valid is not None
    assert not valid[:10].any()
    assert valid[10:].all()
    assert (image[:10] == 0).all()


def test_a_view_beside_the_picture_is_a_sentence(tmp_path: Path) -> None:
    info = inspect_raster(write_tiff(tmp_path / "a.tif", ramp()))
    with pytest.raises(BadImage, match="outside the picture"):
        read_window(info, (10.0, 10.0, 10.1, 10.1))


def bad_pictures(folder: Path) -> dict[str, Path]:
    whole = write_tiff(folder / "whole.tif", ramp(400, 400), compress="deflate").read_bytes()
    (folder / "cut.tif").write_bytes(whole[: len(whole) // 2])
    (folder / "text.tif").write_text("not a picture")
    (folder / "empty.tif").write_bytes(b"")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 50)
    return {
        "cut.tif": folder / "cut.tif",
        "text.tif": folder / "text.tif",
        "empty.tif": folder / "empty.tif",
        "photo.png": folder / "photo.png",
        "nowhere.tif": write_tiff(folder / "nowhere.tif", ramp(), crs=None),
        "missing.tif": folder / "missing.tif",
    }


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cut.tif", "damaged, cut short"),
        ("text.tif", "damaged, cut short"),
        ("empty.tif", "damaged, cut short"),
        ("photo.png", "a PNG picture without a georeference"),
        ("nowhere.tif", "no georeference"),
        ("missing.tif", "There is no picture"),
    ],
)
def test_a_picture_that_cannot_serve_is_a_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(BadImage, match=sentence):
        read_window(inspect_raster(bad_pictures(tmp_path)[name]))


def test_a_picture_far_from_any_crs_is_a_sentence(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "far.tif", ramp(), crs="EPSG:4326", transform=from_origin(9e6, 9e6, 1, 1))
    with pytest.raises(BadImage, match="coordinate system"):
        inspect_raster(path)


def test_a_large_file_is_taken_in_with_overviews_and_left_as_it_is(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "big.tif", ramp(900, 1200), tiled=True)
    before = path.read_bytes()
    kept = take_in(path, tmp_path / "sources")
    assert path.read_bytes() == before
    assert kept.parent == tmp_path / "sources"
    with rasterio.open(kept) as dataset:
        assert dataset.overviews(1) == [2, 4]
        assert (dataset.read() == ramp(900, 1200)).all()
    assert take_in(path, tmp_path / "sources") == kept


def test_a_small_file_is_shown_as_it_is(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "small.tif", ramp())
    assert take_in(path, tmp_path / "sources") == path


def test_a_tile_inside_is_a_picture_and_one_outside_is_none(tmp_path: Path) -> None:
    info = inspect_raster(write_tiff(tmp_path / "a.tif", ramp(200, 200)))
    west, south, east, north = info.bounds_lonlat
    zoom = native_zoom(info)
    tile = morecantile.tms.get("WebMercatorQuad").tile((west + east) / 2, (south + north) / 2, zoom)
    data = render_tile(info, tile.z, tile.x, tile.y)
    assert zoom == 18
    assert data is not None
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size) == ("WEBP", (256, 256))
    assert render_tile(info, 3, 0, 0) is None
    assert render_tile(info, 99, 0, 0) is None
