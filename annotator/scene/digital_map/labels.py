"""Names on the map: which are written, where, and never over one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from PIL import Image, ImageDraw
from shapely.geometry.base import BaseGeometry

from annotator.scene.digital_map.fonts import Font, font_for
from annotator.scene.digital_map.style import HALO, Rgb

Box = tuple[int, int, int, int]
_HALO_PX = 2
_GAP_PX = 3
MARKER_PX = 5
"""Radius of a place's marker, white ring included."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A name that wants a place: at an anchor (x, y) in pixels, the lower ``rank`` first.

    ``marker`` is the colour of a dot at the anchor, which the text then stands beside; without it the text is centred.
    ``angle_deg`` turns it counter-clockwise; ``room_px`` is the length it may fill, inf where nothing limits it.
    """

    text: str
    x: float
    y: float
    rank: float
    size_px: int
    colour: Rgb
    marker: Rgb | None = None
    angle_deg: float = 0.0
    room_px: float = math.inf


@dataclass(frozen=True, slots=True)
class Label:
    """A name that got its place. ``box_px`` is (x0, y0, x1, y1) with the halo; empty text is a marker alone."""

    text: str
    box_px: Box
    wish: Wish


class Placement:
    """Greedy: the first that fits wholly inside the picture and off all others stays."""

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._taken: list[Box] = []
        self.labels: list[Label] = []

    def place(self, wishes: Iterable[Wish]) -> None:
        """Place by rank; of equals, the one further up and left goes first, so that order does not matter."""
        written: dict[str, list[tuple[float, float]]] = {}
        for wish in sorted(wishes, key=lambda w: (w.rank, w.text, w.y, w.x)):
            near = written.setdefault(wish.text, [])
            if any(math.hypot(x - wish.x, y - wish.y) < 220 for x, y in near):
                continue
            if self._place_one(wish):
                near.append((wish.x, wish.y))

    def _place_one(self, wish: Wish) -> bool:
        dot = _around(wish.x, wish.y, MARKER_PX, MARKER_PX)
        if wish.marker is not None and not self._free(dot):
            return False
        for lines, box in self._boxes(wish):
            if self._free(box):
                self._taken.append(box)
                if wish.marker is not None:
                    self._taken.append(dot)
                self.labels.append(Label(lines, box, wish))
                return True
        if wish.marker is not None:
            self._taken.append(dot)
            self.labels.append(Label("", dot, wish))
        return False

    def _boxes(self, wish: Wish) -> Iterator[tuple[str, Box]]:
        font = font_for(wish.text, wish.size_px)
        if font is None:
            return
        for lines in _broken(wish.text) if not wish.angle_deg else (wish.text,):
            width, height = _extent(font, lines)
            if width > wish.room_px:
                continue
            if wish.marker is None:
                turn = math.radians(wish.angle_deg)
                c, s = abs(math.cos(turn)), abs(math.sin(turn))
                yield lines, _around(wish.x, wish.y, (width * c + height * s) / 2, (width * s + height * c) / 2)
                continue
            beside, below = MARKER_PX + 2 + width / 2, MARKER_PX + height / 2
            for dx, dy in ((beside, 0), (-beside, 0), (0, below), (0, -below)):
                yield lines, _around(wish.x + dx, wish.y + dy, width / 2, height / 2)

    def _free(self, box: Box) -> bool:
        x0, y0, x1, y1 = box
        width, height = self._size
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            return False
        return not any(
            x0 < b[2] + _GAP_PX and b[0] < x1 + _GAP_PX and y0 < b[3] + 1 and b[1] < y1 + 1 for b in self._taken
        )


def _around(x: float, y: float, half_width: float, half_height: float) -> Box:
    return (
        math.floor(x - half_width),
        math.floor(y - half_height),
        math.ceil(x + half_width),
        math.ceil(y + half_height),
    )


def _broken(text: str) -> tuple[str, ...]:
    """The text on one line, and a long one on two lines of about the same length."""
    words = text.split()
    if len(text) < 14 or len(words) < 2:
        return (text,)
    cut = min(range(1, len(words)), key=lambda i: abs(len(" ".join(words[:i])) - len(text) / 2))
    return f"{' '.join(words[:cut])}\n{' '.join(words[cut:])}", text


def _extent(font: Font, lines: str) -> tuple[float, float]:
    rows = lines.split("\n")
    ascent, descent = font.getmetrics()
    return max(font.getlength(row) for row in rows) + 2 * _HALO_PX, len(rows) * (ascent + descent) + 2


def draw_labels(picture: Image.Image, labels: Sequence[Label]) -> None:
    """Markers first, then the names, each with a halo."""
    draw = ImageDraw.Draw(picture)
    for label in labels:
        if label.wish.marker is not None:
            _dot(picture, label.wish)
    for label in labels:
        font = font_for(label.text, label.wish.size_px) if label.text else None
        if font is not None:
            _write(picture, draw, label, font)


def _dot(picture: Image.Image, wish: Wish) -> None:
    scale, half = 4, MARKER_PX + 1
    patch = Image.new("L", (2 * half * scale, 2 * half * scale))
    centre = half * scale
    for radius, colour in ((MARKER_PX, HALO), (MARKER_PX - 1.4, wish.marker or HALO)):
        patch.paste(0, (0, 0, *patch.size))
        reach = radius * scale
        ImageDraw.Draw(patch).ellipse((centre - reach, centre - reach, centre + reach, centre + reach), fill=255)
        small = patch.resize((2 * half, 2 * half), Image.Resampling.BOX)
        picture.paste(colour, (round(wish.x) - half, round(wish.y) - half), small)


def _write(picture: Image.Image, draw: ImageDraw.ImageDraw, label: Label, font: Font) -> None:
    x0, y0, x1, y1 = label.box_px
    ascent, descent = font.getmetrics()
    if not label.wish.angle_deg:
        rows = label.text.split("\n")
        top = (y0 + y1) / 2 - len(rows) * (ascent + descent) / 2
        for i, row in enumerate(rows):
            at = ((x0 + x1) / 2 - font.getlength(row) / 2, top + i * (ascent + descent))
            draw.text(at, row, font=font, fill=label.wish.colour, stroke_width=_HALO_PX, stroke_fill=HALO)
        return
    width, height = math.ceil(font.getlength(label.text)) + 2 * _HALO_PX, ascent + descent + 2 * _HALO_PX
    for colour, stroke in ((HALO, _HALO_PX), (label.wish.colour, 0)):
        mask = Image.new("L", (width, height))
        ImageDraw.Draw(mask).text((_HALO_PX, _HALO_PX), label.text, font=font, fill=255, stroke_width=stroke)
        turned = mask.rotate(label.wish.angle_deg, Image.Resampling.BICUBIC, expand=True)
        corner = round((x0 + x1 - turned.width) / 2), round((y0 + y1 - turned.height) / 2)
        picture.paste(colour, corner, turned)


def spot_on_line(line_px: BaseGeometry, width: int, height: int) -> tuple[float, float, float, float] | None:
    """The longest nearly straight run of a line in the picture: (x, y) of its middle, angle in degrees
    counter-clockwise within -90..90, length in pixels; None where nothing of the line is in the picture.
    """
    runs = []
    for part in shapely.get_parts(shapely.clip_by_rect(line_px, 0, 0, width, height)):
        points = shapely.get_coordinates(part.simplify(4.0))
        runs += list(pairwise(points))
    if not runs:
        return None
    (x0, y0), (x1, y1) = max(runs, key=lambda run: float(np.hypot(*(run[1] - run[0]))))
    angle = -math.degrees(math.atan2(y1 - y0, x1 - x0))
    upright = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
    return float(x0 + x1) / 2, float(y0 + y1) / 2, upright, math.hypot(x1 - x0, y1 - y0)
