"""SIGKILL at each point between a ticket that is read and a message that is marked as sent."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from slamon.core.bundles import Waiting
from slamon.core.instants import HOUR, Instant
from slamon.flow.deliver import Deliverer
from slamon.ports import Applied, Delivery, Ending, Judgement, NewDelivery, Notification
from slamon.store import SqliteStore, queueing, rows, sending, transactions
from slamon.store import outbox_statements as sql
from tests.faults.process.hook import Posted
from tests.faults.process.house import House
from tests.faults.process.rows import LivingRows
from tests.faults.row import Guard, Off

ROWS = LivingRows()
_STORE = "slamon.store.sqlite.SqliteStore"
_OUTBOX = "slamon.store.outbox.SqliteOutbox"


async def _dies(house: House, point: str) -> None:
    """Start, write a ticket, die at the point, and start anew."""
    house.outside.causes = [f"killed {point}"]
    await house.begin()
    house.write("T-1")
    await _starts_anew(house)


async def _starts_anew(house: House) -> None:
    assert await house.outside.ended() == -signal.SIGKILL, house.outside.said
    house.outside.causes = []
    await house.start()


async def _cursor_first(self: SqliteStore, source: str, tickets: Any, cursor: bytes | None) -> int:
    await self._units.write(lambda db: transactions.save_batch(db, source, {}, cursor))
    return await self._units.write(lambda db: transactions.save_batch(db, source, dict(tickets), None))


@ROWS.add(
    "SIGKILL while a ticket that was read is put into the store",
    "It is read again after the start, and told once",
    Guard("`save_batch`: the cursor in the transaction of its tickets", Off(f"{_STORE}.save_batch", _cursor_first)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    await _dies(house, "slamon.store.transactions.save_batch after 'T-1'")


async def _mark_first(self: SqliteStore, judgements: Sequence[Judgement], now: Instant) -> Applied:
    bare = [replace(one, deliveries=()) for one in judgements]
    applied = await self._units.write(lambda db: transactions.apply(db, bare, now))
    found = [delivery for one in judgements for delivery in one.deliveries]
    queued = await self._units.write(lambda db: queueing.queue(db, found, now)) if found else 0
    return replace(applied, queued=queued)


@ROWS.add(
    "SIGKILL while what was found is put into the store",
    "The ticket is judged again after the start, and told once",
    Guard("`apply`: a ticket counts as judged in the transaction of its alerts", Off(f"{_STORE}.apply", _mark_first)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    await _dies(house, "slamon.store.queueing._queue after NewDelivery")


_BORN = time.time_ns() // 1_000


async def _of_this_life(self: Any, notifier: str, now: Instant) -> list[Waiting]:
    young = sql.WAITING.replace("AND not_before <= ?", f"AND not_before <= ? AND queued_at >= {_BORN}")
    return [rows.waiting(row) for row in await self._units.rows(young, notifier, now)]


@ROWS.add(
    "SIGKILL when an alert is queued, before anybody takes it",
    "It waits in the store, and is told once after the start",
    Guard("`Deliverer`: what waits is asked of the store alone", Off(f"{_OUTBOX}.waiting", _of_this_life)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    await _dies(house, f"{_STORE}.apply after NewDelivery")


async def _claiming(self: Any, notifier: str, bundles: Any, now: Instant, limit: int) -> list[Delivery]:
    def take(db: sqlite3.Connection) -> list[Delivery]:
        found = sending.take(db, notifier, bundles, now, limit)
        for one in found:
            db.execute("UPDATE deliveries SET not_before = ? WHERE id = ?", (now + HOUR, one.id))
        return found

    taken: list[Delivery] = await self._units.write(take)
    return taken


@ROWS.add(
    "SIGKILL when an alert is taken, before its message is kept",
    "Nothing was claimed by that: it is looked at anew, and told once",
    Guard("`take`: reads and claims nothing", Off(f"{_OUTBOX}.take", _claiming)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    await _dies(house, f"{_STORE}.bind before")


async def _none(self: Any) -> int:
    return 0


@ROWS.add(
    "SIGKILL when the message is kept, before it is sent",
    "It is given back at the start, and told once",
    Guard("`Store.release`", Off(f"{_OUTBOX}.release", _none)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    await _dies(house, f"{_STORE}.bind after")


@ROWS.add(
    "SIGKILL when the message has arrived, before the answer to it",
    "It may have been told: told again, the same byte by byte, though it is learnt meanwhile that it was answered in time; then that news",
    Guard(
        "`Store.release`: what was under way is in doubt",
        Off("slamon.store.outbox_statements.RELEASE", sql.RELEASE.replace(", doubtful = 1", "")),
    ),
    ("T-1 breached (came 2 times)", "T-1 met"),
    alone=True,
)
async def _(house: House) -> None:
    await house.begin()

    async def kills(posted: Posted) -> int:
        if len(house.hook.asked) == 1:
            os.kill(house.outside.pid, signal.SIGKILL)
            house.write("T-1", answered=15.0)
        return 200

    house.hook.answers = kills
    house.write("T-1", 10.0)
    await _starts_anew(house)


async def _rendered_anew(self: Deliverer, notification: Notification, now: Instant) -> None:
    deliveries = await self._store.bound(notification.id, 10)
    found = await self.looker.look(deliveries)
    await self._courier.attempt(replace(notification, message=found.true[0][1]))


@ROWS.add(
    "SIGKILL when the message was taken, before that is marked",
    "Told a second time, the same byte by byte",
    Guard("`Store.bind`: rendered once, and kept", Off("slamon.flow.deliver.Deliverer._again", _rendered_anew)),
    ("T-1 breached (came 2 times)",),
    alone=True,
)
async def _(house: House) -> None:
    await _dies(house, f"{_STORE}.settle before")


_queue = queueing._queue


def _sent_is_forgotten(db: sqlite3.Connection, one: NewDelivery, now: Instant) -> bool:
    known = db.execute(sql.KNOWN, (one.identity,)).fetchone()
    if known is not None and known[1] == Ending.SENT:
        db.execute("UPDATE deliveries SET state = 'superseded' WHERE id = ?", (known[0],))
    return _queue(db, one, now)


@ROWS.add(
    "SIGKILL when the message is marked as sent",
    "Whatever is judged again later: it is never told again",
    Guard("`queue`: an identity is told once", Off("slamon.store.queueing._queue", _sent_is_forgotten)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    await _dies(house, f"{_STORE}.settle after")
    house.write("T-1", subject="VPN down")
