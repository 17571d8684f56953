"""The messages: what the page reads is generated from what the server checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from app import messages

STATIC = Path(__file__).parents[2] / "static" / "js" / "messages.json"
IDS = {"project_id": "0190a1b2-0000-7000-8000-000000000001", "source_id": "0190a1b2-0000-7000-8000-000000000002"}
REQUEST = "0190a1b2-0000-7000-8000-000000000003"


def test_the_pages_table_of_messages_is_the_servers() -> None:
    assert json.loads(STATIC.read_text(encoding="utf-8")) == messages.describe()


def test_a_message_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="extra"):
        messages.Cancel.model_validate({"request_id": REQUEST, "more": 1})


@pytest.mark.parametrize("bounds", [[0, 0, 0], [0, 0, 181, 0], [float("nan"), 0, 1, 1], "x"])
def test_bounds_must_be_four_degrees(bounds: object) -> None:
    with pytest.raises(ValidationError):
        messages.Ask.model_validate({"request_id": REQUEST, **IDS, "text": "schools", "bounds": bounds})


def test_words_longer_than_the_limit_are_refused() -> None:
    ask = {"request_id": REQUEST, **IDS, "text": "x" * 2_001, "bounds": [0, 0, 1, 1]}
    with pytest.raises(ValidationError, match="2000"):
        messages.Ask.model_validate(ask)


def test_an_envelope_comes_back_as_the_message_it_carries() -> None:
    sent = messages.Envelope(seq=3, request_id=REQUEST, message=messages.Failed(sentence="Try again."))
    assert messages.Envelope.model_validate_json(sent.model_dump_json()) == sent
