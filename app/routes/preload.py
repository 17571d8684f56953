"""Tells the browser with the first answer what the page will need: Gradio names our files only when it has started."""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.vendor import MUST_LOAD

SCRIPTS = tuple(f"vendor/node_modules/{package}/{path}" for package, path in MUST_LOAD if path.endswith(".js"))


class Preload:
    """ASGI middleware: a Link header on the page itself, for our modules, style sheets and the map library."""

    def __init__(self, app: ASGIApp, static: Path) -> None:
        self._app = app
        self._header = link_header(static)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return

        async def send_with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("link", self._header)
            await send(message)

        await self._app(scope, receive, send_with_links)


def link_header(static: Path) -> str:
    """The header's value for the files below the folder of static files."""
    modules = sorted(path.relative_to(static).as_posix() for path in (static / "js").rglob("*.js"))
    sheets = sorted(path.relative_to(static).as_posix() for path in (static / "css").glob("*.css"))
    links = [f"</ss/static/{path}>; rel=modulepreload" for path in modules]
    links += [f"</ss/static/{path}>; rel=preload; as=style" for path in sheets]
    links += [f"</ss/static/{path}>; rel=preload; as=script" for path in SCRIPTS if (static / path).is_file()]
    return ", ".join(links)
