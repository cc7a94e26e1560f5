"""Arithmetic of working time over compiled UTC intervals: sorted, disjoint, half-open, and a bisection away.

The intervals are compiled a year at a time, as far as somebody asks: there is no horizon that silently ends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date

from slamon.core.instants import DAY, EPOCH, Instant, Span

Interval = tuple[Instant, Instant]

FAR: Span = 3_653 * DAY  # a due instant farther away than this is none
FIRST_YEAR, LAST_YEAR = 1, 9999
ORDINAL_OF_EPOCH = EPOCH.toordinal()


class WorkTime(ABC):
    """Working time between instants. A subclass knows when work is done."""

    def __init__(self) -> None:
        self._years: tuple[int, int] | None = None  # compiled are the years from the first up to, not with, the last
        self._safe_from = self._safe_to = 0  # instants between these need no look at the years
        self._bounds: list[Instant] = []  # opening, closing, opening, closing, …
        self._passed: list[Span] = []  # working time up to each bound, from an arbitrary zero
        self._closes: list[Instant] = []
        self._worked: list[Span] = []  # working time up to each closing

    @abstractmethod
    def compile(self, first_year: int, end_year: int) -> list[Interval]:
        """The working intervals of whole years, the last one not included; sorted, disjoint, none empty."""

    def elapsed(self, start: Instant, end: Instant) -> Span:
        """Working time from start to end; 0 if end is not after start."""
        if end <= start:
            return 0
        if start < self._safe_from or end >= self._safe_to:
            self._reach(start, end)
        bounds, passed = self._bounds, self._passed
        # After an odd number of bounds it is working time. With none passed there is no bound to look at: hence `and`.
        upper, lower = bisect_right(bounds, end), bisect_right(bounds, start)
        worked = (upper and passed[upper - 1]) - (lower and passed[lower - 1])
        if upper & 1:
            worked += end - bounds[upper - 1]
        if lower & 1:
            worked -= start - bounds[lower - 1]
        return worked

    def due(self, start: Instant, amount: Span) -> Instant | None:
        """The earliest instant at which `amount` has been worked since start; None if that is too far away.

        For an amount of 0 it is the first working instant at or after the start.
        """
        if amount == 0:
            return self.opening(start)
        for end in (start, start + 366 * DAY, start + FAR + DAY):  # most answers are near, and compiling is not free
            if start < self._safe_from or end >= self._safe_to:
                self._reach(start, end)
            lower = bisect_right(self._bounds, start)
            wanted = amount + (lower and self._passed[lower - 1])
            if lower & 1:
                wanted += start - self._bounds[lower - 1]
            index = bisect_left(self._worked, wanted)
            if index < len(self._worked):
                found = self._closes[index] - (self._worked[index] - wanted)
                return found if found - start <= FAR else None
        return None

    def opening(self, at: Instant) -> Instant | None:
        """The first working instant at or after this one; None if that is too far away."""
        for end in (at, at + 366 * DAY, at + FAR + DAY):
            self._reach(at, end)
            passed = bisect_right(self._bounds, at)
            if passed & 1:
                return at
            if passed < len(self._bounds):
                found = self._bounds[passed]
                return found if found - at <= FAR else None
        return None

    def intervals(self, start: Instant, end: Instant) -> Iterator[Interval]:
        """The working intervals between two instants, cut to them."""
        if end <= start:
            return
        self._reach(start, end)
        for index in range(bisect_right(self._closes, start), len(self._closes)):
            opening = self._bounds[2 * index]
            if opening >= end:
                return
            yield max(start, opening), min(end, self._closes[index])

    def _reach(self, start: Instant, end: Instant) -> None:
        """Compile what is missing so that both instants, a year around them included, are covered."""
        if self._safe_from <= start and end < self._safe_to:
            return
        first, last = max(_year(start) - 1, FIRST_YEAR), min(_year(end) + 2, LAST_YEAR + 1)
        known_first, known_last = self._years or (first, first)
        if first < known_first:
            self._set_intervals(self.compile(first, known_first) + self._intervals())
        if last > known_last:
            self._set_intervals(self._intervals() + self.compile(known_last, last))
        self._years = min(first, known_first), max(last, known_last)
        self._safe_from, self._safe_to = _new_year(self._years[0] + 1), _new_year(self._years[1] - 1)

    def _intervals(self) -> list[Interval]:
        return list(zip(self._bounds[::2], self._closes, strict=True))

    def _set_intervals(self, intervals: list[Interval]) -> None:
        self._bounds, self._passed, self._closes, self._worked = [], [], [], []
        worked, closed = 0, None
        for opening, closing in intervals:
            if closed is not None and opening < closed:
                opening = closed  # a clock set back over New Year
            if opening >= closing:
                continue
            self._bounds += (opening, closing)
            self._passed.append(worked)
            worked += closing - opening
            self._passed.append(worked)
            self._closes.append(closing)
            self._worked.append(worked)
            closed = closing


def _year(instant: Instant) -> int:
    """The UTC year, kept within what a date can hold."""
    day = instant // DAY + ORDINAL_OF_EPOCH
    return date.fromordinal(min(max(day, 1), date.max.toordinal())).year


def _new_year(year: int) -> Instant:
    return (date(year, 1, 1).toordinal() - ORDINAL_OF_EPOCH) * DAY
