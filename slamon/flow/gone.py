"""Tickets that were found gone lately. One that comes back may say nothing of it, so it is asked about for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from slamon.core.instants import DAY, HOUR, Instant, Span
from slamon.core.ticket import Ticket
from slamon.ports import Store, Time

_REMEMBERED: Span = 7 * DAY
_LONGEST_PAUSE: Span = 6 * HOUR  # between asking about one twice; shorter if it went less long ago
_AT_ONCE = 50
_MOST = 1_000


class _Absence(msgspec.Struct, frozen=True, array_like=True):
    since: Instant
    again_at: Instant


class Gone:
    """Those of one source, kept in the store."""

    def __init__(self, source: str, store: Store, time: Time) -> None:
        self._key = f"gone {source}"
        self._store = store
        self._time = time
        self._absent: dict[str, _Absence] | None = None  # by id; None: not read yet
        self._noting = asyncio.Lock()  # a last look may come in the midst of a poll

    async def note(self, tickets: Sequence[Ticket], asked: Sequence[str] = ()) -> None:
        """To be called before these are stored, so that none is forgotten that is stored as deleted.

        `asked`: the ids that were asked about; some may not have come.
        """
        async with self._noting:
            await self._note(tickets, asked)

    async def _note(self, tickets: Sequence[Ticket], asked: Sequence[str]) -> None:
        before, now = await self._read(), self._time.now()
        there = {ticket.id for ticket in tickets if not ticket.is_deleted}
        absent = {id: one for id, one in before.items() if id not in there}
        for id in dict.fromkeys([*(ticket.id for ticket in tickets), *asked]):
            if id in absent and absent[id].again_at <= now:
                since = absent[id].since
                absent[id] = _Absence(since, now + min(now - since, _LONGEST_PAUSE))
        new = [ticket.id for ticket in tickets if ticket.id not in there and ticket.id not in absent]
        absent |= {id: _Absence(now, now) for id in new}
        if absent != before:
            await self._write(absent, now)

    async def due(self) -> list[str]:
        """Whose turn it is to be asked about."""
        now = self._time.now()
        recent = _recent(await self._read(), now)
        waiting = [(one.again_at, id) for id, one in recent.items() if one.again_at <= now]
        return [id for _, id in sorted(waiting)[:_AT_ONCE]]

    async def _read(self) -> dict[str, _Absence]:
        if self._absent is None:
            found = await self._store.value(self._key)
            self._absent = {} if found is None else msgspec.json.decode(found, type=dict[str, _Absence])
        return self._absent

    async def _write(self, absent: dict[str, _Absence], now: Instant) -> None:
        latest = dict(list(_recent(absent, now).items())[-_MOST:])
        await self._store.set_value(self._key, msgspec.json.encode(latest))
        self._absent = latest


def _recent(absent: Mapping[str, _Absence], now: Instant) -> dict[str, _Absence]:
    return {id: one for id, one in absent.items() if one.since > now - _REMEMBERED}
