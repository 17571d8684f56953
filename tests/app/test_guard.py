"""Who may talk to the page."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.routes.guard import COOKIE, Guard, visitor_of


async def echo(request: Request) -> JSONResponse:
    return JSONResponse({"visitor": visitor_of(request.headers.get("cookie"))})


def client(*, hosts: set[str] | None = None, visitors: bool = False) -> TestClient:
    app = Starlette(routes=[Route("/ss/thing", echo, methods=["GET", "POST"]), Route("/other", echo, methods=["POST"])])
    app.add_middleware(Guard, hosts=hosts or {"127.0.0.1", "localhost"}, visitors=visitors)
    return TestClient(app, base_url="http://127.0.0.1:7860")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "", "[::2]:7860"])
def test_another_host_name_is_refused(host: str) -> None:
    assert client().get("/ss/thing", headers={"host": host}).status_code == 403


def test_the_page_may_read_and_write() -> None:
    own = {"origin": "http://127.0.0.1:7860", "x-socioscribe": "1"}
    assert client().get("/ss/thing").status_code == 200
    assert client().post("/ss/thing", headers=own).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:7860"])
def test_a_write_from_another_origin_is_refused(origin: str) -> None:
    for path in ("/ss/thing", "/other"):
        assert client().post(path, headers={"origin": origin, "x-socioscribe": "1"}).status_code == 403


def test_a_write_without_our_header_is_refused() -> None:
    assert client().post("/ss/thing").status_code == 403


def test_every_answer_says_that_types_are_not_to_be_guessed() -> None:
    assert client().get("/ss/thing").headers["x-content-type-options"] == "nosniff"


def test_a_visitor_of_a_demo_keeps_one_token() -> None:
    page = client(visitors=True)
    first = page.get("/ss/thing")
    token = first.cookies[COOKIE]
    assert len(token) >= 40
    assert "HttpOnly" in first.headers["set-cookie"]
    again = page.get("/ss/thing")
    assert again.json()["visitor"] == token
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("cookie", [None, "", "other=1", f"{COOKIE}=short", f"{COOKIE}=" + "x" * 500])
def test_a_cookie_that_is_no_token_is_no_visitor(cookie: str | None) -> None:
    assert visitor_of(cookie) is None
