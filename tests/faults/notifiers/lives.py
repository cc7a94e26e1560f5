"""Tickets whose lives are written down beforehand, and the oracle: what must be told of them, by plain arithmetic.

Every promise of these rows is the same: a first response within an hour around the clock, with a warning after half of
it. So nothing of slamon is needed to say what is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from slamon.core.instants import HOUR, MINUTE, Instant
from tests.faults.clock import at, stamp

PROMISED = 1 * HOUR
WARNED = 30 * MINUTE
News = tuple[str, str]  # a ticket, and what is told of it: warning, breached, met


@dataclass
class Life:
    """A ticket. `paused`: spans in which it waits for the customer. `hushed`: since when nobody is to be told of it."""

    id: str
    opened: Instant
    answered: Instant | None = None
    subject: str | None = None
    paused: Sequence[tuple[str, str]] = ()
    hushed: Instant | None = None
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def happens(self) -> list[Instant]:
        """When there is news of it."""
        ends = [at(clock) for pause in self.paused for clock in pause]
        return [self.opened, *ends, *([] if self.answered is None else [self.answered])]

    def line(self, now: Instant) -> bytes:
        """The ticket as a source brings it at an instant."""
        events = [event for event in self._events() if event[0] <= now]
        written = [{"id": str(number), "at": stamp(when), **told} for number, (when, told) in enumerate(events)]
        subject = {} if self.subject is None else {"subject": self.subject}
        return msgspec.json.encode(
            {"id": self.id, "created_at": stamp(self.opened), "events": written, "fields": self.fields, **subject}
        )

    def _events(self) -> list[tuple[Instant, dict[str, Any]]]:
        found: list[tuple[Instant, dict[str, Any]]] = []
        for since, until in self.paused:
            found.append((at(since), {"kind": "change", "set": {"status": "waiting_customer"}}))
            found.append((at(until), {"kind": "change", "set": {"status": "open"}}))
        if self.answered is not None:
            found.append((self.answered, {"kind": "message", "by": "agent", "public": True}))
        return sorted(found, key=lambda event: event[0])

    def due(self, now: Instant) -> dict[str, Instant]:
        """What is to be told of it by now, and since when; of a ticket that is never paused."""
        broken, warned = self.opened + PROMISED, self.opened + WARNED
        answered = now + 1 if self.answered is None else self.answered
        found = {"warning": warned} if warned < answered else {}
        found |= {"breached": broken} if broken < answered else {"met": answered}
        return {name: when for name, when in found.items() if when <= now}

    def is_moot(self, name: str, due: Instant, now: Instant) -> bool:
        """Whether it came to nothing that something was due: answered, or hushed, since."""
        ends = [one for one in (self.answered, self.hushed) if one is not None and due <= one <= now]
        return name != "met" and bool(ends)


def owed(lives: Sequence[Life], told: Sequence[str], now: Instant) -> tuple[set[News], set[News]]:
    """What must have been told by now, and what may have been: it was due, and then came to nothing."""
    must: set[News] = set()
    may: set[News] = set()
    for life in lives:
        for name, due in life.due(now).items():
            if name in told:
                (may if life.is_moot(name, due, now) else must).add((life.id, name))
    return must, may


def names(count: int) -> list[str]:
    """So many tickets."""
    return [str(number) for number in range(1, count + 1)]
