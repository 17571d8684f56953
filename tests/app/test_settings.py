"""Settings: option over variable over default; what is unknown is refused; the README tells all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotator.errors import BadInput
from app.server import refuse_open_network
from app.settings import PREFIX, Settings, load_settings

README = Path(__file__).parents[2] / "README.md"


def test_an_option_wins_over_a_variable_and_a_variable_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIOSCRIBE_PORT", "9000")
    assert load_settings().port == 9000
    assert load_settings({"port": 9001, "host": None}).port == 9001
    assert load_settings().host == "127.0.0.1"


def test_an_unknown_variable_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIOSCRIBE_PROT", "9000")
    with pytest.raises(BadInput, match="SOCIOSCRIBE_PROT"):
        load_settings()


def test_a_value_that_does_not_fit_names_the_setting() -> None:
    with pytest.raises(BadInput, match="--port"):
        load_settings({"port": 70_000})


def test_a_space_runs_the_demo_for_everyone_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "someone/socioscribe")
    assert (load_settings().demo, load_settings().host) == (True, "0.0.0.0")
    assert load_settings({"host": "127.0.0.1"}).host == "127.0.0.1"
    assert not load_settings({"demo": False}).demo


def test_off_loopback_the_page_starts_only_as_a_demo() -> None:
    with pytest.raises(BadInput, match="--demo"):
        refuse_open_network(load_settings({"host": "0.0.0.0"}))
    refuse_open_network(load_settings({"host": "0.0.0.0", "demo": True}))


def test_the_readme_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| `?(.*?)`? \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    told = {name: "" if field.default == "" else str(field.default) for name, field in Settings.model_fields.items()}
    assert {name.lower(): value for name, value in rows.items()} == {k: v or "empty" for k, v in told.items()}
