"""Whom the service talks to: a helpdesk of no particular make, and everybody who is told something. All on loopback."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from aiohttp import web

SLOW = 3.0  # seconds
_LIMIT = 900  # requests that the helpdesk allows

# What happens to tickets: seconds after the first, and what. A first response is promised within 20 s, an end within 60 s.
COURSES: tuple[tuple[tuple[float, str], ...], ...] = (
    ((6, "answer"), (14, "Done")),
    ((28, "answer"), (75, "Done")),
    ((5, "answer"), (9, "Waiting"), (40, "Done")),
    ((12, "Rejected"),),
    ((17, "answer"), (30, "note"), (48, "Done")),
    (),
)


def stamp(seconds: float) -> str:
    """An instant of the machine's clock, as JSON has it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


@dataclass
class Desk:
    """A helpdesk in which a ticket is opened every few seconds, and takes its course."""

    opened: list[tuple[float, dict[str, Any]]] = field(default_factory=list)  # when, and what is said of it besides
    is_down: bool = False
    ahead: float = 0.0  # seconds by which its clock is
    asked: int = 0

    def open(self, **more: Any) -> None:
        """A ticket is opened now; its course is the next of all."""
        self.opened.append((time.time(), more))

    async def answer(self, request: web.Request) -> web.Response:
        """The list of all tickets, or the one that is asked for."""
        self.asked += 1
        headers = {
            "Date": formatdate(time.time() + self.ahead, usegmt=True),
            "X-RateLimit-Remaining": str(_LIMIT - self.asked % _LIMIT),
        }
        if self.is_down:
            return web.Response(status=503, headers=headers)
        now = time.time()
        shown = [self._shown(number, now) for number in range(len(self.opened))]
        id = request.match_info.get("id")
        return web.json_response(shown if id is None else shown[int(id) - 1], headers=headers)

    def _shown(self, number: int, now: float) -> dict[str, Any]:
        at, more = self.opened[number]
        past = [(at + after, what) for after, what in COURSES[number % len(COURSES)] if at + after <= now]
        notes = [_note(when, what) for when, what in past if what in ("answer", "note")]
        log = [_change(when, what) for when, what in past if what not in ("answer", "note")]
        return {
            "id": number + 1,
            "created": stamp(at),
            "updated": stamp(max([at, *(when for when, _ in past)])),
            "kind": "request",
            "org": ("Nordwind", "Sunrise")[number % 2],
            "state": log[-1]["new"] if log else "New",
            "notes": notes,
            "log": log,
        } | more


def _note(at: float, what: str) -> dict[str, Any]:
    return {"id": stamp(at), "at": stamp(at), "internal": what == "note", "by": {"login": "anna", "staff": True}}


def _change(at: float, state: str) -> dict[str, Any]:
    return {"id": stamp(at), "at": stamp(at), "field": "state", "old": "New", "new": state}


@dataclass
class Receiver:
    """Takes messages, unless there is something `next` that it does instead, once, or all the time."""

    usual: str = "take"
    next: deque[str] = field(default_factory=deque)

    async def answer(self, request: web.Request) -> web.Response:
        await request.read()
        what = self.next.popleft() if self.next and self.usual == "take" else self.usual
        if what == "dawdle":
            await asyncio.sleep(SLOW)
        if what == "lose":  # it was taken, and nobody learns of that
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status={"fail": 503, "refuse": 400}.get(what, 200))


@dataclass
class World:
    """All of them. `told`: what the Alertmanagers sent."""

    url: str = ""
    desk: Desk = field(default_factory=Desk)
    pager: Receiver = field(default_factory=Receiver)
    heartbeat: Receiver = field(default_factory=Receiver)
    told: list[dict[str, Any]] = field(default_factory=list)

    async def _taken(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    async def _refused(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=400)

    async def _told(self, request: web.Request) -> web.Response:
        self.told.append(await request.json())
        return web.Response()

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [web.post("/chat", self._taken), web.post("/broken", self._refused), web.post("/am", self._told)]
        )
        app.add_routes([web.get("/desk/tickets", self.desk.answer), web.get("/desk/tickets/{id}", self.desk.answer)])
        app.add_routes([web.post("/pager", self.pager.answer), web.get("/heartbeat", self.heartbeat.answer)])
        return app


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Everybody, while the block lasts."""
    made = World()
    runner = web.AppRunner(made.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()
