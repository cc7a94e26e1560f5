"""When a line of a route comes due for a moment, how often it has, and when a notifier is to be left in peace."""

from __future__ import annotations

from msgspec import Struct

from slamon.core.calendars import Calendar
from slamon.core.instants import Instant
from slamon.core.moments import Moment
from slamon.core.routes import Quiet, RouteStep, Wait
from slamon.core.worktime import FAR


class Occasion(Struct, frozen=True):
    """One time that a step tells of a moment: the first is number 0, its repetitions follow."""

    number: int
    due_at: Instant


def last_occasion(step: RouteStep, moment: Moment, calendar: Calendar, at: Instant) -> Occasion | None:
    """The last time that a step came due by an instant; None if it has not, or if it was dropped since.

    What lies a time after its moment is dropped once the state that the moment began does not stand any more.
    """
    if step.after is None and (step.repeat is None or not moment.stands):
        return Occasion(0, moment.at) if moment.at <= at else None
    first = _first(step, moment, calendar) if moment.stands else None
    if first is None or first > at:
        return None
    return _numbered(step, first, _passed(step, first, calendar, at), calendar)


def next_occasion(step: RouteStep, moment: Moment, calendar: Calendar, at: Instant) -> Instant | None:
    """When a step comes due next if nothing happens; None if it never does again."""
    if not moment.stands or (step.after is None and step.repeat is None):
        return None
    first = _first(step, moment, calendar)
    if first is None or first > at:
        return first
    number = _passed(step, first, calendar, at) + 1
    if step.repeat is None or (step.at_most is not None and number >= step.at_most):
        return None
    return _added(first, step.repeat, number, calendar)


def _first(step: RouteStep, moment: Moment, calendar: Calendar) -> Instant | None:
    return moment.at if step.after is None else _added(moment.at, step.after, 1, calendar)


def _passed(step: RouteStep, first: Instant, calendar: Calendar, at: Instant) -> int:
    """The number of the last repetition by an instant, as many as there may be."""
    if step.repeat is None:
        return 0
    passed = calendar.elapsed(first, at) if step.repeat.working else at - first
    number = passed // step.repeat.span
    return number if step.at_most is None else min(number, step.at_most - 1)


def _numbered(step: RouteStep, first: Instant, number: int, calendar: Calendar) -> Occasion | None:
    due_at = first if step.repeat is None or number == 0 else _added(first, step.repeat, number, calendar)
    return None if due_at is None else Occasion(number, due_at)


def _added(start: Instant, wait: Wait, times: int, calendar: Calendar) -> Instant | None:
    span = wait.span * times
    return calendar.due(start, span) if wait.working else start + span


def is_open(calendar: Calendar, at: Instant) -> bool:
    """Whether an instant is working time."""
    return calendar.opening(at) == at


def quiet_until(quiet: Quiet, at: Instant) -> Instant | None:
    """The end of a quiet in which an instant lies; None if it lies in none, or in one that never ends."""
    if quiet.outside:
        opens = quiet.calendar.opening(at)
        return None if opens == at else opens
    return _closes(quiet.calendar, at) if is_open(quiet.calendar, at) else None


def _closes(calendar: Calendar, at: Instant) -> Instant | None:
    """When the working time that an instant lies in ends."""
    end = at
    while end - at < FAR:
        opens, closes = next(calendar.intervals(end, end + FAR), (None, end))
        if opens != end:
            return end
        end = closes
    return None
