"""What was promised and why that: the entry, row or fallback of `within` that was taken, in words."""

from __future__ import annotations

from slamon.core.calendars import ALWAYS
from slamon.core.instants import HOUR, MINUTE, SECOND, Span
from slamon.core.match import Fields, lookup
from slamon.core.policy import Always, ByValue, Duration, Promise, Rows, Within
from slamon.core.reasons import value_text, why, why_not
from slamon.core.runs import Bound


def exact_text(span: Span) -> str:
    """A span to the last digit: `1 h 20 min`, `12 min 03 s`, `0.5 s`; never in days, which working time has none of."""
    hours, rest = divmod(abs(span), HOUR)
    minutes, rest = divmod(rest, MINUTE)
    whole, fraction = divmod(rest, SECOND)
    parts = [f"{hours} h"] if hours else []
    if minutes:
        parts.append(f"{minutes:02d} min" if parts else f"{minutes} min")
    if whole or fraction or not parts:
        seconds = f"{whole}.{fraction:06d}".rstrip("0").rstrip(".")
        parts.append(f"{seconds.zfill(2) if parts and not fraction else seconds} s")
    return ("-" if span < 0 else "") + " ".join(parts)


def promise_text(promise: Promise) -> str:
    """`4 h of working time (office)`, `1 business day, at close (office)`."""
    if isinstance(promise, Duration):
        return _duration(promise.span, promise.calendar is ALWAYS, promise.calendar.name)
    kind = "business" if promise.business else "calendar"
    days = f"{promise.days} {kind} day{'' if promise.days == 1 else 's'}"
    parts = [days, f"at {_clock(promise.time) if isinstance(promise.time, int) else _NAMED[promise.time]}"]
    if promise.cutoff is not None:
        parts.append(f"cut-off {_clock(promise.cutoff)}")
    if promise.roll:
        parts.append("moved to the next working day")
    return f"{', '.join(parts)} ({promise.calendar.name})"


def bound_text(bound: Bound | None) -> str:
    """A promise after it was applied to a start."""
    if bound is None:
        return "nothing"
    if bound.span is None:
        return f"a fixed instant ({bound.calendar.name})"
    return _duration(bound.span, bound.calendar is ALWAYS, bound.calendar.name)


def why_promised(within: Within | None, date_field: str | None, fields: Fields) -> str:
    """Which part of `within` was taken for these fields, and why."""
    if within is None:
        return f"{date_field} is {value_text(lookup(fields, date_field or ''))}"
    if isinstance(within, Always):
        return "for every ticket of the policy"
    if isinstance(within, ByValue):
        value = lookup(fields, within.field)
        if any(one.passes(value) for one, _ in within.entries):
            return f"{within.field} is {value_text(value)}"
        return f"other, as there is {_no_entry(within, fields)}"
    return _row(within, fields) if isinstance(within, Rows) else ""


def why_nothing(within: Within | None, date_field: str | None, fields: Fields) -> str:
    """Why a target does not apply to these fields."""
    if within is None:
        return f"{date_field} holds no date"
    if isinstance(within, ByValue):
        return f"{_no_entry(within, fields)} and no other"
    if isinstance(within, Rows):
        reasons = [f"row {n}: {why_not(match, fields)}" for n, (match, _) in enumerate(within.rows, 1) if match]
        return f"no row of within holds: {'; '.join(reasons)}"
    return "it is not in force"


def _no_entry(within: ByValue, fields: Fields) -> str:
    value = lookup(fields, within.field)
    return f"no {within.field}" if value is None else f"no entry for {within.field} {value_text(value)}"


def _row(within: Rows, fields: Fields) -> str:
    for number, (match, _) in enumerate(within.rows, 1):
        if match is None:
            return f"row {number} of within, which always holds"
        if match.holds(fields):
            return f"row {number} of within: {why(match, fields)}"
    return ""


_NAMED = {"close": "close", "open": "opening", "same": "the same time of day"}


def _duration(span: Span, always: bool, calendar: str) -> str:
    return f"{exact_text(span)} round the clock" if always else f"{exact_text(span)} of working time ({calendar})"


def _clock(time: Span) -> str:
    return f"{time // HOUR:02d}:{time % HOUR // MINUTE:02d}"
