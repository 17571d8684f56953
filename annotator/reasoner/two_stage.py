"""The one pipeline: localize -> segment -> render the feedback -> refine -> segment.

`run` is a generator of events; the page streams them, the batch engine and the training drive the same code.
All boxes come before any mask. Closing the generator cancels the run, the reasoner's generators included.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar, runtime_checkable

from shapely.geometry.base import BaseGeometry

from annotator.geometry import gsd_m, polygonal
from annotator.ids import new_id
from annotator.reasoner.base import Candidate, Localization, Reasoner, RefinedPlace, Refinement
from annotator.reasoner.duplicates import without_duplicates
from annotator.reasoner.masks import clean_mask, outline_lonlat
from annotator.reasoner.rendering import RenderedPictures
from annotator.segmenter.base import Embedding, MaskResult, Prompt, Segmenter
from annotator.types import (
    Proposal,
    Query,
    Scene,
    SignedPoint,
    StepKind,
    StepState,
    Token,
    TraceStep,
)

MASKS_AT_ONCE = 8
"""Prompts given to the segmenter together; between them a run can be cancelled."""
NOTHING_SEGMENTED = "The segmenter found no object in the box."


@dataclass(frozen=True)
class StepTaken:
    """A step of the trace; ``seconds`` is the time since the step before."""

    step: TraceStep


@dataclass(frozen=True)
class TokenSaid:
    """A piece of text of a language model."""

    token: Token


@dataclass(frozen=True)
class BoxFound:
    """Stage 1 found a place; all of these come before the first MaskMade."""

    place: int
    proposal_id: str
    candidate: Candidate


@dataclass(frozen=True)
class MaskMade:
    """The segmenter's answer for a place: stage 1 from the box, stage 2 (final) with the points."""

    place: int
    stage: int
    mask: MaskResult
    geometry_lonlat: BaseGeometry


@dataclass(frozen=True)
class PointsPlaced:
    """The signed points that stage 2 adds to a place."""

    place: int
    points: tuple[SignedPoint, ...]


@dataclass(frozen=True)
class PlaceDropped:
    """A place whose box was shown is not proposed: nothing was segmented in it, or it is another place again."""

    place: int
    proposal_id: str
    reason: str


@dataclass(frozen=True)
class ProposalMade:
    """A finished proposal."""

    proposal: Proposal


@dataclass(frozen=True)
class RunResult:
    """What a run leaves: its proposals in the order of their places, or reasons why nothing is here; its trace
    and its times in seconds (``embed_seconds`` and ``segment_seconds`` are parts of ``seconds``)."""

    proposals: tuple[Proposal, ...]
    reasons: tuple[str, ...]
    steps: tuple[TraceStep, ...]
    seconds: float
    embed_seconds: float = 0.0
    segment_seconds: float = 0.0

    @property
    def nothing_here(self) -> bool:
        return not self.proposals


@dataclass(frozen=True)
class RunFinished:
    """The last event of a run that was not cancelled."""

    result: RunResult


Answer = TypeVar("Answer")
RunEvent = StepTaken | TokenSaid | BoxFound | MaskMade | PointsPlaced | PlaceDropped | ProposalMade | RunFinished


@runtime_checkable
class Concluding(Protocol):
    """A reasoner that measures the final masks too; its evidence and scores then replace those of `refine`."""

    def conclude(
        self, scene: Scene, query: Query, candidates: Sequence[Candidate], masks: Sequence[MaskResult]
    ) -> Generator[TraceStep | Token, None, Refinement]:
        """One RefinedPlace per candidate, in order; its points are not used."""


@dataclass
class _Log:
    """The run's own clock and trace."""

    started: float = field(default_factory=time.perf_counter)
    last: float = field(default_factory=time.perf_counter)
    steps: list[TraceStep] = field(default_factory=list)
    embed_seconds: float = 0.0
    segment_seconds: float = 0.0

    def take(self, step: TraceStep) -> StepTaken:
        now = time.perf_counter()
        timed = replace(step, seconds=now - self.last)
        self.last = now
        self.steps.append(timed)
        return StepTaken(timed)

    def result(self, proposals: Sequence[Proposal], reasons: Sequence[str]) -> RunResult:
        seconds = time.perf_counter() - self.started
        return RunResult(
            tuple(proposals), tuple(reasons), tuple(self.steps), seconds, self.embed_seconds, self.segment_seconds
        )


