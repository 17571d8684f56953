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

from annotator.errors import ModelFailed
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
    WindowMask,
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
    localized: Localization = yield from _listen(reasoner.localize(scene, query), log)
    candidates = localized.candidates
    ids = [new_id() for _ in candidates]
    for place, candidate in enumerate(candidates):
        yield BoxFound(place, ids[place], candidate)
    if not candidates:
        result = log.result((), localized.reasons)
        yield RunFinished(result)
        return result

    embedding = _embed(scene, segmenter, log)
    prompts = [Prompt(c.box_px, c.points, gsd_m=gsd_m(scene.grid)) for c in candidates]
    first = yield from _segment(scene, segmenter, embedding, prompts, 1, log)
    masks = [found.result for found in first]
    yield log.take(_render_step(masks, segmenter))
    rendered = RenderedPictures(scene, [c.box_px for c in candidates], [mask.mask for mask in masks])
    refined: Refinement = yield from _listen(reasoner.refine(scene, query, candidates, rendered, masks), log)
    _check_count(refined, candidates)
    for place, part in enumerate(refined.places):
        yield PointsPlaced(place, part.points)
    prompts = [_with_points(p, r, m) for p, r, m in zip(prompts, refined.places, masks, strict=True)]
    second = yield from _segment(scene, segmenter, embedding, prompts, 2, log)
    final = [after if after.mask.area_px else before for before, after in zip(first, second, strict=True)]
    judged = refined
    if isinstance(reasoner, Concluding):
        told = reasoner.conclude(scene, query, candidates, [found.result for found in final])
        judged = yield from _listen(told, log)
        _check_count(judged, candidates)

    made = [
        _proposal(place, ids[place], candidates[place], prompts[place], judged.places[place], final[place], log.steps)
        for place in range(len(candidates))
        if final[place].mask.area_px
    ]
    empty = {place: NOTHING_SEGMENTED for place, found in enumerate(final) if not found.mask.area_px}
    kept, merged = without_duplicates(made)
    dropped = empty | merged
    for place, reason in sorted(dropped.items()):
        yield PlaceDropped(place, ids[place], reason)
    for proposal in kept:
        yield ProposalMade(proposal)
    result = log.result(kept, localized.reasons if kept else (*localized.reasons, *dropped.values()))
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


@dataclass(frozen=True, eq=False)
class _Segmented:
    """The segmenter's answer, and what is shown of it: without specks, and as an outline."""

    result: MaskResult
    mask: WindowMask
    geometry_lonlat: BaseGeometry


def _segment(
    scene: Scene, segmenter: Segmenter, embedding: Embedding, prompts: Sequence[Prompt], stage: int, log: _Log
) -> Generator[RunEvent, None, list[_Segmented]]:
    """Ask for the masks a few at a time, tell each, return all."""
    found: list[_Segmented] = []
    for at in range(0, len(prompts), MASKS_AT_ONCE):
        started = time.perf_counter()
        batch = segmenter.predict(embedding, prompts[at : at + MASKS_AT_ONCE])
        log.segment_seconds += time.perf_counter() - started
        for result in batch:
            mask = clean_mask(result.mask, scene.grid)
            found.append(_Segmented(result, mask, outline_lonlat(mask, scene.grid)))
            yield MaskMade(len(found) - 1, stage, result, found[-1].geometry_lonlat)
    return found


def _with_points(prompt: Prompt, refined: RefinedPlace, first: MaskResult) -> Prompt:
    return replace(prompt, points=prompt.points + refined.points, previous=first)


def _check_count(answer: Refinement, candidates: Sequence[Candidate]) -> None:
    if len(answer.places) != len(candidates):
        raise ModelFailed(
            f"The reasoner answered for {len(answer.places)} of {len(candidates)} places. "
            "Ask again, or choose another reasoner."
        )


def _render_step(masks: Sequence[MaskResult], segmenter: Segmenter) -> TraceStep:
    empty = sum(not mask.pixels.any() for mask in masks)
    first = "1 first mask" if len(masks) == 1 else f"{len(masks)} first masks"
    says = f"{first} by {segmenter.name}, given back with the boxes for a second look."
    if empty:
        says += f" {empty} of them {'is' if empty == 1 else 'are'} empty."
    return TraceStep(StepKind.RENDER, "First masks", says, StepState.WARN if empty else StepState.OK)


def _proposal(
    place: int,
    proposal_id: str,
    candidate: Candidate,
    prompt: Prompt,
    judged: RefinedPlace,
    final: _Segmented,
    steps: Sequence[TraceStep],
) -> Proposal:
    return Proposal(
        id=proposal_id,
        place=place,
        box_px=candidate.box_px,
        points=prompt.points,
        mask=final.mask,
        geometry_lonlat=final.geometry_lonlat,
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
