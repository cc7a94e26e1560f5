"""ports.Outbox on SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from slamon.core.bundles import Waiting
from slamon.core.instants import Instant
from slamon.core.message import Message
from slamon.ports import Copy, DeadLetter, Delivery, Ending, Home, NewDelivery, Notification, Told
from slamon.store import outbox_statements as sql
from slamon.store import rows, sending
from slamon.store.queueing import queue
from slamon.store.units import Units


class SqliteOutbox:
    """Deliveries and notifications on the connection of a store."""

    _units: Units

    async def queue(self, deliveries: Sequence[NewDelivery], now: Instant) -> int:
        return await self._units.write(lambda db: queue(db, deliveries, now))

    async def waiting(self, notifier: str, now: Instant) -> Sequence[Waiting]:
        return [rows.waiting(row) for row in await self._units.rows(sql.WAITING, notifier, now)]

    async def next_waiting(self, notifier: str, after: Instant) -> Instant | None:
        found: Instant | None = await self._units.one(sql.NEXT_WAITING, notifier, after)
        return found

    async def take(self, notifier: str, bundles: Sequence[Waiting], now: Instant, limit: int) -> Sequence[Delivery]:
        return await self._units.read(lambda db: sending.take(db, notifier, bundles, now, limit))

    async def bind(
        self, notifier: str, message: Message, deliveries: Sequence[int], now: Instant
    ) -> Notification | None:
        message, text = rows.encoded(message)
        with suppress(sending.Taken):
            id = await self._units.write(lambda db: sending.bind(db, notifier, message.id, text, deliveries, now))
            return Notification(id, notifier, message, now, 0, False, False)
        return None

    async def bound(self, notification: int, limit: int) -> Sequence[Delivery]:
        return [rows.delivery(row) for row in await self._units.rows(sql.BOUND, notification, limit)]

    async def due(self, notifier: str, now: Instant) -> Notification | None:
        row = await self._units.write(lambda db: db.execute(sql.DUE, (notifier, now)).fetchone())
        return rows.notification(row) if row else None

    async def next_due(self, notifier: str) -> Instant | None:
        found: Instant | None = await self._units.one(sql.NEXT_DUE, notifier)
        return found

    async def clock_set_back(self, notifier: str, now: Instant) -> None:
        await self._units.write(lambda db: sending.clock_set_back(db, notifier, now))

    async def tried(self, notifier: str, since: Instant) -> Sequence[Instant]:
        return [tried_at for (tried_at,) in await self._units.rows(sql.TRIED, notifier, since)]

    async def settle(
        self, id: int, ending: Ending, now: Instant, error: str | None = None, copy: Copy | None = None
    ) -> Sequence[Instant]:
        return await self._units.write(lambda db: sending.settle(db, id, ending, now, error, copy))

    async def retry(self, id: int, at: Instant, error: str, *, doubtful: bool, seen: bool = True) -> None:
        await self._units.change(sql.RETRY, at, error, int(doubtful), int(seen), id)

    async def reword(self, id: int, message: Message) -> None:
        await self._units.change(sql.REWORD, rows.encoded(message)[1], id)

    async def supersede(self, id: int, looked_at: Mapping[int, int], now: Instant) -> Sequence[Instant] | None:
        return await self._units.write(lambda db: sending.supersede(db, id, looked_at, now))

    async def drop(
        self, deliveries: Mapping[int, int], ending: Ending, now: Instant, error: str | None = None
    ) -> Sequence[Instant]:
        return await self._units.write(lambda db: sending.drop(db, deliveries, ending, now, error))

    async def put_off(self, deliveries: Sequence[int], until: Instant, bundle: str | None = None) -> None:
        await self._units.write(lambda db: sending.put_off(db, deliveries, until, bundle))

    async def release(self) -> int:
        return await self._units.change(sql.RELEASE)

    async def told(self, delivery: Delivery) -> Told:
        return await self._units.read(lambda db: sending.told(db, delivery))

    async def told_and_open(self, notifier: str, after: int, limit: int) -> Sequence[Delivery]:
        return [rows.delivery(row) for row in await self._units.rows(sql.TOLD_AND_OPEN, notifier, after, limit)]

    async def lately(
        self, notifier: str, address: str | None, tickets: Sequence[Home], since: Instant
    ) -> Mapping[Home, Sequence[Instant]]:
        return await self._units.read(lambda db: sending.lately(db, notifier, address, tickets, since))

    async def dead_letters(self, after: Instant, limit: int) -> Sequence[DeadLetter]:
        return [rows.dead_letter(row) for row in await self._units.rows(sql.DEAD_LETTERS, after, limit)]

    async def message(self, id: str) -> Message | None:
        text: str | None = await self._units.one(sql.MESSAGE, id)
        return None if text is None else rows.decode_message(text)
