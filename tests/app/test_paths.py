"""Paths from outside read nothing but what is served, and no other site may write."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.app.ground import Site, raw_request, uid

SECRET = "the-secret-of-this-machine"
UP = [
    "..",
    "../..",
    "../../..",
    "../../../../../../../../../..",
    "....//....//",
    "..;/..;",
    ".%2e/.%2e",
    "%2e%2e/%2e%2e",
    "%2e%2e%2f%2e%2e%2f",
    "%252e%252e%252f",
    "..%2f..%2f",
    "..%c0%af..",
    "..\\..",
    "..%5c..%5c",
    "\\\\..\\..",
    "./../.",
    "//..//..",
    "css/../..",
    "js/../../..",
    "css/..%00/..",
    "..\x00",
    "~",
    "~root",
    "C:\\..",
    "file:///..",
    "\uff0e\uff0e/\uff0e\uff0e",
    "..\u2215..",
    "%uff0e%uff0e/",
    ".../...",
    "..\t/..",
]
DIRECT = [
    "/etc/passwd",
    "//etc/passwd",
    "file:///etc/passwd",
    "%2fetc%2fpasswd",
    "/proc/self/environ",
    "....//....//etc/passwd",
    "..%00/etc/passwd",
    "C:/windows/win.ini",
    "\\\\host\\share",
    "/vsicurl/http://127.0.0.1/secret.txt",
]


@pytest.fixture
def secret(site: Site, tmp_path: Path) -> Path:
    """A file outside of all that is served, but inside the data folder."""
    path = site.settings.data / "secret.txt"
    path.write_text(SECRET)
    return path


def forms(secret: Path) -> list[str]:
    """40 ways to name a file that is not served."""
    return [f"{up}/{name}" for up in UP for name in ("pyproject.toml", str(secret)[1:])] + DIRECT


def assert_nothing_read(answer: tuple[int, bytes], form: str) -> None:
    status, body = answer
    assert status in {204, 400, 404, 405, 422}, (form, status)
    assert SECRET.encode() not in body, form
    assert b"[project]" not in body, form
    assert b"root:" not in body, form


def test_there_are_forty_forms() -> None:
    assert len(UP) + len(DIRECT) == 40


@pytest.mark.parametrize(
    "prefix",
    [
        "/ss/static/",
        "/ss/static/css/",
        "/ss/crop/",
        "/ss/label-crop/",
        "/ss/tiles/",
        "/ss/map-tiles/",
        "/ss/",
    ],
)
def test_no_path_leaves_what_is_served(site: Site, secret: Path, prefix: str) -> None:
    for form in forms(secret):
        for tail in ("", ".jpg", "/1/2/3.webp", "/1/2/3.png"):
            assert_nothing_read(raw_request(site.app, f"{prefix}{form}{tail}"), form)


def test_no_tile_is_read_from_a_path(site: Site, secret: Path) -> None:
    for form in forms(secret):
        for place in (f"{form}/1/2/3", f"{site.ids['source_id']}/{form}/2/3", f"{site.ids['source_id']}/1/2/{form}"):
            assert_nothing_read(raw_request(site.app, f"/ss/tiles/{place}.webp"), form)


def test_no_export_format_is_a_path(site: Site, secret: Path) -> None:
    for form in forms(secret):
        query = b"format=" + quote(form, errors="surrogateescape").encode()
        assert_nothing_read(raw_request(site.app, "/ss/export", query=query), form)
    assert not list(site.settings.data.parent.glob("**/manifest.json"))


def test_a_link_out_of_the_static_folder_is_not_followed(site: Site) -> None:
    status, _ = raw_request(site.app, "/ss/static/")
    assert status == 404


POSTS = ["/ss/draft", "/ss/draft/discard", "/ss/decide", "/ss/undo", "/ss/redo", "/ss/upload"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://["},
        {"host": "evil.example"},
        {"host": "[::1"},
        {"host": "127.0.0.1.evil.example"},
        {"x-socioscribe": ""},
        {"x-socioscribe": "0"},
    ],
    ids=str,
)
def test_no_other_site_may_write(site: Site, headers: dict[str, str]) -> None:
    for path in POSTS:
        status, body = raw_request(site.app, path, method="POST", headers=headers)
        assert status == 403, path
        assert b'"kind":"Refused"' in body
    assert site.is_alive()


def test_nothing_is_written_by_reading(site: Site) -> None:
    for path in POSTS:
        assert raw_request(site.app, path)[0] == 405
        assert raw_request(site.app, path, method="OPTIONS", headers={"origin": "https://evil.example"})[0] == 405


@pytest.mark.parametrize(
    "path", ["/ss/boot", "/ss/state", "/ss/export", f"/ss/crop/{uid(1)}.jpg", "/ss/static/css/app.css"]
)
def test_no_other_name_may_read(site: Site, path: str) -> None:
    assert raw_request(site.app, path, headers={"host": "evil.example"})[0] == 403


def test_no_answer_allows_another_site_to_read(site: Site) -> None:
    answer: Any = site.page.get("/ss/boot", headers={"origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]
