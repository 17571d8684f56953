"""Messages to one open page: numbered, repeated until the page has acknowledged them."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import Any

from app.messages import Envelope, Outgoing

KEPT = 400
"""Messages repeated at most; a page that acknowledges nothing for longer restores itself from /ss/state."""
PAGES = 256


class Outbox:
    """Envelopes in order. Thread-safe: a run and several prompts write to it at once."""

    def __init__(self) -> None:
        self._seq = 0
        self._waiting: deque[Envelope] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, request_id: str, message: Outgoing) -> None:
        with self._lock:
            self._seq += 1
            self._waiting.append(Envelope(seq=self._seq, request_id=request_id, message=message))

    def acknowledge(self, seq: int) -> None:
        """Forget what the page has applied."""
        with self._lock:
            while self._waiting and self._waiting[0].seq <= seq:
                self._waiting.popleft()

    def mail(self) -> dict[str, Any]:
        """All that is not acknowledged, oldest first, as the component's ``mail`` property holds it."""
        with self._lock:
            return {"envelopes": [envelope.model_dump(mode="json") for envelope in self._waiting]}


class Outboxes:
    """The outbox of each open page, by Gradio's session; the ones used longest ago are let go."""

    def __init__(self) -> None:
        self._boxes: OrderedDict[str, Outbox] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, session: str) -> Outbox:
        with self._lock:
            box = self._boxes.setdefault(session, Outbox())
            self._boxes.move_to_end(session)
            while len(self._boxes) > PAGES:
                self._boxes.popitem(last=False)
            return box
