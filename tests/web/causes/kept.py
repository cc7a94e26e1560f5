"""The database or its disk is in trouble."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from unittest.mock import patch

from tests.e2e.process import ServiceProcess, is_ready, until
from tests.faults.process.hook import Posted
from tests.web.causes.living import ROUND, all_live_on
from tests.web.faulty import Place, fault


@fault("the database is locked by another program")
async def _(place: Place) -> AsyncIterator[None]:
    with patch("slamon.store.database.BUSY_SECONDS", 0.05):
        await place.begin()
    with closing(sqlite3.connect(place.database, isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        await place.comes(503, "SQLITE_BUSY")
        yield


@fault("the database is read-only")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    await place.store().rows("PRAGMA query_only = 1")
    await place.comes(503, "SQLITE_READONLY")
    yield


@fault("the database is full")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    await place.store().rows("PRAGMA max_page_count = 1")  # it takes the pages that there are
    place.write("1", subject="long " * 100_000)
    await place.comes(503, "SQLITE_FULL")
    yield


@fault("the database has been read-only for six minutes, with work to do for everybody")
async def _(place: Place) -> AsyncIterator[None]:
    with patch("slamon.schedule.BEATS_EVERY", 0.2):
        await place.begin()

    async def locks(_: Posted) -> int:
        await place.store().rows("PRAGMA query_only = 1")
        return 200

    place.hook.answers = locks
    place.write("1", overdue=5)
    place.write("2", overdue=-20)
    with patch("slamon.flow.surely.PAUSE", 0.05), patch("slamon.flow.judge._PAUSE_AFTER_FAULT", 0.05):
        await place.comes(503, "notifier hook", "source desk", "judging")
        pulses = list(place.watchdog._pulses)
        for _ in range(0, 360, ROUND):
            await all_live_on(place, pulses)
        yield
    await place.store().rows("PRAGMA query_only = 0")


@fault("the database is damaged")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    await place.store().rows("PRAGMA wal_checkpoint(TRUNCATE)")
    size = place.database.stat().st_size
    with place.database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    await place.store().rows("PRAGMA shrink_memory")
    place.write("1")
    await place.comes(503, "the database is damaged")
    yield


@fault("the disk is full")
async def _(place: Place) -> AsyncIterator[None]:
    await place.prepare()
    service = ServiceProcess(place.folder)
    await service.start()
    try:
        await until(lambda: is_ready(f"http://127.0.0.1:{place.port}"), what=f"ready: {service.log}")
        place.sound = (await place.get("/metrics"))[1]
        before = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (1, before[1]))
        await until(lambda: place.says(503, "source desk"), what="/readyz says so")
        yield
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, before)
        assert await service.stop() == 0
    finally:
        await service.kill()
