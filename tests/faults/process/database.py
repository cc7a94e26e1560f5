"""The disk is full, or the database read-only or held by another program, while slamon runs."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any
from unittest.mock import patch

from slamon.flow.collect import Collector
from slamon.flow.heartbeat import Vitals
from slamon.flow.judge import JudgeLoop
from tests.faults.process.hook import Posted
from tests.faults.process.house import House
from tests.faults.process.rows import LivingRows
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = LivingRows()


async def _once(self: Any, call: Callable[[], Awaitable[Any]]) -> Any:
    return await call()


@ROWS.add(
    "disk full just when a message that was taken is to be marked",
    "Told once; it is marked when there is room, without a restart, and not sent again",
    Guard("`Surely`: asked again until it can", Off("slamon.flow.surely.Surely.__call__", _once)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    await house.begin()
    pid = house.outside.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)

    async def fills(posted: Posted) -> int:
        if len(house.hook.asked) == 1:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
        return 200

    house.hook.answers = fills
    house.write("T-1")
    await house.until(lambda: house.logged("marking deliveries failed") or _defective(house), "it is said")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    await house.works()
    same("times told", len(house.logged("marking deliveries failed")), 1)


def _defective(house: House) -> bool:
    return bool(house.logged("delivering is defective"))


async def _reads_only(self: Vitals, now: int) -> list[str]:
    overdue = await self.store.overdue(now - self.patience)
    return [name for name in self.notifiers if name in overdue]


@ROWS.add(
    "disk full, while a heartbeat is listened for",
    "The heartbeat stops, so that a third party notices; it goes on once there is room",
    Guard("`Vitals`: the store must take something", Off("slamon.flow.heartbeat.Vitals._of_store", _reads_only)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    await house.hook.start()
    house.parts["heartbeat"] = {"url": f"http://127.0.0.1:{house.hook.port}/beat", "every": "0.2s"}
    await house.begin()
    await house.until(lambda: house.hook.beats > 1, "it beats")
    pid = house.outside.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    await house.until(lambda: house.logged("the heartbeat is withheld"), "it is withheld")
    beats = house.hook.beats
    house.write("T-1")
    await house.until(lambda: house.logged("source failed"), "nothing can be stored")
    same("beats", house.hook.beats, beats)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    await house.until(lambda: house.hook.beats > beats, "it beats again")


async def _no_catch(self: JudgeLoop) -> None:
    while True:
        await self.catch_up()
        await self._time.sleep_until(await self._store.next_change(), self._changed)


@ROWS.add(
    "database read-only for a while",
    "Not ready, told once; it judges as soon as it can write, without a restart",
    Guard("`JudgeLoop.run`: tried again", Off("slamon.flow.judge.JudgeLoop.run", _no_catch)),
    ("T-1 breached", "T-1 warning 50%"),
)
async def _(house: House) -> None:
    await house.begin()
    house.write("T-1", -1.0)
    await house.arrived("T-1 warning 50%")
    units = house.inside.service._store._units  # type: ignore[attr-defined]
    await units.rows("PRAGMA query_only = 1")
    await house.until(lambda: house.logged("judging failed"), "it is said")
    status, text = await house.get("/readyz")
    same("ready", status, 503)
    assert "judging: " in text, text
    assert "it is read-only: let this user write" in text, text
    await units.rows("PRAGMA query_only = 0")
    await house.until(house.is_ready, "it is ready again")
    same("times told", len(house.logged("judging failed")), 1)


async def _let_out(self: Collector, work: Callable[[], Awaitable[None]], fault: Any) -> None:
    await work()


@ROWS.add(
    "database locked by another program for a while",
    "source_up 0, told once with who may hold it; what was read is read again and told, without a restart",
    Guard("`Collector._failure`", Off("slamon.flow.collect.Collector._failure", _let_out)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    with patch("slamon.store.database.BUSY_SECONDS", 0.05):
        await house.begin()
    with closing(sqlite3.connect(house.folder / "slamon.db", isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        house.write("T-1")
        await house.until(lambda: house.logged("source failed"), "it is said")
        same("source_up", await house.metric('slamon_source_up{source="desk"}'), 0.0)
        await asyncio.sleep(0.3)  # the fault itself: it goes on
        shell.execute("ROLLBACK")
    await house.works()
    told = [one["error"] for one in house.logged("source failed")]
    assert len(told) == 1, told
    assert "another program holds it locked: end what has the file open" in told[0], told
