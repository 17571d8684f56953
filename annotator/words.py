"""Words of any script made comparable, and how near an asked name is to a name on the map."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

_LATIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_DIACRITICS = re.compile("[\u0300-\u036f]")
_POSSESSIVE = re.compile(r"['’ʼ`´](?=s\b)")
_LINKING_WORDS = frozenset(
    [
        *("a", "al", "an", "and", "at", "by", "da", "dal", "das", "de", "degli", "dei", "del", "della", "delle", "den"),
        *("der", "des", "di", "die", "do", "dos", "du", "e", "el", "et", "for", "il", "in", "la", "le", "les", "lo"),
        *("of", "on", "the", "und", "van", "von", "y"),
    ]
)
_MIN_COVERAGE = 0.3
_REMAINDER_PENALTY = 0.3
_REORDERED = 0.97
_NOT_ALL_FOUND = 0.6
_SURE_LETTERS = 7


@lru_cache(maxsize=100_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words: NFKC, case-folded, without Latin, Greek and Cyrillic diacritics and without punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = unicodedata.normalize("NFC", _DIACRITICS.sub("", unicodedata.normalize("NFD", folded)))
    bare = _POSSESSIVE.sub("", bare.translate(_LATIN_LETTERS))
    return tuple("".join(char if _in_word(char) else " " for char in bare).split())


def has_hangul(text: str) -> bool:
    """Whether any character is a Hangul syllable or letter."""
    return any("가" <= char <= "힣" or "ᄀ" <= char <= "ᇿ" or "ㄱ" <= char <= "ㆎ" for char in text)


def misspelt_similarity(asked: str, known: str) -> float:
    """1 for the same word, 0 for another word, between them (1 - edits / length) for a likely misspelling of it.

    One edit (insertion, deletion, substitution or swap of neighbours) from 6 letters on, two from 9 on; at 5
    letters no substitution, since "horse" is not "house". The first letter is taken as right unless swapped. Words
    with digits must be equal. Hangul is compared by its letters (jamo).
    """
    if asked == known:
        return 1.0
    a, k = (unicodedata.normalize("NFD", word) for word in (asked, known))
    length = max(len(a), len(k))
    if length < 5 or any(char.isdigit() for char in a + k) or (a[:1] != k[:1] and sorted(a[:2]) != sorted(k[:2])):
        return 0.0
    allowed = 2 if length >= 9 else 1
    edits = OSA.distance(a, k, score_cutoff=allowed)
    if edits > allowed or (length == 5 and len(a) == len(k) and sorted(a) != sorted(k)):
        return 0.0
    return 1.0 - edits / length


def match_name(asked: str, name: str) -> float:
    """How well ``asked`` names the place called ``name``, 0 to 100; from 70 on it is a match.

    100 means equal apart from case, diacritics and punctuation; 97 the same words in another order. Every asked word
    (linking words apart) must be in the name, misspellings allowed (short ones beside a right word only); words of
    the name that were not asked cost up to 30, and where the asked words are less than 0.3 of the name's letters it
    is no match.
    """
    asked_words, name_words = words_of(asked), words_of(name)
    if not asked_words or not name_words:
        return 0.0
    if asked_words == name_words:
        return 100.0
    score = max(_by_words(asked_words, name_words), _by_part("".join(asked_words), "".join(name_words)))
    if len(asked_words) != len(name_words):  # "auto workshop" is "Autoworkshop"
        score = max(score, _REORDERED * misspelt_similarity("".join(asked_words), "".join(name_words)))
    return 100 * score


def _in_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM"


def _by_words(asked: Sequence[str], name: Sequence[str]) -> float:
    """Each asked word takes the most similar word of the name that is still free."""
    asked, name = _content_words(asked), _content_words(name)
    if len(asked) > len(name):
        return 0.0
    free = list(name)
    similarities = []
    for word in asked:
        best = max(free, key=lambda known: misspelt_similarity(word, known))
        similarities.append(misspelt_similarity(word, best))
        if similarities[-1]:
            free.remove(best)
    coverage = 1 - sum(map(len, free)) / sum(map(len, name))
    quality = sum(s * len(word) for s, word in zip(similarities, asked, strict=True)) / sum(map(len, asked))
    score = quality * (1 - _REMAINDER_PENALTY * (1 - coverage))
    # "maria" alone is not "marina": a short misspelt word needs a right one beside it.
    sure = 1.0 in similarities or all(len(word) >= _SURE_LETTERS for word in asked)
    found = all(similarities) and coverage >= _MIN_COVERAGE and sure
    return min(score, _REORDERED) if found else score * _NOT_ALL_FOUND


def _by_part(asked: str, name: str) -> float:
    """In scripts that are written without spaces a part of the name may be asked."""
    if len(asked) < 2 or asked not in name or not _writes_without_spaces(asked):
        return 0.0
    coverage = len(asked) / len(name)
    return 1 - _REMAINDER_PENALTY * (1 - coverage) if coverage >= _MIN_COVERAGE else 0.0


def _writes_without_spaces(text: str) -> bool:
    return all("\u0e00" <= char <= "\u0eff" or "\u1000" <= char <= "\u109f" or char >= "\u2e80" for char in text)


def _content_words(words: Sequence[str]) -> Sequence[str]:
    return [word for word in words if word not in _LINKING_WORDS] or words
