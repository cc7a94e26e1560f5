"""Measuring: the best of several repeats, the memory of a process, and a row of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
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


def most_memory(process: int | str = "self") -> float:
    """The most that a process ever held resident, in MB."""
    for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"/proc/{process}/status tells no VmHWM")
