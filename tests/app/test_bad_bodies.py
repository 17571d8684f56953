"""What arrives as JSON: unreadable is a sentence, nothing is lost, the server answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.app.ground import HOUSE, TIME, Site, box_geojson, uid

DRAWN = {"kind": "add", "function": "educational", "class_id": "school", "decided_at": TIME}
POSTS = ["/ss/draft", "/ss/draft/discard", "/ss/decide", "/ss/undo", "/ss/redo"]


def assert_refused(site: Site, answer: Any, status: int = 422) -> str:
    """A sentence, an empty store, a living server."""
    told: dict[str, str] = answer.json()
    assert (answer.status_code, told["kind"]) in {(status, "BadInput"), (413, "Refused")}
    assert "Traceback" not in told["error"]
    assert told["error"].endswith(".")
    state = site.state()
    assert (state["labels"], state["drafts"]) == ([], [])
    return told["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b"{}",
        b'{"a": 1}',
        b"[" * 50_000,
        b'{"a":' * 5_000,
    ],
    ids=["empty", "words", "no utf-8", "null", "list", "text", "number", "no keys", "wrong keys", "deep", "deep keys"],
)
def test_a_body_that_is_no_message_is_a_sentence(site: Site, body: bytes) -> None:
    for path in POSTS:
        assert "Reload the page" in assert_refused(site, site.page.post(path, content=body))


def decision(site: Site, **fields: Any) -> dict[str, Any]:
    return site.ids | DRAWN | {"decision_id": uid(10), "geometry": box_geojson(*HOUSE)} | fields


@pytest.mark.parametrize(
    "fields",
    [
        {"decision_id": "10"},
        {"decision_id": "../../../etc/passwd"},
        {"source_id": "' OR 1=1 --"},
        {"kind": "delete"},
        {"kind": "undo"},
        {"reason": "because"},
        {"seconds": -1},
        {"seconds": float("nan")},
        {"seconds": float("inf")},
        {"clicks": 10**30},
        {"clicks": -1},
        {"expected_version": 10**30},
        {"class_id": "School'; DROP TABLE labels; --"},
        {"class_id": "x" * 200},
        {"function": "../etc"},
        {"name": "x" * 2_001},
        {"name": "half \ud800 letter"},
        {"name": 5},
        {"decided_at": "yesterday"},
        {"decided_at": "2025-01-01T00:00:00"},
        {"prompts": [{"kind": "point", "lonlat": [200, 0], "at_ms": 0}]},
        {"prompts": [{"kind": "point", "lonlat": [float("nan"), 0], "at_ms": 0}]},
        {"prompts": [{"kind": "point", "lonlat": [1, 2], "at_ms": 10**30}]},
        {"prompts": [{"kind": "point", "lonlat": [1, 2], "sign": 0, "at_ms": 0}]},
        {"prompts": [{"kind": "outline", "at_ms": 0}] * 2_001},
        {"extra": True},
    ],
    ids=str,
)
def test_a_decision_with_a_wrong_field_is_a_sentence(site: Site, fields: dict[str, Any]) -> None:
    assert_refused(site, site.page.post("/ss/decide", content=json.dumps(decision(site, **fields))))


RING = [[85.2765, 27.7415], [85.2767, 27.7415], [85.2767, 27.7417], [85.2765, 27.7415]]
SHAPES: list[Any] = [
    {},
    {"type": "Polygon"},
    {"type": "Circle", "coordinates": [1, 2]},
    {"type": 5, "coordinates": RING},
    {"type": "Polygon", "coordinates": "x"},
    {"type": "Polygon", "coordinates": {}},
    {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": [[]]},
    {"type": "Polygon", "coordinates": [RING[:2]]},
    {"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"]]]},
    {"type": "Polygon", "coordinates": [[[None, None]] * 4]},
    {"type": "Polygon", "coordinates": [[[float("nan"), 27], [1, 1], [2, 2], [float("nan"), 27]]]},
    {"type": "Polygon", "coordinates": [[[10**400, 27], [1, 1], [2, 2], [10**400, 27]]]},
    {"type": "Polygon", "coordinates": [[[179, 0], [181, 0], [181, 1], [179, 0]]]},
    {"type": "Polygon", "coordinates": [[[0, 89], [1, 91], [2, 91], [0, 89]]]},
    {"type": "Polygon", "coordinates": [[[330_000, 3_000_000], [330_001, 3_000_000], [330_001, 3_000_001]]]},
    {"type": "Polygon", "coordinates": [[[85, 27], [85, 27], [85, 27], [85, 27]]]},
    {"type": "Point", "coordinates": [85, 27]},
    {"type": "LineString", "coordinates": RING},
    {"type": "GeometryCollection", "geometries": []},
    {"type": "GeometryCollection"},
    {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [85, 27]}]},
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: json.dumps(shape)[:60])
def test_a_shape_that_is_no_area_on_the_earth_is_a_sentence(site: Site, shape: Any) -> None:
    assert_refused(site, site.page.post("/ss/decide", content=json.dumps(decision(site, geometry=shape))))
    draft = site.ids | {"draft_id": uid(1), "sequence": 1, "geometry": shape}
    assert_refused(site, site.page.post("/ss/draft", content=json.dumps(draft)))


def test_a_shape_nested_too_deep_is_a_sentence(site: Site) -> None:
    body = json.dumps(decision(site, geometry="HERE")).replace('"HERE"', '{"a":' * 5_000 + "1" + "}" * 5_000)
    assert_refused(site, site.page.post("/ss/decide", content=body))


def test_a_name_that_is_too_long_says_so(site: Site) -> None:
    answer = site.page.post("/ss/decide", json=decision(site, name="x" * 2_001))
    assert assert_refused(site, answer) == "The text is longer than 2,000 characters. Shorten it."


def test_a_body_over_the_limit_is_refused(site: Site) -> None:
    answer = site.page.post("/ss/draft", content=b" " * 2_048_001)
    assert answer.status_code == 413
    assert assert_refused(site, answer) == "This is larger than 2 MB, the most that is taken at once."


def test_a_body_at_the_limit_is_read(site: Site) -> None:
    body = json.dumps(decision(site)).encode()
    assert site.page.post("/ss/decide", content=body + b" " * (2_048_000 - len(body))).status_code == 200


def test_a_time_at_the_edge_of_the_calendar_is_a_sentence(site: Site) -> None:
    answer = site.page.post("/ss/decide", json=decision(site, decided_at="0001-01-01T00:00:00+23:00"))
    assert_refused(site, answer)


@pytest.mark.parametrize("source", ["", "x", "'", "%00", uid(1) + "x", "..%2f..", "a" * 5_000])
def test_state_of_what_is_no_source_is_a_sentence(site: Site, source: str) -> None:
    answer = site.page.get(f"/ss/state?source={source}")
    assert (answer.status_code, answer.json()["kind"]) == (422, "BadInput")


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "</script><script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "<a href='jav\tascript:alert(1)'>x</a>",
    "<math><mtext></p><script>alert(1)</script>",
    "'-alert(1)-'",
    "\\u003cscript\\u003ealert(1)",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>@import'http://evil.example'</style>",
    "<object data=javascript:alert(1)>",
    "＜script＞alert(1)＜/script＞",
    "<!--><script>alert(1)</script-->",
    '=HYPERLINK("http://evil.example")',
]


def test_hostile_names_come_back_as_the_text_they_are(site: Site) -> None:
    assert len(PAYLOADS) == 20
    for number, payload in enumerate(PAYLOADS):
        answer = site.page.post("/ss/decide", json=decision(site, name=payload, decision_id=uid(10 + number)))
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["label"]["name"] == payload.replace("\t", "")
    names = {label["name"] for label in site.state()["labels"]}
    assert names == {payload.replace("\t", "") for payload in PAYLOADS}


QUERIES = ["' OR '1'='1", "'; DROP TABLE labels; --", "<script>alert(1)</script>", "مدرسة", "🏫", "\u202eloohcs", "%00"]


@pytest.mark.parametrize("text", QUERIES)
def test_hostile_text_in_a_draft_comes_back_as_it_was_sent(site: Site, text: str) -> None:
    site.post("/ss/draft", draft_id=uid(1), sequence=1, name=text)
    shown = "".join(letter for letter in text if letter.isprintable())
    assert [one["name"] for one in site.state()["drafts"]] == [shown]
