"""Every message between the map and the server: name, direction, model, version.

Geometry in messages is lon/lat (GeoJSON order) only. ``Ask``, ``Cancel`` and ``PromptAdded`` travel as events of the
Gradio queue; ``ShapeChanged``, ``Decided``, ``Undo`` and ``Redo`` are posted to routes under ``/ss/``. What comes back
over the queue is an ``Envelope`` of numbered messages: every envelope repeats what the page has not yet
acknowledged, so that a coalesced update loses nothing. ``static/js/messages.json`` is generated from this module
(``python -m app.messages``); a test holds both together.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

VERSION = 1
TEXT_LIMIT = 2_000
ID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
COUNT_LIMIT = 2**53 - 1
"""The largest whole number that a page counts exactly."""
NOT_READ = "The page and the server do not speak the same version. Reload the page; what is saved stays."

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
LonLat = tuple[Lon, Lat]
Bounds = tuple[Lon, Lat, Lon, Lat]
"""west, south, east, north."""
Sign = Literal[1, -1]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
"""A UUID made by the client (version 7) or the server."""
Text = Annotated[str, Field(max_length=TEXT_LIMIT)]
Count = Annotated[int, Field(ge=0, le=COUNT_LIMIT)]

DecisionKind = Literal["accept", "edit", "add", "reject", "flag", "retire", "restore", "nothing_here", "scene_complete"]
RejectReason = Literal[
    "wrong_place", "wrong_class", "boundary", "merged", "split", "nothing_there", "imagery_outdated", "duplicate"
]


class Message(BaseModel):
    """Base: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- map to page ------------------------------------------------------------------------------------------------


class Ask(Message):
    """A query for the source in view. ``ack`` is the number of the last message the page has applied."""

    request_id: Id
    project_id: Id
    source_id: Id
    text: Text
    bounds: Bounds
    ack: int = 0


class Cancel(Message):
    """Stop the run of this request."""

    request_id: Id


class PromptStep(Message):
    """One act of a person while shaping an object; ``at_ms`` counts from the start of the draft."""

    kind: Literal["point", "box", "vertex", "outline"]
    lonlat: LonLat | None = None
    sign: Sign | None = None
    bounds: Bounds | None = None
    at_ms: Count


class PromptAdded(Message):
    """Ask the segmenter for a draft's mask from all the prompts that count now (also after one was taken back).

    ``geometry`` is the shape that the prompts refine: the proposal's, the label's, or the draft's after its last
    change by hand; None for a new place. ``box`` and ``points`` came after it, in order. ``class_id`` gives a typical
    size where there is neither shape nor box. The answer depends on nothing else, so that sending again is safe.
    """

    request_id: Id
    project_id: Id
    source_id: Id
    draft_id: Id
    geometry: dict[str, Any] | None = None
    box: Bounds | None = None
    points: tuple[tuple[Lon, Lat, Sign], ...] = Field(default=(), max_length=200)
    class_id: str | None = None
    ack: int = 0


class ShapeChanged(Message):
    """A draft's state, saved at most two seconds after the last change. ``sequence`` grows with every change."""

    draft_id: Id
    project_id: Id
    source_id: Id
    sequence: int = Field(ge=1, le=COUNT_LIMIT)
    proposal_id: Id | None = None
    label_id: Id | None = None
    run_id: Id | None = None
    geometry: dict[str, Any] | None = None
    function: str | None = None
    class_id: str | None = None
    name: Text | None = None
    prompts: tuple[PromptStep, ...] = Field(default=(), max_length=2_000)


class Decided(Message):
    """One decision of a person. The same ``decision_id`` sent again changes nothing and gets the same answer."""

    decision_id: Id
    project_id: Id
    source_id: Id
    kind: DecisionKind
    run_id: Id | None = None
    proposal_id: Id | None = None
    label_id: Id | None = None
    draft_id: Id | None = None
    expected_version: Count | None = None
    reason: RejectReason | None = None
    geometry: dict[str, Any] | None = None
    function: str | None = None
    class_id: str | None = None
    name: Text | None = None
    prompts: tuple[PromptStep, ...] = Field(default=(), max_length=2_000)
    seconds: float = Field(default=0, ge=0, allow_inf_nan=False)
    clicks: Count = 0
    decided_at: str = Field(max_length=40)


class Undo(Message):
    """Take back the person's own last decision on this source, by a new decision of this id."""

    decision_id: Id
    project_id: Id
    source_id: Id


class Redo(Message):
    """Do again what the last undo on this source took back, by a new decision of this id."""

    decision_id: Id
    project_id: Id
    source_id: Id


# --- page to map ------------------------------------------------------------------------------------------------


