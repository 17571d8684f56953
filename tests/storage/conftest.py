from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.world import World, build, reopen


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world that each test gets a copy of; its own store is closed."""
    made = build(tmp_path_factory.mktemp("world") / "data")
    made.store.close()
    return made


@pytest.fixture
def world(built: World, tmp_path: Path) -> Iterator[World]:
    made = reopen(built, tmp_path / "data")
    yield made
    made.store.close()
