"""How units share a transaction, and what the statements cost."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from types import ModuleType

import pytest

from slamon.ports import Delivery, Judgement, Store
from slamon.store import SqliteStore, outbox_statements, statements
from slamon.store.database import migrations
from tests.store.build import SOURCE, commitment, delivery, judged, queued, saved

# What reads a whole table, and why that is right.
WHOLE = {
    "MARK_ALL": "SCAN tickets",  # it changes every row
    "COMMITMENT_COUNTS": "SCAN commitment_counts",  # a row a label set
    "DELIVERY_COUNTS": "SCAN delivery_counts",
    "RELEASE": "SCAN notifications USING INDEX notifications_sending",  # holds those alone
    "ANY_ACK": "SCAN acks USING COVERING INDEX acks_said",  # one row of it
    "STANDING_ACKS": "SCAN a",  # as many as people have typed, and only when one asks
    "SOURCES": "SCAN known",  # a row a source
}
SORTED = {"WAITING"}  # what may go now, and no more
CHEAP: dict[str, Callable[[Store], object]] = {
    "nothing to judge": lambda store: store.to_judge(0, 100),
    "next change": lambda store: store.next_change(),
    "nothing waits": lambda store: store.waiting("slack", 0),
    "next that waits": lambda store: store.next_waiting("slack", 0),
    "nothing is due": lambda store: store.due("slack", 0),
    "next due": lambda store: store.next_due("slack"),
    "told": lambda store: store.told(Delivery(**asdict(delivery("T-5", ticket="T-5")), id=5)),
    "lately": lambda store: store.lately("slack", None, [(SOURCE, "T-5")], 0),
    "dead letters": lambda store: store.dead_letters(0, 5),
    "silences": lambda store: store.silences(0),
    "nothing to release": lambda store: store.release(),
    "figures": lambda store: store.figures(),
    "the nearest three": lambda store: store.nearest(0, 3),
    "nothing to forget": lambda store: store.prune(-1, -1),
}


@asynccontextmanager
async def held(store: SqliteStore) -> AsyncIterator[None]:
    """The connection is busy, so that whatever is called now has to wait."""
    gate = threading.Event()
    busy = asyncio.ensure_future(store._units.read(lambda _db: gate.wait(60)))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        gate.set()
        await busy


async def traced(store: SqliteStore) -> list[str]:
    """Every statement from now on."""
    told: list[str] = []
    await store._units.read(lambda db: db.set_trace_callback(told.append))
    return told


@pytest.mark.asyncio
async def test_writes_that_wait_together_are_committed_together(store: SqliteStore) -> None:
    told = await traced(store)
    async with held(store):
        saves = [asyncio.ensure_future(store.save_batch(f"source {n}", [("T", b"x")], b"")) for n in range(100)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*saves) == [1] * 100
    assert (told.count("BEGIN IMMEDIATE"), told.count("COMMIT")) == (1, 1)


@pytest.mark.asyncio
async def test_nobody_is_answered_before_the_commit(store: SqliteStore) -> None:
    order: list[str] = []
    await store._units.read(lambda db: db.set_trace_callback(order.append))
    async with held(store):
        saves = [asyncio.ensure_future(store.set_value(f"key {n}", b"x")) for n in range(3)]
        for save in saves:
            save.add_done_callback(lambda _: order.append("answered"))
        await asyncio.sleep(0)
    await asyncio.gather(*saves)
    await asyncio.sleep(0)
    assert order[-4:] == ["COMMIT", "answered", "answered", "answered"]


@pytest.mark.asyncio
async def test_a_read_takes_no_lock(store: SqliteStore) -> None:
    told = await traced(store)
    await asyncio.gather(store.cursor(SOURCE), store.to_judge(0, 10), store.figures())
    assert not any(statement.startswith("BEGIN") for statement in told)


@pytest.mark.asyncio
async def test_a_waiting_call_whose_caller_is_cancelled_is_done_all_the_same(store: SqliteStore) -> None:
    async with held(store):
        save = asyncio.ensure_future(store.save_batch(SOURCE, [("T-1", b"x"), ("T-2", b"y")], b"end"))
        await asyncio.sleep(0)
        save.cancel()
        await asyncio.wait([save])
        assert save.cancelled()
    assert await store.cursor(SOURCE) == b"end"
    assert set(await store.load(SOURCE, ["T-1", "T-2"])) == {"T-1", "T-2"}


@pytest.mark.asyncio
async def test_a_failure_of_the_whole_transaction_is_tried_one_by_one(store: SqliteStore) -> None:
    def give_up(db: sqlite3.Connection) -> None:
        db.execute("ROLLBACK")  # as SQLite does by itself after some errors
        raise sqlite3.OperationalError("the disk went away")

    async with held(store):
        before = asyncio.ensure_future(store.set_value("before", b"x"))
        broken = asyncio.ensure_future(store._units.write(give_up))
        after = asyncio.ensure_future(store.set_value("after", b"x"))
        await asyncio.sleep(0)
    answers = await asyncio.gather(before, broken, after, return_exceptions=True)
    assert (answers[0], str(answers[1]).endswith("the disk went away"), answers[2]) == (None, True, None)
    assert (await store.value("before"), await store.value("after")) == (b"x", b"x")


@pytest.mark.asyncio
async def test_a_transaction_left_open_is_undone_before_the_next(store: SqliteStore) -> None:
    await store._units.read(lambda db: db.execute("BEGIN IMMEDIATE"))
    await store._units.read(lambda db: db.execute(statements.SET_CURSOR, (SOURCE, b"never committed")))
    await store.set_value("key", b"x")
    assert await store.cursor(SOURCE) is None


@pytest.mark.parametrize(
    ("module", "name"),
    [(one, name) for one in (statements, outbox_statements) for name in vars(one) if name.isupper() and name[0] != "_"],
)
def test_no_statement_reads_a_whole_table_that_grows(module: ModuleType, name: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript("".join(migrations()))
    statement = getattr(module, name)
    numbered = re.findall(r"\?(\d+)", statement)
    parameters = max(map(int, numbered)) if numbered else statement.count("?")
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * parameters).fetchall()
    connection.close()
    scans = {line for *_, line in plan if "SCAN" in line}
    assert scans == ({WHOLE[name]} if name in WHOLE else set())
    assert any("TEMP B-TREE" in line for *_, line in plan) == (name in SORTED)


async def steps(store: SqliteStore, call: Callable[[Store], object]) -> int:
    """How many instructions SQLite's machine takes for a call."""
    count = 0

    def one() -> int:
        nonlocal count
        count += 1
        return 0

    await store._units.read(lambda db: db.set_progress_handler(one, 1))
    await call(store)  # type: ignore[misc]
    await store._units.read(lambda db: db.set_progress_handler(None, 0))
    return count


