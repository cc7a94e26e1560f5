"""The server is there, and does not come to an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from tests.faults.clock import at
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.reach import certificates
from tests.faults.sources.usual import LATE, USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request

ROWS = Rows()
_LIMIT = 0.3  # real seconds, of an answer


def _patient(module: Any) -> Any:
    """asyncio for a module, with time budgets that never end."""
    return SimpleNamespace(**{**vars(module), "timeout": lambda seconds: asyncio.timeout(None)})


TIME_BUDGET = Guard("`Client._attempt`: time budget", Off("slamon.sources.http.client.asyncio", _patient(asyncio)))


async def _while_slow(world: World) -> None:
    """From 12:10 to 12:25 the first request of each poll is answered late, if at all."""
    await world.until("12:09")
    world.limit(_LIMIT)
    await world.until("12:24")
    world.limit()
    await world.until("13:30")
    world.check_told(f"users/current.json gave no whole answer within {_LIMIT} s")
    same("source_up", world.up[:6], [True, True, False, False, False, True])


@ROWS.add(
    "server that drips",
    "Given up after the time budget though something always comes; told once; the next poll reads all",
    TIME_BUDGET,
    LATE,
)
async def _(world: World) -> None:
    world.desk.usual()

    async def drip(whole: bytes) -> AsyncIterator[bytes]:
        for first in range(0, len(whole), len(whole) // 10):
            yield whole[first : first + len(whole) // 10]
            await asyncio.sleep(0.1)

    def script(request: Request) -> Any:
        return drip(world.desk.answer(request)) if request.path == "/users/current.json" else PASS

    answered(world, "12:10", "12:25", script)
    await world.open()
    await _while_slow(world)


@ROWS.add(
    "server that takes the request and says nothing",
    "Given up after the time budget, source_up 0, told once",
    TIME_BUDGET,
    LATE,
)
async def _(world: World) -> None:
    world.desk.usual()

    async def silent() -> None:
        await asyncio.sleep(1.0)

    def script(request: Request) -> Any:
        return silent() if request.path == "/users/current.json" else PASS

    answered(world, "12:10", "12:25", script)
    await world.open()
    await _while_slow(world)


@ROWS.add(
    "server that says nothing just when an alert is due",
    "The last look at the ticket has a short budget of its own; then the alert goes out with what is known",
    Guard("`Collector.reread`: time budget", Off("slamon.flow.collect.asyncio", _patient(asyncio))),
    USUAL,
)
async def _(world: World) -> None:
    world.desk.usual()

    async def silent() -> None:
        await asyncio.sleep(2.0)

    def script(request: Request) -> Any:
        return silent() if world.time.now() == at("12:52") else PASS

    world.desk.fault = script
    await world.open()
    await world.until("12:51")
    world.limit(1.0)
    with patch("slamon.flow.collect._REREAD_BUDGET", 0.2):
        await world.until("12:52")
    world.limit()
    await world.until("13:30")
    given_up = [one["error"] for one in world.logs if one["event"] == "no last look at the ticket"]
    same("last looks given up", given_up, [""])


@ROWS.add(
    "TLS handshake that never comes",
    "Given up after the time budget, source_up 0, told once",
    TIME_BUDGET,
    LATE,
)
async def _(world: World) -> None:
    authority, contexts = certificates()
    authority.cert_pem.write_to_path(world.folder / "ca.pem")
    world.desk.usual()
    world.host, world.ca_file = "https://127.0.0.1", "ca.pem"
    await world.peer.restart(contexts["right"])
    await world.open()
    await world.until("12:08")

    async def stall() -> None:
        await asyncio.sleep(1.0)

    world.peer.greets = stall
    await world.peer.restart()
    world.limit(_LIMIT)
    await world.until("12:23")
    world.limit()
    world.peer.greets = None
    await world.peer.restart(contexts["right"])
    await world.until("13:30")
    world.check_told(f"users/current.json gave no whole answer within {_LIMIT} s")
