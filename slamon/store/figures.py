"""ports.Figures out of SQLite."""

from __future__ import annotations

import sqlite3

from slamon.core.instants import Instant
from slamon.ports import Figures
from slamon.store import metrics_statements as sql
from slamon.store import outbox_statements, statements


def figures(db: sqlite3.Connection) -> Figures:
    """All of them, as of one moment."""
    counts = db.execute(statements.COMMITMENT_COUNTS).fetchall()
    deliveries = db.execute(outbox_statements.DELIVERY_COUNTS).fetchall()
    return Figures(
        {(source, policy, target, status): number for source, policy, target, status, number in counts},
        {(notifier, state): number for notifier, state, number in deliveries},
        {policy: due_at for policy, due_at in db.execute(sql.NEAREST_DUE) if due_at is not None},
        {notifier: since for notifier, *found in db.execute(sql.OLDEST) if (since := _earliest(*found)) is not None},
        db.execute(statements.NEXT_CHANGE).fetchone()[0],
    )


def _earliest(*instants: Instant | None) -> Instant | None:
    return min((one for one in instants if one is not None), default=None)
