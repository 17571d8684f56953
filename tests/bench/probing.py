"""Pages with the probe inside, and the acts that it measures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.browser.driver import OpenPage, open_page

PROBE = Path(__file__).with_name("probe.js")
JITTER = (0.5, 0.35, 0.62, 0.44, 0.56, 0.4, 0.68, 0.3)
"""Where in a proposal's bounds the clicks go, as a share of the sides."""


@dataclass
class Measured:
    """A page whose acts are timed by the probe."""

    page: OpenPage

    def opened(self) -> dict[str, Any]:
        """Milliseconds from the navigation: dom, ready, painted; ``origin`` is the epoch of the navigation in ms."""
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

    def select_first(self) -> None:
        """Selects the next open proposal and arms the point tool."""
        if self.page.state("selected") is None:
            self.page.key("j")
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
