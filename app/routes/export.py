"""Labels as a download: the same folder as the command line writes, in one zip file."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from annotator.errors import BadInput
from app.workspace import Workspace

FORMATS = ("geojson", "coco", "socioseg")


def download(request: Request, workspace: Workspace) -> Response:
    """GET /ss/export?format=…: a zip of labels, files and manifest."""
    from storage.exports import export

    name = request.query_params.get("format", "")
    if name not in FORMATS:
        raise BadInput(f"There is no export format {name[:20]!r}. Choose one of {', '.join(FORMATS)}.")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / name
        export(workspace.store, out, format=name, project=workspace.project.name)
        with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as file:
            _zip(out, Path(file.name))
    return FileResponse(
        file.name,
        media_type="application/zip",
        filename=f"socioscribe-{name}.zip",
        background=BackgroundTask(Path(file.name).unlink),
    )


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
