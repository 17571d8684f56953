"""What the store gives back: frozen values made from rows, geometry as GeoJSON dicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotator.types import BoundsLonLat, BoxPx, Grid, Provenance, Query, TraceStep, WindowPx
from storage.words import DecisionKind, DraftState, LabelStatus, ProposalState, RejectReason, Review, RunStatus

GeoJson = dict[str, Any]
Rle = dict[str, Any]
"""COCO RLE of a window: {"size": [height, width], "counts": text}."""


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    name: str
    created_at: str


@dataclass(frozen=True, slots=True)
class ProjectClass:
    """A class that a project adds to the taxonomy; one in use is retired, not deleted."""

    project_id: str
    class_id: str
    function: str
    title: str
    retired_at: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """``meta`` holds what the kind needs: of pictures bounds_lonlat, attribution, date."""

    id: str
    project_id: str
    kind: str
    name: str
    path: str | None
    map_source_id: str | None
    meta: Mapping[str, Any]
    created_at: str


@dataclass(frozen=True, slots=True)
class SceneView:
    """A scene without its pixels; the ``*_sha256`` name files of the store, None until they are attached."""

    id: str
    grid: Grid
    gsd_m: float
    bounds_lonlat: BoundsLonLat
    provenance: Provenance
    valid_rle: Rle | None
    image_sha256: str | None
    map_sha256: str | None
    features_sha256: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One pass; ``nothing_here`` and ``seconds`` are None until it ends, ``reasons`` say why nothing was found."""

    id: str
    project_id: str
    source_id: str
    scene_id: str
    query_id: str
    query: Query
    reasoner: str
    reasoner_version: str
    segmenter: str
    segmenter_version: str
    parameters: Mapping[str, Any]
    seed: int | None
    status: RunStatus
    seconds: float | None
    nothing_here: bool | None
    reasons: tuple[str, ...]
    started_at: str
    finished_at: str | None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with what people made of it: ``state``, the reason of a rejection, the label born from it."""

    id: str
    run_id: str
    place: int
    box_px: BoxPx
    points_px: tuple[tuple[float, float, int], ...]
    window_px: WindowPx
    mask_rle: Rle
    geometry: GeoJson
    score: float
    function: str
    class_id: str
    name: str | None
    evidence: tuple[Mapping[str, Any], ...]
    trace: tuple[TraceStep, ...]
    clipped: bool
    feature_id: str | None
    map_outline: GeoJson | None
    state: ProposalState
    reason: RejectReason | None
    label_id: str | None


@dataclass(frozen=True, slots=True)
class RunView:
    run: Run
    steps: tuple[TraceStep, ...]
    proposals: tuple[ProposalView, ...]


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label at one version. ``score`` is its proposal's; ``imagery_date`` and ``attribution`` are its scene's, else
    its source's; ``mask_rle`` lives in ``window_px`` of ``scene_id``; ``author`` made this version."""

    id: str
    version: int
    status: LabelStatus
    review: Review
    function: str
    class_id: str
    name: str | None
    geometry: GeoJson
    mask_rle: Rle | None
    window_px: WindowPx | None
    score: float | None
    project_id: str
    source_id: str
    scene_id: str | None
    run_id: str | None
    query_id: str | None
    proposal_id: str | None
    author: str
    decided_at: str
    imagery_date: str
    attribution: str


@dataclass(frozen=True, slots=True)
class DraftView:
    id: str
    project_id: str
    source_id: str
    user: str
    scene_id: str | None
    run_id: str | None
    proposal_id: str | None
    label_id: str | None
    geometry: GeoJson | None
    mask_rle: Rle | None
    window_px: WindowPx | None
    function: str | None
    class_id: str | None
    name: str | None
    prompts: tuple[Mapping[str, Any], ...]
    sequence: int
    state: DraftState
    saved_at: str


@dataclass(frozen=True, slots=True)
class ProposalMark:
    """A proposal's state after a decision, enough for the page to redraw it."""

    id: str
    state: ProposalState
    reason: RejectReason | None
    label_id: str | None


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision changed: the labels as they were right after it, and the proposals' states.

    ``target_id`` is the decision that an undo or a redo speaks of, ``target_kind`` its kind.
    """

    decision_id: str
    kind: DecisionKind
    recorded_at: str
    labels: tuple[LabelView, ...]
    proposals: tuple[ProposalMark, ...]
    target_id: str | None = None
    target_kind: DecisionKind | None = None

    @property
    def label(self) -> LabelView | None:
        """The one label, or None where the decision touched none."""
        return self.labels[0] if self.labels else None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A row of the history; ``in_effect`` is False once undone, ``says`` names the object."""

    seq: int
    id: str
    kind: DecisionKind
    user: str
    says: str
    source_id: str | None
    scene_id: str | None
    run_id: str | None
    query_id: str | None
    proposal_id: str | None
    label_id: str | None
    label_version: int | None
    target_id: str | None
    reason: RejectReason | None
    seconds: float | None
    clicks: int | None
    decided_at: str
    recorded_at: str
    in_effect: bool


@dataclass(frozen=True, slots=True)
class UndoState:
    """What undo and redo would do, as "accept · Mayur Cinema", or None where there is nothing."""

    undo: str | None
    redo: str | None
