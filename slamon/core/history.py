"""Ticket histories as JSON, one ticket a line: what a line means, and how a ticket is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import get_args

from slamon.core.instants import DAY, EARLIEST, LATEST, MINUTE, SECOND, Instant, format_instant, from_datetime
from slamon.core.ticket import Author, Event, Ticket
from slamon.core.wire import BadTicket, Text, WireEvent, WireTicket, one_of, read, shown, write

__all__ = ["BadTicket", "decode", "encode"]

_AUTHORS = frozenset(get_args(Author))
_LOCAL_TIME = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
_NAIVE = re.compile(_LOCAL_TIME, re.ASCII)
_AWARE = re.compile(_LOCAL_TIME + r"(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
# Most instants are whole seconds in UTC: put together of parts they are read and written in a third of the time.
_MINUTES = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60)]
_SECONDS = [f":{second:02}Z" for second in range(60)]
_MINUTE_OF = {text: minute * MINUTE for minute, text in enumerate(_MINUTES)}
_SECOND_OF = {text: second * SECOND for second, text in enumerate(_SECONDS)}


def decode(line: bytes, default_source: str) -> Ticket:
    """The ticket that a line holds; `default_source` where it names none. BadTicket says what is wrong with it."""
    wire = read(line)
    return Ticket(
        _ticket_id(wire.id),
        default_source if wire.source is None else wire.source,
        _instant("created_at", wire.created_at),
        wire.fields or {},
        _events(wire.events or ()),
        wire.subject,
        wire.url,
        wire.created_by or "customer",
        wire.direction or "inbound",
        wire.history or "full",
        wire.customer,
    )


def encode(ticket: Ticket) -> bytes:
    """A ticket as one line without its end: equal tickets give equal bytes, and what is read back is equal."""
    wire = WireTicket(
        ticket.id,
        _text_of(ticket.created_at),
        ticket.source,
        ticket.subject,
        ticket.url,
        ticket.created_by,
        ticket.direction,
        ticket.fields,
        [_wire_event(event) for event in ticket.events],
        ticket.history,
        ticket.customer,
    )
    return write(wire)


def _ticket_id(value: Text) -> str:
    if value == "":
        raise BadTicket("id is empty")
    return str(value)


def _text(value: Text | None) -> str | None:
    return value if value is None or type(value) is str else str(value)


def _events(wires: Sequence[WireEvent]) -> list[Event]:
    events: list[Event] = []
    for wire in wires:
        try:
            events.append(_event(wire))
        except BadTicket as mistake:
            raise BadTicket(f"event {len(events) + 1}: {mistake}") from None
    return events


def _event(wire: WireEvent) -> Event:
    if wire.kind == "message":
        _check_message(wire)
    elif wire.kind == "change" and wire.set is None:
        raise BadTicket("set is missing")
    earliest, at = _times(wire)
    return Event(
        at,
        wire.kind,
        _text(wire.id),
        _text(wire.by),
        wire.public or False,
        wire.automated or False,
        wire.set,
        _text(wire.into),
        earliest,
    )


def _check_message(wire: WireEvent) -> None:
    if wire.by is None:
        raise BadTicket("by is missing")
    if wire.by not in _AUTHORS:
        raise BadTicket(f"by is {shown(wire.by)}, not {one_of(Author)}")
    if wire.public is None:
        raise BadTicket("public is missing")


def _times(wire: WireEvent) -> tuple[Instant | None, Instant]:
    """(earliest, at); earliest is None where the instant is known."""
    if wire.observed_between is None:
        if wire.at is None:
            raise BadTicket("at is missing")
        return None, _instant("at", wire.at)
    earliest, latest = (_instant("observed_between", text) for text in wire.observed_between)
    if earliest > latest:
        raise BadTicket("observed_between: {!r} is after {!r}".format(*wire.observed_between))
    return (earliest if earliest < latest else None), latest


def _instant(key: str, text: str) -> Instant:
    try:
        return _day(text[:11]) + _MINUTE_OF[text[11:16]] + _SECOND_OF[text[16:]]
    except (KeyError, BadTicket):
        return _any_instant(key, text)


@lru_cache(4096)
def _day(text: str) -> Instant:
    """The beginning of a day that is written as in 2026-06-05T."""
    return _any_instant("day", f"{text}00:00:00Z")


def _any_instant(key: str, text: str) -> Instant:
    if not _AWARE.fullmatch(text):
        naive = " has no time zone: end it with Z or an offset such as +02:00"
        what = naive if _NAIVE.fullmatch(text) else " is not a time such as 2026-06-05T14:00:00Z"
        raise BadTicket(f"{key}: {shown(text)}{what}")
    leap = text[17:19] == "60"  # the last second of some days; to a clock without it, the first of the next
    whole = f"{text[:17]}59{text[19:]}" if leap else text
    try:
        instant = from_datetime(datetime.fromisoformat(whole.replace("z", "Z"))) + leap * SECOND
    except ValueError as mistake:
        raise BadTicket(f"{key}: {shown(text)} is not a time: {mistake}") from None
    if not EARLIEST <= instant <= LATEST:
        raise BadTicket(f"{key}: {shown(text)} lies outside the years 1 to 9999")
    return instant


def _text_of(instant: Instant) -> str:
    day, rest = divmod(instant, DAY)
    second, fraction = divmod(rest, SECOND)
    if fraction:
        return format_instant(instant)
    return _day_text(day) + _MINUTES[second // 60] + _SECONDS[second % 60]


@lru_cache(4096)
def _day_text(day: int) -> str:
    return format_instant(day * DAY)[:11]


def _wire_event(event: Event) -> WireEvent:
    at = _text_of(event.at)
    return WireEvent(
        event.kind,
        at,
        event.id,
        event.by,
        event.public or (False if event.kind == "message" else None),
        event.automated or None,
        event.set,
        event.into,
        None if event.earliest is None else (_text_of(event.earliest), at),
    )
