"""A small store with everything a decision needs: project, source, scene, run, three proposals."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import shapely.geometry as sg
import sqlalchemy as sa

from annotator.geometry import geometry_to_lonlat
from annotator.types import (
    Evidence,
    EvidenceSource,
    Grid,
    MapFeature,
    Proposal,
    Provenance,
    Query,
    Scene,
    SignedPoint,
    StepKind,
    Tier,
    TraceStep,
    WindowMask,
)
from storage.inputs import DecisionInput
from storage.models import users
from storage.store import Store
from storage.views import DecisionResult
from storage.words import DecisionKind

GRID = Grid("EPSG:32643", (716000.0, 1.0, 0.0, 3166000.0, 0.0, -1.0), 64, 48)
QUERY = Query("schools", Tier.CLASS, "en", "educational", ("school",))
NAMES = ("Mayur Cinema", "Lotus School", None)


def uid(number: int) -> str:
    """A UUID that is easy to read in a failure."""
    return str(UUID(int=number))


def box_lonlat(x0: float, y0: float, x1: float, y1: float) -> sg.base.BaseGeometry:
    """A box of the scene's pixels in lon/lat."""
    return geometry_to_lonlat(GRID, sg.box(x0, y0, x1, y1))


def make_scene(seed: int = 1) -> Scene:
    pixels = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    features = (
        MapFeature("way/2", box_lonlat(4, 4, 20, 16), {"amenity": "school", "name": "Schule Ä"}),
        MapFeature("way/1", sg.LineString([(77.2, 28.6), (77.2012345678, 28.60123)]), {"highway": "primary"}),
    )
    provenance = Provenance("test provider", "2024-05-01", "CC0", "© test")
    return Scene(GRID, pixels, features, provenance)


def make_proposal(place: int, proposal_id: str | None = None) -> Proposal:
    x = 2 + 20 * place
    pixels = np.ones((12, 16), dtype=bool)
    pixels[:2, :3] = False
    return Proposal(
        id=proposal_id or uid(1000 + place),
        place=place,
        box_px=(float(x), 4.0, float(x + 16), 16.0),
        points=(SignedPoint(x + 8.0, 10.0), SignedPoint(x + 1.0, 5.0, positive=False)),
        mask=WindowMask((x, 4, x + 16, 16), pixels),
        geometry_lonlat=box_lonlat(x, 4, x + 16, 16),
        score=0.5 + place / 10,
        function="educational",
        class_id="school",
        name=NAMES[place],
        evidence=(Evidence(EvidenceSource.MAP, "tagged amenity=school", 1.0, None, True),),
        trace=(TraceStep(StepKind.EVIDENCE, "Evidence", "the map says school", place=place),),
        feature_id="way/2",
        map_outline_lonlat=box_lonlat(x, 4, x + 15, 16),
    )


@dataclass(frozen=True)
class World:
    """The store and the ids of what is in it."""

    store: Store
    project_id: str
    source_id: str
    scene: Scene
    run_id: str
    proposal_ids: tuple[str, ...]

    def decide(self, number: int, kind: str, **fields: Any) -> DecisionResult:
        """One decision under the id uid(number)."""
        return self.store.decide(DecisionInput(uid(number), DecisionKind(kind), self.project_id, **fields))

    def accept(self, number: int, place: int = 0) -> DecisionResult:
        return self.decide(number, "accept", proposal_id=self.proposal_ids[place])

    def undo(self, number: int, user: str = "local") -> DecisionResult:
        return self.store.undo(decision_id=uid(number), project_id=self.project_id, user=user)

    def redo(self, number: int, user: str = "local") -> DecisionResult:
        return self.store.redo(decision_id=uid(number), project_id=self.project_id, user=user)

    def states(self) -> list[str]:
        """The proposals' states by place."""
        return [proposal.state.value for proposal in self.store.run(self.run_id).proposals]

    def statuses(self) -> list[tuple[int, str]]:
        """(version, status) of all labels, retired ones too."""
        every = ("accepted", "edited", "drawn", "unsure", "retired")
        found = self.store.labels(self.project_id, statuses=every)  # type: ignore[arg-type]
        return [(label.version, label.status.value) for label in found]

    def add_person(self, name: str) -> str:
        """Another person, for conflicts."""
        with self.store.write() as connection:
            connection.execute(sa.insert(users).values(id=name, name=name, created_at="2025-01-01T00:00:00.000Z"))
        return name


def start_run(store: Store, project_id: str, source_id: str, scene: Scene, run_id: str) -> None:
    store.start_run(
        project_id,
        scene.id,
        QUERY,
        run_id=run_id,
        source_id=source_id,
        reasoner="grounded",
        reasoner_version="1",
        segmenter="unet",
        segmenter_version="1",
        parameters={"jitter": 0.1},
        seed=7,
    )


def build(data_dir: Path) -> World:
    """A store with one run of three proposals, nothing decided."""
    store = Store.open(data_dir, writer=True, command="test")
    project = store.ensure_project("default")
    source = store.add_source(project.id, kind="sample_city", name="Sample city", path=None, meta={"date": "2020"})
    scene = make_scene()
    store.record_scene(scene)
    start_run(store, project.id, source.id, scene, uid(900))
    proposals = [make_proposal(place) for place in range(3)]
    store.add_proposals(uid(900), proposals)
    store.finish_run(uid(900), "done", seconds=0.4)
    return World(store, project.id, source.id, scene, uid(900), tuple(proposal.id for proposal in proposals))


def reopen(world: World, data_dir: Path) -> World:
    """The same world over a copy of its (closed) data folder."""
    shutil.copytree(world.store.data_dir, data_dir)
    return replace(world, store=Store.open(data_dir, writer=True, command="test"))
