"""Whether two names are the same place's."""

from __future__ import annotations

from annotator.words import match_name

SAME_NAME = 85.0


def same_name(a: str | None, b: str | None) -> bool:
    """True where the names are alike (case, order and small misspellings aside) or one is missing."""
    if not a or not b:
        return True
    return max(match_name(a, b), match_name(b, a)) >= SAME_NAME
