"""Exports of reviewed labels: one consistent state of the store, one folder, one manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from annotator.errors import BadInput
from storage.exports.coco import write_coco
from storage.exports.folder import MANIFEST_NAME, ExportFolder, json_bytes, replacing
from storage.exports.geojson import write_geojson
from storage.exports.manifest import Contents, manifest
from storage.exports.selection import DEFAULT_STATUSES, Selection, select
from storage.exports.socioseg import write_socioseg
from storage.snapshot import Snapshot
from storage.store import Store

FORMATS: Mapping[str, Callable[[Selection, ExportFolder], Contents]] = {
    "geojson": write_geojson,
    "coco": write_coco,
    "socioseg": write_socioseg,
}


ExportReport = dict[str, Any]
"""{"format", "labels": number of labels written, "files": [{"path" inside the folder, "sha256", "bytes"}]}."""


def export(
    store: Store | Snapshot,
    out: Path,
    *,
    format: str,
    project: str,
    statuses: Sequence[str] = DEFAULT_STATUSES,
) -> ExportReport:
    """Writes the project's labels of these statuses into the folder ``out``, with a manifest.

    All is of one moment of the store. ``out`` may be absent, empty or an earlier export, which is replaced at the end
    and kept where anything fails. Raises BadInput for an unknown format or status and for a folder that holds
    anything else, NotFound for an unknown project.
    """
    write = FORMATS.get(format)
    if write is None:
        raise BadInput(f"{format[:40]!r} is no format. It is one of: {', '.join(FORMATS)}.")
    opened = nullcontext(store) if isinstance(store, Snapshot) else store.snapshot()
    with opened as snapshot:
        selection = select(snapshot, project, statuses)
        with replacing(out) as folder:
            contents = write(selection, folder)
            folder.write(MANIFEST_NAME, json_bytes(manifest(format, selection, contents, folder), indent=1))
            files = [entry.as_dict() for entry in folder.files]
    return {"format": format, "labels": len(contents.labels), "files": files}
