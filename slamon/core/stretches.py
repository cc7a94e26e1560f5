"""The stretches of a commitment's clock, from its start to its stop or to the instant asked about.

They come from the engine's own trace: where the clock ran is read from the cycle's runs, why it did not from its marks.
Nothing is judged here; the counted spans add up to the verdict's elapsed time and the stretches leave no gap.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Literal

from slamon.core.calendars import ALWAYS, Calendar
from slamon.core.clock import Cycle, Mark
from slamon.core.instants import Instant, Span
from slamon.core.reasons import why
from slamon.core.worktime import FAR

State = Literal["working", "closed", "holiday", "summed", "paused", "solved", "not_applying"]
_HALTING = frozenset({"started", "restarted", "reset", "paused", "resumed", "stopped", "reopened"})
_APPLYING = frozenset({"covered", "adopted", "reopened"})
_LAST_DAY = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Half-open [start, end); `total` is what was counted up to its end. `summed`: years of it, not told day by day."""

    start: Instant
    end: Instant
    state: State
    reason: str | None  # the holiday's name, the entry of `pause_while` that holds
    counted: Span = 0
    total: Span = 0


def stretches(cycle: Cycle, at: Instant, cuts: Iterable[Instant] = ()) -> tuple[Stretch, ...]:
    """Everything between the start and the stop (or `at`), cut at every mark and at the instants given."""
    marks = cycle.marks
    instants = sorted({mark.at for mark in marks}.union(cuts))
    gaps = _not_applying(marks)
    found: list[Stretch] = []
    total = 0
    assert cycle.bound is not None
    elapsed = cycle.bound.calendar.elapsed
    for piece in _cut(_pieces(cycle, at), instants):
        counted = elapsed(piece.start, piece.end) if piece.state in ("working", "summed") else 0
        total += counted
        gap = bisect_right(gaps, piece.start, key=lambda gap: gap[0]) - 1
        if gap >= 0 and piece.start < gaps[gap][1]:
            piece = replace(piece, state="not_applying", reason="this time counts all the same" if counted else None)
        found.append(replace(piece, counted=counted, total=total))
    return tuple(found)


def _pieces(cycle: Cycle, at: Instant) -> Iterator[Stretch]:
    end = at if cycle.stopped_at is None else cycle.stopped_at
    assert cycle.bound is not None
    cursor = cycle.started_at
    instants = [mark.at for mark in cycle.marks]
    for start, stop in _runs(cycle, end):
        yield from _halted(cycle.marks, instants, cursor, start)
        yield from _running(cycle.bound.calendar, start, stop)
        cursor = stop
    yield from _halted(cycle.marks, instants, cursor, end)


def _runs(cycle: Cycle, end: Instant) -> Iterator[tuple[Instant, Instant]]:
    """Where the clock ran; towards a fixed instant it always does."""
    if cycle.fixed:
        yield cycle.started_at, end
        return
    yield from zip(cycle.runs.starts, cycle.runs.ends, strict=True)
    if cycle.since is not None:
        yield cycle.since, end


def _running(calendar: Calendar, start: Instant, end: Instant) -> Iterator[Stretch]:
    if end - start > FAR and calendar is not ALWAYS:
        yield Stretch(start, end, "summed", None)
        return
    cursor = start
    for opening, closing in calendar.intervals(start, end):
        yield from _closed(calendar, cursor, opening)
        yield Stretch(opening, closing, "working", None)
        cursor = closing
    yield from _closed(calendar, cursor, end)


def _closed(calendar: Calendar, start: Instant, end: Instant) -> Iterator[Stretch]:
    """Time outside working hours, holidays by their names; neighbours of one kind are one stretch."""
    pending: Stretch | None = None
    for first, last, state, reason in _closed_days(calendar, start, end):
        if pending is not None and (pending.state, pending.reason) == (state, reason):
            pending = replace(pending, end=last)
            continue
        if pending is not None:
            yield pending
        pending = Stretch(first, last, state, reason)
    if pending is not None:
        yield pending


def _closed_days(
    calendar: Calendar, start: Instant, end: Instant
) -> Iterator[tuple[Instant, Instant, State, str | None]]:
    if start >= end:
        return
    try:
        day = calendar.local(start)[0]
    except OverflowError:  # at the very ends of time there are no local days
        yield start, end, "closed", None
        return
    while start < end:
        midnight = end if day >= _LAST_DAY else min(end, calendar.instant(day + 1, 0))
        if midnight > start:
            holiday = calendar.holiday(day)
            closed_by_date = calendar.special(day) and not calendar.windows(day)
            reason = holiday or ("closed on this date" if closed_by_date else None)
            yield start, midnight, "holiday" if holiday else "closed", reason
            start = midnight
        day += 1


def _halted(marks: list[Mark], instants: list[Instant], start: Instant, end: Instant) -> Iterator[Stretch]:
    """Time in which the clock stood: each part by the last mark before it. `instants` are those of the marks."""
    if start >= end:
        return
    inside = instants[bisect_right(instants, start) : bisect_left(instants, end)]
    for first, last in pairwise(sorted({start, *inside, end})):
        before = range(bisect_right(instants, first) - 1, -1, -1)
        halting = next((marks[index] for index in before if marks[index].what in _HALTING), None)
        yield _halted_by(halting, first, last)


def _halted_by(mark: Mark | None, start: Instant, end: Instant) -> Stretch:
    if mark is not None and mark.what == "stopped":
        return Stretch(start, end, "solved", None)
    return Stretch(start, end, "paused", None if mark is None else paused_by(mark))


def paused_by(mark: Mark) -> str | None:
    """The entry of `pause_while` that holds after a mark."""
    match = mark.definition.target.pause_while
    return None if match is None or mark.step is None else why(match, mark.step.fields)


def _not_applying(marks: list[Mark]) -> list[tuple[Instant, Instant]]:
    """From each withdrawal to the moment the target applied again."""
    found = []
    since: Instant | None = None
    for mark in marks:
        if mark.what == "withdrawn" and since is None:
            since = mark.at
        elif mark.what in _APPLYING and since is not None:
            found.append((since, mark.at))
            since = None
    return found


def _cut(pieces: Iterator[Stretch], instants: list[Instant]) -> Iterator[Stretch]:
    """The pieces, cut at instants (ascending) that lie inside them."""
    index = 0
    for piece in pieces:
        while index < len(instants) and instants[index] <= piece.start:
            index += 1
        while index < len(instants) and instants[index] < piece.end:
            yield replace(piece, end=instants[index])
            piece = replace(piece, start=instants[index])
            index += 1
        yield piece
