"""The manifest of an export: what is in it, what is not and why, and the hash of each file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.exports.folder import MANIFEST_KIND, ExportFolder
from storage.exports.pixels import holes_and_parts
from storage.exports.selection import Selection
from storage.snapshot import ExportRow
from storage.views import LabelView

FORMAT_VERSION = 1
"""Changes when files of an export change their form."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A label that is not, or not whole, in the export, and why."""

    label_id: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        return {"label_id": self.label_id, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a format wrote: the labels, what it could not carry, and counts of its own ("images", "samples")."""

    labels: tuple[LabelView, ...]
    left_out: tuple[Loss, ...] = ()
    cut: tuple[Loss, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def attribution_lines(rows: Iterable[ExportRow]) -> list[str]:
    """The lines that must go wherever the labels are shown: of the imagery and of the maps, each once, sorted."""
    lines: set[str] = set()
    for row in rows:
        lines.add(row.label.attribution)
        if row.scene is not None:
            lines.add(row.scene.provenance.map_attribution)
    return sorted(line for line in lines if line)


def manifest(format_name: str, selection: Selection, contents: Contents, folder: ExportFolder) -> dict[str, Any]:
    """The manifest as a dict; without any time, so that the same snapshot gives the same bytes."""
    shapes = [holes_and_parts(label) for label in contents.labels]
    exported = {label.id for label in contents.labels}
    return {
        "kind": MANIFEST_KIND,
        "format": format_name,
        "format_version": FORMAT_VERSION,
        "schema_version": selection.snapshot.schema_version,
        "project": selection.project.name,
        "statuses": [status.value for status in selection.statuses],
        "labels": {
            "in_store": dict(selection.in_store),
            "chosen": len(selection.rows),
            "exported": len(exported),
            "left_out": len(contents.left_out),
            "cut": len(contents.cut),
            "holes": sum(holes for holes, _ in shapes),
            "parts": sum(parts for _, parts in shapes),
        },
        "counts": dict(contents.counts),
        "left_out": [loss.as_dict() for loss in contents.left_out],
        "cut": [loss.as_dict() for loss in contents.cut],
        "attribution": attribution_lines(row for row in selection.rows if row.label.id in exported),
        "files": [entry.as_dict() for entry in folder.files],
    }
