"""The store on SQLite: one file, one process, one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from pathlib import Path

from slamon.core.instants import Instant
from slamon.core.message import Message
from slamon.ports import CommitmentRow, Delivery, Ending, Judgement, StoredTicket
from slamon.store import rows, transactions
from slamon.store import statements as sql
from slamon.store.database import connect
from slamon.store.lock import ProcessLock
from slamon.store.units import GroupCommit, Units


class SqliteStore:
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

    async def apply(self, judgements: Sequence[Judgement], now: Instant) -> int:
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

    async def open_commitments(self) -> Mapping[tuple[str, str, str, str], int]:
        found = await self._units.rows(sql.COMMITMENT_COUNTS)
        return {(source, policy, target, status): number for source, policy, target, status, number in found}

    async def claim(self, notifier: str, now: Instant, limit: int) -> Sequence[Delivery]:
        claimed = await self._units.write(lambda db: db.execute(sql.CLAIM, (notifier, now, limit)).fetchall())
        return [rows.delivery(row) for row in sorted(claimed)]

    async def next_delivery(self, notifier: str) -> Instant | None:
        found: Instant | None = await self._units.one(sql.NEXT_DELIVERY, notifier)
        return found

    async def seal(self, id: int, message: Message) -> None:
        await self._units.change(sql.SEAL, rows.encode_message(message), id)

    async def settle(self, id: int, ending: Ending, now: Instant, error: str | None = None) -> None:
        await self._units.change(sql.SETTLE, ending.value, now, error, id)

    async def retry(self, id: int, at: Instant, error: str) -> None:
        await self._units.change(sql.RETRY, at, error, id)

    async def release(self) -> int:
        return await self._units.change(sql.RELEASE)

    async def deliveries(self) -> Mapping[tuple[str, str], int]:
        found = await self._units.rows(sql.DELIVERY_COUNTS)
        return {(notifier, state): number for notifier, state, number in found}

    async def prune(self, before: Instant) -> int:
        return await self._units.write(lambda db: transactions.prune(db, before))


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
