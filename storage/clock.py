"""Times as the store writes them: UTC, ISO-8601, milliseconds, as text that sorts."""

from __future__ import annotations

from datetime import UTC, datetime

from annotator.errors import BadInput


def now_text() -> str:
    """Now, as "2025-03-01T12:00:00.123Z"."""
    return as_text(datetime.now(UTC))


def as_text(moment: datetime) -> str:
    """An aware datetime in the store's form."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def normal_time(text: str) -> str:
    """Any ISO-8601 time with a zone in the store's form; raises BadInput for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise BadInput(f"The time {text[:40]!r} has no zone. Reload the page.")
        return as_text(moment)
    except (ValueError, OverflowError):
        raise BadInput(f"{text[:40]!r} is not a time. Reload the page.") from None
