"""The trace's sentences: what was read, what was looked for, what was found. Every number in them is counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from annotator.query import Match
from annotator.reasoner.base import Candidate
from annotator.taxonomy import PlaceClass, Taxonomy
from annotator.types import (
    Evidence,
    EvidenceSource,
    MapFeature,
    Query,
    SignedPoint,
    StepKind,
    StepState,
    Tier,
    TraceStep,
)
from annotator.words import match_name

LANGUAGES = {"en": "English", "ko": "Korean", "zh": "Chinese", "ja": "Japanese"}
TAGS_TOLD = 4
CLASSES_TOLD = 5
DOUBTS_TOLD = 3
LEFT_OUT_TOLD = 3
NO_MAP = "There is no map here: the grounded reasoner reads map features, and this view has none."


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """The number with its noun: 1 box, 2 boxes."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def path(function: str, class_id: str | None, taxonomy: Taxonomy) -> str:
    """Function › Class in display names."""
    parts = [taxonomy.display(function)] + ([taxonomy.display(class_id)] if class_id else [])
    return " › ".join(part[:1].upper() + part[1:] for part in parts)


def reading(query: Query, taxonomy: Taxonomy) -> str:
    """How the words were read: “schools”, English, a class: Educational › School."""
    language = LANGUAGES.get(query.language)
    said = f"“{query.text.strip()}”" + (f", {language}" if language else "")
    if query.tier is Tier.FUNCTION and query.function:
        classes = counted(len(query.classes), "class", "classes")
        return f"{said}, a function: {path(query.function, None, taxonomy)}, {classes}."
    if query.tier is Tier.CLASS:
        told = [path(taxonomy.function_of(c), c, taxonomy) for c in query.classes]
        return f"{said}, a class: {_some(told, CLASSES_TOLD)}."
    return f"{said}, a name: “{query.name or query.text.strip()}”."


def hypothesis(query: Query, taxonomy: Taxonomy, features: int) -> str:
    """What the map is searched for."""
    among = f"among {counted(features, 'map feature')}"
    if query.tier is Tier.NAME:
        return f"Features with a name like “{query.name or query.text.strip()}”, {among}."
    tags = [tag for c in query.classes for tag in _tags_of(taxonomy.classes[c])]
    return f"Features tagged {_some(tags, TAGS_TOLD, 'or')}, {among}."


def nothing_matches(query: Query, features: Sequence[MapFeature], taxonomy: Taxonomy) -> list[str]:
    """Why no feature of a map answers the query."""
    has = f"The map here has {counted(len(features), 'feature')}"
    if query.tier is Tier.NAME:
        name = query.name or query.text.strip()
        return [f"{has}; none is named like “{name}”.", *_nearest_name(name, features)]
    if query.tier is Tier.FUNCTION and query.function:
        what = f"{taxonomy.display(query.function)} ({counted(len(query.classes), 'class', 'classes')})"
    else:
        what = " or ".join(taxonomy.display(c) for c in query.classes)
    tags = [tag for c in query.classes for tag in _tags_of(taxonomy.classes[c])]
    named = _nearest_name(query.text, features)
    return [f"{has}; none is tagged as {what} ({_some(tags, TAGS_TOLD)}).", *named]


def label(feature: MapFeature, match: Match, taxonomy: Taxonomy) -> str:
    """What a place is called: its name, else its class and id."""
    if feature.name:
        return feature.name
    display = taxonomy.display(match.class_id)
    return f"{display[:1].upper()}{display[1:]} without a name ({feature.id})"


def too_little(label: str, share: float) -> str:
    """Why a place at the picture's edge is none."""
    percent = f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"
    return f"{label} has {percent} of its outline in the picture, too little to see."


