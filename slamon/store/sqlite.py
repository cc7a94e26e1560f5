"""The store on SQLite: one file, one process, one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from pathlib import Path

from slamon.core.instants import Instant
from slamon.core.standing import Ack
from slamon.ports import Applied, CommitmentRow, Figures, Judgement, SilenceRow, StoredTicket
from slamon.store import forgetting, standing, transactions
from slamon.store import statements as sql
from slamon.store.database import connect
from slamon.store.figures import figures
from slamon.store.lock import ProcessLock
from slamon.store.outbox import SqliteOutbox
from slamon.store.units import GroupCommit, Units
from slamon.store.watching import SqliteWatching


class SqliteStore(SqliteOutbox, SqliteWatching):
    """ports.Store in the SQLite file at `path`, which and whose directory are made if missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = ProcessLock(path)
        self._units = Units(str(path))

    async def open(self) -> None:
        try:
            await _uncut(self._units.open(self._connect))
        except asyncio.CancelledError:
            await self.close()  # nobody else will: to the caller it was never open
            raise

    def _connect(self) -> GroupCommit:
        self._lock.take()
        try:
            return connect(self._path)
        except BaseException:
            self._lock.release()
            raise

    async def close(self) -> None:
        await _uncut(self._close())

    async def _close(self) -> None:
        try:
            await self._units.close()
        finally:
            self._lock.release()

    async def value(self, key: str) -> bytes | None:
        found: bytes | None = await self._units.one(sql.VALUE, key)
        return found

    async def set_value(self, key: str, value: bytes) -> None:
        await self._units.change(sql.SET_VALUE, key, value)

    async def cursor(self, source: str) -> bytes | None:
        found: bytes | None = await self._units.one(sql.CURSOR, source)
        return found

    async def save_batch(self, source: str, tickets: Sequence[tuple[str, bytes]], cursor: bytes | None) -> int:
        bodies = dict(tickets)
        return await self._units.write(lambda db: transactions.save_batch(db, source, bodies, cursor))

    async def load(self, source: str, ids: Iterable[str]) -> Mapping[str, StoredTicket]:
        wanted = list(ids)
        return await self._units.read(lambda db: transactions.load(db, source, wanted))

    async def open_tickets(self, source: str, after: str, limit: int) -> Sequence[str]:
        return [id for (id,) in await self._units.rows(sql.OPEN_TICKETS, source, after, limit)]

    async def to_judge(self, now: Instant, limit: int) -> Sequence[StoredTicket]:
        return await self._units.read(lambda db: transactions.to_judge(db, now, limit))

    async def next_change(self) -> Instant | None:
        found: Instant | None = await self._units.one(sql.NEXT_CHANGE)
        return found

    async def mark_for_judging(self) -> None:
        await self._units.write(transactions.mark_all)

    async def apply(self, judgements: Sequence[Judgement], now: Instant) -> Applied:
        return await self._units.write(lambda db: transactions.apply(db, judgements, now))

    async def commitments(self, source: str, ticket: str) -> Sequence[CommitmentRow]:
        return [CommitmentRow(*row) for row in await self._units.rows(sql.COMMITMENTS, source, ticket)]

    async def finals(
        self, tickets: Sequence[tuple[str, str]], rules: str
    ) -> Mapping[tuple[str, str], Sequence[CommitmentRow]]:
        return await self._units.read(lambda db: transactions.finals(db, tickets, rules))

    async def nearest(self, after: Instant, limit: int) -> Sequence[tuple[str, str, CommitmentRow]]:
        found = await self._units.rows(sql.NEAREST, after, limit)
        return [(source, ticket, CommitmentRow(*row)) for source, ticket, *row in found]

    async def figures(self) -> Figures:
        return await self._units.read(figures)

    async def save_ack(self, ack: Ack) -> None:
        await self._units.write(lambda db: standing.save_ack(db, ack))

    async def acks(self, tickets: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[Ack, ...]]:
        return await self._units.read(lambda db: standing.acks(db, tickets))

    async def standing_acks(self, now: Instant) -> Sequence[Ack]:
        return await self._units.read(lambda db: standing.standing_acks(db, now))

    async def save_silence(self, silence: SilenceRow) -> None:
        await self._units.write(lambda db: standing.save_silence(db, silence))

    async def end_silence(self, id: str, now: Instant) -> bool:
        return await self._units.write(lambda db: standing.end_silence(db, id, now))

    async def silences(self, now: Instant) -> Sequence[SilenceRow]:
        return await self._units.read(lambda db: standing.silences(db, now))

    async def prune(self, ended: Instant, deliveries: Instant) -> int:
        return await forgetting.prune(self._units, ended, deliveries)


async def _uncut(coroutine: Coroutine[None, None, None]) -> None:
    """Run to the end even if the caller is cancelled; the cancellation is passed on afterwards."""
    task = asyncio.ensure_future(coroutine)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # seen, so that asyncio does not report it as lost
        raise
