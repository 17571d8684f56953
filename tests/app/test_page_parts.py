"""The outbox and the pump: nothing said is lost, nothing waits for the next thing."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator

import pytest

from annotator.ids import new_id
from app.messages import Failed
from app.page.outbox import Outbox, Outboxes
from app.page.pump import Pump
from app.page.workbench import STATIC
from app.routes.preload import link_header


def said(outbox: Outbox) -> list[tuple[int, str]]:
    return [(row["seq"], row["message"]["sentence"]) for row in outbox.mail()["envelopes"]]


def test_mail_repeats_what_was_not_acknowledged() -> None:
    outbox, request = Outbox(), new_id()
    for sentence in ("one", "two", "three"):
        outbox.add(request, Failed(sentence=sentence))
    outbox.acknowledge(1)
    assert said(outbox) == [(2, "two"), (3, "three")]
    assert said(outbox) == [(2, "two"), (3, "three")]


def test_each_page_has_its_own_mail() -> None:
    boxes = Outboxes()
    boxes.of("a").add(new_id(), Failed(sentence="for a"))
    assert said(boxes.of("b")) == []
    assert said(boxes.of("a")) == [(1, "for a")]


def test_what_was_said_arrives_while_the_next_thing_takes_long() -> None:
    go_on = threading.Event()

    def slow() -> Generator[str, None, None]:
        yield "box"
        assert go_on.wait(10)
        yield "mask"

    batches = Pump(slow()).batches()
    assert next(batches) == ["box"]
    go_on.set()
    assert list(batches) == [["mask"]]


def test_stopping_closes_the_run_at_its_next_event() -> None:
    closed = threading.Event()

    def endless() -> Generator[int, None, None]:
        try:
            number = 0
            while True:
                yield number
                number += 1
        finally:
            closed.set()

    pump = Pump(endless())
    batches = pump.batches()
    next(batches)
    pump.stop()
    list(batches)
    assert closed.is_set()


def test_what_a_run_raises_comes_after_all_it_said() -> None:
    def failing() -> Generator[str, None, None]:
        yield "box"
        raise ValueError("broken")

    batches = Pump(failing()).batches()
    assert next(batches) == ["box"]
    with pytest.raises(ValueError, match="broken"):
        next(batches)


def test_the_first_answer_names_every_module_of_the_page() -> None:
    named = set(re.findall(r"</ss/static/(js/[^>]+)>; rel=modulepreload", link_header(STATIC)))
    assert named == {path.relative_to(STATIC).as_posix() for path in (STATIC / "js").rglob("*.js")}
    assert "js/main.js" in named
