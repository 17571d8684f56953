"""Fixtures of the browser tests: a Chromium, a data folder with the sample city ready, a server, a page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.sample import sample_city_files
from app.settings import Settings
from tests.browser.driver import (
    OpenPage,
    Server,
    copy_sample_city,
    find_chromium,
    open_browser,
    open_page,
    running_server,
)

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; without one the tests are skipped, but on CI they fail."""
    found = find_chromium()
    if found is not None:
        return found
    reason = "No Chromium was found (chromium, chromium-browser or google-chrome); the page was not tested."
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with open_browser(chromium) as opened:
        yield opened


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the sample city is generated."""
    folder = tmp_path_factory.mktemp("city")
    sample_city_files(folder, Settings.model_fields["sample_seed"].default)
    return folder


@pytest.fixture
def data(city: Path, tmp_path: Path) -> Path:
    """A data folder with the sample city and no store yet."""
    return copy_sample_city(city, tmp_path / "data")


@pytest.fixture
def server(data: Path) -> Iterator[Server]:
    """The page over the sample city, on a store of its own."""
    with running_server(data) as running:
        yield running


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., OpenPage]]:
    """``new_page(url, width=…, height=…)``: opens a page and waits until its map is usable; closed at the end."""
    opened: list[OpenPage] = []

    def make(url: str, width: int = 1440, height: int = 900) -> OpenPage:
        opened.append(open_page(browser, url, width, height))
        opened[-1].wait_ready()
        return opened[-1]

    yield make
    for page in opened:
        page.close()


@pytest.fixture
def page(server: Server, new_page: Callable[..., OpenPage]) -> OpenPage:
    """A page on the server over the sample city, ready."""
    return new_page(server.url)
