"""``python -m tests.bench``: the budgets of the page, measured in a real browser on this machine.

Prints one table and ends with 0, whatever it says: times are facts of a machine, not failures. Ratios are within
one run. ``--quick`` repeats five times where it otherwise repeats thirty.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from app.sample import sample_city_files
from app.settings import Settings
from tests.bench.asking import cut_scene, questions
from tests.bench.command import propose_rows
from tests.bench.starting import starts
from tests.bench.table import Row, as_text
from tests.bench.working import add_labels, base_rows, crowd_rows, small_events
from tests.browser.driver import copy_sample_city, find_chromium, open_browser, running_server

CROWDS = (50, 500, 5_000)
ABOUT = """Embedded models, loopback, Chromium without a graphics card; n repetitions, fewer where one takes seconds.
This version has no hover preview, so that it is not measured."""


@dataclass(frozen=True)
class Times:
    """Repetitions of each kind of step."""

    events: int
    saves: int
    questions: int
    starts: int
    commands: int


USUAL = Times(events=30, saves=100, questions=30, starts=5, commands=3)
QUICK = Times(events=5, saves=10, questions=5, starts=2, commands=1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the page against its budgets.")
    parser.add_argument("--quick", action="store_true", help="five repetitions instead of thirty")
    times = QUICK if parser.parse_args().quick else USUAL
    chromium = find_chromium()
    if chromium is None:
        print("The bench needs a Chromium (chromium, chromium-browser or google-chrome); none was found.")
        return 0
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="socioscribe-bench-") as folder, open_browser(chromium) as browser:
        rows = list(_told(measure(browser, Path(folder), times)))
    print(f"\n{_machine()}\n{ABOUT}\n")
    print(as_text(rows))
    print(f"\nMeasured in {time.perf_counter() - began:.0f} s.")
    return 0


def measure(browser: Browser, folder: Path, times: Times) -> Iterator[Row]:
    """All rows, in the order of the table."""
    made = folder / "made"
    image, map_file = sample_city_files(made, Settings.model_fields["sample_seed"].default)
    yield from starts(browser, copy_sample_city(made, folder / "start"), times.starts, folder / "fresh")
    cut = cut_scene(image, folder / "cut")
    with running_server(folder / "cut_data", "--image", str(cut), "--map", str(map_file)) as server:
        yield from questions(browser, server, times.questions, "1024 px scene", (500, 2000))
    data = copy_sample_city(made, folder / "work")
    with running_server(data) as server:
        yield from questions(browser, server, max(2, times.questions // 3), "whole city", None)
        none = small_events(browser, server, times.events, times.saves)
    yield from base_rows(none)
    there = 0
    for labels in CROWDS:
        add_labels(data, there, labels)
        there = labels
        with running_server(data) as server:
            yield from crowd_rows(labels, small_events(browser, server, times.events, times.events), none)
    yield from propose_rows(folder / "propose", times.commands)


def _told(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, each also said on stderr as it comes."""
    for row in rows:
        print("  ".join(cell for cell in row.cells() if cell), file=sys.stderr, flush=True)
        yield row


def _machine() -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, load {load}, Python {platform.python_version()}, {platform.machine()}"


if __name__ == "__main__":
    sys.exit(main())
