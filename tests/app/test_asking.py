"""How a run ends in the store: done, cancelled, or failed."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from annotator.reasoner.two_stage import RunEvent
from app.asking import ask, hide_from_map, read_words
from tests.app.ground import Site, uid


def begun(site: Site, words: str = "school") -> Generator[RunEvent, None, None]:
    opened = site.workspace.places.open(site.ids["source_id"])
    scene = opened.scene()
    query = read_words(words, scene)
    return ask(site.workspace.store, opened.source, scene, query, site.workspace.backends, run_id=uid(1))


def status(site: Site) -> str:
    return site.workspace.store.run(uid(1)).run.status.value


def test_a_run_that_is_over_is_done_and_has_its_proposals(site: Site) -> None:
    list(begun(site))
    assert status(site) == "done"
    assert [one.name for one in site.workspace.store.run(uid(1)).proposals] == ["Lotus School", "Hill School"]


def test_a_run_that_is_closed_is_cancelled_without_proposals(site: Site) -> None:
    events = begun(site)
    next(events)
    events.close()
    assert status(site) == "cancelled"
    assert site.workspace.store.run(uid(1)).proposals == ()


@pytest.mark.parametrize("error", [MemoryError, ZeroDivisionError, KeyError])
def test_a_run_that_breaks_is_failed(site: Site, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def broken(*_: object) -> Any:
        raise error

    monkeypatch.setattr(site.workspace.backends.segmenter, "predict", broken)
    with pytest.raises(error):
        list(begun(site))
    assert status(site) == "failed"


def test_hiding_the_asked_polygons_leaves_points_with_their_tags(site: Site) -> None:
    scene = site.workspace.places.open(site.ids["source_id"]).scene()
    shown, hidden = hide_from_map(scene, read_words("school", scene), "points", 0)
    assert set(hidden) == {"way/1", "way/2"}
    kinds = {feature.id: feature.geometry_lonlat.geom_type for feature in shown.features}
    assert kinds == {"way/1": "Point", "way/2": "Point", "way/3": "Polygon", "way/4": "Polygon", "way/5": "Polygon"}
    assert next(feature.name for feature in shown.features if feature.id == "way/1") == "Lotus School"
