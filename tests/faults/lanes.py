"""Playing many rows: those in which slamon is a process of its own two at a time, beside the others, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.faults.playing import Playable, with_guard, without_guard

_AT_ONCE = 2  # processes


class Outcome(NamedTuple):
    """What came of a row: with its guard, and without."""

    row: Playable
    failed: str | None
    noticed: bool
    how: str


def outcomes(rows: Sequence[Playable]) -> Iterator[Outcome]:
    """Of all rows, in whatever order they are done. A guard of a row in this process is off in this process only."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        apart = [pool.submit(_outcome, row) for row in rows if _is_alone(row)]
        try:
            yield from (_outcome(row) for row in rows if not _is_alone(row))
            yield from (one.result() for one in apart)
        finally:
            for one in apart:
                one.cancel()


def _is_alone(row: Playable) -> bool:
    return getattr(row, "alone", False)


def _outcome(row: Playable) -> Outcome:
    failed, (noticed, how) = with_guard(row), without_guard(row)
    return Outcome(row, failed, noticed, how)
