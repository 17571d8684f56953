"""A small made-up town on disk, a running set of routes over it, and requests as a hostile client sends them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
import cv2
import numpy as np
import numpy.typing as npt
import shapely.geometry as sg
from shapely.geometry import mapping
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from annotator.geometry import geometry_to_lonlat, px_to_lonlat
from annotator.types import Grid
from app.asking import ask, keep_pictures, read_words
from app.routes.guard import LOOPBACK, Guard
from app.routes.table import routes
from app.settings import Settings, load_settings
from app.workspace import Workspace, Workspaces

SIDE_PX = 600
GRID = Grid("EPSG:32645", (330_000.0, 0.5, 0.0, 3_070_000.0, 0.0, -0.5), SIDE_PX, SIDE_PX)
LOTUS = (60, 60, 170, 130)
HILL = (330, 90, 420, 170)
CINEMA = (380, 400, 480, 470)
TEMPLE = (110, 330, 170, 390)
HOUSE = (250, 480, 290, 510)
OWN = {"x-socioscribe": "1"}
TIME = "2025-03-01T12:00:00.000Z"

Pixels = npt.NDArray[Any]


def uid(number: int) -> str:
    """A UUID that is easy to read in a failure."""
    return str(UUID(int=number))


def lonlat(x: float, y: float) -> tuple[float, float]:
    """A pixel of the town in degrees."""
    ((lon, lat),) = px_to_lonlat(GRID, [[x, y]])
    return float(lon), float(lat)


def box_geojson(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    """A box of the town's pixels as a GeoJSON polygon."""
    return json.loads(json.dumps(mapping(geometry_to_lonlat(GRID, sg.box(x0, y0, x1, y1)))))  # type: ignore[no-any-return]


def bounds(x0: float, y0: float, x1: float, y1: float) -> list[float]:
    """west, south, east, north of a box of the town's pixels."""
    return list(sg.shape(box_geojson(x0, y0, x1, y1)).bounds)


def town_pixels() -> Pixels:
    """(600, 600, 3) uint8: green-brown texture with bright roofs where the map has buildings."""
    rng = np.random.default_rng(5)
    ground = cv2.GaussianBlur(rng.normal(0, 60, (SIDE_PX, SIDE_PX)), (0, 0), 2.0)
    image = np.clip(np.array([86, 98, 70]) + ground[..., None] + rng.normal(0, 5, (SIDE_PX, SIDE_PX, 3)), 0, 255)
    for x0, y0, x1, y1 in (LOTUS, HILL, CINEMA, TEMPLE, HOUSE):
        image[y0:y1, x0:x1] = np.array([206, 196, 188]) + rng.normal(0, 5, (y1 - y0, x1 - x0, 3))
    return np.clip(image, 0, 255).astype(np.uint8)


def feature(number: int, box: tuple[int, int, int, int], tags: Mapping[str, Any]) -> dict[str, Any]:
    properties = {"osm_type": "way", "osm_id": number, "building": "yes", **tags}
    return {"type": "Feature", "geometry": box_geojson(*box), "properties": properties}


def town_map() -> dict[str, Any]:
    return collection(
        feature(1, LOTUS, {"amenity": "school", "name": "Lotus School"}),
        feature(2, HILL, {"amenity": "school", "name": "Hill School"}),
        feature(3, CINEMA, {"amenity": "cinema", "name": "Mayur Cinema"}),
        feature(4, TEMPLE, {"amenity": "place_of_worship", "religion": "hindu"}),
        feature(5, HOUSE, {"name": None}),
    )


def collection(*features: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def write_tif(path: Path, pixels: Pixels, *, crs: str | None = GRID.crs, transform: Any = None, **options: Any) -> Path:
    """(H, W, bands) pixels as a GeoTIFF on the town's ground."""
    import rasterio
    from affine import Affine

    height, width, count = pixels.shape
    profile = {"driver": "GTiff", "height": height, "width": width, "count": count, "dtype": pixels.dtype, "crs": crs}
    placed = Affine.from_gdal(*GRID.transform) if transform is None else transform
    with rasterio.open(path, "w", **profile, transform=placed, **options) as out:
        out.write(np.moveaxis(pixels, 2, 0))
    return path


def write_json(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Town:
    """The two files of the town."""

    image: Path
    map_file: Path


@dataclass(frozen=True, eq=False)
class Site:
    """Our routes behind the guard, over a workspace of their own, and a browser that is the page."""

    app: Starlette
    page: TestClient
    workspaces: Workspaces
    settings: Settings

    @property
    def workspace(self) -> Workspace:
        return self.workspaces.of(None)

    @property
    def ids(self) -> dict[str, str]:
        return {"project_id": self.workspace.project.id, "source_id": self.workspace.first_source_id}

    def post(self, path: str, **message: Any) -> Any:
        """The answer to a message about the town."""
        return self.page.post(path, json=self.ids | message)

    def decide(self, number: int, kind: str, **fields: Any) -> Any:
        sent = {"decision_id": uid(number), "kind": kind, "decided_at": TIME, **fields}
        return self.post("/ss/decide", **sent)

    def turn(self, way: str, number: int) -> Any:
        """The answer to an undo or a redo."""
        return self.page.post(f"/ss/{way}", json=self.ids | {"decision_id": uid(number)})

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.get(f"/ss/state?source={self.ids['source_id']}").json()
        return found

    def is_alive(self) -> bool:
        return bool(self.page.get("/ss/boot").status_code == 200)


@contextmanager
def serving(data: Path, town: Town | None, **options: Any) -> Iterator[Site]:
    """The site over a data folder; closed at the end."""
    settings = load_settings({"data": data, **options})
    files = {"image": town.image, "map_file": town.map_file} if town else {}
    workspaces = Workspaces(settings, **files)
    hosts = None if settings.demo else LOOPBACK
    guard = Middleware(Guard, hosts=hosts, visitors=settings.demo)
    app = Starlette(routes=routes(settings, workspaces), middleware=[guard])
    try:
        yield Site(app, TestClient(app, "http://127.0.0.1:7860", headers=dict(OWN)), workspaces, settings)
    finally:
        workspaces.close()


def run_query(workspace: Workspace, words: str, run_id: str) -> list[str]:
    """Asks in the town; returns the ids of the proposals, by place."""
    opened = workspace.places.open(workspace.first_source_id)
    scene = opened.scene()
    for _ in ask(workspace.store, opened.source, scene, read_words(words, scene), workspace.backends, run_id=run_id):
        pass
    keep_pictures(workspace.store, scene)
    return [proposal.id for proposal in workspace.store.run(run_id).proposals]


def raw_request(
    app: Any, path: str, *, query: bytes = b"", method: str = "GET", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """(status, body) of a request whose path reaches the application exactly as given, dots and all."""
    given = {"host": "127.0.0.1:7860", **OWN} | dict(headers or {})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "query_string": query,
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 7860),
    }
    status, parts = 0, []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = int(message["status"])
        parts.append(bytes(message.get("body", b"")))

    async def call() -> None:
        await app(scope, receive, send)

    anyio.run(call)
    return status, b"".join(parts)
