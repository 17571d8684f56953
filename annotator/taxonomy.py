"""Functions and classes of places, the tags that make them and the words for them (``taxonomy.toml``).

A function ("educational") has many classes ("school"); a class belongs to exactly one function. The file is data:
this module reads it, checks it and answers questions about it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

from annotator.errors import BadInput
from annotator.types import MapFeature

Kind = Literal["building", "area"]
Language = Literal["en", "ko"]
ANY_VALUE = "*"
OTHERS = "others"
"""The class of a place of which nothing is known but its name; no tag leads to it."""
_ABSENT = frozenset({"", "no"})


@dataclass(frozen=True, slots=True)
class OsmPattern:
    """Tags that must all match: (key, allowed values); the value ``*`` allows any but "no"."""

    tags: tuple[tuple[str, frozenset[str]], ...]

    def matched(self, values: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
        """The tags that match as "key=value", one per key of the pattern; empty where any key does not match."""
        found = []
        for key, allowed in self.tags:
            here = values.get(key, frozenset())
            hits = sorted(here - _ABSENT if ANY_VALUE in allowed else here & allowed)
            if not hits:
                return ()
            found.append(f"{key}={hits[0]}")
        return tuple(found)

    @property
    def rank(self) -> tuple[int, bool, int]:
        """Larger is more specific: number of tags, more than a bare building=..., number of tags with given values."""
        explicit = sum(ANY_VALUE not in allowed for _, allowed in self.tags)
        return len(self.tags), any(key != "building" for key, _ in self.tags), explicit


@dataclass(frozen=True)
class PlaceClass:
    """One class of places. ``size_m`` is the typical (short, long) side of one object in metres."""

    id: str
    function: str
    kind: Kind
    size_m: tuple[float, float]
    osm: tuple[OsmPattern, ...]
    en: tuple[str, ...]
    ko: tuple[str, ...]
    extended: bool = False


@dataclass(frozen=True)
class PlaceFunction:
    """One function: what a group of classes is for."""

    id: str
    en: tuple[str, ...]
    ko: tuple[str, ...]


@dataclass(frozen=True)
class Filler:
    """Words of a request that carry no meaning, and Korean endings that stick to a word.

    ``en`` and ``ko`` are dropped at both ends of the words, ``en_after`` at the end only.
    """

    en: frozenset[str]
    en_after: frozenset[str]
    ko: frozenset[str]
    ko_endings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Taxonomy:
    """All functions and classes by id, in the order of the file."""

    functions: Mapping[str, PlaceFunction]
    classes: Mapping[str, PlaceClass]
    filler: Filler

    @cached_property
    def _patterns_by_key(self) -> Mapping[str, list[tuple[str, OsmPattern]]]:
        by_key: dict[str, list[tuple[str, OsmPattern]]] = {}
        for place_class in self.classes.values():
            for pattern in place_class.osm:
                by_key.setdefault(pattern.tags[0][0], []).append((place_class.id, pattern))
        return by_key

    @cached_property
    def _keys(self) -> frozenset[str]:
        patterns = (pattern for place_class in self.classes.values() for pattern in place_class.osm)
        return frozenset(key for pattern in patterns for key, _ in pattern.tags)

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {class_id: position for position, class_id in enumerate(self.classes)}

    def tags_by_class(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Class id -> the tags that lead to it ("amenity=school"), most specific class first.

        More matching tags are more specific; a primary tag comes before a bare building=..., a given value before
        ``*``; then the order of the file. "school;kindergarten" are two values; empty values are absent.
        """
        values = {key: _values(value) for key, value in tags.items() if value and key in self._keys}
        found: dict[str, tuple[tuple[int, bool, int], str]] = {}
        for key in values:
            for class_id, pattern in self._patterns_by_key.get(key, ()):
                matched = pattern.matched(values)
                if matched and (class_id not in found or found[class_id][0] < pattern.rank):
                    found[class_id] = pattern.rank, ", ".join(matched)
        ranked = sorted(found, key=lambda c: ([-int(part) for part in found[c][0]], self._order[c]))
        return {class_id: found[class_id][1] for class_id in ranked}

    @cached_property
    def _classes_of_features(self) -> WeakKeyDictionary[MapFeature, dict[str, str]]:
        return WeakKeyDictionary()

    def tags_by_class_of(self, feature: MapFeature) -> dict[str, str]:
        """``tags_by_class`` of a feature, remembered as long as the feature lives: maps are asked again and again."""
        known = self._classes_of_features.get(feature)
        if known is None:
            known = self._classes_of_features[feature] = self.tags_by_class(feature.tags)
        return known

    def classes_of_tags(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """Ids of the classes these OSM tags lead to, most specific first (see ``tags_by_class``)."""
        return tuple(self.tags_by_class(tags))

    def classes_of(self, function_id: str) -> tuple[str, ...]:
        """Ids of the classes of one function."""
        return tuple(c.id for c in self.classes.values() if c.function == function_id)

    def function_of(self, class_id: str) -> str:
        """Id of the function that the class belongs to."""
        return self.classes[class_id].function

    def display(self, id_: str, language: str = "en") -> str:
        """The name to show for a class or a function; English where the language is neither "en" nor "ko"."""
        entry: PlaceClass | PlaceFunction = self.classes[id_] if id_ in self.classes else self.functions[id_]
        return (entry.ko if language == "ko" else entry.en)[0]

    def typical_size_m(self, class_id: str) -> tuple[float, float]:
        """(short, long) side of one typical object, metres."""
        return self.classes[class_id].size_m

    def typical_area_m2(self, class_id: str) -> float:
        """Area of the rectangle of the typical sides, square metres."""
        short, long = self.classes[class_id].size_m
        return short * long


@lru_cache(maxsize=1)
def load_taxonomy() -> Taxonomy:
    """The taxonomy that ships with the program."""
    return read_taxonomy((Path(__file__).parent / "taxonomy.toml").read_text(encoding="utf-8"))


def read_taxonomy(text: str) -> Taxonomy:
    """A taxonomy from the text of a TOML file; raises BadInput naming the class that is wrong."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"The taxonomy is not valid TOML: {error}.") from error
    functions = {id_: _function(id_, table) for id_, table in data.get("functions", {}).items()}
    classes = {id_: _place_class(id_, table, functions) for id_, table in data.get("classes", {}).items()}
    filler = data.get("filler", {})
    return Taxonomy(
        functions=functions,
        classes=classes,
        filler=Filler(
            en=frozenset(filler.get("en", ())),
            en_after=frozenset(filler.get("en_after", ())),
            ko=frozenset(filler.get("ko", ())),
            ko_endings=tuple(sorted(filler.get("ko_endings", ()), key=len, reverse=True)),
        ),
    )


def _values(value: str) -> frozenset[str]:
    return frozenset(part.strip() for part in str(value).split(";"))


def _function(id_: str, table: Mapping[str, Any]) -> PlaceFunction:
    where = f"function {id_!r}"
    return PlaceFunction(id=id_, en=_words(where, table, "en"), ko=_words(where, table, "ko"))


def _place_class(id_: str, table: Mapping[str, Any], functions: Mapping[str, PlaceFunction]) -> PlaceClass:
    where = f"class {id_!r}"
    unknown = set(table) - {"function", "kind", "size_m", "osm", "en", "ko", "extended"}
    if unknown:
        raise BadInput(f"Taxonomy, {where}: no such key as {sorted(unknown)[0]!r}.")
    if table.get("function") not in functions:
        raise BadInput(f"Taxonomy, {where}: its function {table.get('function')!r} is not one of the functions.")
    if table.get("kind") not in ("building", "area"):
        raise BadInput(f'Taxonomy, {where}: kind must be "building" or "area".')
    if not table.get("osm") and id_ != OTHERS:
        raise BadInput(f"Taxonomy, {where}: it needs at least one alternative of OSM tags.")
    return PlaceClass(
        id=id_,
        function=table["function"],
        kind=table["kind"],
        size_m=_size_m(where, table.get("size_m")),
        osm=tuple(_pattern(where, alternative) for alternative in table["osm"]),
        en=_words(where, table, "en"),
        ko=_words(where, table, "ko"),
        extended=bool(table.get("extended", False)),
    )


def _words(where: str, table: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    words = table.get(language)
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        raise BadInput(f"Taxonomy, {where}: {language} must list at least one word.")
    return tuple(words)


def _size_m(where: str, size: object) -> tuple[float, float]:
    if isinstance(size, list) and len(size) == 2 and all(isinstance(side, int | float) for side in size):
        short, long = float(size[0]), float(size[1])
        if 0 < short <= long:
            return short, long
    raise BadInput(f"Taxonomy, {where}: size_m must be [short side, long side] in metres.")


def _pattern(where: str, alternative: object) -> OsmPattern:
    if not isinstance(alternative, Mapping) or not alternative:
        raise BadInput(f"Taxonomy, {where}: an alternative of osm must be a table of at least one tag.")
    return OsmPattern(tuple((key, frozenset(_tag_values(where, key, value))) for key, value in alternative.items()))


def _tag_values(where: str, key: str, value: object) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) and one for one in values):
        raise BadInput(f"Taxonomy, {where}: the tag {key} must be a text or a list of texts.")
    return [str(one) for one in values]
