"""Fonts that can really draw a name: Pillow's own for Latin, the system's for other scripts."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

_FILES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansKR-Regular.otf",
    "NanumGothic.ttf",
    "AppleSDGothicNeo.ttc",
    "malgun.ttf",
    "msyh.ttc",
    "NotoSans-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "DejaVuSans.ttf",
)
_MISSING = "\U0010fffd"
"""A private code point that no font draws: its glyph is the font's "missing" box."""


def font_for(text: str, size_px: int) -> Font | None:
    """The first font that has a glyph for every character of the text, or None."""
    needed = frozenset(c for c in text if not c.isspace())
    return next((font for font in _fonts(size_px) if all(_has(font, c) for c in needed)), None)


@lru_cache(maxsize=16)
def _fonts(size_px: int) -> tuple[Font, ...]:
    bundled = ImageFont.load_default(size_px)
    latin = (bundled,) if isinstance(bundled, ImageFont.FreeTypeFont) else ()
    return latin + tuple(ImageFont.truetype(path, size_px) for path in _system_files())


@lru_cache(maxsize=1)
def _system_files() -> tuple[str, ...]:
    found: dict[str, str] = {}
    for folder in _folders():
        for root, _, files in os.walk(folder):
            for name in files:
                if name in _FILES:
                    found.setdefault(name, str(Path(root) / name))
    return tuple(found[name] for name in _FILES if name in found)


def _folders() -> tuple[Path, ...]:
    home = Path.home()
    if sys.platform == "win32":
        return (Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",)
    return (
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".fonts",
        home / ".local/share/fonts",
        Path("/System/Library/Fonts"),
        Path("/Library/Fonts"),
    )


@lru_cache(maxsize=8192)
def _has(font: Font, character: str) -> bool:
    return bytes(font.getmask(character)) != bytes(font.getmask(_MISSING))