class EvidenceRow(Message):
    source: str
    says: str
    value: float | None = None
    unit: str | None = None
    agrees: bool | None = None


class Step(Message):
    """A step of the trace; ``place`` is the number of the proposal it speaks of, from 0."""

    type: Literal["step"] = "step"
    kind: Literal["reading", "hypothesis", "evidence", "boxes", "render", "points", "verdict"]
    title: str
    says: str
    state: Literal["ok", "warn", "fail"] = "ok"
    place: int | None = None
    seconds: float = 0.0


class RunStarted(Message):
    type: Literal["run_started"] = "run_started"
    run_id: Id
    query: str
    tier: str


class Box(Message):
    """A place found by stage 1."""

    type: Literal["box"] = "box"
    run_id: Id
    proposal_id: Id
    place: int
    bounds: Bounds
    name: str | None = None
    class_id: str
    score: float


class Mask(Message):
    """A mask of a proposal (stage 1 or 2), or of a draft (stage 0, answering a PromptAdded).

    ``geometry`` is its outline, simplified to about a pixel; ``area_m2`` and ``score`` are measured on the mask.
    """

    type: Literal["mask"] = "mask"
    stage: Literal[0, 1, 2]
    proposal_id: Id | None = None
    draft_id: Id | None = None
    geometry: dict[str, Any] | None
    score: float
    area_m2: float
    milliseconds: float = 0.0


class Points(Message):
    """Signed points placed by stage 2."""

    type: Literal["points"] = "points"
    proposal_id: Id
    points: tuple[tuple[Lon, Lat, Sign], ...]


class ProposalView(Message):
    """A finished proposal, as streamed and as restored by /ss/state.

    ``state`` is what people decided on it, or on the same place and class in an earlier run (``rejected``);
    ``labelled``: a label of the same class lies there already, and ``label_id`` names it.
    """

    type: Literal["proposal"] = "proposal"
    id: Id
    run_id: Id
    place: int
    bounds: Bounds
    points: tuple[tuple[Lon, Lat, Sign], ...] = ()
    geometry: dict[str, Any] | None
    map_outline: dict[str, Any] | None = None
    score: float
    function: str
    class_id: str
    name: str | None = None
    area_m2: float
    holes: int = 0
    clipped: bool = False
    evidence: tuple[EvidenceRow, ...] = ()
    trace: tuple[Step, ...] = ()
    crop_url: str
    state: Literal["open", "labelled", "accepted", "edited", "unsure", "rejected"] = "open"
    reason: RejectReason | None = None
    label_id: Id | None = None


class Dropped(Message):
    """A place whose box was shown is not proposed after all; the reason is a sentence."""

    type: Literal["dropped"] = "dropped"
    proposal_id: Id
    reason: str


class Finished(Message):
    """The run ended. ``nothing_here`` comes with its reasons, as sentences."""

    type: Literal["finished"] = "finished"
    run_id: Id
    places: int
    seconds: float
    nothing_here: bool = False
    reasons: tuple[str, ...] = ()
    cancelled: bool = False


class Failed(Message):
    """Something did not work: a sentence that says what happened and what to do."""

    type: Literal["failed"] = "failed"
    sentence: str
    draft_id: Id | None = None


Outgoing = RunStarted | Step | Box | Mask | Points | ProposalView | Dropped | Finished | Failed


class Envelope(Message):
    """Numbered messages, oldest first."""

    seq: int
    request_id: Id
    message: Annotated[Outgoing, Field(discriminator="type")]


TO_SERVER: tuple[type[Message], ...] = (Ask, Cancel, PromptAdded, ShapeChanged, Decided, Undo, Redo)
TO_MAP: tuple[type[Message], ...] = (RunStarted, Step, Box, Mask, Points, ProposalView, Dropped, Finished, Failed)


def unreadable(error: ValidationError) -> str:
    """The sentence for a message that cannot be read."""
    if any(problem["type"] == "string_too_long" for problem in error.errors(include_input=False)):
        return f"The text is longer than {TEXT_LIMIT:,} characters. Shorten it."
    return NOT_READ


def describe() -> dict[str, Any]:
    """What static/js/messages.json holds: the version and, by direction, the fields of each message."""

    def table(models: tuple[type[Message], ...]) -> dict[str, Any]:
        return {
            model.__name__: {
                "fields": sorted(model.model_fields),
                "required": sorted(name for name, field in model.model_fields.items() if field.is_required()),
            }
            for model in models
        }

    return {"version": VERSION, "to_server": table(TO_SERVER), "to_map": table(TO_MAP)}


def main() -> None:
    """Write static/js/messages.json."""
    path = Path(__file__).parent.parent / "static" / "js" / "messages.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(describe(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
