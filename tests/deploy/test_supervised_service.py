"""The real service under a supervisor: what it tells, and when."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from tests.deploy.programs import ROOT
from tests.e2e.process import ServiceProcess

SETTINGS = """\
version: 1
rules: rules.yml
storage: {path: slamon.db}
web: {listen: 127.0.0.1:0}
sources: {desk: {kind: file, path: tickets.jsonl, max_data_age: 5m}}
notifiers: {console: {kind: console}}
"""
_PATIENCE = 30.0


class Told:
    """What comes at $NOTIFY_SOCKET, one datagram each."""

    def __init__(self, address: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(address))
        self.socket.setblocking(False)

    async def until(self, word: str) -> list[str]:
        """The first lines of all that comes up to this one."""
        found: list[str] = []
        while word not in found:
            data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.socket, 4096), _PATIENCE)
            found.append(data.decode().splitlines()[0])
        return found


@pytest_asyncio.fixture
async def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Told]:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "300000")  # a sign of life every tenth of a second
    (tmp_path / "slamon.yml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "rules.yml").write_bytes((ROOT / "rules" / "first-hour" / "rules.yml").read_bytes())
    (tmp_path / "tickets.jsonl").touch()
    made = Told(tmp_path / "notify")
    with closing(made.socket):
        yield made


@pytest.mark.asyncio
async def test_it_is_told_of_the_start_of_signs_of_life_of_a_reload_and_of_the_end(told: Told, tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path)
    await service.start()
    try:
        assert await told.until("READY=1") == ["READY=1"]
        assert set(await told.until("WATCHDOG=1")) == {"WATCHDOG=1"}
        os.kill(service.pid, signal.SIGHUP)
        assert set(await told.until("RELOADING=1")) <= {"WATCHDOG=1", "RELOADING=1"}
        assert set(await told.until("READY=1")) <= {"WATCHDOG=1", "READY=1"}
        assert set(await told.until("WATCHDOG=1")) == {"WATCHDOG=1"}
    finally:
        ended = await service.stop()
    assert set(await told.until("STOPPING=1")) <= {"WATCHDOG=1", "STOPPING=1"}
    assert ended == 0, service.log


@pytest.mark.asyncio
async def test_a_reload_that_fails_is_over_as_well(told: Told, tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path)
    await service.start()
    try:
        await told.until("READY=1")
        (tmp_path / "rules.yml").write_text("version: 7\n", encoding="utf-8")
        os.kill(service.pid, signal.SIGHUP)
        await told.until("RELOADING=1")
        await told.until("READY=1")
    finally:
        ended = await service.stop()
    assert ended == 0, service.log
