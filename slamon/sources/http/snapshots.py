"""Histories of systems that show only how a ticket stands now: a change is what differs from the stored history."""

from __future__ import annotations

from typing import Any

import msgspec

from slamon.core.instants import DAY, Instant, Span
from slamon.core.ticket import Event, Ticket
from slamon.ports import SourceError

BELIEVED_AFTER: Span = DAY
_MANY = 20  # tickets


def current_fields(ticket: Ticket) -> dict[str, Any]:
    """The fields after all events."""
    fields = dict(ticket.fields)
    for event in sorted(ticket.events, key=lambda one: one.at):
        fields |= event.set or {}
    return fields


def continued(known: Ticket | None, shown: Ticket, *, earliest: Instant, at: Instant) -> Ticket:
    """The history of a ticket that is `shown` as it stands at an instant: `known` is the stored one, if there is any.

    `shown.fields` are the values now, `shown.events` what the system dates itself. What changed with no date happened
    after `earliest`, when the ticket was last looked at, and by `at`. A ticket first seen has an unknown past.
    """
    if known is None:
        return shown
    kept = [event for event in known.events if event.earliest is not None and event.kind != "deleted"]
    so_far = msgspec.structs.replace(shown, fields=known.fields, events=[*shown.events, *kept], history=known.history)
    before = current_fields(so_far)
    changed = {name: value for name, value in shown.fields.items() if before.get(name) != value}
    if not changed:
        return so_far
    event = Event(at, "change", id=f"seen-{at}", set=changed, earliest=min(earliest, at - 1))
    return msgspec.structs.replace(so_far, events=[*so_far.events, event])


def gone(known: Ticket, at: Instant) -> Ticket:
    """The history of a ticket that is not there any more; since when is known only as: after its last event."""
    if known.events and known.events[-1].kind == "deleted":
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
