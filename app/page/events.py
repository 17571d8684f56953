"""Events of the Gradio queue: asking, prompting, cancelling, and a hint that the view moved."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
from pydantic import BaseModel, ValidationError

from annotator.errors import SocioScribeError
from annotator.geometry import geometry_to_geojson
from annotator.ids import new_id
from app.asking import ask, read_words
from app.messages import (
    ID_PATTERN,
    Ask,
    Bounds,
    Cancel,
    Failed,
    Finished,
    Id,
    Mask,
    Outgoing,
    PromptAdded,
    RunStarted,
    unreadable,
)
from app.page.outbox import Outbox
from app.page.pump import Pump
from app.page.telling import Telling
from app.workspace import Workspace

log = logging.getLogger(__name__)

FindWorkspace = Callable[[gr.Request], Workspace]
Mail = Callable[[dict[str, Any]], Any]
BROKEN = "Something went wrong on the server. Your labels and drafts are safe; try again, or go on by hand."


class ViewMoved(BaseModel):
    """The page shows this part of a source: its scene may be read before the first click."""

    project_id: Id
    source_id: Id
    bounds: Bounds


class Events:
    """The handlers of the page's component. Errors become Failed messages; nothing is raised into Gradio."""

    def __init__(self, find: FindWorkspace, mail: Mail) -> None:
        self._find = find
        self._mail = mail
        self._running: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def ask(self, request: gr.Request, event: gr.EventData) -> Iterator[Any]:
        """Runs a query; yields the component's mail as it grows."""
        request_id = _id_in(event, "request_id") or new_id()
        try:
            workspace = self._find(request)
        except SocioScribeError as error:
            yield self._mail(_alone(request_id, failure(error)))
            return
        outbox = workspace.outboxes.of(str(request.session_hash))
        try:
            message = Ask.model_validate(event._data)
            outbox.acknowledge(message.ack)
            for told in self._asked(workspace, message):
                for item in told:
                    outbox.add(request_id, item)
                yield self._mail(outbox.mail())
        except Exception as error:  # noqa: BLE001 - the edge to Gradio: a person gets a sentence, the log the rest
            outbox.add(request_id, failure(error))
            yield self._mail(outbox.mail())

    def _asked(self, workspace: Workspace, message: Ask) -> Iterator[list[Outgoing]]:
        stopped = threading.Event()
        with self._lock:
            self._running[message.request_id] = stopped
        try:
            yield from self._run(workspace, message, stopped)
        finally:
            with self._lock:
                self._running.pop(message.request_id, None)

    def _run(self, workspace: Workspace, message: Ask, stopped: threading.Event) -> Iterator[list[Outgoing]]:
        opened = workspace.places.open(message.source_id)
        scene = opened.scene(message.bounds)
        query = read_words(message.text, scene)
        run_id = new_id()
        yield [RunStarted(run_id=run_id, query=query.text, tier=query.tier.value)]
        pump = Pump(ask(workspace.store, opened.source, scene, query, workspace.backends, run_id=run_id), stopped)
        telling = Telling(workspace.store, run_id, scene.grid)
        for batch in pump.batches():
            yield telling.messages(batch)
        if not telling.finished:
            yield [Finished(run_id=run_id, places=0, seconds=0.0, cancelled=True)]
        else:
            workspace.attach_pictures(scene)

    def cancel(self, event: gr.EventData) -> None:
        """Stops a run at its next event."""
        try:
            message = Cancel.model_validate(event._data)
        except ValidationError as error:
            log.warning("a cancel that cannot be read: %s", error)
            return
        with self._lock:
            stopped = self._running.get(message.request_id)
        if stopped is not None:
            stopped.set()

    def prompt(self, request: gr.Request, event: gr.EventData) -> Any:
        """A draft's mask from its prompts."""
        request_id, draft_id = _id_in(event, "request_id") or new_id(), _id_in(event, "draft_id")
        try:
            workspace = self._find(request)
        except SocioScribeError as error:
            return self._mail(_alone(request_id, failure(error, draft_id)))
        outbox = workspace.outboxes.of(str(request.session_hash))
        try:
            message = PromptAdded.model_validate(event._data)
            outbox.acknowledge(message.ack)
            made = workspace.prompting.answer(workspace.places.open(message.source_id), message)
            shape = None if made.geometry_lonlat.is_empty else geometry_to_geojson(made.geometry_lonlat)
            outbox.add(
                request_id,
                Mask(
                    stage=0,
                    draft_id=message.draft_id,
                    geometry=shape,
                    score=made.score,
                    area_m2=made.area_m2,
                    milliseconds=made.milliseconds,
                ),
            )
        except Exception as error:  # noqa: BLE001 - the edge to Gradio: a person gets a sentence, the log the rest
            outbox.add(request_id, failure(error, draft_id))
        return self._mail(outbox.mail())

    def view(self, request: gr.Request, event: gr.EventData) -> None:
        """Reads the scene in view and prepares the segmenter, so that the first click is as fast as the next."""
        try:
            workspace = self._find(request)
            moved = ViewMoved.model_validate(event._data)
            scene = workspace.places.open(moved.source_id).scene(moved.bounds)
            workspace.prompting.prepare(scene)
        except (SocioScribeError, ValidationError) as error:
            log.info("nothing to prepare: %s", error)


def _id_in(event: gr.EventData, name: str) -> str | None:
    """An id of a message that perhaps cannot be read as a whole."""
    found = event._data.get(name) if isinstance(event._data, dict) else None
    return found if isinstance(found, str) and re.fullmatch(ID_PATTERN, found) else None


def _alone(request_id: str, message: Outgoing) -> dict[str, Any]:
    """Mail of one message, to a page that has no workspace."""
    outbox = Outbox()
    outbox.add(request_id, message)
    return outbox.mail()


def failure(error: Exception, draft_id: str | None = None) -> Failed:
    """The sentence for an error; what is not ours is logged with its trace and told plainly."""
    if isinstance(error, ValidationError):
        log.warning("a message that cannot be read: %s", error)
        return Failed(sentence=unreadable(error), draft_id=draft_id)
    if isinstance(error, SocioScribeError):
        return Failed(sentence=str(error), draft_id=draft_id)
    log.exception("unexpected error", exc_info=error)
    return Failed(sentence=BROKEN, draft_id=draft_id)
