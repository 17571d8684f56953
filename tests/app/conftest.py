from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from tests.app.ground import Site, Town, run_query, serving, town_map, town_pixels, uid, write_json, write_tif

RUN = uid(700)


@pytest.fixture(scope="session", autouse=True)
def few_threads() -> None:
    cv2.setNumThreads(2)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A picture of 600 x 600 px at 0.5 m, and its map: two schools, a cinema, a temple, a house."""
    folder = tmp_path_factory.mktemp("town")
    image = write_tif(folder / "lotus_town.tif", town_pixels(), photometric="RGB")
    return Town(image, write_json(folder / "lotus_map.geojson", town_map()))


@pytest.fixture(scope="session")
def asked_data(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which "school" was asked once, under the run's id uid(700); nothing is decided."""
    data = tmp_path_factory.mktemp("asked") / "data"
    with serving(data, town) as site:
        run_query(site.workspace, "school", RUN)
    return data


@pytest.fixture
def site(town: Town, asked_data: Path, tmp_path: Path) -> Iterator[Site]:
    """Our routes over a copy of that folder."""
    shutil.copytree(asked_data, tmp_path / "data")
    with serving(tmp_path / "data", town) as made:
        yield made


@pytest.fixture
def proposals(site: Site) -> list[str]:
    """The ids of the proposals for "school": Lotus School, Hill School."""
    return [proposal.id for proposal in site.workspace.store.run(RUN).proposals]
