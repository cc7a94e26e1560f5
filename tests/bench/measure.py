"""Measuring: the best of several repeats, and a row of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Row:
    """What was compared with what; `ratio` must be at least `wanted` (None: only shown)."""

    what: str
    ours: str
    theirs: str
    ratio: float
    wanted: float | None = None

    @property
    def ok(self) -> bool:
        return self.wanted is None or self.ratio >= self.wanted


def best(body: Callable[[], object], number: int, repeats: int = 7) -> float:
    """Seconds that one call takes, the best of several repeats of `number` calls."""
    times = []
    for _ in range(repeats):
        begun = perf_counter()
        for _ in range(number):
            body()
        times.append(perf_counter() - begun)
    return min(times) / number


def microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:.2f} µs"


def a_second(seconds: float, count: int) -> str:
    return f"{count / seconds:,.0f}/s"
