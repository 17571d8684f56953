"""From the command to a usable page, and what the first question and the first click of a new process take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser

from tests.bench.probing import measured_page
from tests.bench.table import Row
from tests.browser.driver import running_server


@dataclass
class _Starts:
    """Samples of several starts, in milliseconds."""

    address: list[float] = field(default_factory=list)
    usable: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    click: list[float] = field(default_factory=list)
    ask: list[float] = field(default_factory=list)

    def once(self, browser: Browser, data: Path) -> None:
        began = time.time() * 1000
        with running_server(data) as server:
            self.address.append(server.seconds_to_address * 1000)
            page = measured_page(browser, server.url)
            opened = page.opened()
            self.usable.append(opened["origin"] + opened["ready"] - began)
            self.ready.append(opened["ready"] - opened["dom"])
            if page.page.state("proposals"):
                page.arm_point()
                self.click.append(page.click_mask(len(self.click))["mask"])
                page.take_back()
            self.ask.append(page.ask("schools")["all"])
            page.page.close()


def starts(browser: Browser, city: Path, times: int, fresh: Path) -> Iterator[Row]:
    """Rows of the start; ``city`` holds the generated sample city, ``fresh`` is a folder that does not exist."""
    first = _Starts()
    first.once(browser, fresh)
    yield Row("very first start (makes the sample city) -> map usable", first.usable)
    again = _Starts()
    again.once(browser, city)
    for _ in range(times - 1):
        again.once(browser, city)
    yield Row("command -> address named", again.address)
    yield Row("command -> map usable", again.usable, budget=6000)
    yield Row("DOM ready -> map usable, new process", again.ready, budget=1000)
    yield Row("first click after a restart -> mask painted", again.click)
    yield Row("first question after a start -> all masks, whole city", again.ask)
