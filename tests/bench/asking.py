"""From Enter in the ask box to boxes and masks on the map."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tests.bench.probing import Traffic, measured_page
from tests.bench.table import Row
from tests.browser.driver import Server

QUERY = "schools"
CUT = (300, 60)
SIDE = 1024
QUIET_MS = 150


def cut_scene(image: Path, folder: Path) -> Path:
    """A part of the picture as a GeoTIFF of 1024 x 1024 pixels; several schools lie in it."""
    import rasterio
    from rasterio.windows import Window

    window = Window(*CUT, SIDE, SIDE)
    folder.mkdir(parents=True, exist_ok=True)
    with rasterio.open(image) as whole:
        size = {"width": SIDE, "height": SIDE, "transform": whole.window_transform(window)}
        with rasterio.open(folder / "cut.tif", "w", **(whole.profile | size)) as cut:
            cut.write(whole.read(window=window))
    return folder / "cut.tif"


def questions(
    browser: Browser, server: Server, times: int, scene: str, budgets: tuple[float, float] | None
) -> Iterator[Row]:
    """Rows of the same question asked again and again; ``budgets``: of the first box and of all masks, in ms."""
    page = measured_page(browser, server.url)
    page.opened()
    page.page.wait_tiles()
    page.ask(QUERY)
    traffic = Traffic()
    traffic.listen(page.page.page)
    runs, sizes = [], []
    for _ in range(times):
        page.page.page.wait_for_timeout(QUIET_MS)
        traffic.clear()
        runs.append(page.ask(QUERY))
        page.page.page.wait_for_timeout(QUIET_MS)
        sizes.append(float(traffic.total))
    page.page.close()
    box, masks = budgets or (None, None)
    places = int(runs[0]["places"])
    yield Row(f"ask -> first box, {scene}", [run["first"] for run in runs], budget=box)
    yield Row(f"ask -> all {places} masks, {scene}", [run["all"] for run in runs], budget=masks)
    yield Row("   of that: ask -> run started", [run["started"] for run in runs])
    yield Row("   of that: the models", [run["server"] for run in runs])
    yield Row("   of that: transport and page", [run["all"] - run["server"] for run in runs])
    yield Row(f"bytes of a question, both ways, {scene}", sizes, "bytes")
