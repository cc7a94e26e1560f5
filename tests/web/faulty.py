"""A slamon in trouble, and everything that it then says of itself: by HTTP on loopback and by its commands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiohttp
import pytest
from click.testing import CliRunner, Result

from slamon.cli import cli
from slamon.core.instants import HOUR, SECOND, Instant, format_instant
from slamon.flow.watchdog import Watchdog
from slamon.replaying import ServiceTime
from tests.clock import ManualTime
from tests.e2e.process import free_port, until
from tests.faults.process.hook import Hook
from tests.faults.process.service import Inside

NOW: Instant = 1_780_909_200_000_000  # 2026-06-08T09:00:00Z
SECRET = "whsec_Zmlyc3QgZmlyc3QgZmlyc3QgZmlyc3QgZmlyc3Q="
RULES = """
version: 1
policies: [{name: all, match: {priority: urgent}, calendar: 24x7, warn_at: 50%, targets: {first_response: 1h}}]
routes: [{name: all, match: all, group: {by: [id], wait: 1s}, steps: [{when: breached, notify: hook}]}]
"""
FILE = {"kind": "file", "path": "tickets.jsonl", "poll": "0.2s", "max_data_age": "8m"}
_ENDPOINTS = ("/livez", "/healthz", "/readyz", "/metrics")


@dataclass(frozen=True)
class Said:
    """What everybody said at one moment. A status of 0: nothing answered."""

    livez: tuple[int, str]
    healthz: tuple[int, str]
    readyz: tuple[int, str]
    metrics: tuple[int, str]
    status: Result
    healthcheck: Result


class Place:
    """A folder with settings, rules and tickets, who is told, and a slamon whose clock is set by hand.

    `sound`: the metrics before there was any trouble.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = ManualTime(NOW)
        self.hook = Hook()
        self.slamon = Inside(folder)
        self.port = free_port()
        self.config = folder / "slamon.yml"
        self.tickets = folder / "tickets.jsonl"
        self.database = folder / "slamon.db"
        self.sound = ""

    # what is written

    def settings(self, desk: dict[str, Any], **parts: Any) -> None:
        """slamon.yml: one source, named desk, and whatever else is not as usual."""
        usual = {
            "version": 1,
            "rules": "rules.yml",
            "storage": {"path": "slamon.db"},
            "web": {"listen": f"127.0.0.1:{self.port}"},
            "sources": {"desk": desk},
            "notifiers": {"hook": {"kind": "webhook", "url": self.hook.url(), "secret": SECRET}},
        }
        self.config.write_text(json.dumps({**usual, **parts}))

    def write(self, id: str, *, overdue: int = 5, priority: str = "urgent", subject: str = "") -> None:
        """Append a ticket whose promise was broken so many seconds ago."""
        created = format_instant(self.time.now() - HOUR - overdue * SECOND)
        line = {"id": id, "created_at": created, "subject": subject, "fields": {"priority": priority}}
        with self.tickets.open("a") as stream:
            stream.write(json.dumps(line) + "\n")

    # what happens

    async def prepare(self) -> None:
        """Everything is there but slamon."""
        await self.hook.start()
        (self.folder / "rules.yml").write_text(RULES)
        self.settings(FILE)
        self.tickets.touch()

    async def begin(self) -> None:
        """Everything is there, and slamon works."""
        await self.prepare()
        await self.slamon.start()
        await until(lambda: self.says(200, '"ok"'), what="slamon is ready")
        self.sound = (await self.get("/metrics"))[1]

    async def pass_(self, seconds: int, times: int = 1) -> None:
        """Let time pass, in steps; at each whoever is due has his turn."""
        for _ in range(times):
            self.time.advance(seconds * SECOND)
            await asyncio.sleep(0)

    async def comes(self, status: int, *words: str, seconds: int = 1) -> None:
        """Let a second pass again and again until /readyz says this."""

        async def said() -> bool:
            self.time.advance(seconds * SECOND)
            return await self.says(status, *words)

        await until(said, what=f"/readyz says {words}")

    async def says(self, status: int, *words: str) -> bool:
        """Whether /readyz says all of this."""
        found, text = await self.get("/readyz")
        return found == status and all(word in text for word in words)

    @property
    def watchdog(self) -> Watchdog:
        """Whoever counts for how long a part has been silent: a second each turn."""
        watch = self.slamon.service._operation._watch
        assert watch is not None
        assert watch._watchdog is not None
        return watch._watchdog

    def store(self) -> Any:
        """What is in front of the connection to the database."""
        return self.slamon.service._store._units  # type: ignore[attr-defined]

    # what is said

    async def get(self, path: str) -> tuple[int, str]:
        """What an endpoint answers; 0 if nobody does."""
        timeout = aiohttp.ClientTimeout(total=20)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
            ):
                return answer.status, await answer.text()
        except aiohttp.ClientError:
            return 0, ""

    async def said(self) -> Said:
        """Everything, asked of everybody."""
        livez, healthz, readyz, metrics = [await self.get(path) for path in _ENDPOINTS]
        status = await self._typed("status")
        return Said(livez, healthz, readyz, metrics, status, await self._typed("healthcheck"))

    async def _typed(self, command: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, [command, "--config", str(self.config)])

    async def close(self) -> None:
        await self.slamon.kill()
        await self.hook.stop()


Cause = Callable[[Place], AsyncIterator[None]]
CAUSES: dict[str, Cause] = {}


def fault(name: str) -> Callable[[Cause], Cause]:
    """A row of the page: how it comes about, up to its `yield`, and what is to be tidied up after that."""

    def added(cause: Cause) -> Cause:
        assert name not in CAUSES, name
        CAUSES[name] = cause
        return cause

    return added


@asynccontextmanager
async def in_trouble(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """A place in which a fault stands."""
    place = Place(folder)
    monkeypatch.chdir(folder)

    async def by_hand(*_: Any) -> ServiceTime:
        return ServiceTime(place.time, 1, NOW)

    with patch("slamon.app.service_time", by_hand):
        try:
            async with asynccontextmanager(CAUSES[name])(place):
                yield place
        finally:
            await place.close()
