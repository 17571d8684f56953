"""A run on a thread of its own, so that what it has said reaches the page while it works on the next thing."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from typing import Generic, TypeVar

Event = TypeVar("Event")
BATCH_SECONDS = 0.04
"""Events that come within this time travel together."""
BATCH_EVENTS = 64
"""At most so many travel together."""


class Pump(Generic[Event]):
    """Drives a generator on a thread; ``batches`` gives its events as they come, several at a time.

    ``stop``, or setting ``stopped``, closes the generator at its next event. What the generator raises is raised by
    ``batches``.
    """

    def __init__(self, events: Generator[Event, None, None], stopped: threading.Event | None = None) -> None:
        self._events = events
        self._queue: queue.Queue[Event | None] = queue.Queue()
        self._error: BaseException | None = None
        self._stopped = stopped or threading.Event()
        self._thread = threading.Thread(target=self._drive, name="run", daemon=True)

    def stop(self) -> None:
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def batches(self) -> Iterator[list[Event]]:
        self._thread.start()
        try:
            done = False
            while not done:
                batch, done = self._next_batch()
                if batch:
                    yield batch
            if self._error is not None:
                raise self._error
        finally:
            self.stop()
            self._thread.join()

    def _next_batch(self) -> tuple[list[Event], bool]:
        """What has come, after waiting for the first; True with the last."""
        batch: list[Event] = []
        timeout: float | None = None
        while True:
            try:
                item = self._queue.get(timeout=timeout)
            except queue.Empty:
                return batch, False
            if item is None:
                return batch, True
            batch.append(item)
            if len(batch) == BATCH_EVENTS:
                return batch, False
            timeout = BATCH_SECONDS

    def _drive(self) -> None:
        try:
            for event in self._events:
                self._queue.put(event)
                if self._stopped.is_set():
                    break
            self._events.close()
        except BaseException as error:  # noqa: BLE001 - raised again by batches(), on the thread that waits
            self._error = error
        self._queue.put(None)
