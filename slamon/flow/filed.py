"""What is stored of one source, by its polls and by pushes. One ticket's states may come by both, in any order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from slamon.core.history import decode, encode
from slamon.core.instants import Instant
from slamon.core.ticket import Ticket
from slamon.ports import Store, Time

_IN_A_ROW = 100  # tickets encoded before anybody else has a turn
_REMEMBERED = 900.0  # seconds: longer than any poll takes


def age(ticket: Ticket) -> tuple[Instant, int]:
    """How new a state is: by its last event, then by how many there are, for events are only added."""
    return max([ticket.created_at, *(event.at for event in ticket.events)]), len(ticket.events)


def newest(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Of each ticket the newest state; of equally new ones the last."""
    found: dict[str, Ticket] = {}
    for ticket in tickets:
        if ticket.id not in found or age(ticket) >= age(found[ticket.id]):
            found[ticket.id] = ticket
    return list(found.values())


class Filed:
    """Stores the tickets of one source, and wakes the judge if any of them changed."""

    def __init__(self, source: str, store: Store, time: Time, changed: asyncio.Event) -> None:
        self._source = source
        self._store = store
        self._time = time
        self._changed = changed
        self._turn = asyncio.Lock()  # a state is compared and written as one
        self.newest: Instant | None = None  # the last thing that happened, of all that was read since the start
        self._pushed: dict[str, float] = {}  # ids, and when they were last pushed

    async def polled(self, tickets: Sequence[Ticket], cursor: bytes | None, begun: float) -> int:
        """What the source says, asked at a monotonic time: true whatever is stored, also if an event went away.

        Only of a ticket that was pushed meanwhile the newer state stays. Returns how many changed.
        """
        async with self._turn:
            doubtful = {one.id for one in tickets if self._pushed.get(one.id, begun - 1) >= begun}
            stored = await self._stored(doubtful)
            return await self._write([one for one in tickets if not _older(one, stored)], cursor)

    async def pushed(self, tickets: Sequence[Ticket], cursor: bytes | None) -> int:
        """States that may be late: an older one never replaces a newer one. Returns how many changed."""
        async with self._turn:
            latest = newest(tickets)
            stored = await self._stored({one.id for one in latest})
            changed = await self._write([one for one in latest if not _older(one, stored)], cursor)
            self._note(latest)
            return changed

    async def _stored(self, ids: set[str]) -> dict[str, Ticket]:
        found = await self._store.load(self._source, ids) if ids else {}
        return {id: decode(one.body, self._source) for id, one in found.items()}

    async def _write(self, tickets: Sequence[Ticket], cursor: bytes | None) -> int:
        rows: list[tuple[str, bytes]] = []
        for ticket in tickets:
            self._see(ticket)
            rows.append((ticket.id, encode(msgspec.structs.replace(ticket, source=self._source))))
            if len(rows) % _IN_A_ROW == 0:
                await asyncio.sleep(0)
        changed = await self._store.save_batch(self._source, rows, cursor)
        if changed:
            self._changed.set()
        return changed

    def _see(self, ticket: Ticket) -> None:
        at, _ = age(ticket)
        if self.newest is None or at > self.newest:
            self.newest = at

    def _note(self, tickets: Sequence[Ticket]) -> None:
        now = self._time.monotonic()
        self._pushed = {id: at for id, at in self._pushed.items() if at > now - _REMEMBERED}
        self._pushed |= {ticket.id: now for ticket in tickets}


def _older(ticket: Ticket, stored: Mapping[str, Ticket]) -> bool:
    return ticket.id in stored and age(ticket) < age(stored[ticket.id])
