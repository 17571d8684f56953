"""The exception tree. Every message is a sentence for the person: what was wrong, and what to do.

SocioScribeError
├── BadInput                what a person or a file brought is not usable
│   ├── BadImage            a picture that cannot be read, placed or is too large
│   ├── BadMap              a map file that cannot be read
│   ├── BadQuery            words that cannot be a query
│   └── BadPrompt           a box or point outside the picture, or not finite
├── ModelFailed             a reasoner or segmenter could not answer
├── StoreError              the store refused
│   ├── StoreLocked         another process holds the writer's lock
│   ├── StoreTooNew         the store was written by a newer version
│   ├── StaleVersion        the label changed since it was read (carries both versions)
│   ├── NotFound            no such row
│   └── NotAllowed          the step is not this person's, or not possible in this state
└── Refused                 a request that the page does not serve (origin, path, size)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SocioScribeError(Exception):
    """Base of all errors that carry a sentence for the person."""


class BadInput(SocioScribeError):
    """What a person or a file brought is not usable."""


class BadImage(BadInput):
    """A picture that cannot be read, placed on the earth, or is too large."""


class BadMap(BadInput):
    """A map file that cannot be read."""


class BadQuery(BadInput):
    """Words that cannot be a query."""


class BadPrompt(BadInput):
    """A box or a point outside the picture, or not finite."""


class ModelFailed(SocioScribeError):
    """A reasoner or a segmenter could not answer."""


class StoreError(SocioScribeError):
    """The store refused."""


class StoreLocked(StoreError):
    """Another process holds the writer's lock of this data folder."""


class StoreTooNew(StoreError):
    """The store was written by a newer version of the program."""


class StaleVersion(StoreError):
    """A label changed since the person read it; nothing was written over."""

    def __init__(self, message: str, *, theirs: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.theirs = dict(theirs)


class NotFound(StoreError):
    """No such row."""


class NotAllowed(StoreError):
    """The step is not this person's to take, or not possible in this state."""


class Refused(SocioScribeError):
    """A request that the page does not serve."""
