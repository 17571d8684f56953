"""The reasoner's protocol and the values that pass between its two stages."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from annotator.segmenter.base import MaskResult
from annotator.types import BoxPx, Evidence, MapFeature, Query, RgbImage, Scene, SignedPoint, Token, TraceStep


@dataclass(frozen=True, eq=False)
class Candidate:
    """A place found by stage 1: a box in pixels of the scene and what speaks for it.

    ``points`` prompt the segmenter together with the box already in stage 1 (a POI's own point); ``score`` is the
    belief that the place is what was asked for, 0 to 1; ``feature`` is the map feature it rests on, if any.
    """

    box_px: BoxPx
    function: str
    class_id: str
    score: float
    name: str | None = None
    points: tuple[SignedPoint, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    clipped: bool = False
    feature: MapFeature | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Localization:
    """Stage 1's answer. No candidates is an answer of its own; ``reasons`` then says why."""

    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...] = ()

    @property
    def nothing_here(self) -> bool:
        return not self.candidates


@dataclass(frozen=True)
class RefinedPlace:
    """Stage 2's answer for one box: points to add, evidence measured on the first mask, the score it now deserves."""

    points: tuple[SignedPoint, ...]
    score: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Refinement:
    """One RefinedPlace per box of stage 1, in the same order."""

    places: tuple[RefinedPlace, ...]


class Rendered(Protocol):
    """The two pictures stage 2 looks at, with boxes and masks drawn in; drawn when first asked for."""

    @property
    def satellite(self) -> RgbImage: ...

    @property
    def digital_map(self) -> RgbImage: ...


class Reasoner(Protocol):
    """Words + pictures -> places. Both stages are generators: they yield steps or tokens and return their result;
    closing one cancels it."""

    name: str
    version: str

    def localize(self, scene: Scene, query: Query) -> Generator[TraceStep | Token, None, Localization]:
        """Stage 1: boxes, or nothing here."""

    def refine(
        self,
        scene: Scene,
        query: Query,
        candidates: Sequence[Candidate],
        rendered: Rendered,
        masks: Sequence[MaskResult],
    ) -> Generator[TraceStep | Token, None, Refinement]:
        """Stage 2: signed points per box, after a look at the first masks."""
