"""The short words of the table: instants, durations, and what happened to a ticket."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slamon.core.instants import HOUR, MINUTE, SECOND, Instant, Span, format_instant, from_datetime
from slamon.core.ticket import Event, Ticket

ZONE = ZoneInfo("Europe/Berlin")
_MONDAY = datetime(2026, 6, 8, tzinfo=ZONE)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_IN_WEEK = re.compile(r"(\w{3})(?:\+(\d))? (\d\d):(\d\d)(?::(\d\d))?")
_SPAN = re.compile(r"-?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_MESSAGES = {
    f"{by}_{kind}": (by, kind == "message")
    for by in ("customer", "agent", "bot", "system", "third_party")
    for kind in ("message", "note")
}
_STATUSES = {"solved": "solved", "closed": "closed", "reopened": "open"}
_OWN = ("id", "source", "subject", "created_by", "direction")


def instant(text: str) -> Instant:
    """`Mon 09:00` in the week of 2026-06-08, `Mon+1 09:00` a week later, or a whole date; local time in Berlin."""
    found = _IN_WEEK.fullmatch(text)
    if found is None:
        return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZONE))
    day = _WEEKDAYS.index(found[1]) + 7 * int(found[2] or 0)
    midnight = _MONDAY + timedelta(days=day)
    return from_datetime(midnight.replace(hour=int(found[3]), minute=int(found[4]), second=int(found[5] or 0)))


def instant_text(at: Instant) -> str:
    """The same the other way round, as far as the two weeks go."""
    moment = datetime.fromisoformat(format_instant(at)).astimezone(ZONE)
    days = (moment.date() - _MONDAY.date()).days
    if not 0 <= days < 14:
        return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    week = f"+{days // 7}" if days >= 7 else ""
    return f"{_WEEKDAYS[days % 7]}{week} {moment:%H:%M:%S}".removesuffix(":00")


def span(text: str) -> Span:
    """1h30m, -15m, 0s."""
    found = _SPAN.fullmatch(text)
    if found is None or not any(found.groups()):
        raise ValueError(f"{text!r} is not a duration such as 1h30m")
    amount = sum(int(number or 0) * unit for number, unit in zip(found.groups(), (HOUR, MINUTE, SECOND), strict=True))
    return -amount if text.startswith("-") else amount


def span_text(amount: Span) -> str:
    """The same the other way round."""
    hours, rest = divmod(abs(amount), HOUR)
    seconds = rest % MINUTE // SECOND
    parts = (f"{hours}h" * (hours > 0), f"{rest // MINUTE}m" * (rest >= MINUTE), f"{seconds}s" * (seconds > 0))
    return ("-" if amount < 0 else "") + ("".join(parts) or "0s")


def ticket(created: str, given: Mapping[str, Any], timeline: Sequence[str]) -> Ticket:
    """A ticket of some values at creation; `customer.x` stands in the directory."""
    directory = {name.removeprefix("customer."): value for name, value in given.items() if name.startswith("customer.")}
    own = {name: given[name] for name in _OWN if name in given}
    fields = {name: value for name, value in given.items() if name not in own and not name.startswith("customer.")}
    events = [_event(line, number) for number, line in enumerate(timeline)]
    return Ticket(
        **{"id": "1", "source": "desk", **own},
        created_at=instant(created),
        fields=fields,
        events=events,
        customer=directory or None,
    )


def _event(line: str, number: int) -> Event:
    """`Mon 10:00 agent_message`, or `Mon 10:00 priority=high group=null`."""
    found = re.fullmatch(r"(\S+ \d\S+) (.+)", line)
    if found is None:
        raise ValueError(f"{line!r} is not an instant and what happened then")
    at, what = instant(found[1]), found[2]
    name = f"e{number}"
    if what in _MESSAGES:
        by, public = _MESSAGES[what]
        return Event(at, "message", name, by, public)
    if what in _STATUSES:
        return Event(at, "change", name, set={"status": _STATUSES[what]})
    if what in ("deleted", "restored", "merged"):
        return Event(at, what, name)  # type: ignore[arg-type]
    pairs = (pair.partition("=") for pair in what.split(" "))
    return Event(at, "change", name, set={field: scalar(value) for field, _, value in pairs})


def scalar(text: str) -> Any:
    """A value as YAML 1.2 reads it; nothing but null, booleans and whole numbers is other than text."""
    known = {"null": None, "true": True, "false": False}
    if text in known:
        return known[text]
    return int(text) if re.fullmatch(r"-?[0-9]+", text) else text
