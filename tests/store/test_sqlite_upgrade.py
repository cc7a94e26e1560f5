"""A database of an earlier release is taken over: nobody is told twice, and nothing that waited is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from slamon.ports import Ending
from slamon.store import SqliteStore
from slamon.store.database import migrations, prepare
from tests.store.build import bound, delivery, opened, queued, taken

OLD_DELIVERY = """
INSERT INTO deliveries
  (identity, source, ticket, route, notifier, moment, promise, due_at, state, next_at, attempts, sealed, ended_at, message)
VALUES (?, 'desk', 'T-1', 'all', 'slack', 'breached', '10/20/24x7', 100, ?, 100, 0, 0, ?, '{}')
"""


@pytest.mark.asyncio
async def test_what_was_under_way_in_an_older_version_is_told_and_what_was_told_stays_so(path: Path) -> None:
    def identity(step: int) -> str:
        return f'["desk","T-1","gold","first_reply",2,"10/20/24x7","breached","all",{step},"slack"]'

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        prepare(connection, str(path), migrations()[:2])
        connection.execute("INSERT INTO tickets VALUES ('desk', 'T-1', 3, NULL, 7, x'6f6c64')")
        for step, (state, ended_at) in enumerate([("pending", None), ("claimed", None), ("sent", 90)]):
            connection.execute(OLD_DELIVERY, (identity(step), state, ended_at))
        connection.execute("INSERT INTO spent_identities VALUES ('desk', 'T-1', ?)", (identity(3),))
    async with opened(SqliteStore(path)) as store:
        assert (await store.figures()).deliveries == {("slack", "pending"): 2, ("slack", "sent"): 1}
        found = await taken(store)
        assert [one.identity for one in found] == [identity(0), identity(1)]
        assert {(one.policy, one.target, one.cycle, one.not_before) for one in found} == {
            ("gold", "first_reply", 2, 100)
        }
        assert await queued(store, *(delivery(identity(step)) for step in range(4))) == 0
        await store.settle((await bound(store)).id, Ending.SENT, 100)
        assert (await store.figures()).deliveries == {("slack", "sent"): 3}
