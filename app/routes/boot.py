"""What a page needs before it shows anything: project, sources, classes, models, limits."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from annotator.errors import BadInput, NotFound
from annotator.taxonomy import Taxonomy, load_taxonomy
from app.messages import TEXT_LIMIT
from app.messages import VERSION as MESSAGES_VERSION
from app.places import OpenSource
from app.settings import Settings
from app.version import VERSION
from app.workspace import USER, Workspace

EXAMPLES = {"sample_city": ["schools", "hospital", "parks"]}
TITLES = {"grounded": "Grounded", "grabcut": "GrabCut"}
LOOKED_AT = 5_000
"""Features that examples are made of at most: the page asks for them each time it opens."""
REASON_NAMES = {
    "wrong_place": "Wrong place",
    "wrong_class": "Wrong class",
    "boundary": "Boundary is off",
    "merged": "Several places in one",
    "split": "Part of a place",
    "nothing_there": "Nothing there",
    "imagery_outdated": "Picture is outdated",
    "duplicate": "Duplicate",
}
"""In the order of the keys 1 to 8."""


def boot(settings: Settings, request: Request, workspace: Workspace) -> Response:
    sources, problems = _sources(workspace)
    backends = workspace.backends
    return JSONResponse(
        {
            "version": VERSION,
            "messages": MESSAGES_VERSION,
            "user": USER,
            "demo": settings.demo,
            "project": {"id": workspace.project.id, "name": workspace.project.name},
            "projects": [{"id": one.id, "name": one.name} for one in workspace.store.projects()],
            "sources": sources,
            "problems": problems,
            "source_id": workspace.first_source_id,
            "taxonomy": taxonomy_json(load_taxonomy()),
            "reject_reasons": [{"id": id_, "name": name} for id_, name in REASON_NAMES.items()],
            "models": {
                "reasoner": TITLES[backends.reasoner.name],
                "segmenter": TITLES[backends.segmenter.name],
                "device": backends.device,
                "cost": backends.cost,
                "learned": False,
                "note": "Rules over the map and GrabCut over the picture: nothing learned, nothing downloaded.",
            },
            "limits": {"upload_mb": upload_mb(settings), "text": TEXT_LIMIT},
        }
    )


def upload_mb(settings: Settings) -> int:
    """The largest upload; halved in a demo."""
    return max(1, settings.upload_mb // 2) if settings.demo else settings.upload_mb


def _sources(workspace: Workspace) -> tuple[list[dict[str, Any]], list[str]]:
    """The picture sources that open, and a sentence for each that does not."""
    found: list[dict[str, Any]] = []
    problems: list[str] = []
    for source in workspace.store.sources(workspace.project.id):
        if source.kind == "osm_geojson":
            continue
        try:
            found.append(source_json(workspace.places.open(source.id)))
        except (BadInput, NotFound) as error:
            problems.append(str(error))
    return found, problems


def source_json(opened: OpenSource) -> dict[str, Any]:
    """A picture source as the page knows it."""
    source, raster, index = opened.source, opened.place.raster, opened.place.index
    provenance = opened.place.provenance
    has_map = bool(index.features)
    date = provenance.imagery_date
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "bounds": list(raster.bounds_lonlat),
        "gsd_m": raster.gsd_m,
        "width": raster.grid.width,
        "height": raster.grid.height,
        "min_zoom": opened.zooms[0],
        "max_zoom": opened.zooms[1],
        "tiles": f"/ss/tiles/{source.id}/{{z}}/{{x}}/{{y}}.webp",
        "map_tiles": f"/ss/map-tiles/{source.id}/{{z}}/{{x}}/{{y}}.png" if has_map else None,
        "map_features": len(index.features),
        "map_skipped": index.skipped,
        "provider": provenance.imagery_provider,
        "date": "date unknown" if date == "unknown" else date,
        "credit": provenance.imagery_attribution,
        "map_credit": provenance.map_attribution,
        "examples": examples(opened),
    }


def examples(opened: OpenSource) -> list[str]:
    """Three things worth asking here: classes that the map of this source has, the most frequent first, and a name."""
    if opened.source.kind in EXAMPLES:
        return EXAMPLES[opened.source.kind]
    taxonomy = load_taxonomy()
    seen: dict[str, int] = {}
    for feature in opened.place.index.features[:LOOKED_AT]:
        for class_id in taxonomy.classes_of_tags(feature.tags)[:1]:
            seen[class_id] = seen.get(class_id, 0) + 1
    frequent = sorted(seen, key=lambda class_id: -seen[class_id])[:2]
    name = next((feature.name for feature in opened.place.index.features if feature.name), None)
    return [*(taxonomy.display(class_id).lower() for class_id in frequent), *([name] if name else [])]


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def taxonomy_json(taxonomy: Taxonomy) -> dict[str, Any]:
    return {
        "functions": [
            {
                "id": id_,
                "name": _title(taxonomy.display(id_)),
                "classes": [
                    {"id": class_id, "name": taxonomy.display(class_id)} for class_id in taxonomy.classes_of(id_)
                ],
            }
            for id_ in taxonomy.functions
        ]
    }
