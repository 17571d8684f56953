"""Promises of the page, each in a real browser: nothing is lost, nothing runs, nothing overflows, nothing leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.ground import box_geojson, collection, town_map, town_pixels, write_json, write_tif
from tests.app.test_bad_bodies import PAYLOADS
from tests.browser.driver import OpenPage, Server, running_server

LIVE = "socioscribe.debug.state"
OpenNew = Callable[..., OpenPage]


@pytest.fixture
def town_files(tmp_path: Path) -> tuple[Path, Path]:
    """A small picture and its map."""
    image = write_tif(tmp_path / "lotus_town.tif", town_pixels())
    return image, write_json(tmp_path / "lotus_map.geojson", town_map())


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Server]:
    """The page over a map whose schools have names that are markup."""
    features = [
        {
            "type": "Feature",
            "geometry": box_geojson(40 + 100 * (i % 5), 40 + 100 * (i // 5), 80 + 100 * (i % 5), 80 + 100 * (i // 5)),
            "properties": {"building": "school", "name": payload, "osm_type": "way", "osm_id": i + 1},
        }
        for i, payload in enumerate(PAYLOADS)
    ]
    image = write_tif(tmp_path / "town.tif", town_pixels())
    map_file = write_json(tmp_path / "<img src=x onerror=alert(1)>.geojson", collection(*features))
    with running_server(tmp_path / "data", "--image", str(image), "--map", str(map_file)) as server:
        yield server


def labels_of(page: OpenPage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.state("labels")
    return found


def accept_next(page: OpenPage) -> None:
    """J, A, and the server's word that it is saved."""
    before = len(labels_of(page))
    page.key("j")
    page.wait_for(f"{LIVE}.get('selected') !== null")
    page.key("a")
    page.wait_for(f"{LIVE}.get('labels').length === {before + 1}")
    page.wait_saved()


def test_three_kills_of_the_server_lose_no_acknowledged_decision(data: Path, new_page: OpenNew) -> None:
    server = running_server(data)
    try:
        page = new_page(server.url)
        page.ask("schools")
        page.wait_proposals(4)
        for kept in range(1, 4):
            accept_next(page)
            server.kill()
            server = server.again()
            page.reload()
            page.wait_ready()
            page.wait_for(f"{LIVE}.get('labels').length === {kept}")
        assert [label["status"] for label in labels_of(page)] == ["accepted"] * 3
    finally:
        server.stop()


def test_undo_and_redo_go_on_after_a_reload(page: OpenPage) -> None:
    page.ask("hospital")
    page.wait_proposals(1)
    accept_next(page)
    page.reload()
    page.wait_ready()
    page.wait_for(f"{LIVE}.get('labels').length === 1")
    page.key("Control+z")
    page.wait_for(f"{LIVE}.get('labels').length === 0")
    assert page.state("proposals")[0]["state"] == "open"
    page.key("Control+Shift+z")
    page.wait_for(f"{LIVE}.get('labels').length === 1")
    page.wait_saved()
    assert page.errors == []


def test_a_rejection_keeps_its_reason_after_a_reload(page: OpenPage) -> None:
    page.ask("hospital")
    page.wait_proposals(1)
    page.key("j")
    page.key("d")
    page.key("2")
    page.wait_for(f"{LIVE}.get('proposals')[0].state === 'rejected'")
    page.wait_saved()
    page.reload()
    page.wait_ready()
    (proposal,) = page.state("proposals")
    assert (proposal["state"], proposal["reason"]) == ("rejected", "wrong_class")


def test_accepting_never_moves_the_map(page: OpenPage) -> None:
    page.ask("schools")
    page.wait_proposals(4)
    page.key("j")
    before = page.state("view")["bounds"]
    page.key("a")
    page.wait_for(f"{LIVE}.get('labels').length === 1")
    page.wait_saved()
    assert page.state("view")["bounds"] == before


