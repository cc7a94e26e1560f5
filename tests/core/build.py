"""Small builders, so that a test says only what matters: calendars, targets, policies, tickets and their events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from slamon.core.calendars import ALWAYS, Calendar
from slamon.core.instants import HOUR, MINUTE, SECOND, Instant, Span, from_datetime
from slamon.core.kinds import KINDS
from slamon.core.match import EVERYTHING, AllOf, Entry, Match, OneOf
from slamon.core.policy import (
    Always,
    ByValue,
    Duration,
    FixedDays,
    Happening,
    Left,
    OnReopen,
    OnRetarget,
    Policy,
    Promise,
    Rules,
    Share,
    Target,
    Trigger,
    Within,
)
from slamon.core.ticket import Event, Ticket

BERLIN = ZoneInfo("Europe/Berlin")
UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR}


def at(text: str, zone: tzinfo = BERLIN) -> Instant:
    """The instant of a local time such as 2026-06-05 16:00, or of a text that ends in Z."""
    moment = datetime.fromisoformat(text)
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def span(text: str) -> Span:
    """1h30m and its like."""
    total, number = 0, ""
    for character in text:
        if character in UNITS:
            total, number = total + int(number) * UNITS[character], ""
        else:
            number += character
    return total


def time_of_day(text: str) -> Span:
    hours, _, rest = text.partition(":")
    minutes, _, seconds = rest.partition(":")
    return int(hours) * HOUR + int(minutes) * MINUTE + int(seconds or 0) * SECOND


def windows(text: str) -> list[tuple[Span, Span]]:
    """`09:00-12:00, 13:00-17:00`; a close not after its open is on the next date; empty: closed."""
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        opens, closes = (time_of_day(side) for side in part.split("-"))
        found.append((opens, closes if closes > opens else closes + 24 * HOUR))
    return found


@dataclass(frozen=True)
class Hours:
    """What a calendar is made of, in words, so that the engine and the model can each build their own."""

    name: str
    zone: tzinfo
    week: tuple[str, ...]  # the windows of Monday to Sunday
    dates: Mapping[str, str] = field(default_factory=dict)
    holidays: tuple[str, ...] = ()

    @cached_property
    def calendar(self) -> Calendar:
        off = {date.fromisoformat(day): "off" for day in self.holidays}
        return Calendar(
            self.name,
            self.zone,
            [windows(day) for day in self.week],
            {date.fromisoformat(day): windows(text) for day, text in self.dates.items()},
            lambda year: {day: name for day, name in off.items() if day.year == year},
        )


def hours(name: str, weekdays: str, weekend: str = "", zone: tzinfo = BERLIN, **rest: Any) -> Hours:
    """The same windows from Monday to Friday, and on both days of the weekend."""
    return Hours(name, zone, (weekdays,) * 5 + (weekend,) * 2, **rest)


def daily(name: str, text: str, zone: tzinfo = BERLIN, **rest: Any) -> Hours:
    return hours(name, text, text, zone, **rest)


OFFICE = hours("office", "09:00-17:00")
NIGHT_SHIFT = daily("nights", "22:00-06:00")
ROUND = Hours("24x7", UTC, ("00:00-24:00",) * 7)


def calendar_of(hours: Hours) -> Calendar:
    return ALWAYS if hours is ROUND else hours.calendar


def lasting(text: str, hours: Hours = OFFICE) -> Duration:
    return Duration(span(text), calendar_of(hours))


def business_days(days: int, time: str = "close", hours: Hours = OFFICE, cutoff: str | None = None) -> FixedDays:
    return FixedDays(days, True, _time(time), calendar_of(hours), time_of_day(cutoff) if cutoff else None)


def calendar_days(
    days: int, time: str = "same", hours: Hours = OFFICE, cutoff: str | None = None, roll: bool = False
) -> FixedDays:
    return FixedDays(days, False, _time(time), calendar_of(hours), time_of_day(cutoff) if cutoff else None, roll)


def _time(text: str) -> Any:
    return text if text in ("close", "open", "same") else time_of_day(text)


def is_in(name: str, *values: Any) -> Entry:
    """A field is one of some values."""
    return Entry(name, OneOf.of((value, str(value)) for value in values))


def when(**fields: Any) -> Match:
    """Every field has its value, or one of a list."""
    return AllOf(tuple(is_in(name, *(value if isinstance(value, list) else [value])) for name, value in fields.items()))


def by_priority(other: Promise | None = None, **promises: Promise) -> ByValue:
    entries = [(OneOf.of([(name, name)]), promise) for name, promise in promises.items()]
    return ByValue("priority", tuple(entries), other)


def on(*what: Happening | Match) -> Trigger:
    bits = Happening(0)
    for one in what:
        if isinstance(one, Happening):
            bits |= one
    return Trigger(int(bits), tuple(one for one in what if not isinstance(one, Happening)))


def share(percent: int) -> Share:
    return Share(f"{percent}%", percent, 100)


def left(text: str) -> Left:
    return Left(text, span(text))


def target(
    kind: str,
    promise: str | Promise | Within | None = None,
    hours: Hours = OFFICE,
    *,
    name: str | None = None,
    bots_count: bool = False,
    notes_count: bool = False,
    field: str | None = None,
    on_reopen: str | None = None,
    on_retarget: str = "retarget",
    **options: Any,
) -> Target:
    """A target in the words of the rules; what is not said is as the kind has it."""
    preset = KINDS[kind]
    made: dict[str, Any] = {
        "start": Trigger(int(preset.start)),
        "stop": Trigger(int(preset.stop)),
        "pause_while": is_in("status", *preset.pauses) if preset.pauses else None,
        "repeat": preset.repeat,
        "after_first_response": preset.after_first_response,
        "only_while_open": preset.only_while_open,
        "counts": _counts(bots_count, notes_count),
        "on_reopen": OnReopen(on_reopen) if on_reopen else preset.on_reopen or OnReopen.ONCE,
        "on_retarget": OnRetarget(on_retarget),
        "date_field": field or ("due_at" if kind == "due" else None),
    }
    made |= options
    for trigger in ("start", "stop", "reset", "cancel"):
        made[trigger] = _heard(made.get(trigger, Trigger()), made["counts"])
    return Target(name or kind, kind, _within(promise, hours), calendar_of(hours), **made)


def _heard(trigger: Trigger, counts: int) -> Trigger:
    """With everything that counts as an agent's message."""
    wide = trigger.happenings & Happening.AGENT_MESSAGE
    return Trigger(trigger.happenings | counts, trigger.becomes) if wide else trigger


