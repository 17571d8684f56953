"""All our routes in one list."""

from __future__ import annotations

from functools import partial

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from app.messages import Decided, Redo, ShapeChanged, Undo
from app.page.workbench import STATIC
from app.routes import boot, export, tiles, work
from app.routes.upload import uploader
from app.routes.web import post, route, save
from app.settings import Settings
from app.workspace import Workspaces


def routes(settings: Settings, workspaces: Workspaces) -> list[BaseRoute]:
    """Routes under /ss/, for Gradio's app_kwargs."""
    body = settings.body_kb * 1_000
    return [
        Mount("/ss/static", StaticFiles(directory=STATIC, follow_symlink=False)),
        route("/ss/boot", partial(boot.boot, settings), workspaces),
        route("/ss/state", work.state, workspaces),
        route("/ss/tiles/{source}/{z}/{x}/{y}.webp", tiles.satellite_tile, workspaces),
        route("/ss/map-tiles/{source}/{z}/{x}/{y}.png", tiles.map_tile, workspaces),
        route("/ss/crop/{id}.jpg", tiles.proposal_crop, workspaces),
        route("/ss/label-crop/{id}.jpg", tiles.label_crop, workspaces),
        route("/ss/export", export.download, workspaces),
        save("/ss/draft", ShapeChanged, work.save_draft, workspaces, body),
        save("/ss/draft/discard", work.Discard, work.discard, workspaces, body),
        save("/ss/decide", Decided, work.decide, workspaces, body),
        save("/ss/undo", Undo, work.undo, workspaces, body),
        save("/ss/redo", Redo, work.redo, workspaces, body),
        post("/ss/upload", uploader(settings), workspaces),
    ]
