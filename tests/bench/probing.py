"""Pages with the probe inside, the acts that it measures, and the bytes that they cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.driver import OpenPage, open_page

PROBE = Path(__file__).with_name("probe.js")
JITTER = (0.5, 0.35, 0.62, 0.44, 0.56, 0.4, 0.68, 0.3)
"""Where in a proposal's bounds the clicks go, as a share of the sides."""


@dataclass
class Traffic:
    """Bytes that went over the network since ``clear``: bodies both ways, as the browser counts them."""

    total: int = 0

    def clear(self) -> None:
        self.total = 0

    def listen(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.dataReceived", self._received)
        session.on("Network.requestWillBeSent", self._sent)

    def _received(self, event: dict[str, int]) -> None:
        self.total += max(event["dataLength"], event["encodedDataLength"])

    def _sent(self, event: dict[str, dict[str, str]]) -> None:
        self.total += len(event["request"].get("postData", "").encode())


@dataclass
class Measured:
    """A page whose acts are timed by the probe."""

    page: OpenPage

    def opened(self) -> dict[str, Any]:
        """Milliseconds from the navigation: dom, ready; state: load, bytes; ``origin``: its epoch in ms."""
        self.page.wait_ready()
        answer: dict[str, Any] = self.page.page.evaluate("() => socioscribeBench.opened()")
        return answer

    def ask(self, text: str) -> dict[str, float]:
        """Asks; milliseconds from Enter to started, first (box) and all (masks); server: the run's own measure."""
        self._arm("ask")
        self.page.ask(text)
        return self._done()

    def click_mask(self, number: int) -> dict[str, float]:
        """Clicks into the selected proposal; milliseconds from the click to sent, got and mask painted."""
        self._arm("mask")
        self.page.click(self._spot(number))
        return self._done()

    def press(self, key: str) -> dict[str, float]:
        """Presses a key that saves something; milliseconds until it is acknowledged."""
        self._arm("save")
        self.page.key(key)
        return self._done()

    def select(self) -> None:
        """Selects an open proposal where nothing is selected."""
        if self.page.state("selected") is None:
            self.page.key("j")

    def arm_point(self) -> None:
        """Selects an open proposal and takes the point tool."""
        self.select()
        self.page.key("2")

    def take_back(self) -> None:
        """Throws the selected object's draft away, and waits until that is stored."""
        self.page.key("Escape")
        self.page.wait_saved()

    def _spot(self, number: int) -> tuple[float, float]:
        selected = self.page.state("selected")
        proposal = next(one for one in self.page.state("proposals") if one["id"] == selected["id"])
        west, south, east, north = proposal["bounds"]
        across, up = JITTER[number % len(JITTER)], JITTER[(number // len(JITTER) + 3 * number) % len(JITTER)]
        return west + across * (east - west), south + up * (north - south)

    def _arm(self, act: str) -> None:
        self.page.page.evaluate("(act) => socioscribeBench.arm(act)", act)

    def _done(self) -> dict[str, float]:
        answer: dict[str, float] = self.page.page.evaluate("() => socioscribeBench.done")
        return answer


def measured_page(browser: Browser, url: str) -> Measured:
    """A new page with the probe, on its way to the address."""
    return Measured(open_page(browser, url, script=PROBE))