def test_nothing_here_is_an_answer_with_its_reason(page: OpenPage) -> None:
    page.ask("airport")
    page.wait_run()
    assert page.state("run")["nothing_here"]
    shown = page.page.inner_text(".ss-root")
    assert "none is tagged as airport" in shown


def test_names_from_a_map_are_text_and_never_run(hostile: Server, new_page: OpenNew) -> None:
    page = new_page(hostile.url)
    dialogs: list[str] = []
    page.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.ask("schools")
    page.wait_proposals(len(PAYLOADS))
    for _ in PAYLOADS:
        page.key("j")
        page.page.wait_for_timeout(60)
    accept_next(page)
    page.reload()
    page.wait_ready()
    assert dialogs == []
    assert (
        page.page.evaluate("document.querySelectorAll('.ss-root script, .ss-root iframe, .ss-root [onerror]').length")
        == 0
    )
    assert page.page.inner_text(".ss-root").count("onerror") >= 1
    assert [error for error in page.errors if "exception" in error] == []


def test_no_request_leaves_the_machine(server: Server, new_page: OpenNew) -> None:
    page = new_page(server.url)
    elsewhere: list[str] = []

    def note(request: Any) -> None:
        if not request.url.startswith((server.url, "data:", "blob:")):
            elsewhere.append(request.url)

    page.page.on("request", note)
    page.reload()
    page.wait_ready()
    page.ask("parks")
    page.wait_run()
    page.page.wait_for_load_state("networkidle")
    assert elsewhere == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_nothing_overflows(server: Server, new_page: OpenNew, width: int, height: int) -> None:
    page = new_page(server.url, width, height)
    page.ask("schools")
    page.wait_proposals(4)
    page.key("j")
    page.page.wait_for_timeout(300)
    assert page.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        width,
        height,
    ]
    outside = page.page.evaluate(
        """() => [...document.querySelectorAll('.ss-root button, .ss-root input, .ss-root [role]')]
            .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
            .filter((one) => { const r = one.getBoundingClientRect();
                return r.width > 0 && (r.left < -1 || r.right > innerWidth + 1); })
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert outside == []


def test_an_own_picture_and_map_are_opened_on_the_page(page: OpenPage, town_files: tuple[Path, Path]) -> None:
    image, map_file = town_files
    page.page.click('[data-rail="layers"]')
    page.page.set_input_files('[data-upload="image"]', image)
    page.page.set_input_files('[data-upload="map"]', map_file)
    page.page.click(".ss-upload-chosen button")
    page.wait_for(f"{LIVE}.get('source').map_features === {len(town_map()['features'])}")
    page.ask("cinema")
    page.wait_proposals(1)
    assert page.state("proposals")[0]["name"] == "Mayur Cinema"
    assert page.errors == []


def test_a_file_that_is_no_picture_is_a_sentence_and_the_page_goes_on(page: OpenPage, tmp_path: Path) -> None:
    bad = tmp_path / "holiday.tif"
    bad.write_text("not a picture")
    page.page.click('[data-rail="layers"]')
    page.page.set_input_files('[data-upload="image"]', bad)
    page.page.click(".ss-upload-chosen button")
    page.page.wait_for_selector(".ss-upload-failed:not([hidden])")
    said = page.page.inner_text(".ss-upload-failed")
    assert "holiday.tif" in said
    assert "GeoTIFF" in said
    page.errors.clear()
    page.ask("hospital")
    page.wait_proposals(1)
    assert page.errors == []


def test_keys_do_nothing_while_text_is_typed(page: OpenPage) -> None:
    page.ask("schools")
    page.wait_proposals(4)
    page.key("j")
    page.page.click("#ss-ask")
    page.page.keyboard.type("a d h 2 n")
    assert labels_of(page) == []
    assert page.state("tool") == "select"
    assert page.page.input_value("#ss-ask").endswith("a d h 2 n")
