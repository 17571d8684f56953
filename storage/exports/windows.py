"""Which parts of a picture become samples: all of a small one, else windows that hold what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from annotator.types import Grid, WindowPx

WHOLE_SIDE_PX = 1024
"""A picture whose sides are at most this is one sample."""
WINDOW_SIDE_PX = 768
"""Side of a window of a larger picture, as the samples of SocioSeg have; it grows where a label is larger."""


def sample_windows(boxes_px: Sequence[WindowPx], width: int, height: int) -> list[WindowPx]:
    """Windows of the (width, height) picture such that each box lies wholly inside at least one.

    From the topmost box on, each window takes in the boxes that still fit beside those it holds, in reading order.
    Without boxes the window is in the middle.
    """
    if max(width, height) <= WHOLE_SIDE_PX:
        return [(0, 0, width, height)]
    if not boxes_px:
        return [_around((width // 2, height // 2, width // 2, height // 2), width, height)]
    left = sorted(boxes_px, key=lambda box: (box[1], box[0], box[3], box[2]))
    windows: list[WindowPx] = []
    while left:
        held = left[0]
        for box in left[1:]:
            joined = _union(held, box)
            if max(joined[2] - joined[0], joined[3] - joined[1]) <= WINDOW_SIDE_PX:
                held = joined
        window = _around(held, width, height)
        windows.append(window)
        left = [box for box in left if not _inside(box, window)]
    return windows


def window_grid(grid: Grid, window_px: WindowPx) -> Grid:
    """The grid of a window of a picture, at the same ground resolution."""
    x0, y0, x1, y1 = window_px
    c, a, b, f, d, e = grid.transform
    return Grid(grid.crs, (c + a * x0 + b * y0, a, b, f + d * x0 + e * y0, d, e), x1 - x0, y1 - y0)


def _around(box: WindowPx, width: int, height: int) -> WindowPx:
    """The square around the box, cut to the picture where the picture is smaller and moved into it elsewhere."""
    side = max(WINDOW_SIDE_PX, box[2] - box[0], box[3] - box[1])
    x0, x1 = _span(box[0], box[2], side, width)
    y0, y1 = _span(box[1], box[3], side, height)
    return x0, y0, x1, y1


def _span(low: int, high: int, side: int, limit: int) -> tuple[int, int]:
    side = min(side, limit)
    start = min(max((low + high - side) // 2, 0), limit - side)
    return start, start + side


def _union(a: WindowPx, b: WindowPx) -> WindowPx:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _inside(box: WindowPx, window: WindowPx) -> bool:
    return box[0] >= window[0] and box[1] >= window[1] and box[2] <= window[2] and box[3] <= window[3]
