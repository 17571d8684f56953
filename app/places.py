"""The sources of a project, opened: a row of the store becomes a picture, a map and their tiles."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.errors import BadImage, BadMap, NotFound
from annotator.geometry import bounds_lonlat
from annotator.scene.raster import RasterInfo, inspect_raster, take_in
from annotator.scene.tiles import native_zoom
from annotator.scene.view import Place, open_place, readable_name
from annotator.types import BoundsLonLat, Provenance, Scene

if TYPE_CHECKING:
    from annotator.scene.digital_map import DigitalMap
    from storage.store import Store
    from storage.views import Source

log = logging.getLogger(__name__)

OPEN_AT_ONCE = 8
"""Places kept open; the one used longest ago is let go."""
SCENES_AT_ONCE = 2
"""Scenes kept decoded per place."""


@dataclass(frozen=True, eq=False)
class OpenSource:
    """A picture source with its map: scenes, tiles, and what the page says of it."""

    source: Source
    place: Place
    folder: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "_scenes", OrderedDict())
        object.__setattr__(self, "_lock", threading.Lock())
        object.__setattr__(self, "_taking_in", threading.Lock())

    @cached_property
    def shown(self) -> RasterInfo:
        """The picture that tiles are cut from: with overviews, made in the data folder where the file has none."""
        with self._taking_in:  # type: ignore[attr-defined]
            return inspect_raster(take_in(self.place.raster.path, self.folder))

    @cached_property
    def digital_map(self) -> DigitalMap:
        from annotator.scene.digital_map import DigitalMap

        return DigitalMap(self.place.index.features)

    @property
    def zooms(self) -> tuple[int, int]:
        """The zoom that shows the whole picture in one tile, and the one of its native pixels."""
        native = native_zoom(self.place.raster)
        side = max(self.place.raster.grid.size_px)
        return max(0, native - max(side // 256, 1).bit_length()), native

    def scene(self, view: BoundsLonLat | None = None) -> Scene:
        """The scene for a view; the last few are kept, so that prompts find their picture decoded."""
        key = None if view is None or self.place.is_one_scene else tuple(round(v, 7) for v in view)
        scenes: OrderedDict[Any, Scene] = self._scenes  # type: ignore[attr-defined]
        with self._lock:  # type: ignore[attr-defined]
            if key not in scenes:
                scenes[key] = self.place.scene(view)
            scenes.move_to_end(key)
            while len(scenes) > SCENES_AT_ONCE:
                scenes.popitem(last=False)
            return scenes[key]

    def scene_around(self, lonlat_bounds: BoundsLonLat) -> Scene:
        """A decoded scene that holds these bounds, else a new one around them."""
        with self._lock:  # type: ignore[attr-defined]
            for scene in reversed(self._scenes.values()):  # type: ignore[attr-defined]
                if _holds(bounds_lonlat(scene.grid), lonlat_bounds):
                    found: Scene = scene
                    return found
        west, south, east, north = lonlat_bounds
        reach = max(east - west, north - south, 0.002)
        return self.scene((west - reach, south - reach, east + reach, north + reach))


def _holds(outer: BoundsLonLat, inner: BoundsLonLat) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


class Places:
    """Opens the sources of one store, and adds files to it."""

    def __init__(self, store: Store, data: Path) -> None:
        self._store = store
        self._data = data.resolve()
        self._folder = data / "sources"
        self._open: OrderedDict[str, OpenSource] = OrderedDict()
        self._lock = threading.Lock()

    def add_files(
        self,
        project_id: str,
        image: Path,
        map_file: Path | None,
        *,
        name: str | None = None,
        kind: str = "geotiff",
        provenance: Provenance | None = None,
        content_sha256: str | None = None,
        map_sha256: str | None = None,
        map_name: str | None = None,
    ) -> OpenSource:
        """A picture and its map as sources of the project; the same files again give the same rows.

        ``map_name`` is what the person calls the map file. Raises BadImage or BadMap with a sentence, also for a map
        of another area; then nothing was added.
        """
        place = open_place(image, map_file, provenance)
        if map_file is not None and not place.index.within(place.raster.bounds_lonlat):
            raise BadMap(
                f"{map_name or map_file.name} has {len(place.index.features):,} features, but none inside the picture. "
                "Choose the map of this area."
            )
        map_row = None
        if map_file is not None:
            map_row = self._store.add_source(
                project_id,
                kind="osm_geojson",
                name=map_file.stem,
                path=self._stored(map_file),
                meta={"features": len(place.index.features), "attribution": place.provenance.map_attribution},
                content_sha256=map_sha256,
            )
        row = self._store.add_source(
            project_id,
            kind=kind,
            name=name or readable_name(image),
            path=self._stored(image),
            meta={
                "bounds_lonlat": list(place.raster.bounds_lonlat),
                "provenance": place.provenance.as_dict(),
                "attribution": place.provenance.imagery_attribution,
                "date": place.provenance.imagery_date,
            },
            content_sha256=content_sha256,
            map_source_id=map_row.id if map_row else None,
        )
        if map_file is None and row.map_source_id is not None:
            return self._keep(self._opened(row))
        return self._keep(OpenSource(row, place, self._folder))

    def open(self, source_id: str) -> OpenSource:
        """The open place of a picture source. Raises NotFound, or BadImage where its file is gone."""
        with self._lock:
            if source_id in self._open:
                self._open.move_to_end(source_id)
                return self._open[source_id]
        return self._keep(self._opened(self._store.source(source_id)))

    def _opened(self, source: Source) -> OpenSource:
        """The picture of a row with its map; without it where the map's file is gone."""
        if source.path is None or source.kind == "osm_geojson":
            raise NotFound("This source holds no picture. Choose another one from the menu.")
        image = self._found(source.path)
        if not image.is_file():
            raise BadImage(f"The picture of “{source.name}” is no longer at its place. Put it back or open it again.")
        map_row = self._store.source(source.map_source_id) if source.map_source_id else None
        map_file = self._found(map_row.path) if map_row and map_row.path else None
        if map_file is not None and not map_file.is_file():
            log.warning("the map of %s is gone: %s", source.name, map_file)
            map_file = None
        stored = source.meta.get("provenance")
        provenance = Provenance(**stored) if isinstance(stored, dict) else None
        return OpenSource(source, open_place(image, map_file, provenance), self._folder)

    def _stored(self, path: Path) -> str:
        """The path as a row keeps it: relative inside the data folder, so that the folder may move."""
        whole = path.resolve()
        return str(whole.relative_to(self._data) if whole.is_relative_to(self._data) else whole)

    def _found(self, stored: str) -> Path:
        """The file of a row's path."""
        return self._data / stored

    def _keep(self, opened: OpenSource) -> OpenSource:
        with self._lock:
            self._open[opened.source.id] = opened
            self._open.move_to_end(opened.source.id)
            while len(self._open) > OPEN_AT_ONCE:
                self._open.popitem(last=False)
        return opened
