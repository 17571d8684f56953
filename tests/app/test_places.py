"""Sources opened from their rows: a folder that moved, a map that is gone, a picture given again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from annotator.errors import BadImage
from app.places import Places
from storage.store import Store
from tests.app.ground import Town


def test_what_lies_in_the_data_folder_is_found_after_the_folder_moved(town: Town, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Store.open(data, writer=True) as store:
        image = Path(shutil.copy(town.image, data / "town.tif"))
        project = store.ensure_project("p")
        source = Places(store, data).add_files(project.id, image, None).source
    moved = data.rename(tmp_path / "elsewhere")
    with Store.open(moved, writer=True) as store:
        assert Places(store, moved).open(source.id).place.raster.path == moved.resolve() / "town.tif"


def test_a_picture_given_again_without_its_map_keeps_the_map(town: Town, tmp_path: Path) -> None:
    with Store.open(tmp_path, writer=True) as store:
        project = store.ensure_project("p")
        places = Places(store, tmp_path)
        first = places.add_files(project.id, town.image, town.map_file)
        again = places.add_files(project.id, town.image, None)
        assert again.source.id == first.source.id
        assert len(again.place.index.features) == len(first.place.index.features) > 0


def test_a_source_whose_map_is_gone_opens_without_it(town: Town, tmp_path: Path) -> None:
    map_file = Path(shutil.copy(town.map_file, tmp_path / "map.geojson"))
    with Store.open(tmp_path, writer=True) as store:
        source = Places(store, tmp_path).add_files(store.ensure_project("p").id, town.image, map_file).source
        map_file.unlink()
        assert Places(store, tmp_path).open(source.id).place.index.features == ()


def test_a_source_whose_picture_is_gone_says_so(town: Town, tmp_path: Path) -> None:
    image = Path(shutil.copy(town.image, tmp_path / "town.tif"))
    with Store.open(tmp_path, writer=True) as store:
        source = Places(store, tmp_path).add_files(store.ensure_project("p").id, image, None).source
        image.unlink()
        with pytest.raises(BadImage, match="no longer at its place"):
            Places(store, tmp_path).open(source.id)
