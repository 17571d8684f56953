"""Row ids: UUIDv7, ordered by the time they were made."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """A fresh UUIDv7 as 36 lower-case characters."""
    return str(uuid_utils.uuid7())
