"""Dates in fields of a ticket, as people and helpdesks write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from slamon.core.calendars import Calendar
from slamon.core.instants import DAY, SECOND, Instant, from_datetime


def date_value(value: Any, calendar: Calendar) -> Instant | None:
    """The instant that a field's value means; None for what is no date.

    A date without time is the end of that day, a time without zone a local one: both in the calendar's zone.
    """
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        if len(text) == len("2026-06-08"):
            return calendar.instant(date.fromisoformat(text).toordinal(), DAY)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return from_datetime(moment)
        time = (moment.hour * 3600 + moment.minute * 60 + moment.second) * SECOND + moment.microsecond
        return calendar.instant(moment.toordinal(), time)
    except (ValueError, OverflowError):
        return None
