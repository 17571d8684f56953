from __future__ import annotations

from pathlib import Path

from tests.storage.crash import crash


def test_nothing_acknowledged_is_missing_after_twenty_kills(tmp_path: Path) -> None:
    outcome = crash(tmp_path / "data", kills=20, seed=1)
    assert outcome.kills == 20
    assert outcome.acknowledged > 100
    assert outcome.missing == []
    assert outcome.problems == []
