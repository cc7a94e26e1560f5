"""What is known of a ticket beside its verdicts: its fields, now and at an earlier instant."""

from __future__ import annotations

from typing import Any

from slamon.core.instants import Instant
from slamon.core.match import DIRECTORY, Fields
from slamon.core.order import natural, without_copies
from slamon.core.ticket import ENDED, GONE, Event, Ticket

_FATES = frozenset({"deleted", "merged", "restored"})
_OVER = (*ENDED, *GONE)


class Known:
    """A ticket at an instant; what is not asked for is not looked up."""

    __slots__ = ("_at_others", "_now", "at", "ticket")

    def __init__(self, ticket: Ticket, at: Instant) -> None:
        self.ticket = ticket
        self.at = at
        self._now: Fields | None = None
        self._at_others: dict[Instant, Fields] = {}

    @property
    def now(self) -> Fields:
        """All fields as they are at the instant."""
        if self._now is None:
            self._now = last_fields(self.ticket, self.at)
        return self._now

    def fields_at(self, earlier: Instant) -> Fields:
        """All fields as they were at an earlier instant."""
        if not any(earlier < event.at <= self.at and event.set for event in self.ticket.events):
            return self.now
        if earlier not in self._at_others:
            self._at_others[earlier] = last_fields(self.ticket, earlier)
        return self._at_others[earlier]


def last_fields(ticket: Ticket, at: Instant) -> Fields:
    """All fields of a ticket as they are at an instant, whatever the order in which its events are listed."""
    values = {"status": "new", **ticket.fields}
    for event in _in_order([event for event in ticket.events if event.at <= at]):
        if event.set:
            values.update(event.set)
    own = {"source": ticket.source, "id": ticket.id, "subject": ticket.subject, DIRECTORY: ticket.customer}
    return {**own, "created_by": ticket.created_by, "direction": ticket.direction, **values}


def next_event(ticket: Ticket, at: Instant) -> Instant | None:
    """When something of the history that lies ahead comes true: a source's clock may be ahead of ours."""
    ahead = [event.at for event in ticket.events if event.at > at]
    return min([*ahead, *([ticket.created_at] if ticket.created_at > at else [])], default=None)


def is_open(ticket: Ticket, at: Instant) -> bool:
    """Whether somebody may still have to do something about a ticket; a status that is not known counts as open."""
    last = max((event for event in ticket.events if event.at <= at and event.kind in _FATES), key=_at, default=None)
    if last is not None and last.kind != "restored":
        return False
    return last_fields(ticket, at)["status"] not in _OVER


def _in_order(events: list[Event]) -> list[Event]:
    if len(events) < 2:
        return events
    kept, _ = without_copies(events)
    if len({event.at for event in kept}) == len(kept):
        return sorted(kept, key=_at)
    return sorted(kept, key=lambda event: (event.at, natural(event)))


def _at(event: Event) -> Any:
    return event.at
