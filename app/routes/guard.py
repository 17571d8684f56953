"""Who may talk to the page: host and origin checks for every request, and a visitor's cookie in a demo."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
COOKIE = "ss_visitor"
OWN_HEADER = "x-socioscribe"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """ASGI middleware. ``hosts`` are the names the page answers to; None: any (a demo behind a proxy).

    A request to another host is refused (DNS rebinding); one that changes something needs an Origin of this page, or
    none, and below /ss/ our own header, which no other site can send without asking first (CSRF).
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None, *, visitors: bool = False) -> None:
        self._app = app
        self._hosts = None if hosts is None else frozenset(hosts)
        self._visitors = visitors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refusal(scope, headers)
        if refused is not None:
            answer = JSONResponse({"error": refused, "kind": "Refused"}, status_code=403)
            await answer(scope, receive, send)
            return
        fresh = self._visitors and visitor_of(headers.get("cookie")) is None

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    out.setdefault(name, value)
                if fresh:
                    out.append("set-cookie", _cookie(secrets.token_urlsafe(32), secure=_is_https(scope, headers)))
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> str | None:
        host = _name(headers.get("host", ""))
        if self._hosts is not None and host not in self._hosts:
            return "This page answers only under the address it was started with. Open that address."
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return None
        origin = headers.get("origin")
        if origin is not None and not _same(origin, headers):
            return "The request came from another site and was refused."
        if scope["path"].startswith("/ss/") and headers.get(OWN_HEADER) != "1":
            return "The request did not come from the page itself and was refused."
        return None


def visitor_of(cookie: str | None) -> str | None:
    """The visitor's token in a Cookie header, or None."""
    try:
        morsel = SimpleCookie(cookie or "").get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None and 20 <= len(morsel.value) <= 100 else None


def _name(authority: str) -> str:
    """Host name of "host:port", in lower case; "" where there is none."""
    try:
        return (urlsplit(f"//{authority}").hostname or "") if authority else ""
    except ValueError:
        return ""


def _same(origin: str, headers: Headers) -> bool:
    try:
        authority = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    known = {headers.get("host", "").lower(), headers.get("x-forwarded-host", "").lower()} - {""}
    return authority in known


def _is_https(scope: Scope, headers: Headers) -> bool:
    return scope.get("scheme") == "https" or headers.get("x-forwarded-proto", "") == "https"


def _cookie(token: str, *, secure: bool) -> str:
    across = "SameSite=None; Secure; Partitioned" if secure else "SameSite=Lax"
    return f"{COOKIE}={token}; Path=/; HttpOnly; Max-Age=86400; {across}"
