"""The outbox's transactions of more than one statement: functions on the connection, each run as one unit."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from slamon.core.bundles import Waiting
from slamon.core.instants import Instant
from slamon.ports import Copy, Delivery, Ending, Home, Told
from slamon.store import outbox_statements as sql
from slamon.store import rows
from slamon.store.statements import MARK_TICKET
from slamon.store.transactions import next_place


class Taken(Exception):
    """A delivery was not pending any more: nothing is bound."""


def take(db: sqlite3.Connection, notifier: str, bundles: Sequence[Waiting], now: Instant, limit: int) -> list[Delivery]:
    found: list[Delivery] = []
    for one in bundles:
        home = (notifier, one.route, one.address, one.bundle, int(one.collective), now)
        found += (rows.delivery(row) for row in db.execute(sql.TAKE, (*home, limit - len(found))))
        if len(found) >= limit:
            break
    return found


def bind(
    db: sqlite3.Connection, notifier: str, message_id: str, text: str, deliveries: Sequence[int], now: Instant
) -> int:
    """The id of the notification; Taken if one of the deliveries was not pending."""
    new = (message_id, notifier, "", "sending", now, now, None, text)
    id = db.execute(sql.ADD_NOTIFICATION, new).lastrowid
    routes = [db.execute(sql.BIND, (id, one)).fetchone() for one in deliveries]
    if None in routes:
        raise Taken
    db.execute(sql.OF_ROUTE, (routes[0][0], id))
    assert id is not None
    return id


def clock_set_back(db: sqlite3.Connection, notifier: str, now: Instant) -> None:
    db.execute(sql.CALL_DELIVERIES_BACK, (notifier, now))
    db.execute(sql.CALL_NOTIFICATIONS_BACK, (notifier, now))


def settle(
    db: sqlite3.Connection, id: int, ending: Ending, now: Instant, error: str | None, copy: Copy | None
) -> list[Instant]:
    ended = db.execute(sql.SETTLE, (ending.value, now, error, id)).fetchone()
    if ended is None:
        return []
    route, is_copy = ended
    if copy is not None and not is_copy:
        message, text = rows.encoded(copy.message)
        db.execute(sql.ADD_NOTIFICATION, (message.id, copy.notifier, route, "pending", now, None, id, text))
    return [due_at for due_at, *_ in _end_deliveries(db, id, ending, now, error)]


def supersede(db: sqlite3.Connection, id: int, looked_at: Mapping[int, int], now: Instant) -> list[Instant] | None:
    if any(looked_at.get(delivery) != turn for delivery, turn in db.execute(sql.TURNS, (id,)).fetchall()):
        return None
    db.execute(sql.SETTLE, (Ending.SUPERSEDED.value, now, None, id)).fetchall()
    ended = _end_deliveries(db, id, Ending.SUPERSEDED, now, None)
    _mark(db, {(source, ticket) for _, source, ticket in ended})
    return [due_at for due_at, *_ in ended]


def drop(
    db: sqlite3.Connection, deliveries: Mapping[int, int], ending: Ending, now: Instant, error: str | None
) -> list[Instant]:
    found = [db.execute(sql.DROP, (ending.value, now, error, id, turn)).fetchone() for id, turn in deliveries.items()]
    ended = [row for row in found if row is not None]
    if ending is Ending.SUPERSEDED:
        _mark(db, {(source, ticket) for _, source, ticket in ended})
    return [due_at for due_at, *_ in ended]


def put_off(db: sqlite3.Connection, deliveries: Sequence[int], until: Instant, bundle: str | None) -> None:
    collective = int(bundle is not None)
    db.executemany(sql.PUT_OFF, [(until, bundle, collective, collective, id) for id in deliveries])


def told(db: sqlite3.Connection, one: Delivery) -> Told:
    home = (one.source, one.ticket, one.policy, one.target, one.cycle, one.notifier, one.address, one.id)
    found = db.execute(sql.TOLD, home).fetchall()
    waiting = [not_before for state, not_before in found if state in ("pending", "bound")]
    return Told(any(state in ("sent", "dry") for state, _ in found), max(waiting, default=None))


def lately(
    db: sqlite3.Connection, notifier: str, address: str | None, tickets: Sequence[Home], since: Instant
) -> dict[Home, list[Instant]]:
    found = {home: set(db.execute(sql.LATELY, (*home, notifier, address, since))) for home in tickets}
    return {home: sorted(ended_at for _, ended_at in ended) for home, ended in found.items() if ended}


def _end_deliveries(
    db: sqlite3.Connection, notification: int, ending: Ending, now: Instant, error: str | None
) -> list[tuple[Instant, str, str]]:
    return db.execute(sql.SETTLE_DELIVERIES, (ending.value, now, error, notification)).fetchall()


def _mark(db: sqlite3.Connection, tickets: set[Home]) -> None:
    if tickets:
        place = next_place(db)
        db.executemany(MARK_TICKET, [(place, *home) for home in sorted(tickets)])
