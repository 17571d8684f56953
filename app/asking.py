"""One question over one scene: read the words, run the two stages, keep the run in the store."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from annotator.geometry import bounds_lonlat
from annotator.ids import new_id
from annotator.query import read_query, select
from annotator.reasoner.two_stage import ProposalMade, RunEvent, RunFinished, run
from annotator.scene.map_modes import apply_map_mode
from annotator.taxonomy import load_taxonomy
from annotator.types import MapFeature, Query, Scene
from app.backends import Backends

if TYPE_CHECKING:
    from storage.store import Store
    from storage.views import Source


def read_words(text: str, scene: Scene) -> Query:
    """The words as a query, read with the names on the scene's map. Raises BadQuery with a sentence."""
    names = tuple(dict.fromkeys(name for feature in scene.features for name in feature.names))
    return read_query(text, load_taxonomy(), names)


def hide_from_map(scene: Scene, query: Query, mode: str, seed: int) -> tuple[Scene, Mapping[str, MapFeature]]:
    """The scene with its map hidden or spoilt (docs: --map-mode), and what was hidden, by id."""
    asked = {feature.id for feature, _ in select(query, scene.features, load_taxonomy())}
    features, hidden = apply_map_mode(
        scene.features,
        mode,
        lambda feature: feature.id in asked,
        seed,
        within_lonlat=bounds_lonlat(scene.grid),
    )
    return replace(scene, features=features), hidden


def ask(
    store: Store,
    source: Source,
    scene: Scene,
    query: Query,
    backends: Backends,
    *,
    run_id: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Generator[RunEvent, None, None]:
    """The run's events; scene, query and run are in the store before the first, the proposals before any is told.

    Closing the generator cancels the run and says so in the store; what fails is recorded as failed and raised.
    """
    run_id = run_id or new_id()
    store.record_scene(scene)
    store.start_run(
        source.project_id,
        scene.id,
        query,
        run_id=run_id,
        source_id=source.id,
        reasoner=backends.reasoner.name,
        reasoner_version=backends.reasoner.version,
        segmenter=backends.segmenter.name,
        segmenter_version=backends.segmenter.version,
        parameters=dict(parameters or {}),
    )
    started = time.perf_counter()
    events = run(scene, query, backends.reasoner, backends.segmenter)
    status: str | None = "failed"
    held: list[ProposalMade] = []
    try:
        for event in events:
            if isinstance(event, ProposalMade):
                held.append(event)
                continue
            if isinstance(event, RunFinished):
                _record(store, run_id, event)
                status = None
                yield from held
            yield event
    except GeneratorExit:
        status = status and "cancelled"
        raise
    finally:
        events.close()
        if status is not None:
            store.finish_run(run_id, status, seconds=time.perf_counter() - started)


def keep_pictures(store: Store, scene: Scene) -> None:
    """Store the scene's two pictures and its features, where that was not done; takes up to seconds."""
    from annotator.scene.digital_map import DigitalMap

    if store.scene_view(scene.id).image_sha256 is None:
        picture = DigitalMap(scene.features).picture(scene.grid, scene.grid.width, scene.grid.height)
        store.attach_scene_pictures(scene, picture)


def _record(store: Store, run_id: str, finished: RunFinished) -> None:
    result = finished.result
    store.add_steps(run_id, result.steps)
    store.add_proposals(run_id, result.proposals)
    store.finish_run(run_id, "done", seconds=result.seconds, nothing_here=result.nothing_here, reasons=result.reasons)
