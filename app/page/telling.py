"""A run's events as messages for the page."""

from __future__ import annotations

from collections.abc import Iterable

from annotator.geometry import area_m2, geometry_to_geojson
from annotator.reasoner.two_stage import (
    BoxFound,
    MaskMade,
    PlaceDropped,
    PointsPlaced,
    RunEvent,
    RunFinished,
    StepTaken,
)
from annotator.types import Grid
from app import wire
from app.messages import Box, Dropped, Finished, Mask, Outgoing, Points
from storage.store import Store


class Telling:
    """Translates the events of one run; proposals are told as they stand in the store."""

    def __init__(self, store: Store, run_id: str, grid: Grid) -> None:
        self._store = store
        self._run_id = run_id
        self._grid = grid
        self._ids: dict[int, str] = {}
        self.finished = False

    def messages(self, events: Iterable[RunEvent]) -> list[Outgoing]:
        return [message for event in events for message in self._of(event)]

    def _of(self, event: RunEvent) -> list[Outgoing]:
        match event:
            case StepTaken(step):
                return [wire.step(step)]
            case BoxFound():
                return [self._box(event)]
            case MaskMade():
                return [self._mask(event)]
            case PointsPlaced(place, points):
                triples = [point.as_triple() for point in points]
                return [Points(proposal_id=self._ids[place], points=wire.points_of(self._grid, triples))]
            case PlaceDropped(_, proposal_id, reason):
                return [Dropped(proposal_id=proposal_id, reason=reason)]
            case RunFinished():
                return self._end(event)
            case _:
                return []

    def _box(self, event: BoxFound) -> Box:
        self._ids[event.place] = event.proposal_id
        candidate = event.candidate
        return Box(
            run_id=self._run_id,
            proposal_id=event.proposal_id,
            place=event.place,
            bounds=wire.bounds_of_box(self._grid, candidate.box_px),
            name=candidate.name,
            class_id=candidate.class_id,
            score=candidate.score,
        )

    def _mask(self, event: MaskMade) -> Mask:
        empty = event.geometry_lonlat.is_empty
        return Mask(
            stage=1 if event.stage == 1 else 2,
            proposal_id=self._ids[event.place],
            geometry=None if empty else geometry_to_geojson(event.geometry_lonlat),
            score=event.mask.score,
            area_m2=0.0 if empty else area_m2(event.geometry_lonlat),
        )

    def _end(self, event: RunFinished) -> list[Outgoing]:
        self.finished = True
        result = event.result
        stored = self._store.run(self._run_id)
        labels = self._store.labels(stored.run.project_id, stored.run.source_id)
        end = Finished(
            run_id=self._run_id,
            places=len(result.proposals),
            seconds=round(result.seconds, 3),
            nothing_here=result.nothing_here,
            reasons=result.reasons,
        )
        return [*wire.proposals(self._store, stored, labels), end]
