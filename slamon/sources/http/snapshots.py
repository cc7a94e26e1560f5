"""Histories of systems that show only how a ticket stands now: a change is what differs from the stored history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from slamon.core.instants import DAY, Instant, Span
from slamon.core.order import natural
from slamon.core.ticket import Event, Ticket
from slamon.ports import SourceError

BELIEVED_AFTER: Span = DAY
_MANY = 20  # tickets


def current_fields(ticket: Ticket) -> dict[str, Any]:
    """The fields after all events."""
    fields = dict(ticket.fields)
    for event in sorted((one for one in ticket.events if one.set), key=lambda one: (one.at, natural(one))):
        fields |= event.set or {}
    return fields


def continued(
    known: Ticket | None, shown: Ticket, *, earliest: Instant, at: Instant, dated: frozenset[str] = frozenset()
) -> Ticket:
    """The history of a ticket that is `shown` as it stands at an instant: `known` is the stored one, if there is any.

    `shown.fields` are the values now, `shown.events` what the system dates itself: messages, and changes of the fields
    that are `dated`. Another change happened when a push said, else after `earliest`, when the ticket was last looked
    at, and by `at`. A ticket first seen has an unknown past.
    """
    if known is None:
        return shown
    kept = [part for event in known.events if (part := _beyond(event, dated, at))]
    events = [*shown.events, *kept]
    so_far = msgspec.structs.replace(shown, fields=known.fields, events=events, history=known.history)
    return brought_to(so_far, shown.fields, earliest=earliest, at=at)


def _beyond(event: Event, dated: frozenset[str], at: Instant) -> Event | None:
    """What of a known event is told by nothing that is shown: it was seen by looking, or a push brought it."""
    if event.earliest is not None:
        return None if event.kind == "deleted" else event
    if event.kind != "change" or event.at > at:
        return None
    beyond = {name: value for name, value in (event.set or {}).items() if name not in dated}
    return msgspec.structs.replace(event, set=beyond) if beyond else None


def brought_to(ticket: Ticket, fields: Mapping[str, Any], *, earliest: Instant, at: Instant) -> Ticket:
    """The ticket with what differs from `fields`, its values now, as a change after `earliest` and by `at`.

    A field that was never told before did not change: it is taken to have had its value from the beginning.
    """
    told = ticket.fields.keys() | {name for event in ticket.events for name in event.set or ()}
    if new := {name: value for name, value in fields.items() if name not in told}:
        ticket = msgspec.structs.replace(ticket, fields=ticket.fields | new)
    before = current_fields(ticket)
    changed = {name: value for name, value in fields.items() if before[name] != value}
    if not changed:
        return ticket
    last = max((one.at for one in ticket.events if one.set and changed.keys() & one.set.keys()), default=earliest)
    at = max(at, last + 1)
    event = Event(at, "change", f"seen-{at}", set=changed, earliest=min(earliest, at - 1))
    return msgspec.structs.replace(ticket, events=[*ticket.events, event])


def gone(known: Ticket, at: Instant) -> Ticket:
    """The history of a ticket that is not there any more; since when is known only as: after its last event."""
    if known.is_deleted:
        return known
    earliest = max([known.created_at, *(event.at for event in known.events)])
    event = Event(at, "deleted", id="deleted", earliest=earliest if earliest < at else None)
    return msgspec.structs.replace(known, events=[*known.events, event])


def is_emptied(before: int, now: int) -> bool:
    """Whether so much less is shown than the last time that the account may have changed, not the tickets."""
    return before >= _MANY and now < before // 2


def emptied_since(before: int, now: int, so_far: Instant | None, at: Instant) -> Instant | None:
    """Since when that is so; None if it is not. `so_far`: since when it was so the last time."""
    if not is_emptied(before, now):
        return None
    return at if so_far is None else min(so_far, at)


def check_not_emptied(before: int, now: int, emptied_at: Instant | None = None, at: Instant = 0) -> None:
    """SourceError if tickets went away because the account must have changed.

    Where it is still shown something of that place, and has been shown no more for a day, they were deleted.
    """
    if not is_emptied(before, now):
        return
    lasts = emptied_at is not None and at - emptied_at >= BELIEVED_AFTER
    if not (now and lasts):
        hope = "; if they were deleted, that is believed after a day" if now else ""
        raise SourceError(f"{now} tickets are shown where there were {before}: has the account lost a right?{hope}")
