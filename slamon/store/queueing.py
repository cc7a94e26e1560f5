"""From the judge to the outbox: new deliveries, and superseded ones that are true again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from slamon.core.instants import Instant
from slamon.ports import NOTHING_TO_UPDATE, Ending, NewDelivery
from slamon.store import outbox_statements as sql
from slamon.store.rows import delivery_row


def queue(db: sqlite3.Connection, deliveries: Sequence[NewDelivery], now: Instant) -> int:
    """How many of them now wait that did not before."""
    return sum(_queue(db, one, now) for one in deliveries)


def _queue(db: sqlite3.Connection, one: NewDelivery, now: Instant) -> bool:
    not_before = max(one.not_before, now)
    known = db.execute(sql.KNOWN, (one.identity,)).fetchone()
    if known is None:
        if db.execute(sql.SPENT, (one.source, one.ticket, one.identity)).fetchone():
            return False
        db.execute(sql.QUEUE, (*delivery_row(one, not_before), now))
        return True
    id, state = known
    if state == Ending.SUPERSEDED:
        place = (now, one.notifier, one.due_at, not_before, one.bundle, one.address, int(one.collective), one.remark)
        return db.execute(sql.QUEUE_AGAIN, (*place, id, NOTHING_TO_UPDATE)).rowcount > 0
    if state in ("pending", "bound"):
        db.execute(sql.TURN, (id,))
    return False
