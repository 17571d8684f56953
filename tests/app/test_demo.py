"""A demo: each visitor has a store of their own, for a day."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.testclient import TestClient

from annotator.errors import BadInput
from app.page.events import Events
from app.server import Server
from app.settings import load_settings
from app.workspace import VISITOR_SECONDS, Workspaces
from tests.app.ground import HOUSE, OWN, TIME, Site, Town, box_geojson, raw_request, serving, uid


@pytest.fixture
def demo(town: Town, tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path / "data", town, demo=True) as made:
        yield made


def visitor(demo: Site) -> TestClient:
    """A browser of its own, with its own cookies, that has opened the page."""
    page = TestClient(demo.app, "http://127.0.0.1:7860", headers=dict(OWN))
    page.get("/")
    return page


def ids(page: TestClient) -> dict[str, str]:
    boot = page.get("/ss/boot").json()
    return {"project_id": boot["project"]["id"], "source_id": boot["source_id"]}


def draw(page: TestClient, name: str) -> Any:
    """Draws a place; returns the answer."""
    drawn = {"kind": "add", "function": "educational", "class_id": "school", "name": name, "decided_at": TIME}
    return page.post("/ss/decide", json=ids(page) | drawn | {"decision_id": uid(1), "geometry": box_geojson(*HOUSE)})


def names(page: TestClient) -> list[str]:
    state = page.get(f"/ss/state?source={ids(page)['source_id']}").json()
    return [label["name"] for label in state["labels"]]


def folders(demo: Site) -> set[str]:
    return {folder.name for folder in (demo.settings.data / "visitors").iterdir()}


def test_two_visitors_never_see_each_others_labels(demo: Site) -> None:
    ann, ben = visitor(demo), visitor(demo)
    draw(ann, "Ann's School")
    draw(ben, "Ben's School")
    assert names(ann) == ["Ann's School"]
    assert names(ben) == ["Ben's School"]


def test_a_visitor_cannot_reach_another_ones_source_or_label(demo: Site) -> None:
    ann, ben = visitor(demo), visitor(demo)
    label = draw(ann, "Ann's School").json()["label"]
    hers = ids(ann)["source_id"]
    assert hers != ids(ben)["source_id"]
    assert ben.get(label["crop_url"]).status_code == 404
    assert ben.get(f"/ss/tiles/{hers}/0/0/0.webp").status_code == 404
    assert ben.get(f"/ss/state?source={hers}").json()["labels"] == []
    turn = {**ids(ann), "decision_id": uid(2)}
    assert ben.post("/ss/undo", json=turn).status_code == 404
    assert names(ann) == ["Ann's School"]


def test_a_visitor_that_comes_back_finds_the_own_labels(demo: Site, town: Town) -> None:
    ann = visitor(demo)
    draw(ann, "Ann's School")
    demo.workspaces.close()
    with serving(demo.settings.data, town, demo=True) as again:
        page = TestClient(again.app, "http://127.0.0.1:7860", headers=dict(OWN), cookies=dict(ann.cookies))
        assert names(page) == ["Ann's School"]


def test_a_visitors_folder_is_not_named_by_the_token(demo: Site) -> None:
    page = visitor(demo)
    ids(page)
    token = page.cookies["ss_visitor"]
    (folder,) = folders(demo)
    assert token not in folder
    assert len(folder) == 32


def age(demo: Site, name: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(demo.settings.data / "visitors" / name, (then, then))


def test_a_store_is_deleted_a_day_after_its_last_use(demo: Site) -> None:
    ids(visitor(demo))
    (old,) = folders(demo)
    age(demo, old, VISITOR_SECONDS + 60)
    ids(visitor(demo))
    (kept,) = folders(demo)
    assert kept != old


def test_a_store_used_within_the_day_stays(demo: Site) -> None:
    ann = visitor(demo)
    ids(ann)
    (hers,) = folders(demo)
    age(demo, hers, VISITOR_SECONDS - 60)
    ids(visitor(demo))
    assert hers in folders(demo)
    assert draw(ann, "still here").status_code == 200


def test_a_visitor_whose_store_was_deleted_begins_anew(demo: Site) -> None:
    ann = visitor(demo)
    draw(ann, "Ann's School")
    (old,) = folders(demo)
    age(demo, old, VISITOR_SECONDS + 60)
    ids(visitor(demo))
    assert names(ann) == []


def test_without_a_cookie_there_is_no_store(demo: Site) -> None:
    for path in ("/ss/boot", "/ss/export", f"/ss/crop/{uid(1)}.jpg"):
        status, body = raw_request(demo.app, path)
        assert status == 409
        assert b"Allow cookies" in body
    assert not (demo.settings.data / "visitors").exists()


def test_a_question_without_a_cookie_fails_with_a_sentence(demo: Site) -> None:
    events = Events(lambda _request: demo.workspaces.of(None), lambda mail: mail)
    tab: Any = None
    for mail in (*events.ask(tab, gr.EventData(None, {})), events.prompt(tab, gr.EventData(None, {}))):
        (row,) = mail["envelopes"]
        assert "Allow cookies" in row["message"]["sentence"]
    events.view(tab, gr.EventData(None, {}))


def test_the_files_of_the_command_line_are_every_visitors_first_view(demo: Site) -> None:
    for page in (visitor(demo), visitor(demo)):
        (source,) = page.get("/ss/boot").json()["sources"]
        assert (source["name"], source["map_features"]) == ("lotus town", 5)


def test_limits_are_halved(demo: Site) -> None:
    assert visitor(demo).get("/ss/boot").json()["limits"]["upload_mb"] == 100


def test_one_database_for_all_visitors_is_refused(tmp_path: Path) -> None:
    settings = load_settings({"data": tmp_path, "demo": True, "store": f"sqlite:///{tmp_path}/all.db"})
    with pytest.raises(BadInput, match="--store"):
        Workspaces(settings)


def test_another_site_may_not_write_in_a_demo_either(demo: Site) -> None:
    page = visitor(demo)
    sent = {"headers": {"origin": "https://evil.example"}, "json": {}}
    assert page.post("/ss/undo", **sent).status_code == 403  # type: ignore[arg-type]
    own = {"headers": {"origin": "https://space.example", "x-forwarded-host": "space.example"}, "json": {}}
    assert page.post("/ss/undo", **own).status_code == 422  # type: ignore[arg-type]


def test_a_server_off_loopback_is_a_demo_or_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--demo"):
        Server(load_settings({"data": tmp_path, "host": "0.0.0.0"}))
    assert not list(tmp_path.iterdir())
