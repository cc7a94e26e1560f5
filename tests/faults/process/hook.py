"""Who is told: a real server on loopback that keeps what it took, and says what a script makes it say."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.faults.world import same


@dataclass(frozen=True)
class Posted:
    """One request: where it went, what it said."""

    name: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)["data"]
        return found

    @property
    def line(self) -> str:
        """What it tells, as TICKET MOMENT; of a digest all, with a + between them."""
        return " + ".join(sorted(f"{one['ticket']} {one['moment']}" for one in self.data["covers"]))


Answers = Callable[[Posted], Awaitable[int]]


async def _nobody(_: web.Request) -> web.Response:
    return web.Response(status=404)


async def taken(_: Posted) -> int:
    """Everything is taken."""
    return 200


@dataclass
class Hook:
    """Takes messages at /hook/NAME, and heartbeats at /beat; at /desk/ there may be a helpdesk.

    `answers` gives the status; below 300 it was taken.
    """

    answers: Answers = taken
    beats_status: int = 200
    desk: Callable[[web.Request], Awaitable[web.Response]] = _nobody
    took: list[Posted] = field(default_factory=list)
    asked: list[Posted] = field(default_factory=list)
    beats: int = 0
    port: int = 0
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen: on any free port the first time, on the same one later; once only."""
        if self._runner is not None:
            return
        app = web.Application()
        app.router.add_post("/hook/{name}", self._take)
        app.router.add_get("/beat", self._beat)
        app.router.add_get("/desk/{path:.*}", self._ask)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def url(self, name: str = "hook") -> str:
        return f"http://127.0.0.1:{self.port}/hook/{name}"

    async def _take(self, request: web.Request) -> web.Response:
        posted = Posted(request.match_info["name"], await request.read(), dict(request.headers))
        self.asked.append(posted)
        status = await self.answers(posted)
        if status < 300:
            self.took.append(posted)
        return web.Response(status=status)

    async def _beat(self, _: web.Request) -> web.Response:
        self.beats += 1
        return web.Response(status=self.beats_status)

    async def _ask(self, request: web.Request) -> web.Response:
        return await self.desk(request)

    @property
    def lines(self) -> list[str]:
        """What was told, each message once; behind it how often it came, if more than once."""
        ids = [one.data["id"] for one in self.took]
        firsts = {one.data["id"]: one for one in reversed(self.took)}
        return sorted(_times(one.line, ids.count(id)) for id, one in firsts.items())

    def check_repeats(self) -> None:
        """Whatever came again was the same, byte by byte."""
        firsts = {one.data["id"]: one for one in reversed(self.took)}
        for one in self.took:
            same(f"repeated “{one.line}”", one.body, firsts[one.data["id"]].body)


def _times(line: str, times: int) -> str:
    return line if times == 1 else f"{line} (came {times} times)"
