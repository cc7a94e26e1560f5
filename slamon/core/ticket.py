"""A ticket and what happened to it: the one shape that every source is turned into.

How it stands in a file is the business of `core.history`; here every instant is a number and everything is checked.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from slamon.core.instants import Instant

Author = Literal["customer", "agent", "bot", "system", "third_party"]
Creator = Literal["customer", "agent", "bot", "system"]
Direction = Literal["inbound", "outbound"]
EventKind = Literal["message", "change", "deleted", "restored", "merged"]
Completeness = Literal["full", "partial", "none"]

OPEN = frozenset({"new", "open", "waiting_customer", "waiting_third_party", "on_hold"})
ENDED = frozenset({"solved", "closed"})
GONE = frozenset({"cancelled", "merged"})
STATUSES = OPEN | ENDED | GONE


class Event(Struct, frozen=True, gc=False):
    """Something that happened to a ticket. Texts of messages are never part of it.

    `by` and `public` are set for every message; `set` for every change. `earliest` differs from `at` where the source
    shows a transition only between two polls: it happened after the one and not after the other.
    """

    at: Instant
    kind: EventKind
    id: str | None = None
    by: str | None = None
    public: bool = False
    automated: bool = False
    set: dict[str, Any] | None = None
    into: str | None = None
    earliest: Instant | None = None


class Ticket(Struct, frozen=True):
    """A ticket's history; `fields` are the values at creation, `customer` what a directory knows of the customer."""

    id: str
    source: str
    created_at: Instant
    fields: dict[str, Any]
    events: list[Event]
    subject: str | None = None
    url: str | None = None
    created_by: Creator = "customer"
    direction: Direction = "inbound"
    history: Completeness = "full"
    customer: dict[str, Any] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """(source, id): the ticket's identity."""
        return self.source, self.id

    @property
    def is_deleted(self) -> bool:
        """Whether the last that is known of it is that it was deleted."""
        return bool(self.events) and self.events[-1].kind == "deleted"
