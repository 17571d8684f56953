"""Embeddings kept by content: the pictures used last, bounded in number and in bytes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import numpy as np

from annotator.errors import BadImage
from annotator.segmenter.base import Embedding
from annotator.types import RgbImage


def image_key(image: RgbImage, backend: str) -> str:
    """SHA-256 hex of shape and pixels, after the backend's name and version; raises BadImage unless (H, W, 3) uint8."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise BadImage(f"A picture needs uint8 pixels of shape (height, width, 3), not {image.dtype} {image.shape}.")
    digest = hashlib.sha256(repr(image.shape).encode())
    digest.update(np.ascontiguousarray(image).data)
    return f"{backend}:{digest.hexdigest()}"


class EmbeddingCache:
    """Least recently used embeddings, safe to share between threads.

    At most ``max_pictures`` are kept, and no more than ``max_bytes`` together, except that the newest always stays.
    """

    def __init__(self, max_pictures: int = 4, max_bytes: int = 512 * 1024 * 1024) -> None:
        self._max_pictures = max_pictures
        self._max_bytes = max_bytes
        self._kept: OrderedDict[str, tuple[Embedding, int]] = OrderedDict()
        self._lock = Lock()

    def get_or_make(self, key: str, make: Callable[[], tuple[Embedding, int]]) -> Embedding:
        """The embedding of ``key``; ``make`` gives it and its size in bytes when it is not kept.

        ``make`` runs outside the lock: two threads that ask for the same new picture at once may both make it, and
        both get the one that was kept first.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        made = make()
        with self._lock:
            embedding, _ = self._kept.setdefault(key, made)
            self._kept.move_to_end(key)
            self._evict()
            return embedding

    def _evict(self) -> None:
        total = sum(size for _, size in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > self._max_pictures or total > self._max_bytes):
            _, (_, size) = self._kept.popitem(last=False)
            total -= size

    def __len__(self) -> int:
        return len(self._kept)
