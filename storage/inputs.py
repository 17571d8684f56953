"""What callers hand to the store, checked when made: a bad value is a BadInput with a sentence."""

from __future__ import annotations

import math
import re
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from annotator.errors import BadInput
from annotator.types import WindowMask
from storage.clock import normal_time
from storage.words import DecisionKind, PromptKind, RejectReason

TEXT_LIMIT = 2000
"""Characters of any text a person writes."""
PROMPT_LIMIT = 5000
"""Prompts of one decision."""

_SLUG = re.compile(r"[a-z0-9_]{1,80}")
_Word = TypeVar("_Word", bound=StrEnum)


def client_id(text: str, what: str) -> str:
    """A client-made id in lower case; raises BadInput where it is no UUID."""
    try:
        return str(uuid.UUID(text))
    except (ValueError, AttributeError, TypeError):
        raise BadInput(f"The id of the {what} is not a UUID. Reload the page.") from None


def word(kind: type[_Word], text: str, what: str) -> _Word:
    """A member of a closed list; raises BadInput that names the list."""
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise BadInput(f"{str(text)[:40]!r} is no {what}. It is one of: {known}.") from None


def short_text(text: str | None, what: str) -> str | None:
    """Text without control characters and blanks around it; raises BadInput beyond the limit."""
    if text is None:
        return None
    clean = "".join(ch for ch in text if ch.isprintable()).strip()
    if len(clean) > TEXT_LIMIT:
        raise BadInput(f"The {what} is longer than {TEXT_LIMIT} characters. Shorten it.")
    return clean


def slug(text: str | None, what: str) -> str | None:
    """A taxonomy id; raises BadInput where it is none."""
    if text is not None and not _SLUG.fullmatch(text):
        raise BadInput(f"{text[:40]!r} is no {what} id. Choose one from the list.")
    return text


def finite_shape(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """A shape whose coordinates are numbers on the earth; drafts may be anything more."""
    if geometry is None or geometry.is_empty:
        return None
    points = shapely.get_coordinates(geometry)
    if not np.isfinite(points).all() or np.abs(points[:, 0]).max() > 180 or np.abs(points[:, 1]).max() > 90:
        raise BadInput("The shape has a corner that is not on the earth. Draw it again.")
    return shapely.force_2d(geometry)


def label_shape(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """A shape that may become a label: a polygon or several, not crossing itself, with an area."""
    shape = finite_shape(geometry)
    if shape is None:
        return None
    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        raise BadInput("A label is an area. Draw a polygon.")
    if not shape.is_valid or shape.area <= 0:
        raise BadInput("The outline crosses itself or has no area. Move its corners apart.")
    return shape


@dataclass(frozen=True, slots=True)
class PromptInput:
    """One act on a shape: ``lonlat`` is lon, lat pairs (a box has west, south, east, north); ``sign`` is 1 or -1;
    ``at_ms`` counts from the draft's begin."""

    kind: PromptKind
    lonlat: tuple[float, ...] = ()
    sign: int = 1
    at_ms: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", word(PromptKind, self.kind, "kind of prompt"))
        if len(self.lonlat) % 2 or not all(math.isfinite(v) for v in self.lonlat) or self.sign not in (1, -1):
            raise BadInput("A prompt is not made of finite lon, lat pairs with a sign of 1 or -1. Reload the page.")

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "lonlat": list(self.lonlat), "sign": self.sign, "at_ms": self.at_ms}


@dataclass(frozen=True, slots=True, eq=False)
class DraftInput:
    """A shape a person has begun to change. ``sequence`` grows with every save of the same ``draft_id``; of several
    deliveries the highest stays. ``geometry_lonlat`` may be None (prompts alone) or still invalid."""

    draft_id: str
    project_id: str
    source_id: str
    sequence: int
    user: str = "local"
    scene_id: str | None = None
    run_id: str | None = None
    proposal_id: str | None = None
    label_id: str | None = None
    geometry_lonlat: BaseGeometry | None = None
    mask: WindowMask | None = None
    function: str | None = None
    class_id: str | None = None
    name: str | None = None
    prompts: tuple[PromptInput, ...] = ()

    def __post_init__(self) -> None:
        _set(self, "draft_id", client_id(self.draft_id, "draft"))
        _set(self, "geometry_lonlat", finite_shape(self.geometry_lonlat))
        _check_common(self)


@dataclass(frozen=True, slots=True, eq=False)
class DecisionInput:
    """One decision, under a client-made id: delivered again, it changes nothing and gives the same result.

    ``accept`` takes the proposal's (or the label's) shape as it is; ``edit`` takes what is given here and keeps the
    rest (a name of "" clears it); ``add`` needs a shape, function, class and a source or run. What touches an existing
    label needs ``expected_version``. ``new_label_id`` names the label an accept, edit, flag or add makes; without it
    the store makes an id. ``mask`` is in pixels of the scene. ``seconds`` and ``clicks`` are the person's effort.
    """

    decision_id: str
    kind: DecisionKind
    project_id: str
    user: str = "local"
    source_id: str | None = None
    scene_id: str | None = None
    run_id: str | None = None
    query_id: str | None = None
    proposal_id: str | None = None
    label_id: str | None = None
    expected_version: int | None = None
    new_label_id: str | None = None
    draft_id: str | None = None
    reason: RejectReason | None = None
    geometry_lonlat: BaseGeometry | None = None
    mask: WindowMask | None = None
    function: str | None = None
    class_id: str | None = None
    name: str | None = None
    prompts: tuple[PromptInput, ...] = ()
    seconds: float | None = None
    clicks: int | None = None
    decided_at: str | None = None

    def __post_init__(self) -> None:
        _set(self, "decision_id", client_id(self.decision_id, "decision"))
        _set(self, "kind", word(DecisionKind, self.kind, "kind of decision"))
        _set(self, "geometry_lonlat", label_shape(self.geometry_lonlat))
        if self.mask is not None and self.geometry_lonlat is None:
            raise BadInput("A mask was sent without its outline. Reload the page.")
        if self.new_label_id is not None:
            _set(self, "new_label_id", client_id(self.new_label_id, "label"))
        if self.draft_id is not None:
            _set(self, "draft_id", client_id(self.draft_id, "draft"))
        if self.reason is not None:
            _set(self, "reason", word(RejectReason, self.reason, "reason"))
        if self.decided_at is not None:
            _set(self, "decided_at", normal_time(self.decided_at))
        if self.seconds is not None and not (math.isfinite(self.seconds) and self.seconds >= 0):
            raise BadInput("The time a decision took must be a number of seconds, 0 or more. Reload the page.")
        _check_common(self)


def _set(value: object, name: str, content: object) -> None:
    object.__setattr__(value, name, content)


def _check_common(value: DraftInput | DecisionInput) -> None:
    _set(value, "function", slug(value.function, "function"))
    _set(value, "class_id", slug(value.class_id, "class"))
    _set(value, "name", short_text(value.name, "name"))
    if len(value.prompts) > PROMPT_LIMIT:
        raise BadInput(f"A shape with more than {PROMPT_LIMIT} prompts cannot be saved. Decide on it and begin anew.")
