"""The handlers of the page's queue: what they tell, in which order, and what they never raise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from annotator.reasoner.two_stage import PlaceDropped
from app.page.events import Events
from app.page.telling import Telling
from app.workspace import Workspace
from storage.store import Store
from tests.app.ground import GRID, LOTUS, Site, Town, bounds, box_geojson, lonlat, serving, uid

REQUEST = uid(50)
Told = list[dict[str, Any]]


class Tab:
    """What Gradio gives a handler of the request: a session."""

    session_hash = "tab"


@dataclass
class Page:
    """One open page: sends events, applies the mail it gets."""

    site: Site
    events: Events
    seen: int = 0
    told: Told = field(default_factory=list)

    def ask(self, text: str = "school", **fields: Any) -> Iterator[Told]:
        """Each mail's new messages."""
        sent = {"request_id": REQUEST, "text": text, "bounds": bounds(0, 0, 600, 600), **self.site.ids, **fields}
        for mail in self.events.ask(TAB, event(sent)):
            yield self.apply(mail)

    def prompt(self, **fields: Any) -> Told:
        sent = {"request_id": uid(51), "draft_id": uid(60), "ack": self.seen, **self.site.ids, **fields}
        return self.apply(self.events.prompt(TAB, event(sent)))

    def apply(self, mail: dict[str, Any]) -> Told:
        fresh = [row for row in mail["envelopes"] if row["seq"] > self.seen]
        assert [row["seq"] for row in fresh] == list(range(self.seen + 1, self.seen + 1 + len(fresh)))
        self.seen += len(fresh)
        self.told += [row["message"] for row in fresh]
        return [row["message"] for row in fresh]


TAB: Any = Tab()


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def types(messages: Told) -> list[str]:
    return [message["type"] for message in messages]


@pytest.fixture
def page(site: Site) -> Page:
    def find(_request: gr.Request) -> Workspace:
        return site.workspace

    return Page(site, Events(find, lambda mail: mail))


def everything(page: Page, text: str = "school", **fields: Any) -> Told:
    return [message for batch in page.ask(text, **fields) for message in batch]


def status_of_run(page: Page) -> str:
    (run_id,) = (message["run_id"] for message in page.told if message["type"] == "run_started")
    return page.site.workspace.store.run(run_id).run.status.value


def test_a_question_tells_boxes_before_masks_and_ends(page: Page) -> None:
    told = types(everything(page))
    assert told[0] == "run_started"
    assert told[-1] == "finished"
    assert told.count("box") == 2
    assert max(i for i, kind in enumerate(told) if kind == "box") < told.index("mask") < told.index("points")
    assert told.index("points") < told.index("proposal")
    assert told.count("proposal") == 2


def test_a_question_tells_what_it_found(page: Page) -> None:
    told = everything(page)
    found = [message for message in told if message["type"] == "proposal"]
    assert [one["name"] for one in found] == ["Lotus School", "Hill School"]
    assert [one["class_id"] for one in found] == ["school", "school"]
    end = told[-1]
    assert (end["places"], end["nothing_here"], end["cancelled"], end["reasons"]) == (2, False, False, [])
    assert page.site.state()["proposals"] == found


def test_boxes_and_masks_speak_of_the_proposals_that_follow(page: Page) -> None:
    told = everything(page)
    boxes = {message["proposal_id"] for message in told if message["type"] == "box"}
    masks = {message["proposal_id"] for message in told if message["type"] == "mask"}
    assert boxes == masks == {message["id"] for message in told if message["type"] == "proposal"}


def test_nothing_here_comes_with_its_reasons(page: Page) -> None:
    end = everything(page, "hospital")[-1]
    assert (end["type"], end["places"], end["nothing_here"]) == ("finished", 0, True)
    assert end["reasons"]
    assert page.site.state()["run"]["nothing_here"] is True


def test_the_pictures_of_a_scene_are_stored_after_its_run(town: Town, tmp_path: Path) -> None:
    with serving(tmp_path / "data", town) as site:
        everything(Page(site, Events(lambda _request: site.workspace, lambda mail: mail)))
    with Store.open(tmp_path / "data", writer=False) as store:
        (project,) = store.projects()
        latest = store.latest_run(project.id, store.sources(project.id)[1].id)
        assert latest is not None
        assert store.scene(latest.run.scene_id).image.shape == (600, 600, 3)


