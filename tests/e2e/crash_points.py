"""Where a killed process stood on the way from a fact to its alert, as its database and the receiver tell."""

from __future__ import annotations

import sqlite3
from collections.abc import Set
from contextlib import closing
from pathlib import Path

STARTING = "before it ran"
SENT = "between send and mark"
BOUND = "between bind and send"
QUEUED = "between queue and bind"
COLLECTED = "between collect and judge"
NOTICED = "before collect"
AT_REST = "with nothing under way"
CLASSES = (STARTING, SENT, BOUND, QUEUED, COLLECTED, NOTICED, AT_REST)


def crash_point(folder: Path, ran: bool, received: Set[str]) -> str:
    """The furthest point that anything had come to. `received`: ids of the messages that arrived."""
    if not ran:
        return STARTING
    with closing(sqlite3.connect(f"file:{folder / 'slamon.db'}?mode=ro", uri=True)) as db:
        sending = {id for (id,) in db.execute("SELECT message_id FROM notifications WHERE state = 'sending'")}
        if sending & received:
            return SENT
        if sending:
            return BOUND
        if _any(db, "SELECT 1 FROM deliveries WHERE state = 'pending' LIMIT 1"):
            return QUEUED
        if _any(db, "SELECT 1 FROM tickets WHERE marked IS NOT NULL LIMIT 1"):
            return COLLECTED
        (stored,) = db.execute("SELECT count(*) FROM tickets").fetchone()
    with (folder / "tickets.jsonl").open("rb") as file:
        return NOTICED if sum(1 for _ in file) > stored else AT_REST


def _any(db: sqlite3.Connection, statement: str) -> bool:
    return db.execute(statement).fetchone() is not None