async def filled(store: SqliteStore, start: int, end: int) -> None:
    ids = [f"T-{number}" for number in range(start, end)]
    await saved(store, *ids)
    await store.apply(
        [Judgement(SOURCE, id, 1, [commitment(changes_at=50)], [delivery(id, ticket=id)]) for id in ids], 0
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("name", CHEAP)
async def test_a_call_costs_what_is_due_and_not_what_is_open(store: SqliteStore, name: str) -> None:
    await filled(store, 0, 10)
    with_few = await steps(store, CHEAP[name])
    await filled(store, 10, 1000)
    assert 0 < await steps(store, CHEAP[name]) <= with_few + 5


@pytest.mark.asyncio
async def test_a_ticket_of_which_only_the_clock_moved_is_not_written_again(store: SqliteStore) -> None:
    await judged(store, "T-1", commitment(changes_at=1))
    told = await traced(store)
    await judged(store, "T-1", commitment(changes_at=2))
    assert not any(statement.startswith("UPDATE tickets") for statement in told)
    assert await store.next_change() == 2


@pytest.mark.asyncio
async def test_an_unchanged_commitment_is_not_written_again(store: SqliteStore) -> None:
    await judged(store, "T-1", commitment(changes_at=1), commitment("silver"))
    told = await traced(store)
    await judged(store, "T-1", commitment(changes_at=1), commitment("silver"))
    assert not any("commitments" in statement and not statement.strip().startswith("SELECT") for statement in told)
    await queued(store, delivery("a"))
    assert any("INSERT INTO deliveries" in statement for statement in told)
