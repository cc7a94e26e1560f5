"""What people have said: acknowledgements and silences, kept together with the marks that make them take effect."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from slamon.core.instants import Instant
from slamon.core.standing import Ack
from slamon.ports import SilenceRow
from slamon.store import statements as sql
from slamon.store.transactions import next_place


def save_ack(db: sqlite3.Connection, ack: Ack) -> None:
    db.execute(sql.SAVE_ACK, (ack.source, ack.ticket, ack.target or "", ack.by, ack.at, ack.until))
    db.execute(sql.MARK_TICKET, (next_place(db), ack.source, ack.ticket))


def acks(db: sqlite3.Connection, tickets: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Ack, ...]]:
    if db.execute(sql.ANY_ACK).fetchone() is None:  # the ordinary case costs one look, not one a ticket
        return {}
    found = {home: tuple(_ack(home, *row) for row in db.execute(sql.ACKS, home)) for home in tickets}
    return {home: said for home, said in found.items() if said}


def standing_acks(db: sqlite3.Connection, now: Instant) -> list[Ack]:
    return [_ack((source, ticket), *row) for source, ticket, *row in db.execute(sql.STANDING_ACKS, (now,))]


def save_silence(db: sqlite3.Connection, silence: SilenceRow) -> None:
    end_silence(db, silence.id, silence.at)
    db.execute(sql.SAVE_SILENCE, (silence.id, silence.match, silence.at, silence.until, silence.by, silence.comment))


def end_silence(db: sqlite3.Connection, id: str, now: Instant) -> bool:
    standing = db.execute(sql.STANDING_SILENCE, (id, now)).fetchone()
    if standing is None:
        return False
    db.execute(sql.END_SILENCE, (now, id))
    db.execute(sql.MARK_UNTIL, (next_place(db), *standing))
    return True


def silences(db: sqlite3.Connection, now: Instant) -> list[SilenceRow]:
    return [SilenceRow(*row) for row in db.execute(sql.SILENCES, (now,))]


def _ack(home: tuple[str, str], target: str, by: str, at: Instant, until: Instant | None) -> Ack:
    return Ack(*home, target or None, by, at, until)
