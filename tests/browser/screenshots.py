"""``make screenshots``: the pictures of the page in docs/img, taken from the real page over the sample city."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.driver import ROOT, OpenPage, find_chromium, open_browser, open_page, running_server

OUT = ROOT / "docs" / "img"
SETTLE_SECONDS = 1.5


def main() -> int:
    """Writes the pictures; 1 where there is no browser."""
    executable = find_chromium()
    if executable is None:
        print("No Chromium was found; install one to take the pictures.", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        open_browser(executable) as browser,
    ):
        for name, width, height, theme in (
            ("annotate.jpg", 1440, 900, "light"),
            ("annotate-dark.jpg", 1440, 900, "dark"),
            ("annotate-1024.jpg", 1024, 768, "light"),
        ):
            page = story(browser, f"{server.url}/?__theme={theme}", width, height)
            page.page.screenshot(path=OUT / name, type="jpeg", quality=88)
            page.close()
    return 0


def story(browser: Browser, url: str, width: int, height: int) -> OpenPage:
    """Schools asked for, one of them selected and seen close up."""
    page = open_page(browser, url, width, height)
    page.wait_ready()
    page.ask("schools")
    page.wait_proposals(4)
    wanted = next(one for one in page.state("proposals") if one["name"].startswith("Maple"))
    west, south, east, north = wanted["bounds"]
    centre = f"[{(south + north) / 2}, {(west + east) / 2}]"
    page.page.evaluate(f"socioscribe.debug.map.leaflet.setView({centre}, 18, {{ animate: false }})")
    page.page.evaluate(f"socioscribe.debug.actions.select({{ kind: 'proposal', id: '{wanted['id']}' }})")
    page.page.wait_for_load_state("networkidle")
    time.sleep(SETTLE_SECONDS)
    return page


if __name__ == "__main__":
    sys.exit(main())