def _within(promise: str | Promise | Within | None, hours: Hours) -> Within | None:
    if isinstance(promise, str):
        return Always(lasting(promise, hours))
    if isinstance(promise, (Duration, FixedDays)):
        return Always(promise)
    return promise


def _counts(bots: bool, notes: bool) -> int:
    counts = Happening.AGENT_MESSAGE
    counts |= Happening.BOT_MESSAGE if bots else Happening(0)
    counts |= Happening.AGENT_NOTE if notes else Happening(0)
    return int(counts | Happening.BOT_NOTE if bots and notes else counts)


def policy(*targets: Target, match: Match = EVERYTHING, name: str = "standard", also: bool = False) -> Policy:
    return Policy(name, match, targets, also)


def rules(*policies: Policy | Target) -> Rules:
    """Rules of some policies; bare targets are those of one policy for every ticket."""
    bare = [one for one in policies if isinstance(one, Target)]
    whole = [one for one in policies if isinstance(one, Policy)]
    return Rules((*whole, policy(*bare)) if bare else tuple(whole))


def ticket(created: str | Instant, *events: Event, fields: dict[str, Any] | None = None, **rest: Any) -> Ticket:
    instant = at(created) if isinstance(created, str) else created
    return Ticket("1", "desk", instant, {"status": "new", **(fields or {})}, list(events), **rest)


def message(when: str | Instant, by: str = "agent", public: bool = True, id: str | None = None, **rest: Any) -> Event:
    instant = at(when) if isinstance(when, str) else when
    return Event(instant, "message", id, by, public, **rest)


def change(when: str | Instant, id: str | None = None, earliest: Instant | None = None, **fields: Any) -> Event:
    instant = at(when) if isinstance(when, str) else when
    return Event(instant, "change", id, set=fields, earliest=earliest)


def gone(when: str | Instant, kind: Any = "deleted", id: str | None = None) -> Event:
    """A ticket that is deleted, merged or restored."""
    return Event(at(when) if isinstance(when, str) else when, kind, id)
