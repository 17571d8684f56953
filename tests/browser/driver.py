"""The real server as a child process, and its page in a real Chromium: what the story tests and the bench drive."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from playwright.sync_api import Browser, Page, Request, Response, TimeoutError, sync_playwright

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ADDRESS = re.compile(r"SocioScribe is open at (http://\S+)")
START_SECONDS = 60.0
WAIT_MS = 30_000
READY = '.ss-root[data-ready="true"]'
STATE = "socioscribe.debug.state"


def find_chromium() -> str | None:
    """Path of the machine's Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def open_browser(executable: str) -> Iterator[Browser]:
    """A headless Chromium, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Server:
    """A running ``app.py serve`` on a data folder; a context manager that stops it.

    ``url`` is its address, ``lines`` what it has said on stderr so far, ``seconds_to_address`` the time from the
    start of the process until it named its address.
    """

    def __init__(self, data: Path, *args: str, port: int = 0) -> None:
        self.data = data.resolve()
        self.lines: list[str] = []
        self.url = ""
        self._args = args
        self._open = threading.Event()
        command = [sys.executable, "app.py", "serve", "--port", str(port), "--data", str(self.data), *args]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SOCIOSCRIBE_")}
        started = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, name="server-log", daemon=True)
        self._reader.start()
        self._open.wait(START_SECONDS)
        self.seconds_to_address = time.perf_counter() - started
        if not self.url:
            self.kill()
            raise RuntimeError("The server did not open a page:\n" + "\n".join(self.lines[-20:]))

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rsplit(":", 1)[1])

    def kill(self) -> None:
        """Ends the process at once (SIGKILL): nothing is flushed, nothing is closed."""
        self.process.kill()
        self._ended()

    def stop(self) -> None:
        """Ends the process as Ctrl+C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self._ended()

    def again(self) -> Server:
        """A new process on the same data and the same port, after this one has ended."""
        return Server(self.data, *self._args, port=self.port)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _ended(self) -> None:
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        self._reader.join(5)
        if self.process.stderr is not None:
            self.process.stderr.close()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip())
            found = ADDRESS.search(line)
            if found:
                self.url = found[1].rstrip("/")
                self._open.set()
        self._open.set()


def running_server(data: Path, *args: str) -> Server:
    """Starts the server on a free port and waits for its address; use it in a ``with``, or stop or kill it."""
    return Server(data, *args)


@dataclass
class OpenPage:
    """A page of the browser with what went wrong on it.

    ``errors`` are uncaught exceptions, console errors, failed requests (those that the page itself took back are
    none) and answers of 400 and above; a test that causes errors on purpose clears the list.
    """

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("console", lambda said: self._note(said.type == "error", f"console: {said.text}"))
        self.page.on("pageerror", lambda error: self._note(True, f"exception: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def go(self) -> None:
        self.page.goto(self.url)

    def reload(self) -> None:
        self.page.reload()

    def close(self) -> None:
        """Closes the page and what it kept (its browser context)."""
        self.page.context.close()

    def wait_ready(self) -> None:
        """Until the map is usable. Raises AssertionError with what went wrong on the page."""
        try:
            self.page.wait_for_selector(READY, state="attached")
        except TimeoutError as late:
            raise AssertionError("The map is not usable.\n" + "\n".join(self.errors)) from late

    def ask(self, text: str) -> None:
        """Types a question and sends it."""
        self.page.fill("#ss-ask", text)
        self.page.press("#ss-ask", "Enter")

    def wait_run(self) -> None:
        """Until the run that was asked for has ended."""
        self.wait_for(f"{STATE}.get('ask').status !== 'running' && {STATE}.get('run')?.seconds != null")

    def wait_proposals(self, count: int) -> None:
        """Until at least so many proposals have their mask and the run has ended."""
        self.wait_run()
        self.wait_for(f"{STATE}.get('proposals').filter((one) => one.geometry).length >= {count}")

    def wait_saved(self) -> None:
        """Until the server has acknowledged everything."""
        self.wait_for(f"{STATE}.get('saved').status === 'saved' && {STATE}.get('saved').waiting === 0")

    def wait_tiles(self) -> None:
        """Until every tile in view is drawn."""
        self.wait_for("!document.querySelector('.leaflet-tile:not(.leaflet-tile-loaded)')")

    def wait_mask(self) -> None:
        """Until no click waits for its mask."""
        self.wait_for(
            f"{STATE}.get('pending_prompts') === 0 && "
            f"Object.values({STATE}.get('drafts')).every((draft) => !draft.mask_pending)"
        )

    def wait_for(self, condition: str) -> None:
        """Until a JavaScript expression is true. Raises AssertionError with what went wrong on the page."""
        try:
            self.page.wait_for_function(f"() => Boolean({condition})")
        except TimeoutError as late:
            raise AssertionError(f"Never came true: {condition}\n" + "\n".join(self.errors)) from late

    def state(self, key: str) -> Any:
        """A value of the page's state, as JSON holds it."""
        return self.page.evaluate(f"(key) => JSON.parse(JSON.stringify({STATE}.get(key) ?? null))", key)

    def window_px(self, lonlat: tuple[float, float]) -> tuple[float, float]:
        """Where a place lies in the window, (x, y) in CSS pixels."""
        x, y = self.page.evaluate(
            """([lon, lat]) => {
                const map = socioscribe.debug.map.leaflet;
                const { left, top } = map.getContainer().getBoundingClientRect();
                const { x, y } = map.latLngToContainerPoint([lat, lon]);
                return [left + x, top + y];
            }""",
            list(lonlat),
        )
        return x, y

    def click(self, lonlat: tuple[float, float], *, alt: bool = False) -> None:
        """Clicks on a place of the map with the tool that is armed."""
        x, y = self.window_px(lonlat)
        if alt:
            self.page.keyboard.down("Alt")
        self.page.mouse.click(x, y)
        if alt:
            self.page.keyboard.up("Alt")

    def key(self, name: str) -> None:
        """Presses a key, such as "a" or "Control+z"."""
        self.page.keyboard.press(name)

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)

    def _note(self, bad: bool, text: str) -> None:
        if bad:
            self.errors.append(text[:500])

    def _failed(self, request: Request) -> None:
        reason = request.failure or ""
        self._note("ERR_ABORTED" not in reason, f"request: {request.method} {request.url} {reason}")

    def _answered(self, response: Response) -> None:
        self._note(response.status >= 400, f"answer: {response.status} {response.url}")


def open_page(
    browser: Browser, url: str, width: int = 1440, height: int = 900, *, script: Path | None = None
) -> OpenPage:
    """A page of its own browser context (nothing kept from earlier ones), already on its way to the address.

    ``script`` runs in the page before the page's own scripts.
    """
    context = browser.new_context(viewport={"width": width, "height": height})
    if script is not None:
        context.add_init_script(path=script)
    opened = OpenPage(context.new_page(), url)
    opened.go()
    return opened


def copy_sample_city(ready: Path, data: Path) -> Path:
    """A new data folder that has the generated sample city of another one, but no store."""
    shutil.copytree(ready / "sample_city", data / "sample_city", copy_function=os.link)
    return data
