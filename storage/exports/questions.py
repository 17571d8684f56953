"""Which question each label answers on its picture, and which questions people answered with "nothing here"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotator.taxonomy import load_taxonomy
from annotator.types import Tier
from storage.exports.pixels import PlacedLabel
from storage.exports.placing import PicturedScene, pictured_scene
from storage.exports.selection import Selection
from storage.snapshot import ExportRow
from storage.words import LIVE_STATUSES, DecisionKind


@dataclass(frozen=True, slots=True)
class Question:
    """Words to put to a picture. ``key`` is an id: of the query, or of the class where no query asked."""

    key: str
    text: str
    tier: Tier


@dataclass(frozen=True, eq=False)
class AskedScene:
    """A scene, a question, and the labels that answer it, by id; none where it was answered "nothing here"."""

    scene: PicturedScene
    question: Question
    labels: tuple[PlacedLabel, ...]


def asked_scenes(selection: Selection, scenes: tuple[PicturedScene, ...]) -> list[AskedScene]:
    """All pairs of scene and question, by scene id and question key.

    A label answers the query it was made under. Where there was none, or a person gave it a class that the query did
    not ask for, the question is the name of its class; then every label of that class on the scene answers it.
    """
    query_ids = {row.label.id: _answered(row) for row in selection.rows}
    titles = {known.class_id: known.title for known in selection.snapshot.classes(selection.project.id)}
    found = _signed_empty(selection)
    for scene in scenes:
        groups: dict[str, list[PlacedLabel]] = {}
        for placed in scene.labels:
            groups.setdefault(query_ids[placed.label.id] or placed.label.class_id, []).append(placed)
        for key, labels in groups.items():
            query = selection.queries.get(key)
            if query is None:
                labels = [placed for placed in scene.labels if placed.label.class_id == key]
                question = Question(key, _class_title(key, titles), Tier.CLASS)
            else:
                question = Question(key, query.text, query.tier)
            found.append(AskedScene(scene, question, tuple(labels)))
    return sorted(found, key=lambda asked: (asked.scene.scene.id, asked.question.key))


def _answered(row: ExportRow) -> str | None:
    """Id of the query that the label answers, None where no query asked for what it is."""
    query, label = row.query, row.label
    if query is None:
        return None
    fits = {
        Tier.NAME: True,
        Tier.CLASS: not query.classes or label.class_id in query.classes,
        Tier.FUNCTION: query.function in (None, label.function),
    }
    return label.query_id if fits[query.tier] else None


def _class_title(class_id: str, titles: Mapping[str, str]) -> str:
    taxonomy = load_taxonomy()
    if class_id in taxonomy.classes:
        return taxonomy.display(class_id)
    return titles.get(class_id) or class_id.replace("_", " ")


def _signed_empty(selection: Selection) -> list[AskedScene]:
    """Scenes on which a person decided "nothing here" for a query that has no label there, not even an unsure one."""
    live = {(r.label.scene_id, r.label.query_id) for r in selection.all_rows if r.label.status in LIVE_STATUSES}
    signed = {
        (decision.scene_id, decision.query_id)
        for decision in selection.snapshot.decisions(selection.project.id)
        if decision.kind == DecisionKind.NOTHING_HERE and decision.in_effect
    }
    found = []
    for scene_id, query_id in signed - live:
        query = selection.queries.get(query_id or "")
        if scene_id is None or query_id is None or query is None:
            continue
        scene = selection.snapshot.scene(scene_id)
        if scene.image_sha256 is not None:
            found.append(AskedScene(pictured_scene(scene, []), Question(query_id, query.text, query.tier), ()))
    return found
