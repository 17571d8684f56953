"""A person's own picture and map: received with a limit, checked in a child process, kept under their content."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from annotator.errors import BadInput
from annotator.scene.raster import inspect_raster
from annotator.scene.view import OSM_CREDIT
from annotator.types import Provenance
from app import intake
from app.places import OpenSource
from app.routes.boot import source_json, upload_mb
from app.routes.web import AsyncWork, limited
from app.settings import Settings
from app.workspace import Workspace

NAME_LIMIT = 80
UPLOADS = "uploads"


@dataclass(frozen=True)
class Received:
    """A checked file under a name made of its content; ``shown_as`` is the name the person knows it by."""

    path: Path
    sha256: str
    shown_as: str


def uploader(settings: Settings) -> AsyncWork:
    """The handler of POST /ss/upload."""
    limit = upload_mb(settings) * 1_000_000

    async def upload(request: Request, workspace: Workspace) -> Response:
        try:
            async with limited(request, limit).form(max_files=2, max_fields=4) as form:
                image, map_file = _file(form.get("image")), _file(form.get("map"))
                source_id = str(form.get("source_id") or "")
                opened = await to_thread.run_sync(_take, workspace, image, map_file, source_id)
        except HTTPException as error:
            raise BadInput("The upload is not a picture and a map, or it broke off. Send the files again.") from error
        return JSONResponse({"source": source_json(opened)})

    return upload


def _take(workspace: Workspace, image: UploadFile | None, map_file: UploadFile | None, source_id: str) -> OpenSource:
    picture = _receive(workspace, "image", image) if image else None
    features = _receive(workspace, "map", map_file) if map_file else None
    if picture is None and features is None:
        raise BadInput("No file arrived. Choose a GeoTIFF, or an OSM map as GeoJSON.")
    if picture is None:
        known = workspace.places.open(source_id)
        return workspace.places.add_files(
            workspace.project.id,
            known.place.raster.path,
            features.path if features else None,
            name=known.source.name,
            kind=known.source.kind,
            provenance=_provenance(known.place.provenance, features),
            content_sha256=_content_of(workspace, known),
            map_sha256=features.sha256 if features else None,
            map_name=features.shown_as if features else None,
        )
    return workspace.places.add_files(
        workspace.project.id,
        picture.path,
        features.path if features else None,
        name=PurePosixPath(picture.shown_as).stem,
        provenance=_provenance(_of_picture(picture), features),
        content_sha256=picture.sha256,
        map_sha256=features.sha256 if features else None,
        map_name=features.shown_as if features else None,
    )


def _file(field: object) -> UploadFile | None:
    """The field where it is a file; a form sends an empty one for a choice not made."""
    return field if isinstance(field, UploadFile) and field.filename else None


def _receive(workspace: Workspace, kind: intake.Kind, field: UploadFile) -> Received:
    """The file, checked, at data/uploads/<sha256>.<suffix>. The name it came under never becomes a path."""
    shown_as = shown_name(field.filename or "")
    folder = workspace.data / UPLOADS
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, suffix=intake.SUFFIXES[kind], delete=False) as aside:
        while block := field.file.read(1 << 20):
            digest.update(block)
            aside.write(block)
    path = Path(aside.name)
    kept = folder / f"{digest.hexdigest()}{intake.SUFFIXES[kind]}"
    try:
        intake.check(kind, path, shown_as)
        shutil.move(path, kept)
    finally:
        path.unlink(missing_ok=True)
    return Received(kept, digest.hexdigest(), shown_as)


def shown_name(name: str) -> str:
    """The last part of a file name, without control characters, short enough to show."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(ch for ch in last if ch.isprintable())[:NAME_LIMIT] or "The file"


def _content_of(workspace: Workspace, known: OpenSource) -> str | None:
    """The hash under which an uploaded picture is known; None for one that is known by its path."""
    path = known.place.raster.path
    return path.stem if path.parent == (workspace.data / UPLOADS).resolve() else None


def _of_picture(picture: Received) -> Provenance:
    return Provenance(PurePosixPath(picture.shown_as).stem, imagery_date=inspect_raster(picture.path).date)


def _provenance(base: Provenance, features: Received | None) -> Provenance:
    if features is None:
        return base
    return replace(base, map_provider=PurePosixPath(features.shown_as).stem, map_attribution=OSM_CREDIT)
