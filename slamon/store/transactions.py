"""The transactions of more than one statement: functions on the connection, each run as one unit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing

from slamon.core.instants import Instant
from slamon.ports import Applied, CommitmentRow, Judgement, StoredTicket, Turn
from slamon.store import rows
from slamon.store import statements as sql
from slamon.store.queueing import queue
from slamon.store.turns import turns

_ROWS = 100  # by one statement: with each, the connection's thread has to wait for its turn in the interpreter


def save_batch(db: sqlite3.Connection, source: str, bodies: dict[str, bytes], cursor: bytes | None) -> int:
    place = next_place(db)
    pairs, changed = list(bodies.items()), 0
    for part in (pairs[at : at + _ROWS] for at in range(0, len(pairs), _ROWS)):
        values = (value for pair in part for value in pair)
        changed += db.execute(sql.save_tickets(len(part)), (source, place, *values)).rowcount
    if cursor is not None:
        db.execute(sql.SET_CURSOR, (source, cursor))
    return changed


def mark_all(db: sqlite3.Connection) -> None:
    db.execute(sql.MARK_ALL, (next_place(db),))


def next_place(db: sqlite3.Connection) -> int:
    """Behind every ticket that waits for judging already."""
    (last,) = db.execute(sql.LAST_PLACE).fetchone()
    return int(last) + 1


def load(db: sqlite3.Connection, source: str, ids: Iterable[str]) -> dict[str, StoredTicket]:
    found = (db.execute(sql.TICKET, (source, id)).fetchone() for id in ids)
    return {row[1]: StoredTicket(*row) for row in found if row}


def to_judge(db: sqlite3.Connection, now: Instant, limit: int) -> list[StoredTicket]:
    """What the clock makes due goes before what changed: the first may be too late soon, the second is news."""
    found: dict[tuple[str, str], StoredTicket] = {}
    for statement, parameter in ((sql.DUE_TICKETS, now), (sql.MARKED_TICKETS, limit)):
        with closing(db.execute(statement, (parameter,))) as cursor:
            for row in cursor:
                if len(found) >= limit:
                    break
                found.setdefault((row[0], row[1]), StoredTicket(*row))
    return list(found.values())


def finals(
    db: sqlite3.Connection, tickets: Sequence[tuple[str, str]], rules: str
) -> dict[tuple[str, str], list[CommitmentRow]]:
    found = {home: db.execute(sql.FINALS, (*home, rules)).fetchall() for home in tickets}
    return {home: [CommitmentRow(*row) for row in rows] for home, rows in found.items() if rows}


def apply(db: sqlite3.Connection, judgements: Sequence[Judgement], now: Instant) -> Applied:
    new = 0
    found: list[Turn] = []
    for judgement in judgements:
        if _take_mark_off(db, judgement, now):
            found += _replace_commitments(db, judgement)
        if judgement.deliveries:
            new += queue(db, judgement.deliveries, now)
    return Applied(new, found)


def _take_mark_off(db: sqlite3.Connection, judgement: Judgement, now: Instant) -> bool:
    """Unless the ticket changed meanwhile. False if there is no such ticket (any more): commitments have no home."""
    standing = db.execute(sql.STANDING, (judgement.source, judgement.ticket)).fetchone()
    if standing is None:
        return False
    version, marked, touched_at = standing
    # A ticket of which only the clock moved on is not written again: its body may be large.
    if version == judgement.version and (marked is not None or touched_at is None):
        db.execute(sql.UNMARK, (now, judgement.source, judgement.ticket))
    return True


def _replace_commitments(db: sqlite3.Connection, judgement: Judgement) -> Sequence[Turn]:
    home = (judgement.source, judgement.ticket)
    before = rows.commitments(db.execute(sql.COMMITMENTS, home).fetchall())
    after = {rows.key(row): row for row in judgement.commitments}
    if gone := before.keys() - after.keys():
        db.executemany(sql.DROP_COMMITMENT, [(*home, *one) for one in gone])
    changed = [row for key, row in after.items() if row != before.get(key)]
    db.executemany(sql.SAVE_COMMITMENT, [rows.commitment_row(*home, row) for row in changed])
    if not gone and not changed:
        return ()
    return turns(judgement.source, judgement.customer, before.values(), judgement.commitments)
