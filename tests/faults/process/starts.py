"""What stands in the way of a start: a database that is damaged, of another version, or in use; a socket left behind."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sqlite3
from contextlib import closing
from typing import Any

from slamon.store.database import migrations
from tests.e2e.process import free_port
from tests.faults.process.house import House
from tests.faults.process.rows import LivingRows
from tests.faults.process.service import Outside
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = LivingRows()
CANNOT_RUN = 3


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