def boxes(count: int, points: int, clipped: int, left_out: Sequence[str]) -> str:
    """How many boxes, what they rest on, and what was left out."""
    outlines = count - points
    rests = [f"{outlines} from outlines on the map"] if outlines else []
    rests += [f"{points} from bare points"] if points else []
    says = f"{counted(count, 'box', 'boxes')}: {', '.join(rests)}."
    if clipped:
        says += f" {clipped} {'is' if clipped == 1 else 'are'} cut by the picture's edge."
    says = " ".join([says, *left_out[:LEFT_OUT_TOLD]])
    more = len(left_out) - LEFT_OUT_TOLD
    return f"{says} {more} more left out for such reasons." if more > 0 else says


def _nearest_name(name: str, features: Sequence[MapFeature]) -> list[str]:
    scored = [(match_name(name, known), known) for feature in features for known in feature.names]
    best, known = max(scored, default=(0.0, ""))
    return [f"The nearest name is {known}, {best:.0f} %."] if best > 0 else []


def _tags_of(place_class: PlaceClass) -> list[str]:
    """A class's tags as key=value, of each alternative the value that is called like the class, else the first."""
    told = []
    for pattern in place_class.osm:
        parts = [f"{key}={_telling(place_class, values)}" for key, values in pattern.tags]
        told.append(" and ".join(parts))
    return told


def _telling(place_class: PlaceClass, values: Collection[str]) -> str:
    named = [place_class.id, *(word.replace(" ", "_") for word in place_class.en)]
    return next((name for name in named if name in values), min(values))


def _some(items: Sequence[str], most: int, last: str = "") -> str:
    """The items in a row, those beyond ``most`` counted."""
    unique = list(dict.fromkeys(items))
    told, left = unique[:most], len(unique) - most
    if left > 0:
        return f"{', '.join(told)} and {left} more"
    if last and len(told) > 1:
        return f"{', '.join(told[:-1])} {last} {told[-1]}"
    return ", ".join(told)


def points_step(place: int, candidate: Candidate, points: Sequence[SignedPoint], *, has_outline: bool) -> TraceStep:
    """What stage 2 adds to a place, and from what."""
    inside = sum(point.positive for point in points)
    against = "the map's outline" if has_outline else "its own shape and the neighbours' outlines"
    says = f"{inside} to include, {len(points) - inside} to exclude, from the first mask against {against}."
    return TraceStep(StepKind.POINTS, f"Points for place {place + 1}", says, place=place, box_px=candidate.box_px)


def evidence_step(place: int, candidate: Candidate, evidence: Sequence[Evidence]) -> TraceStep:
    """What speaks for and against a place, told as one step."""
    state = StepState.WARN if against(evidence) or candidate.clipped else StepState.OK
    says = "; ".join(item.says for item in evidence) + "."
    return TraceStep(StepKind.EVIDENCE, f"Evidence for place {place + 1}", says, state, place, candidate.box_px)


def verdict_step(evidence: Sequence[Sequence[Evidence]]) -> TraceStep:
    """How many places agree with the map, and which need a person."""
    agree = sum(any(e.source is EvidenceSource.AGREEMENT and e.agrees for e in told) for told in evidence)
    doubts = [(place, against(told)) for place, told in enumerate(evidence) if against(told)]
    bare = sum(not any(e.source is EvidenceSource.AGREEMENT for e in told) for told in evidence)
    says = f"{counted(len(evidence), 'place')}: in {agree} mask and map outline agree"
    says += f", {bare} without an outline on the map." if bare else "."
    for place, sources in doubts[:DOUBTS_TOLD]:
        says += f" Place {place + 1} needs a person: {' and '.join(sources)} against it."
    if len(doubts) > DOUBTS_TOLD:
        says += f" {len(doubts) - DOUBTS_TOLD} more need a person."
    return TraceStep(StepKind.VERDICT, "Verdict", says, StepState.WARN if doubts else StepState.OK)


def against(evidence: Sequence[Evidence]) -> list[str]:
    """The sources that speak against a place."""
    return list(dict.fromkeys(item.source.value for item in evidence if item.agrees is False))
