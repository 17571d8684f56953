from __future__ import annotations

import numpy as np

from annotator.segmenter.base import Embedding
from annotator.segmenter.cache import EmbeddingCache, image_key


def keep(cache: EmbeddingCache, key: str, size: int, made: list[str]) -> Embedding:
    def make() -> tuple[Embedding, int]:
        made.append(key)
        return Embedding(key, (1, 1), None), size

    return cache.get_or_make(key, make)


def test_a_kept_embedding_is_not_made_again() -> None:
    made: list[str] = []
    cache = EmbeddingCache()
    assert keep(cache, "a", 1, made) is keep(cache, "a", 1, made)
    assert made == ["a"]


def test_the_one_used_longest_ago_goes_first() -> None:
    made: list[str] = []
    cache = EmbeddingCache(max_pictures=2)
    for key in ("a", "b", "a", "c", "a", "b"):
        keep(cache, key, 1, made)
    assert made == ["a", "b", "c", "b"]


def test_bytes_are_bounded_and_the_newest_stays() -> None:
    made: list[str] = []
    cache = EmbeddingCache(max_pictures=9, max_bytes=10)
    keep(cache, "a", 6, made)
    keep(cache, "b", 6, made)
    assert len(cache) == 1
    keep(cache, "huge", 99, made)
    keep(cache, "huge", 99, made)
    assert made == ["a", "b", "huge"]


def test_the_key_tells_content_shape_and_backend_apart() -> None:
    image = np.zeros((2, 4, 3), np.uint8)
    other = image.copy()
    other[1, 3, 2] = 1
    keys = {image_key(image, "x-1"), image_key(other, "x-1"), image_key(image, "x-2")}
    keys.add(image_key(image.reshape(4, 2, 3), "x-1"))
    assert len(keys) == 4
    assert image_key(image, "x-1") == image_key(image.copy(), "x-1")
