"""Stretches in which a clock ran, and a promise applied to a start: the arithmetic of one commitment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from msgspec import Struct

from slamon.core.calendars import Calendar
from slamon.core.fixed import fixed_instant
from slamon.core.instants import Instant, Span
from slamon.core.policy import Duration, Promise


class Runs:
    """The closed stretches in which a clock ran, in order."""

    __slots__ = ("_totals", "ends", "starts")

    def __init__(self) -> None:
        self.starts: list[Instant] = []
        self.ends: list[Instant] = []
        self._totals: dict[Calendar, list[Span]] = {}  # working time up to the end of each, by calendar

    def add(self, start: Instant, end: Instant) -> None:
        if start < end:
            self.starts.append(start)
            self.ends.append(end)

    def reopen_last(self, end: Instant) -> Instant:
        """Take back the stretch that ended at an instant; its start, or the instant itself if there was none."""
        if not self.ends or self.ends[-1] != end:
            return end
        for totals in self._totals.values():
            del totals[len(self.ends) - 1 :]
        self.ends.pop()
        return self.starts.pop()

    def totals(self, calendar: Calendar) -> list[Span]:
        totals = self._totals.setdefault(calendar, [])
        for index in range(len(totals), len(self.starts)):
            worked = calendar.elapsed(self.starts[index], self.ends[index])
            totals.append(worked + (totals[-1] if totals else 0))
        return totals

    def worked(self, calendar: Calendar) -> Span:
        return self.totals(calendar)[-1] if self.starts else 0

    def crossing(self, calendar: Calendar, span: Span) -> Instant | None:
        """When a span was used up with the clock running on; None if it was not, or just as a stretch ended."""
        totals = self.totals(calendar)
        index = bisect_left(totals, span)
        while index < len(totals):
            before = totals[index - 1] if index else 0
            due = calendar.due(self.starts[index], max(0, span - before))
            if due is None or due < self.ends[index]:
                return due
            index = bisect_right(totals, totals[index])  # in those between nothing was worked
        return None

    def copy(self) -> Runs:
        other = Runs()
        other.starts, other.ends = self.starts[:], self.ends[:]
        return other


class Bound(Struct, frozen=True):
    """A promise applied to a start: working time of a calendar, or an instant."""

    calendar: Calendar
    span: Span | None = None
    instant: Instant | None = None


def bind(promise: Promise, start: Instant) -> Bound:
    if isinstance(promise, Duration):
        return Bound(promise.calendar, promise.span)
    return Bound(promise.calendar, None, fixed_instant(promise, start))
