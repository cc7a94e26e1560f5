"""Fixed instants: a local time on the N-th working or calendar day after a start."""

from __future__ import annotations

from slamon.core.calendars import Calendar
from slamon.core.instants import DAY, Instant, Span
from slamon.core.policy import FixedDays
from slamon.core.worktime import FAR

_MOST_DAYS = FAR // DAY + 1


def fixed_instant(promise: FixedDays, start: Instant) -> Instant | None:
    """The due instant of a promise made at a start; None if it is more than ten years away."""
    try:
        due = _business(promise, start) if promise.business else _calendar(promise, start)
    except (OverflowError, ValueError):  # beyond the year 9999
        return None
    return due if due is not None and due - start <= FAR else None


def _business(promise: FixedDays, start: Instant) -> Instant | None:
    calendar = promise.calendar
    begun = _begun(promise, start)
    if begun is None:
        return None
    day, time = begun
    for _ in range(min(promise.days, _MOST_DAYS)):
        following = _working_day(calendar, day + 1)
        if following is None:
            return None
        day = following
    if promise.time == "close":
        return calendar.instant(day, calendar.windows(day)[-1][1])
    if promise.time == "open":
        return calendar.instant(day, calendar.windows(day)[0][0])
    return calendar.instant(day, time if promise.time == "same" else promise.time)


def _calendar(promise: FixedDays, start: Instant) -> Instant | None:
    calendar = promise.calendar
    begun = calendar.local(start) if promise.cutoff is None else _begun(promise, start)
    if begun is None or promise.days > _MOST_DAYS:
        return None
    day: int | None = begun[0] + promise.days
    if promise.roll and day is not None:
        day = _working_day(calendar, day)
    if day is None:
        return None
    return calendar.instant(day, promise.time if isinstance(promise.time, int) else begun[1])


def _begun(promise: FixedDays, start: Instant) -> tuple[int, Span] | None:
    """Local day and time of the start, moved into hours and, when past the cut-off, to the next working day."""
    opening = promise.calendar.opening(start)
    if opening is None:
        return None
    day, time = promise.calendar.local(opening)
    if promise.cutoff is None or time <= promise.cutoff:
        return day, time
    following = _working_day(promise.calendar, day + 1)
    return None if following is None else (following, promise.calendar.windows(following)[0][0])


def _working_day(calendar: Calendar, day: int) -> int | None:
    """The first day with working time at or after a day."""
    return next((later for later in range(day, day + _MOST_DAYS) if calendar.works_on(later)), None)