def run(scene: Scene, query: Query, reasoner: Reasoner, segmenter: Segmenter) -> Generator[RunEvent, None, RunResult]:
    """One two-stage pass over a scene; yields events, the last is RunFinished, and returns the same RunResult.

    Mask and geometry of a proposal are the segmenter's final mask (specks off, outline simplified by one pixel),
    never the map's polygon. Raises what the reasoner and the segmenter raise.
    """
    log = _Log()
    found: Localization = yield from _listen(reasoner.localize(scene, query), log)
    candidates = found.candidates
    ids = [new_id() for _ in candidates]
    for place, candidate in enumerate(candidates):
        yield BoxFound(place, ids[place], candidate)
    if not candidates:
        result = log.result((), found.reasons)
        yield RunFinished(result)
        return result

    embedding = _embed(scene, segmenter, log)
    first = yield from _segment(scene, segmenter, embedding, [_first_prompt(scene, c) for c in candidates], 1, log)
    yield log.take(_render_step(first, segmenter))
    rendered = RenderedPictures(scene, [c.box_px for c in candidates], [m.mask for m in first])
    refined: Refinement = yield from _listen(reasoner.refine(scene, query, candidates, rendered, first), log)
    for place, part in enumerate(refined.places):
        yield PointsPlaced(place, part.points)
    prompts = [_final_prompt(scene, c, r, m) for c, r, m in zip(candidates, refined.places, first, strict=True)]
    final = yield from _segment(scene, segmenter, embedding, prompts, 2, log)
    final = [after if after.pixels.any() else before for before, after in zip(first, final, strict=True)]
    judged = refined
    if isinstance(reasoner, Concluding):
        judged = yield from _listen(reasoner.conclude(scene, query, candidates, final), log)

    made = [
        _proposal(
            scene,
            place,
            ids[place],
            candidates[place],
            candidates[place].points + refined.places[place].points,
            judged.places[place],
            mask,
            log.steps,
        )
        for place, mask in enumerate(final)
        if mask.pixels.any()
    ]
    empty = {place: NOTHING_SEGMENTED for place, mask in enumerate(final) if not mask.pixels.any()}
    kept, merged = without_duplicates(made)
    dropped = empty | merged
    for place, reason in sorted(dropped.items()):
        yield PlaceDropped(place, ids[place], reason)
    for proposal in kept:
        yield ProposalMade(proposal)
    result = log.result(kept, found.reasons if kept else (*found.reasons, *dropped.values()))
    yield RunFinished(result)
    return result


def _listen(told: Generator[TraceStep | Token, None, Answer], log: _Log) -> Generator[RunEvent, None, Answer]:
    """Pass a reasoner's steps and tokens on as events; return its answer; close it when closed."""
    try:
        while True:
            said = next(told)
            yield TokenSaid(said) if isinstance(said, Token) else log.take(said)
    except StopIteration as end:
        answer: Answer = end.value
        return answer
    finally:
        told.close()


def _embed(scene: Scene, segmenter: Segmenter, log: _Log) -> Embedding:
    started = time.perf_counter()
    embedding = segmenter.embed(scene.image)
    log.embed_seconds = time.perf_counter() - started
    return embedding


def _segment(
    scene: Scene, segmenter: Segmenter, embedding: Embedding, prompts: Sequence[Prompt], stage: int, log: _Log
) -> Generator[RunEvent, None, list[MaskResult]]:
    """Ask for the masks a few at a time, tell each, return all."""
    masks: list[MaskResult] = []
    for at in range(0, len(prompts), MASKS_AT_ONCE):
        started = time.perf_counter()
        batch = segmenter.predict(embedding, prompts[at : at + MASKS_AT_ONCE])
        log.segment_seconds += time.perf_counter() - started
        for mask in batch:
            yield MaskMade(len(masks), stage, mask, outline_lonlat(clean_mask(mask.mask, scene.grid), scene.grid))
            masks.append(mask)
    return masks


def _first_prompt(scene: Scene, candidate: Candidate) -> Prompt:
    return Prompt(candidate.box_px, candidate.points, gsd_m=gsd_m(scene.grid))


def _final_prompt(scene: Scene, candidate: Candidate, refined: RefinedPlace, first: MaskResult) -> Prompt:
    points = candidate.points + refined.points
    return Prompt(candidate.box_px, points, previous=first, gsd_m=gsd_m(scene.grid))


def _render_step(masks: Sequence[MaskResult], segmenter: Segmenter) -> TraceStep:
    empty = sum(not mask.pixels.any() for mask in masks)
    first = "1 first mask" if len(masks) == 1 else f"{len(masks)} first masks"
    says = f"{first} by {segmenter.name}, given back with the boxes for a second look."
    if empty:
        says += f" {empty} of them {'is' if empty == 1 else 'are'} empty."
    return TraceStep(StepKind.RENDER, "First masks", says, StepState.WARN if empty else StepState.OK)


def _proposal(
    scene: Scene,
    place: int,
    proposal_id: str,
    candidate: Candidate,
    points: tuple[SignedPoint, ...],
    judged: RefinedPlace,
    result: MaskResult,
    steps: Sequence[TraceStep],
) -> Proposal:
    mask = clean_mask(result.mask, scene.grid)
    return Proposal(
        id=proposal_id,
        place=place,
        box_px=candidate.box_px,
        points=points,
        mask=mask,
        geometry_lonlat=outline_lonlat(mask, scene.grid),
        score=min(1.0, max(0.0, judged.score)),
        function=candidate.function,
        class_id=candidate.class_id,
        name=candidate.name,
        evidence=candidate.evidence + judged.evidence,
        trace=tuple(step for step in steps if step.place in (None, place)),
        clipped=candidate.clipped,
        feature_id=candidate.feature.id if candidate.feature else None,
        map_outline_lonlat=_map_outline(candidate),
    )


def _map_outline(candidate: Candidate) -> BaseGeometry | None:
    if candidate.feature is None:
        return None
    outline = polygonal(candidate.feature.geometry_lonlat)
    return None if outline.is_empty else outline