def test_pictures_that_could_not_be_stored_are_stored_after_the_next_question(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(tmp_path / "data", town) as site:
        store, real = site.workspace.store, site.workspace.store.attach_scene_pictures
        full = [OSError(28, "No space left on device")]

        def attach(*pictures: Any) -> Any:
            if full:
                raise full.pop()
            return real(*pictures)

        monkeypatch.setattr(store, "attach_scene_pictures", attach)
        page = Page(site, Events(lambda _request: site.workspace, lambda mail: mail))
        everything(page)
        scene_id = store.run(page.told[0]["run_id"]).run.scene_id
        site.workspace._background.submit(lambda: None).result()
        assert store.scene_view(scene_id).image_sha256 is None
        assert "No space left" in caplog.text
        everything(page)
        site.workspace._background.submit(lambda: None).result()
        assert store.scene_view(scene_id).image_sha256 is not None


@pytest.mark.parametrize("data", [None, [], "ask", 5, {}, {"request_id": 5}, {"request_id": "<script>"}], ids=repr)
def test_a_message_that_cannot_be_read_fails_with_a_sentence(page: Page, data: Any) -> None:
    for answer in (list(page.events.ask(TAB, event(data))), [page.events.prompt(TAB, event(data))]):
        (told,) = page.apply(answer[-1])
        assert told["type"] == "failed"
        assert "Reload the page" in told["sentence"]
    page.events.cancel(event(data))
    page.events.view(TAB, event(data))


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\x00\x07\x1b", "...", "x" * 10_000, "\u202e\u202d", "'; --", "\ufeff"],
    ids=["empty", "blank", "control", "dots", "10 kB", "direction marks", "punctuation", "byte order mark"],
)
def test_words_that_are_no_question_fail_with_a_sentence(page: Page, text: str) -> None:
    (told,) = everything(page, text)
    assert told["type"] == "failed"
    assert "Reload" not in told["sentence"]
    assert told["sentence"].endswith(".")


@pytest.mark.parametrize(
    "text", ["🏫", "مدرسة", "<script>alert(1)</script>", "' OR 1=1 --x", "school\x00\x07", "x" * 2_000, "學校\u202e"]
)
def test_any_other_words_are_a_question(page: Page, text: str) -> None:
    told = everything(page, text)
    assert types(told)[0] == "run_started"
    assert types(told)[-1] == "finished"


def test_a_source_that_is_not_there_fails_with_a_sentence(page: Page) -> None:
    (told,) = everything(page, source_id=uid(99))
    assert (told["type"], "source" in told["sentence"]) == ("failed", True)


def test_cancelling_stops_the_run_and_says_so(page: Page) -> None:
    answers = page.ask()
    next(answers)
    page.events.cancel(event({"request_id": REQUEST}))
    told = [message for batch in answers for message in batch]
    assert (told[-1]["type"], told[-1]["cancelled"]) == ("finished", True)
    assert "proposal" not in types(told)
    assert status_of_run(page) == "cancelled"


def test_cancelling_what_does_not_run_does_nothing(page: Page) -> None:
    page.events.cancel(event({"request_id": uid(77)}))
    assert types(everything(page))[-1] == "finished"


def test_a_page_that_is_closed_ends_its_run(page: Page) -> None:
    answers = page.events.ask(
        TAB,
        event({"request_id": REQUEST, "text": "school", "bounds": bounds(0, 0, 600, 600), **page.site.ids}),
    )
    next(answers)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    page.apply(page.events.prompt(TAB, event({})))
    assert status_of_run(page) in {"cancelled", "done"}


def test_a_prompt_is_answered_with_the_drafts_mask(page: Page) -> None:
    (told,) = page.prompt(points=[(*lonlat(115, 95), 1)], class_id="school")
    assert (told["type"], told["stage"], told["draft_id"], told["proposal_id"]) == ("mask", 0, uid(60), None)
    assert told["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    assert told["area_m2"] == pytest.approx(110 * 70 * 0.25, rel=0.3)


def test_a_prompt_that_fails_names_its_draft(page: Page) -> None:
    (told,) = page.prompt()
    assert (told["type"], told["draft_id"]) == ("failed", uid(60))
    assert "Click on the object" in told["sentence"]


def test_prompts_and_questions_share_one_numbering(page: Page) -> None:
    everything(page)
    before = page.seen
    page.prompt(geometry=box_geojson(*LOTUS))
    assert page.seen == before + 1


def test_a_view_is_prepared_without_an_answer(page: Page) -> None:
    seen = {"bounds": bounds(0, 0, 600, 600), **page.site.ids}
    page.events.view(TAB, event(seen))
    page.events.view(TAB, event(seen | {"source_id": uid(99)}))
    page.events.view(TAB, event(seen | {"bounds": [10, 10, 11, 11]}))


def test_an_error_nobody_foresaw_is_told_without_its_trace(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("inner detail")

    monkeypatch.setattr(page.site.workspace.backends.segmenter, "predict", broken)
    told = everything(page)[-1]
    assert told["type"] == "failed"
    assert "inner detail" not in told["sentence"]
    assert "Your labels and drafts are safe" in told["sentence"]
    assert "inner detail" in caplog.text
    assert status_of_run(page) == "failed"


def test_a_place_that_is_dropped_says_why(site: Site) -> None:
    telling = Telling(site.workspace.store, uid(700), GRID)
    (told,) = telling.messages([PlaceDropped(0, uid(3), "It is another place again.")])
    assert told.model_dump() == {"type": "dropped", "proposal_id": uid(3), "reason": "It is another place again."}
