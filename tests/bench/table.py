"""Rows of the bench's table: samples of one step against its budget."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One step: samples in ``unit``; ``budget`` and ``tail_budget`` (of the percentile ``tail``) in the same unit."""

    step: str
    samples: Sequence[float]
    unit: str = "ms"
    budget: float | None = None
    tail_budget: float | None = None
    tail: int = 95
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def verdict(self) -> str:
        """``ok`` or ``missed`` where there is a budget and a sample."""
        if not self.samples or self.budget is None:
            return ""
        late = self.tail_budget is not None and percentile(self.samples, self.tail) > self.tail_budget
        return "missed" if self.median > self.budget or late else "ok"

    def cells(self) -> tuple[str, ...]:
        """step, median, p95, budget, n, verdict or note."""
        if not self.samples:
            return (self.step, "-", "-", self._budget(), "0", self.note)
        middle, high = shown(self.median, self.unit), shown(percentile(self.samples, self.tail), self.unit)
        if self.tail != 95:
            high += f" (p{self.tail})"
        return (self.step, middle, high, self._budget(), str(len(self.samples)), self.note or self.verdict)

    def _budget(self) -> str:
        if self.budget is None:
            return ""
        text = shown(self.budget, self.unit)
        return text if self.tail_budget is None else f"{text}, p{self.tail} {shown(self.tail_budget, self.unit)}"


def percentile(samples: Iterable[float], share: int) -> float:
    """The smallest sample that at least ``share`` per cent of them do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share / 100 * len(ordered)) - 1)]


def shown(value: float, unit: str) -> str:
    """A value with its unit: seconds from a second on, kilobytes from a kilobyte on."""
    if unit == "ms":
        return f"{value / 1000:.2f} s" if value >= 1000 else f"{value:.0f} ms"
    if unit == "bytes":
        return f"{value / 1000:.1f} KB" if value >= 1000 else f"{value:.0f} bytes"
    return f"{value:.2f}{unit}"


def as_text(rows: Iterable[Row]) -> str:
    """The table, columns aligned."""
    lines = [("step", "median", "p95", "budget", "n", ""), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    drawn = [
        "  ".join(
            cell.rjust(width) if 0 < at < 5 else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]
    drawn.insert(1, "-" * max(map(len, drawn)))
    return "\n".join(line.rstrip() for line in drawn)
