"""The database is full, held, damaged, of another version, or in use; and what stands in the way of a start."""

from __future__ import annotations

import asyncio
import resource
import shutil
import socket
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any
from unittest.mock import patch

from slamon.flow.collect import Collector
from slamon.flow.heartbeat import Vitals
from slamon.flow.judge import JudgeLoop
from slamon.store.database import migrations
from tests.e2e.soak import free_port
from tests.faults.process.hook import Posted
from tests.faults.process.house import House
from tests.faults.process.rows import LivingRows
from tests.faults.process.service import Outside
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = LivingRows()
CANNOT_RUN = 3


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


async def _refused(house: House, *words: str) -> None:
    """It does not start, and says why in one line."""
    house.slamon.logs.clear()
    await house.slamon.start()
    await house.until(lambda: not house.slamon.is_running or house.logged("slamon runs"), "it ends")
    same("runs", house.slamon.is_running, False)
    same("status", await house.outside.ended(), CANNOT_RUN)
    said = house.outside.said.splitlines()[-1:]
    assert all(word in said[0] for word in words), said
    assert "Traceback" not in house.outside.said, house.outside.said


@ROWS.add(
    "database damaged",
    "It does not start, and says to put back a backup; with that it goes on, and tells nothing again",
    Guard("`failures.explain`: what waiting cannot help", Off("slamon.store.failures._HOPELESS", ())),
    ("T-1 breached", "T-2 breached"),
    alone=True,
)
async def _(house: House) -> None:
    await house.begin()
    house.write("T-1")
    await house.arrived("T-1 breached")
    await house.until(house.nothing_is_left, "it is marked")
    await house.slamon.stop()
    path = house.folder / "slamon.db"
    shutil.copy(path, house.folder / "backup.db")
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 2000)
    await _refused(house, "the database is damaged: stop slamon and put back a backup of it")
    shutil.copy(house.folder / "backup.db", path)
    house.write("T-2")
    await house.start()


def _any_version(connection: sqlite3.Connection, name: str) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return min(int(version), len(migrations()))


@ROWS.add(
    "database written by a newer slamon",
    "It does not start, and says so; the database is as it was",
    Guard("`prepare`: the version", Off("slamon.store.database._version", _any_version)),
    ("T-1 breached", "T-2 breached"),
    alone=True,
)
async def _(house: House) -> None:
    await house.begin()
    house.write("T-1")
    await house.arrived("T-1 breached")
    await house.until(house.nothing_is_left, "it is marked")
    await house.slamon.stop()
    path = house.folder / "slamon.db"
    with closing(sqlite3.connect(path)) as shell:
        (version,) = shell.execute("PRAGMA user_version").fetchone()
        shell.execute("PRAGMA user_version = 99")
    await _refused(house, "was written by a newer slamon (its version is 99", "run that release again")
    with closing(sqlite3.connect(path)) as shell:
        same("version", shell.execute("PRAGMA user_version").fetchone(), (99,))
        shell.execute(f"PRAGMA user_version = {version}")
    house.write("T-2")
    await house.start()


def _unlocked(self: Any) -> None: ...


@ROWS.add(
    "two processes on one database",
    "The second does not start, and names the first, which goes on",
    Guard("`ProcessLock`", Off("slamon.store.lock.ProcessLock.take", _unlocked)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    await house.begin()
    (house.folder / "slamon.sock").unlink()  # not what keeps them apart
    text = (house.folder / "slamon.yml").read_text()
    (house.folder / "second.yml").write_text(text.replace(f"127.0.0.1:{house.port}", f"127.0.0.1:{free_port()}"))
    second = Outside(house.folder, house.outside.without, settings="second.yml")
    await second.start()
    try:
        await house.until(lambda: not second.is_running or second.logs, "it ends")
        same("runs", second.is_running, False)
        same("status", await second.ended(), CANNOT_RUN)
    finally:
        await second.kill()
    assert f"slamon.db is in use by process {house.outside.pid}; stop it" in second.said, second.said
    house.write("T-1")
    await house.arrived("T-1 breached")


@ROWS.add(
    "local socket left behind by a killed process",
    "Nobody listens on it: it is replaced, and slamon starts",
    Guard("`local._make_room`", Off("slamon.web.local._make_room", lambda path: None)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(house.folder / "slamon.sock"))
    left.close()
    await house.begin()
    reader, writer = await asyncio.open_unix_connection(str(house.folder / "slamon.sock"))
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    said = await reader.read()
    writer.close()
    assert said.endswith(b"ok\n"), said
    house.write("T-1")
