"""Small events on the page: a click's mask, a save, the bytes of a click; with few and with many labels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import shapely.geometry as sg
from playwright.sync_api import Browser

from annotator.ids import new_id
from app.places import Places
from app.sample import add_sample_city
from app.settings import load_settings
from storage import decisions
from storage.inputs import DecisionInput
from storage.store import Store
from storage.words import DecisionKind
from tests.bench.probing import Traffic, measured_page
from tests.bench.table import Row
from tests.browser.driver import Server

CORNERS = 12
RELOADS = 3
WEIGHED = 5
"""Clicks whose bytes are counted."""
AUTOSAVE_MS = 1500
"""By then a draft is stored."""


def add_labels(data: Path, first: int, last: int) -> None:
    """Labels number ``first`` to ``last`` (not included) of 5,000 over the sample city, each with twelve corners."""
    settings = load_settings({"data": data})
    with Store.open(data, writer=True, command="bench") as store:
        project = store.ensure_project(settings.project)
        opened = add_sample_city(Places(store, data), project.id, data, settings.sample_seed)
        with store.write() as connection:
            for number in range(first, last):
                decided = DecisionInput(
                    new_id(),
                    DecisionKind.ADD,
                    project.id,
                    source_id=opened.source.id,
                    geometry_lonlat=_shape(opened.place.raster.bounds_lonlat, number),
                    function="residential",
                    class_id="house",
                    name=f"House {number}",
                )
                decisions.decide(connection, decided)


def _shape(bounds: tuple[float, float, float, float], number: int) -> sg.Polygon:
    """A round place on a grid of 71 x 71, spread so that any number of labels covers the whole picture."""
    west, south, east, north = bounds
    cell = number * 1877 % 5041
    x, y = (cell % 71 + 0.5) / 71, (cell // 71 + 0.5) / 71
    turns = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    ring = [(x + math.cos(turn) / 220, y + math.sin(turn) / 220) for turn in turns]
    return sg.Polygon([(west + u * (east - west), south + v * (north - south)) for u, v in ring])


@dataclass
class Events:
    """Samples of the small events with one number of labels in view."""

    clicks: list[dict[str, float]] = field(default_factory=list)
    saves: list[dict[str, float]] = field(default_factory=list)
    bytes: list[float] = field(default_factory=list)
    state: list[dict[str, float]] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)

    def of(self, name: str) -> list[float]:
        """One moment of all clicks."""
        return [click[name] for click in self.clicks]

    @property
    def transport(self) -> list[float]:
        return [click["got"] - click["sent"] - click["server"] for click in self.clicks]

    @property
    def painting(self) -> list[float]:
        return [click["mask"] - click["got"] for click in self.clicks]


def small_events(browser: Browser, server: Server, clicks: int, saves: int) -> Events:
    """Asks once, then clicks, then accepts and takes back, on a new page."""
    events = Events()
    page = measured_page(browser, server.url)
    page.opened()
    page.ask("schools")
    for _ in range(RELOADS):
        page.page.reload()
        opened = page.opened()
        events.state.append(opened["state"])
        events.ready.append(opened["ready"] - opened["dom"])
    traffic = Traffic()
    traffic.listen(page.page.page)
    page.page.wait_tiles()
    page.arm_point()
    page.click_mask(0)
    page.take_back()
    for number in range(1, clicks + 1):
        traffic.clear()
        events.clicks.append(page.click_mask(number))
        if number <= WEIGHED:
            page.page.page.wait_for_timeout(AUTOSAVE_MS)
            events.bytes.append(traffic.total)
        page.take_back()
    for number in range(saves):
        page.select()
        events.saves.append(page.press("Control+z" if number % 2 else "a"))
    page.page.close()
    return events


def base_rows(events: Events) -> Iterator[Row]:
    """Rows of the small events with no labels: the budgets, and where the time goes."""
    yield Row("click -> new mask painted", events.of("mask"), budget=100, tail_budget=250, note=_without_mask(events))
    yield Row("   of that: click -> sent", events.of("sent"))
    yield Row("   of that: the model", events.of("server"))
    yield Row("   of that: transport (queue, events, JSON)", events.transport)
    yield Row("   of that: arrived -> painted", events.painting)
    yield Row("bytes a click, both ways, with its autosave", events.bytes, "bytes", budget=50_000)
    yield Row(
        "save acknowledged (accept, undo)",
        [save["saved"] for save in events.saves],
        budget=100,
        tail_budget=250,
        tail=99,
    )
    yield Row("   of that: the request", [save["request"] for save in events.saves])


def crowd_rows(labels: int, events: Events, none: Events) -> Iterator[Row]:
    """Rows of the same events with labels in view; ``none``: those without labels, for the ratio."""
    yield Row(f"{labels:,} labels: /ss/state answered and read", [one["load"] for one in events.state])
    yield Row(f"{labels:,} labels: /ss/state size", [one["bytes"] for one in events.state], "bytes")
    yield Row(f"{labels:,} labels: DOM ready -> map usable", events.ready, budget=1000)
    yield _against(f"{labels:,} labels: click -> new mask painted", events.of("mask"), none.of("mask"))
    yield _against("   of that: arrived -> painted", events.painting, none.painting)
    yield _against(
        f"{labels:,} labels: save acknowledged",
        [save["saved"] for save in events.saves],
        [save["saved"] for save in none.saves],
    )


def _against(step: str, samples: list[float], base: list[float]) -> Row:
    times = Row("", samples).median / Row("", base).median
    return Row(step, samples, note=f"x {times:.2f} of none")


def _without_mask(events: Events) -> str:
    """Says how many clicks changed nothing; empty where all did."""
    failed = sum(not click["changed"] for click in events.clicks)
    return f"{failed} clicks gave no mask" if failed else ""
