"""Killed, out of space, locked, read-only, damaged: what SqliteStore keeps and what it says."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from slamon.ports import StoreError, StoreUnusable
from slamon.store import SqliteStore, database
from tests.store.build import SOURCE, commitment, judged, opened, saved, taken

WRITER = """
import asyncio, sys
from pathlib import Path
from slamon.store import SqliteStore
from tests.store.build import delivery, queued
async def write(store, worker):
    for number in range(100_000):
        name = f"{worker}-{number}"
        await store.save_batch(f"source {worker}", [(name, b"x" * 500)], name.encode())
        await queued(store, delivery(name))
        print(name, flush=True)
async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.open()
    await asyncio.gather(*(write(store, worker) for worker in range(3)))
asyncio.run(main())
"""

CRAMPED = """
import asyncio, json, resource, sys
from pathlib import Path
from slamon.ports import StoreError
from slamon.store import SqliteStore
path = Path(sys.argv[1])
BIG = [(f"big {n}", b"x" * 3000) for n in range(1000)]
async def attempt(call):
    try:
        return await call
    except StoreError as error:
        return str(error)
async def main():
    store = SqliteStore(path)
    await store.open()
    await store.save_batch("desk", [("T-1", b"small")], b"before")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    room = path.with_name(path.name + "-wal").stat().st_size + 200_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    told = {"full": await attempt(store.save_batch("desk", BIG, b"after"))}
    told["cursor then"] = (await store.cursor("desk")).decode()
    told["together"] = await asyncio.gather(
        *(attempt(store.save_batch(f"small {n}", [("T", b"x")], b"")) for n in range(3)),
        attempt(store.save_batch("desk", BIG, b"after")),
        *(attempt(store.save_batch(f"little {n}", [("T", b"x")], b"")) for n in range(3)),
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    told["with room again"] = await attempt(store.save_batch("desk", BIG, b"after"))
    await store.close()
    print(json.dumps(told))
asyncio.run(main())
"""


@pytest.mark.asyncio
@pytest.mark.parametrize("acknowledged", [1, 10, 150])
async def test_what_was_acknowledged_survives_sigkill(
    path: Path, make: Callable[[], SqliteStore], acknowledged: int
) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        names = [process.stdout.readline().decode().strip() for _ in range(acknowledged)]
        process.kill()
        names += [line.decode().strip() for line in process.stdout if line.endswith(b"\n")]
    async with opened(make()) as store:
        queue = {one.identity for one in await taken(store)}
        assert set(names) <= queue
        for worker in range(3):
            mine = [name for name in names if name.startswith(f"{worker}-")]
            source = f"source {worker}"
            assert set(await store.load(source, mine)) == set(mine)
            if cursor := await store.cursor(source):  # and it never ran ahead of its tickets
                assert cursor.decode() in await store.load(source, [cursor.decode()])


def test_a_full_disk_is_told_and_survived(path: Path) -> None:
    told = json.loads(subprocess.check_output([sys.executable, "-c", CRAMPED, str(path)]))
    refusal = f"{path}: the disk refused to read or write: check its space, quota and health (SQLITE_IOERR_WRITE)"
    assert told == {
        "full": refusal,
        "cursor then": "before",
        "together": [1, 1, 1, refusal, 1, 1, 1],
        "with room again": 1000,
    }


@pytest.mark.asyncio
async def test_a_full_database_is_told_and_survived(store: SqliteStore, path: Path) -> None:
    await saved(store, "T-1")
    pages = await store._units.one("PRAGMA page_count")
    await store._units.rows(f"PRAGMA max_page_count = {pages + 10}")
    big = [(f"big {number}", b"x" * 3000) for number in range(100)]
    with pytest.raises(StoreError) as caught:
        await store.save_batch(SOURCE, big, b"after")
    assert str(caught.value) == f"{path}: the disk is full: free some space, then it goes on by itself (SQLITE_FULL)"
    assert await store.cursor(SOURCE) == b"cursor"
    await store._units.rows("PRAGMA max_page_count = 1000000")
    assert await store.save_batch(SOURCE, big, b"after") == 100


@pytest.mark.asyncio
async def test_a_lock_by_another_program_is_told_and_survived(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    async with opened(SqliteStore(path)) as store:
        await saved(store, "T-1")
        with closing(sqlite3.connect(path, isolation_level=None)) as shell:
            shell.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match=r"another program holds it locked: end what .* \(SQLITE_BUSY\)"):
                await saved(store, "T-2")
            assert set(await store.load(SOURCE, ["T-1", "T-2"])) == {"T-1"}  # reading goes on
            shell.execute("ROLLBACK")
        await saved(store, "T-2")


@pytest.mark.asyncio
async def test_a_read_only_database_is_told_and_survived(store: SqliteStore) -> None:
    await store._units.rows("PRAGMA query_only = 1")
    with pytest.raises(StoreError, match="it is read-only: let this user write the file and its directory"):
        await saved(store, "T-1")
    await store._units.rows("PRAGMA query_only = 0")
    await saved(store, "T-1")


@pytest.mark.asyncio
async def test_a_damaged_database_is_told(path: Path, store: SqliteStore, make: Callable[[], SqliteStore]) -> None:
    await store.save_batch(SOURCE, [(f"T-{number}", b"x" * 3000) for number in range(50)], b"")
    await store.close()
    content = bytearray(path.read_bytes())
    half = len(content) // 2
    content[half:] = b"\xff" * (len(content) - half)
    path.write_bytes(content)
    async with opened(make()) as again:  # reads the first pages alone
        with pytest.raises(StoreUnusable, match="the database is damaged: stop slamon and put back a backup of it"):
            await again.load(SOURCE, [f"T-{number}" for number in range(50)])


@pytest.mark.asyncio
async def test_a_defect_of_ours_is_not_passed_off_as_a_fault_of_the_store(store: SqliteStore) -> None:
    await judged(store, "T-1", commitment())
    with pytest.raises(AttributeError):
        await store.apply([None], 0)  # type: ignore[list-item]
    await saved(store, "T-2")
