"""Words of a request read as a query, and the map features that a query selects.

A query is one named place, one or more classes, or a function (types.Query). Words that are exactly a class or a
function are that; other words are a name where a name on the map is near, else a misspelt class where one is near,
else a name that is not on the map: nothing is widened silently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from annotator.errors import BadQuery
from annotator.taxonomy import OTHERS, Taxonomy
from annotator.types import MapFeature, Query, Tier
from annotator.words import has_hangul, match_name, misspelt_similarity, words_of

MAX_CHARACTERS = 2000
NAME_THRESHOLD = 70.0
"""The least ``match_name`` that is a match."""
NAMED_ONLY = 0.6
"""Score of a place whose class only its name tells."""
_NEAR_TIE = 4.0
_QUALIFIER_KEYS = ("religion", "denomination", "cuisine", "sport", "brand", "operator")
_CONNECTORS = re.compile(r"[,;/&+]|\b(?:and|or)\b|\s(?:및|또는)\s|(?<=\S)(?:와|과|이랑|하고)\s", re.IGNORECASE)
_PUNCTUATION = " .,;:!?'\""
_INVISIBLE_BUT_MEANT = "\u200c\u200d"

__all__ = ["MAX_CHARACTERS", "NAME_THRESHOLD", "Match", "match_name", "read_query", "select", "selects"]


@dataclass(frozen=True, slots=True)
class Match:
    """Why a feature is what a query asks for. ``score`` is 0 to 1; ``why`` is a clause for the trace."""

    score: float
    class_id: str
    function: str
    why: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """What taxonomy words stand for: a function or classes; ``score`` is below 1 for a misspelling."""

    function: str | None
    classes: tuple[str, ...]
    score: float = 1.0


def read_query(text: str, taxonomy: Taxonomy, names: Sequence[str]) -> Query:
    """The words as a query; ``names`` are the names on the scene's map, in any order, repeated or not.

    Raises BadQuery where there is nothing to look for or the text is longer than 2,000 characters.
    """
    text = _clean(text)
    words = words_of(text)
    phrases = _phrases(taxonomy)
    reading = phrases.whole(words)
    if reading is None and any(words_of(name) == words for name in names):
        return _name_query(text, text, phrases)
    reading = reading or phrases.exact(words)
    if reading is None:
        asked, name_score = _best_wording(text, phrases.without_filler(text), names)
        reading = _several(text, phrases) or phrases.near(words)
        if reading is None or (name_score >= NAME_THRESHOLD and name_score > 100 * reading.score):
            return _name_query(text, asked, phrases)
    language = "ko" if has_hangul(text) else "en"
    if reading.function is not None:
        classes = taxonomy.classes_of(reading.function)
        return Query(text, Tier.FUNCTION, language, function=reading.function, classes=classes)
    functions = {taxonomy.function_of(class_id) for class_id in reading.classes}
    function = functions.pop() if len(functions) == 1 else None
    return Query(text, Tier.CLASS, language, function=function, classes=reading.classes)


def selects(query: Query, feature: MapFeature, taxonomy: Taxonomy) -> Match | None:
    """Whether one feature is what the query asks for, looked at alone.

    Class and function are decided by tags or, where these lead to no class, by the words of the name; a name by
    ``match_name`` over all names of the feature. Of several features with near names ``select`` keeps the best.
    """
    if query.tier is Tier.NAME:
        return _selects_by_name(query, feature, taxonomy)
    by_class = taxonomy.tags_by_class_of(feature)
    for position, (class_id, tags) in enumerate(by_class.items()):
        if class_id in query.classes:
            score = 1.0 if position == 0 else 0.9
            return Match(score, class_id, taxonomy.function_of(class_id), f"the map says {tags}")
    return None if by_class else _selects_by_its_words(query, feature, taxonomy)


def _selects_by_its_words(query: Query, feature: MapFeature, taxonomy: Taxonomy) -> Match | None:
    """A feature whose tags lead to no class, but whose name says one: "community police building"."""
    for name in feature.names:
        class_id = _class_of_name(name, taxonomy)
        if class_id in query.classes and class_id != OTHERS:
            return Match(NAMED_ONLY, class_id, taxonomy.function_of(class_id), f'its name is "{name}"')
    return None


def select(query: Query, features: Iterable[MapFeature], taxonomy: Taxonomy) -> tuple[tuple[MapFeature, Match], ...]:
    """The features the query asks for, each with its match, best first, else in the given order.

    Of names, an exact one leaves no place for others, and one much worse than the best (by more than 0.04) is dropped;
    features that share a name are all kept.
    """
    found = [(feature, match) for feature in features if (match := selects(query, feature, taxonomy)) is not None]
    if query.tier is Tier.NAME and found:
        best = max(match.score for _, match in found)
        least = 1.0 if best == 1.0 else best - _NEAR_TIE / 100
        found = [(feature, match) for feature, match in found if match.score >= least]
    return tuple(sorted(found, key=lambda pair: -pair[1].score))


def _clean(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise BadQuery(
            f"The words are longer than {MAX_CHARACTERS:,} characters. Ask for one place or one kind of place."
        )
    spaced = "".join(" " if char.isspace() or unicodedata.category(char) == "Cc" else char for char in text)
    shown = "".join(char for char in spaced if unicodedata.category(char)[0] != "C" or char in _INVISIBLE_BUT_MEANT)
    cleaned = " ".join(unicodedata.normalize("NFKC", shown).split())
    if not any(char.isalnum() or unicodedata.category(char) == "So" for char in cleaned):
        raise BadQuery('Type what to look for, for example "schools" or the name of a place.')
    return cleaned


def _best_wording(text: str, without_filler: str, names: Sequence[str]) -> tuple[str, float]:
    """The wording nearer to a name on the map ("All Saints" or, without filler, "Saints") and its score."""
    distinct = set(names)
    wordings = [without_filler] if text == without_filler else [text, without_filler]
    scores = [max((match_name(wording, name) for name in distinct), default=0.0) for wording in wordings]
    best = max(scores)
    return (wordings[scores.index(best)], best) if best >= NAME_THRESHOLD else (without_filler, best)


def _name_query(text: str, asked: str, phrases: _Phrases) -> Query:
    found = phrases.inside(words_of(asked))
    language = "ko" if has_hangul(text) else "en" if found is not None and text.isascii() else "und"
    return Query(text, Tier.NAME, language, classes=found[0].classes if found else (), name=asked)


def _several(text: str, phrases: _Phrases) -> _Reading | None:
    """Several classes asked at once ("schools and hospitals"); every part must be words of classes."""
    parts = [words_of(part) for part in _CONNECTORS.split(text)]
    readings = [phrases.exact(part) for part in parts if part]
    if len(readings) < 2 or any(reading is None or reading.function is not None for reading in readings):
        return None
    return _Reading(None, tuple(dict.fromkeys(c for reading in readings if reading for c in reading.classes)))


def _selects_by_name(query: Query, feature: MapFeature, taxonomy: Taxonomy) -> Match | None:
    asked = query.name or query.text
    score, name = max(((match_name(asked, name), name) for name in feature.names), default=(0.0, ""))
    if score < NAME_THRESHOLD and not query.classes:
        return None
    by_class = taxonomy.tags_by_class_of(feature)
    asked_class = next((class_id for class_id in by_class if class_id in query.classes), None)
    why = f'its name is "{name}"'
    if score < NAME_THRESHOLD and asked_class is not None:
        score, why = _by_class_and_rest(asked, feature, by_class[asked_class], _phrases(taxonomy))
    if score < NAME_THRESHOLD:
        return None
    class_id = asked_class or next(iter(by_class), None) or _class_of_name(name, taxonomy)
    return Match(score / 100, class_id, taxonomy.function_of(class_id), why)


def _by_class_and_rest(asked: str, feature: MapFeature, tags: str, phrases: _Phrases) -> tuple[float, str]:
    """The tags make the class; the rest of the words is its name ("Innovative school") or its kind ("hindu temple")."""
    found = phrases.inside(words_of(asked))
    rest = " ".join(found[1]) if found else ""
    if not rest:
        return 0.0, ""
    name_score, name = max(((match_name(rest, name), name) for name in feature.names), default=(0.0, ""))
    kinds = [(k, v) for k in _QUALIFIER_KEYS if words_of(v := feature.tags.get(k, "")) == words_of(rest)]
    if kinds:
        return 95.0, f"the map says {tags}, {kinds[0][0]}={kinds[0][1]}"
    return 0.95 * name_score, f'the map says {tags} and its name is "{name}"'


def _class_of_name(name: str, taxonomy: Taxonomy) -> str:
    found = _phrases(taxonomy).inside(words_of(name))
    return found[0].classes[0] if found else OTHERS


@lru_cache(maxsize=8)
def _phrases(taxonomy: Taxonomy) -> _Phrases:
    return _Phrases(taxonomy)


class _Phrases:
    """All words of a taxonomy, with their plurals, by their letters run together ("busstation")."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._readings: dict[str, _Reading] = {}
        self._longest = 1
        self._before = {word for phrase in taxonomy.filler.en | taxonomy.filler.ko for word in words_of(phrase)}
        self._after = self._before | taxonomy.filler.en_after
        self._endings = taxonomy.filler.ko_endings
        for place_class in taxonomy.classes.values():
            self._add(place_class.en + place_class.ko, None, (place_class.id,))
        for function in taxonomy.functions.values():
            self._add(function.en + function.ko, function.id, ())

    def whole(self, words: Sequence[str]) -> _Reading | None:
        """What all of the words together stand for."""
        return self._readings.get("".join(words))

    def exact(self, words: Sequence[str]) -> _Reading | None:
        """What the words stand for, filler at both ends aside; the longest wording decides."""
        for part in self._wordings(words):
            reading = self.whole(part) or self._without_ending(part)
            if reading is not None:
                return reading
        return None

    def near(self, words: Sequence[str]) -> _Reading | None:
        """What the words may stand for if misspelt: the most similar phrase; all classes of a tie."""
        best: list[_Reading] = []
        best_score = 0.0
        for key in {"".join(part) for part in self._wordings(words)}:
            for known, reading in self._readings.items():
                score = misspelt_similarity(key, known) if abs(len(key) - len(known)) <= 2 else 0.0
                if score > best_score:
                    best, best_score = [reading], score
                elif score and score == best_score:
                    best.append(reading)
        if not best:
            return None
        classes = dict.fromkeys(c for reading in best for c in reading.classes)
        return _Reading(None if classes else best[0].function, tuple(classes), best_score)

    def inside(self, words: Sequence[str]) -> tuple[_Reading, tuple[str, ...]] | None:
        """The longest words of a class inside a name (the last of several) and the words around them."""
        for size in range(min(self._longest, len(words)), 0, -1):
            for start in range(len(words) - size, -1, -1):
                reading = self.whole(words[start : start + size])
                if reading is not None and reading.classes:
                    return reading, (*words[:start], *words[start + size :])
        return None

    def without_filler(self, text: str) -> str:
        """The text without filler at both ends; the text itself where all of it is filler."""
        parts = text.split()
        lead, trail = self._filler_at_ends([words_of(part) for part in parts])
        return " ".join(parts[lead : len(parts) - trail]).strip(_PUNCTUATION) or text

    def _filler_at_ends(self, parts: Sequence[Sequence[str]]) -> tuple[int, int]:
        """How many parts at the start and at the end are only filler, counted apart."""
        lead = next((i for i, part in enumerate(parts) if not self._before.issuperset(part)), len(parts))
        trail = next((i for i, part in enumerate(reversed(parts)) if not self._after.issuperset(part)), len(parts))
        return lead, trail

    def _wordings(self, words: Sequence[str]) -> Iterator[Sequence[str]]:
        """The words with less and less filler at both ends, longest first, while a phrase can be that long."""
        lead, trail = self._filler_at_ends([(word,) for word in words])
        for size in range(min(len(words), self._longest), 0, -1):
            for start in range(max(0, len(words) - size - trail), min(lead, len(words) - size) + 1):
                yield words[start : start + size]

    def _without_ending(self, words: Sequence[str]) -> _Reading | None:
        key = "".join(words)
        for ending in self._endings:
            stem = key.removesuffix(ending)
            if stem != key and len(stem) >= 2 and stem in self._readings:
                return self._readings[stem]
        return None

    def _add(self, phrases: Iterable[str], function: str | None, classes: tuple[str, ...]) -> None:
        for phrase in phrases:
            words = words_of(phrase)
            self._longest = max(self._longest, len(words))
            plurals = [
                (*words[:i], plural, *words[i + 1 :]) for i in range(len(words)) for plural in _plurals(words[i])
            ]
            for wording in (words, *plurals):
                key = "".join(wording)
                known = self._readings.get(key)
                merged = tuple(dict.fromkeys((*known.classes, *classes))) if known else classes
                self._readings[key] = _Reading(None if merged else function, merged)


def _plurals(word: str) -> tuple[str, ...]:
    """English plural of one ASCII word."""
    if not word.isascii() or not word.isalpha():
        return ()
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (word[:-1] + "ies",)
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return (word + "es",)
    return (word + "s",)
