"""ports.Watching on SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from slamon.core.conditions import Raised
from slamon.core.instants import Instant
from slamon.ports import Home, Lost, Outcome, Page, Unclear
from slamon.store import watching_statements as sql
from slamon.store.outbox_statements import SPENT
from slamon.store.units import Units

_SCANNED = 500  # tickets looked at for one page, so that nobody waits long


class SqliteWatching:
    """The watching part of a store, on its connection."""

    _units: Units

    async def raised(self) -> Sequence[Raised]:
        return [Raised(*row) for row in await self._units.rows(sql.RAISED)]

    async def save_raised(self, changed: Iterable[Raised]) -> None:
        rows = [
            (one.name, one.subject, one.number, one.raised_at, one.text, one.calm, one.cleared_at) for one in changed
        ]
        await self._units.write(lambda db: db.executemany(sql.SAVE_RAISED, rows))

    async def lost(self, since: Instant) -> Mapping[str, Lost]:
        found = await self._units.rows(sql.LOST, since)
        return {notifier: Lost(count, last_at) for notifier, count, last_at in found}

    async def overdue(self, before: Instant) -> Mapping[str, int]:
        return dict(await self._units.rows(sql.OVERDUE, before))

    async def unclear(self) -> Mapping[str, Unclear]:
        found = await self._units.rows(sql.UNCLEAR)
        return {source: Unclear(unmatched, undetermined) for source, unmatched, undetermined in found}

    async def current_tickets(self, after: Home, ended: Instant, limit: int) -> Page[Home]:
        return await self._units.read(lambda db: _current_tickets(db, after, ended, limit))

    async def outcomes(self, source: str, ticket: str, identities: Iterable[str]) -> Mapping[str, Outcome]:
        wanted = list(identities)
        return await self._units.read(lambda db: _outcomes(db, source, ticket, wanted))


def _current_tickets(db: sqlite3.Connection, after: Home, ended: Instant, limit: int) -> Page[Home]:
    seen = db.execute(sql.CURRENT, (*after, _SCANNED, ended)).fetchall()
    current: list[Home] = [(source, id) for source, id, is_current in seen if is_current]
    if len(current) > limit:
        return Page(current[:limit], current[limit - 1])
    last = seen[-1][:2] if len(seen) == _SCANNED else None
    return Page(current, last)


def _outcomes(db: sqlite3.Connection, source: str, ticket: str, identities: Iterable[str]) -> dict[str, Outcome]:
    found = {}
    for identity in identities:
        row = db.execute(sql.OUTCOME, (identity,)).fetchone()
        if row is not None:
            found[identity] = Outcome(row[0], row[1], bool(row[2]))
        elif db.execute(SPENT, (source, ticket, identity)).fetchone():
            found[identity] = Outcome("spent", "", False)
    return found
