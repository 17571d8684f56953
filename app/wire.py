"""Rows of the store as the page knows them: lon/lat only, JSON only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import shapely
from shapely.geometry import shape

from annotator.geometry import area_m2, px_to_lonlat
from annotator.types import BoundsLonLat, BoxPx, Grid, TraceStep
from app.messages import EvidenceRow, ProposalView, Step

if TYPE_CHECKING:
    from storage.store import Store
    from storage.views import DraftView, LabelView, ProposalMark, RunView, UndoState
    from storage.views import ProposalView as StoredProposal


def bounds_of_box(grid: Grid, box_px: BoxPx) -> BoundsLonLat:
    """(west, south, east, north) of a box in pixels."""
    x0, y0, x1, y1 = box_px
    lonlat = px_to_lonlat(grid, [[x0, y0], [x1, y0], [x0, y1], [x1, y1]])
    west, south = lonlat.min(axis=0)
    east, north = lonlat.max(axis=0)
    return float(west), float(south), float(east), float(north)


def points_of(grid: Grid, points_px: Sequence[tuple[float, float, int]]) -> tuple[tuple[float, float, Any], ...]:
    """Signed points in pixels as (lon, lat, sign)."""
    if not points_px:
        return ()
    lonlat = px_to_lonlat(grid, [point[:2] for point in points_px])
    return tuple(
        (float(lon), float(lat), 1 if point[2] > 0 else -1) for (lon, lat), point in zip(lonlat, points_px, strict=True)
    )


def step(trace_step: TraceStep) -> Step:
    return Step(
        kind=trace_step.kind.value,
        title=trace_step.title,
        says=trace_step.says,
        state=trace_step.state.value,
        place=trace_step.place,
        seconds=round(trace_step.seconds, 3),
    )


Placed = TypeVar("Placed", bound="LabelView | StoredProposal")
SAME_PLACE_IOU = 0.5
"""From this overlap on, a label and a proposal of one class are the same place."""


def proposals(store: Store, view: RunView, labels: Sequence[LabelView]) -> list[ProposalView]:
    """A run's proposals as the page shows them; one where a person decided before on its class says so.

    ``labels`` are those of the run's source.
    """
    grid = store.scene_view(view.run.scene_id).grid
    known = _Known(labels)
    refused = _Known(
        [one for one in store.rejected(view.run.project_id, view.run.source_id) if one.run_id != view.run.id]
    )
    shown = []
    for stored in view.proposals:
        one = proposal(stored, grid)
        if one.state == "open" and (label := known.at(stored)) is not None:
            one = one.model_copy(update={"state": "labelled", "label_id": label.id})
        elif one.state == "open" and (earlier := refused.at(stored)) is not None:
            one = one.model_copy(update={"state": "rejected", "reason": earlier.reason and earlier.reason.value})
        shown.append(one)
    return shown


class _Known(Generic[Placed]):
    """What people decided on before, by place."""

    def __init__(self, decided: Sequence[Placed]) -> None:
        self._decided: Sequence[Placed] = decided
        self._tree = shapely.STRtree([shape(one.geometry) for one in decided])

    def at(self, stored: StoredProposal) -> Placed | None:
        """The one of the proposal's class at the proposal's place, if any."""
        outline = shape(stored.geometry)
        for i in self._tree.query(outline, predicate="intersects"):
            other = self._tree.geometries[i]
            overlap = outline.intersection(other).area / outline.union(other).area
            if self._decided[i].class_id == stored.class_id and overlap >= SAME_PLACE_IOU:
                found: Placed = self._decided[int(i)]
                return found
        return None


def proposal(stored: StoredProposal, grid: Grid) -> ProposalView:
    """A stored proposal as the page shows it."""
    return ProposalView(
        id=stored.id,
        run_id=stored.run_id,
        place=stored.place,
        bounds=bounds_of_box(grid, stored.box_px),
        points=points_of(grid, stored.points_px),
        geometry=dict(stored.geometry),
        map_outline=dict(stored.map_outline) if stored.map_outline else None,
        score=stored.score,
        function=stored.function,
        class_id=stored.class_id,
        name=stored.name,
        area_m2=area_m2(shape(stored.geometry)),
        holes=holes(stored.geometry),
        clipped=stored.clipped,
        evidence=tuple(EvidenceRow(**row) for row in stored.evidence),
        trace=tuple(step(one) for one in stored.trace if one.place is not None),
        crop_url=f"/ss/crop/{stored.id}.jpg",
        state=stored.state.value,
        reason=stored.reason.value if stored.reason else None,
        label_id=stored.label_id,
    )


def holes(geometry: Mapping[str, Any]) -> int:
    """Number of holes of a GeoJSON polygon or multipolygon."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return sum(len(rings) - 1 for rings in parts if rings)


def run(view: RunView) -> dict[str, Any]:
    """A run and its steps, as /ss/state restores it."""
    row = view.run
    return {
        "id": row.id,
        "query": row.query.text,
        "tier": row.query.tier.value,
        "function": row.query.function,
        "class_id": row.query.classes[0] if len(row.query.classes) == 1 else None,
        "seconds": row.seconds,
        "places": len(view.proposals),
        "status": row.status.value,
        "nothing_here": bool(row.nothing_here),
        "reasons": list(row.reasons),
        "steps": [step(one).model_dump(mode="json") for one in view.steps],
    }


def label(view: LabelView) -> dict[str, Any]:
    return {
        "id": view.id,
        "version": view.version,
        "status": view.status.value,
        "function": view.function,
        "class_id": view.class_id,
        "name": view.name,
        "geometry": dict(view.geometry),
        "proposal_id": view.proposal_id,
        "author": view.author,
        "decided_at": view.decided_at,
        "score": view.score,
        "crop_url": f"/ss/label-crop/{view.id}.jpg?v={view.version}",
    }


def mark(view: ProposalMark) -> dict[str, Any]:
    return {
        "id": view.id,
        "state": view.state.value,
        "reason": view.reason.value if view.reason else None,
        "label_id": view.label_id,
    }


def draft(view: DraftView) -> dict[str, Any]:
    return {
        "draft_id": view.id,
        "sequence": view.sequence,
        "proposal_id": view.proposal_id,
        "label_id": view.label_id,
        "run_id": view.run_id,
        "geometry": dict(view.geometry) if view.geometry else None,
        "function": view.function,
        "class_id": view.class_id,
        "name": view.name,
        "prompts": [prompt_step(row) for row in view.prompts],
        "saved_at": view.saved_at,
    }


def undo(view: UndoState) -> dict[str, Any]:
    """What undo and redo would do, or null."""
    return {
        "undo": {"says": view.undo} if view.undo else None,
        "redo": {"says": view.redo} if view.redo else None,
    }


PAGE_KINDS = {"polygon": "outline", "map_outline": "outline"}
"""Kinds of prompts of the store that the page knows by another name."""


def prompt_step(row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored prompt as a PromptStep of the page."""
    lonlat = list(row["lonlat"])
    kind = PAGE_KINDS.get(row["kind"], row["kind"])
    sent: dict[str, Any] = {"kind": kind, "at_ms": row["at_ms"]}
    if kind == "box" and len(lonlat) == 4:
        sent["bounds"] = lonlat
    elif len(lonlat) >= 2:
        sent["lonlat"] = lonlat[:2]
    if kind == "point":
        sent["sign"] = row["sign"]
    return sent
