"""Forgetting what is over, a slice a transaction: nobody waits long for the whole."""

from __future__ import annotations

import sqlite3
from functools import partial

from slamon.core.instants import Instant
from slamon.store import outbox_statements, statements
from slamon.store.units import Units

_SLICE = 500
_START = (-(1 << 63), 0)
_Seen = tuple[Instant, int, int]  # a ticket's last change, its row, and whether it must stay


async def prune(units: Units, ended: Instant, deliveries: Instant) -> int:
    """Tickets first: of those that stay, the identities of forgotten deliveries are kept."""
    total = await _prune_tickets(units, ended)
    for forget in (_forget_deliveries, _forget_notifications):
        while found := await units.write(partial(forget, before=deliveries)):
            total += found
    await units.change(statements.FORGET_SILENCES, deliveries)
    await units.change(statements.FORGET_ACKS, deliveries)
    return total


async def _prune_tickets(units: Units, before: Instant) -> int:
    """Along the tickets by the instant of their last change, however many of them must stay."""
    place, total = _START, 0
    while True:
        seen = await units.write(partial(_forget_tickets, before=before, place=place))
        total += sum(not matters for *_, matters in seen)
        if len(seen) < _SLICE:
            return total
        place = seen[-1][:2]


def _forget_tickets(db: sqlite3.Connection, before: Instant, place: tuple[Instant, int]) -> list[_Seen]:
    seen = db.execute(statements.OLD_TICKETS, (before, *place, _SLICE)).fetchall()
    db.executemany(statements.FORGET_TICKET, [(row,) for _, row, matters in seen if not matters])
    return seen


def _forget_deliveries(db: sqlite3.Connection, before: Instant) -> int:
    found = db.execute(outbox_statements.OLD_DELIVERIES, (before, _SLICE)).fetchall()
    db.executemany(outbox_statements.KEEP_IDENTITY, [home for _, *home in found])
    db.executemany(outbox_statements.FORGET_DELIVERY, [(id,) for id, *_ in found])
    return len(found)


def _forget_notifications(db: sqlite3.Connection, before: Instant) -> int:
    found = db.execute(outbox_statements.OLD_NOTIFICATIONS, (before, _SLICE)).fetchall()
    db.executemany(outbox_statements.FORGET_NOTIFICATION, found)
    return len(found)
