"""What all routes share: the workspace of a request, bodies with a limit, errors as sentences."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from anyio import to_thread
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive

from annotator.errors import (
    BadInput,
    ModelFailed,
    NotAllowed,
    NotFound,
    Refused,
    SocioScribeError,
    StaleVersion,
    StoreError,
)
from app.messages import unreadable
from app.routes.guard import visitor_of
from app.workspace import Workspace, Workspaces

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[SocioScribeError], int], ...] = (
    (StaleVersion, 409),
    (NotFound, 404),
    (NotAllowed, 409),
    (StoreError, 503),
    (ModelFailed, 503),
    (Refused, 413),
    (BadInput, 422),
    (SocioScribeError, 500),
)
"""HTTP status of each kind of error; the first that fits counts."""
BROKEN = "Something went wrong on the server. What is marked as saved is safe; try again."

Body = TypeVar("Body", bound=BaseModel)
Work = Callable[[Request, Workspace], Response]
AsyncWork = Callable[[Request, Workspace], Awaitable[Response]]


def route(path: str, work: Work, workspaces: Workspaces) -> Route:
    """A GET route whose work runs on a thread."""

    async def answer(request: Request) -> Response:
        workspace = await to_thread.run_sync(workspaces.of, visitor(request))
        return await to_thread.run_sync(work, request, workspace)

    return Route(path, _guarded(answer), methods=["GET"])


def post(path: str, work: AsyncWork, workspaces: Workspaces) -> Route:
    """A POST route; ``work`` reads the body itself."""

    async def answer(request: Request) -> Response:
        workspace = await to_thread.run_sync(workspaces.of, visitor(request))
        return await work(request, workspace)

    return Route(path, _guarded(answer), methods=["POST"])


def visitor(request: Request) -> str | None:
    """The visitor's token, where the browser sent one: the page's first answer gave it."""
    return visitor_of(request.headers.get("cookie"))


def save(
    path: str,
    model: type[Body],
    work: Callable[[Body, Workspace], Mapping[str, Any]],
    workspaces: Workspaces,
    limit_bytes: int,
) -> Route:
    """A POST route that takes one message as JSON and answers with JSON."""

    async def answer(request: Request, workspace: Workspace) -> Response:
        raw = await limited(request, limit_bytes).body()
        message = model.model_validate_json(raw)
        return JSONResponse(await to_thread.run_sync(work, message, workspace))

    return post(path, answer, workspaces)


def limited(request: Request, limit_bytes: int) -> Request:
    """The request, refusing a body of more than ``limit_bytes`` while it arrives."""
    seen = 0

    def wrap(receive: Receive) -> Receive:
        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit_bytes:
                raise Refused(f"This is larger than {limit_bytes / 1e6:.0f} MB, the most that is taken at once.")
            return message

        return counted

    return Request(request.scope, wrap(request.receive))


def error_response(error: SocioScribeError) -> JSONResponse:
    """The error as JSON: its sentence, its kind, and the other version of a stale save."""
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    body: dict[str, Any] = {"error": str(error), "kind": type(error).__name__}
    if isinstance(error, StaleVersion):
        body["theirs"] = error.theirs
    return JSONResponse(body, status_code=status)


def _guarded(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        try:
            return await answer(request)
        except SocioScribeError as error:
            return error_response(error)
        except ValidationError as error:
            log.warning("%s: a message that cannot be read: %s", request.url.path, error)
            return JSONResponse({"error": unreadable(error), "kind": "BadInput"}, status_code=422)
        except Exception:
            log.exception("%s failed", request.url.path)
            return JSONResponse({"error": BROKEN, "kind": "Unexpected"}, status_code=500)

    return guarded
