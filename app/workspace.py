"""What a person works in: a store, its sources, the models; one for all on loopback, one a visitor in a demo."""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from annotator.errors import BadInput, NotAllowed, SocioScribeError
from annotator.types import Scene
from app.asking import keep_pictures
from app.backends import Backends, make_backends
from app.page.outbox import Outboxes
from app.places import OpenSource, Places
from app.prompting import Prompting
from app.sample import add_sample_city, sample_city_files
from app.settings import Settings
from storage.store import Store
from storage.views import Project

log = logging.getLogger(__name__)

USER = "local"
VISITOR_SECONDS = 24 * 3600
VISITORS = 64
"""Visitors' stores kept open at once."""


@dataclass(frozen=True, eq=False)
class Workspace:
    """One store and all that works on it."""

    store: Store
    project: Project
    places: Places
    backends: Backends
    prompting: Prompting
    outboxes: Outboxes
    data: Path
    first_source_id: str
    _attached: set[str] = field(default_factory=set)
    _attaching: threading.Lock = field(default_factory=threading.Lock)
    _background: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "pictures"))

    def attach_pictures(self, scene: Scene) -> None:
        """Keep the scene's pictures in the store, on a thread of their own: they take up to seconds."""
        with self._attaching:
            if scene.id in self._attached:
                return
            self._attached.add(scene.id)
        self._background.submit(self._attach, scene)

    def _attach(self, scene: Scene) -> None:
        try:
            keep_pictures(self.store, scene)
        except (SocioScribeError, OSError, MemoryError):
            log.exception("the pictures of a scene were not stored; the next question there tries again")
            with self._attaching:
                self._attached.discard(scene.id)

    def close(self) -> None:
        """Waits for pictures that are being stored, then closes the store."""
        self._background.shutdown(wait=True)
        self.store.close()


def open_workspace(
    settings: Settings, data: Path, backends: Backends, *, image: Path | None = None, map_file: Path | None = None
) -> Workspace:
    """The workspace of a data folder, with the given files or the sample city as its first view."""
    store = Store.open(data, settings.store or None, writer=True, command="serve")
    try:
        project = store.ensure_project(settings.project)
        places = Places(store, data)
        first: OpenSource
        if image is not None:
            first = places.add_files(project.id, image, map_file)
        else:
            first = add_sample_city(places, project.id, settings.data, settings.sample_seed)
    except BaseException:
        store.close()
        raise
    return Workspace(store, project, places, backends, Prompting(backends.segmenter), Outboxes(), data, first.source.id)


class Workspaces:
    """Finds the workspace of a request: the only one, or, in a demo, the visitor's own."""

    def __init__(self, settings: Settings, *, image: Path | None = None, map_file: Path | None = None) -> None:
        if settings.demo and settings.store:
            raise BadInput("A demo gives each visitor a store of their own. Leave out --store, or --demo.")
        if settings.demo and image is None:
            sample_city_files(settings.data, settings.sample_seed)  # not while the first visitor waits
        self._settings = settings
        self._files = image, map_file
        self._backends = make_backends(settings.reasoner, settings.segmenter)
        self._visitors: OrderedDict[str, Workspace] = OrderedDict()
        self._lock = threading.Lock()
        self._only = (
            None
            if settings.demo
            else open_workspace(settings, settings.data, self._backends, image=image, map_file=map_file)
        )

    def of(self, visitor: str | None) -> Workspace:
        """The workspace for a visitor's token; without demo there is one and the token does not matter.

        Raises NotAllowed for a visitor of a demo without a token.
        """
        if self._only is not None:
            return self._only
        if not visitor:
            raise NotAllowed("This demo knows your work by a cookie, and none came. Allow cookies, then reload.")
        key = hashlib.sha256(visitor.encode()).hexdigest()[:32]
        with self._lock:
            if key not in self._visitors:
                self._forget_old()
                folder = self._settings.data / "visitors" / key
                image, map_file = self._files
                self._visitors[key] = open_workspace(
                    self._settings, folder, self._backends, image=image, map_file=map_file
                )
            self._visitors.move_to_end(key)
            (self._settings.data / "visitors" / key).touch()
            return self._visitors[key]

    def close(self) -> None:
        with self._lock:
            for workspace in self._visitors.values():
                workspace.close()
            self._visitors.clear()
        if self._only is not None:
            self._only.close()

    def _forget_old(self) -> None:
        """Delete stores a day after their last use, and close those used longest ago."""
        while len(self._visitors) >= VISITORS:
            self._visitors.popitem(last=False)[1].close()
        root = self._settings.data / "visitors"
        if not root.is_dir():
            return
        for folder in root.iterdir():
            if time.time() - folder.stat().st_mtime > VISITOR_SECONDS:
                if folder.name in self._visitors:
                    self._visitors.pop(folder.name).close()
                shutil.rmtree(folder)
