"""Arithmetic of working time over compiled UTC intervals: sorted, disjoint, half-open, and a bisection away.

The intervals are compiled an era of eight years at a time, wherever somebody asks: there is no horizon that silently
ends. Of the eras between two instants only the totals are needed: a ticket from the year 1 costs no more than its ends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date

from slamon.core.instants import DAY, EPOCH, Instant, Span

Interval = tuple[Instant, Instant]

FAR: Span = 3_653 * DAY  # a due instant farther away than this is none
FIRST_YEAR, LAST_YEAR = 1, 9999
ORDINAL_OF_EPOCH = EPOCH.toordinal()
_ERA = 8  # years
_ERAS_ALIKE = 400 // _ERA  # after 400 years the Gregorian calendar repeats, to the day of the week
_RULED = 2400 // _ERA  # from this era on no zone lists its clock changes one by one: they follow a yearly rule
_MOST_ERAS_KEPT = 24
_BEFORE_ALL, _AFTER_ALL = -(1 << 62), 1 << 62


class Era:
    """The working intervals of some years."""

    __slots__ = ("bounds", "closes", "end", "passed", "start", "total", "worked")

    def __init__(self, start: Instant, end: Instant, intervals: Sequence[Interval]) -> None:
        """`start` and `end`: the instants that are this era's; intervals are cut to them."""
        self.start, self.end = start, end
        self.bounds: list[Instant] = []  # opening, closing, opening, closing, …
        self.passed: list[Span] = []  # working time up to each bound
        self.closes: list[Instant] = []
        self.worked: list[Span] = []  # working time up to each closing
        self.total = 0
        for opening, closing in intervals:
            if (opening := max(opening, start)) < (closing := min(closing, end)):
                self._add(opening, closing)

    def _add(self, opening: Instant, closing: Instant) -> None:
        self.bounds += (opening, closing)
        self.passed.append(self.total)
        self.total += closing - opening
        self.passed.append(self.total)
        self.closes.append(closing)
        self.worked.append(self.total)

    def position(self, at: Instant) -> Span:
        """Working time from the era's start up to an instant."""
        index = bisect_right(self.bounds, at)
        if index == 0:
            return 0
        inside = at - self.bounds[index - 1] if index & 1 else 0
        return self.passed[index - 1] + inside


class WorkTime(ABC):
    """Working time between instants. A subclass knows when work is done."""

    def __init__(self) -> None:
        self._eras: dict[int, Era] = {}  # the latest used last
        self._totals: dict[int, Span] = {}
        self._era = Era(0, 0, ())  # the one used last

    @abstractmethod
    def compile(self, first_year: int, end_year: int) -> list[Interval]:
        """The working intervals of whole local years, the last one not included; sorted, disjoint, none empty."""

    @abstractmethod
    def total(self, first_year: int, end_year: int) -> Span:
        """Working time from one New Year in UTC to another, without compiling what lies between."""

    @abstractmethod
    def is_regular(self, first_year: int, end_year: int) -> bool:
        """Whether only clock changes make one week of these years unlike another."""

    def elapsed(self, start: Instant, end: Instant) -> Span:
        """Working time from start to end; 0 if end is not after start."""
        if end <= start:
            return 0
        era = self._era
        if start < era.start or end >= era.end:
            return self._elapsed_over_eras(start, end)
        bounds, passed = era.bounds, era.passed
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
        era = self._era
        if not era.start <= start < era.end:
            era = self._era_of(_number(start))
        wanted = amount + era.position(start)
        while wanted > era.total:
            wanted -= era.total
            if era.end - start > FAR:
                return None
            era = self._era_of(_number(era.end))
        index = bisect_left(era.worked, wanted)
        found = era.closes[index] - (era.worked[index] - wanted)
        return found if found - start <= FAR else None

    def opening(self, at: Instant) -> Instant | None:
        """The first working instant at or after this one; None if that is too far away."""
        for number in range(_number(at), _number(at + FAR) + 1):
            era = self._era_of(number)
            passed = bisect_right(era.bounds, at)
            if passed & 1:
                return at
            if passed < len(era.bounds):
                found = era.bounds[passed]
                return found if found - at <= FAR else None
        return None

    def intervals(self, start: Instant, end: Instant) -> Iterator[Interval]:
        """The working intervals between two instants, cut to them."""
        if end <= start:
            return
        for number in range(_number(start), _number(end) + 1):
            era = self._era_of(number)
            for index in range(bisect_right(era.closes, start), len(era.closes)):
                opening = era.bounds[2 * index]
                if opening >= end:
                    return
                yield max(start, opening), min(end, era.closes[index])

    def _elapsed_over_eras(self, start: Instant, end: Instant) -> Span:
        first, last = _number(start), _number(end)
        between = sum(self._total_of(number) for number in range(first, last))
        before = self._era_of(first).position(start)
        return between + self._era_of(last).position(end) - before

    def _total_of(self, number: int) -> Span:
        """Of an era that is not the last one."""
        if number not in self._totals:
            first, alike = number * _ERA, min(number, _RULED + (number - _RULED) % _ERAS_ALIKE)
            if first < FIRST_YEAR:
                self._totals[number] = self._era_of(number).total
            elif alike < number and all(self.is_regular(one * _ERA, (one + 1) * _ERA) for one in (alike, number)):
                self._totals[number] = self._total_of(alike)
            else:
                self._totals[number] = self.total(first, first + _ERA)
        return self._totals[number]

    def _era_of(self, number: int) -> Era:
        """The era of a number, compiled if need be, and from now on the one used last."""
        era = self._eras.pop(number, None) or self._compiled(number)
        self._eras[number] = self._era = era
        if len(self._eras) > _MOST_ERAS_KEPT:
            del self._eras[next(iter(self._eras))]
        return era

    def _compiled(self, number: int) -> Era:
        """A local year begins up to a day before or after the UTC one: a year more is looked at on both sides."""
        first, end = number * _ERA, (number + 1) * _ERA
        years = max(first - 1, FIRST_YEAR), min(end + 1, LAST_YEAR + 1)
        intervals = self.compile(*years) if years[0] < years[1] else []
        start_at = _BEFORE_ALL if first < FIRST_YEAR else new_year(first)
        end_at = _AFTER_ALL if end > LAST_YEAR else new_year(end)
        return Era(start_at, end_at, intervals)


def _number(instant: Instant) -> int:
    """The number of the era that an instant belongs to; what lies before the first or after the last is theirs."""
    day = instant // DAY + ORDINAL_OF_EPOCH
    return date.fromordinal(min(max(day, 1), date.max.toordinal())).year // _ERA


def new_year(year: int) -> Instant:
    """The first instant of a year in UTC."""
    return (date(year, 1, 1).toordinal() - ORDINAL_OF_EPOCH) * DAY
