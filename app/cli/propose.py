"""``propose``: the main job without a page. Records scene, run and proposals, never labels."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.errors import BadInput
from annotator.scene.map_modes import MapMode
from app.cli.common import add_store_options, say, settings_of

if TYPE_CHECKING:
    from annotator.types import Proposal, Query, Scene


def add(commands: Any) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        "propose",
        help="find what the words ask for, as boxes, points, masks and evidence",
        description="Reads a picture and its map, finds what the words ask for, and records the run in the store. "
        "Proposals become labels only by a person's decision on the page.",
    )
    command.add_argument("--image", type=Path, required=True, metavar="F", help="GeoTIFF or COG, any CRS")
    command.add_argument("--map", type=Path, metavar="F", help="map features, OSM GeoJSON")
    command.add_argument("--query", required=True, metavar="TEXT", help='for example "schools" or "Mayur Cinema"')
    command.add_argument(
        "--map-mode", choices=[mode.value for mode in MapMode], default="full", help="hide or spoil the map, to measure"
    )
    command.add_argument("--seed", type=int, default=0, help="seed of --map-mode sparse and shifted")
    command.add_argument("--bbox", type=float, nargs=4, metavar=("W", "S", "E", "N"), help="only this part, in degrees")
    command.add_argument("--out", type=Path, metavar="F.geojson", help="also write the proposals as GeoJSON")
    command.add_argument("--reasoner", metavar="NAME", help="default: grounded")
    command.add_argument("--segmenter", metavar="NAME", help="default: grabcut")
    add_store_options(command)
    return command


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Run the pipeline once; returns the JSON contract of ``propose``."""
    started = time.perf_counter()
    settings = settings_of(args)
    from annotator.reasoner.two_stage import ProposalMade, RunFinished, StepTaken
    from annotator.scene.features import EMPTY
    from app.asking import ask, hide_from_map, keep_pictures, read_words
    from app.backends import make_backends
    from app.places import Places
    from storage.store import Store

    if args.out and not args.out.parent.is_dir():
        raise BadInput(f"There is no folder for {args.out}. Make it first.")
    backends = make_backends(settings.reasoner, settings.segmenter)
    proposals: list[Proposal] = []
    with Store.open(settings.data, settings.store or None, writer=True, command="propose") as store:
        project = store.ensure_project(settings.project)
        opened = Places(store, settings.data).add_files(project.id, args.image, args.map)
        place = opened.place if args.map else opened.place.with_index(EMPTY)
        whole = place.exact_scene(tuple(args.bbox) if args.bbox else None)
        query = read_words(args.query, whole)
        scene, hidden = hide_from_map(whole, query, args.map_mode, args.seed)
        query = read_words(args.query, scene)
        parameters = {"map_mode": args.map_mode, "seed": args.seed}
        for event in ask(store, opened.source, scene, query, backends, parameters=parameters):
            if isinstance(event, StepTaken):
                say(f"{event.step.title}: {event.step.says}")
            elif isinstance(event, ProposalMade):
                proposals.append(event.proposal)
            elif isinstance(event, RunFinished):
                seconds = time.perf_counter() - started
                result = event.result
        keep_pictures(store, scene)
    answer = as_json(query, scene, proposals, seconds)
    answer["reasons"] = list(result.reasons)
    if args.map_mode == "points":
        from annotator.evaluation.hidden import hidden_report
        from annotator.taxonomy import load_taxonomy

        answer["hidden"] = hidden_report(hidden, proposals, scene, load_taxonomy())
    if args.out:
        args.out.write_text(json.dumps(as_feature_collection(proposals), ensure_ascii=False, indent=1), "utf-8")
    _tell(answer)
    return answer


def as_json(query: Query, scene: Scene, proposals: Sequence[Proposal], seconds: float) -> dict[str, Any]:
    """The contract's object."""
    from annotator.geometry import bounds_lonlat, gsd_m

    return {
        "query": query.text,
        "tier": query.tier.value,
        "seconds": round(seconds, 3),
        "nothing_here": not proposals,
        "scene": {**scene.grid.as_dict(), "bounds_lonlat": bounds_lonlat(scene.grid), "gsd_m": gsd_m(scene.grid)},
        "proposals": [_proposal(proposal) for proposal in proposals],
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    from annotator.geometry import geometry_to_geojson

    return {
        "box_px": list(proposal.box_px),
        "points_px": [list(point.as_triple()) for point in proposal.points],
        "score": round(proposal.score, 4),
        "function": proposal.function,
        "class": proposal.class_id,
        "name": proposal.name,
        "geometry": geometry_to_geojson(proposal.geometry_lonlat),
        "evidence": [evidence.as_dict() for evidence in proposal.evidence],
        "trace": [
            {"kind": step.kind.value, "title": step.title, "says": step.says, "state": step.state.value}
            for step in proposal.trace
        ],
        "clipped": proposal.clipped,
        "feature_id": proposal.feature_id,
    }


def as_feature_collection(proposals: Sequence[Proposal]) -> dict[str, Any]:
    """The proposals as GeoJSON, for a look in another program."""
    features = []
    for proposal in proposals:
        properties = _proposal(proposal)
        geometry = properties.pop("geometry")
        features.append({"type": "Feature", "id": proposal.id, "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def _tell(answer: dict[str, Any]) -> None:
    if answer["nothing_here"]:
        say(f"Nothing here for “{answer['query']}” ({answer['seconds']:.1f} s).")
        for reason in answer["reasons"]:
            say(f"  {reason}")
        return
    say(f"{len(answer['proposals'])} for “{answer['query']}” ({answer['seconds']:.1f} s):")
    for number, proposal in enumerate(answer["proposals"], 1):
        cut = ", cut by the picture's edge" if proposal["clipped"] else ""
        say(f"  {number}. {proposal['name'] or proposal['class']}  score {proposal['score']:.2f}{cut}")
