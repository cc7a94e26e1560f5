"""A server on loopback with a store of its own, for tests of its endpoints."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from slamon.core.instants import HOUR, Instant, format_instant
from slamon.ports import Clickable, CommitmentRow, Judgement
from slamon.rulefile import read_texts
from slamon.settings import Scope, Token, WebSettings
from slamon.store import SqliteStore
from slamon.web.access import Lapse
from slamon.web.clicks import Clicks
from slamon.web.health import Health
from slamon.web.problems import Problem, Unwilling
from slamon.web.say import Say
from slamon.web.server import Answers, WebServer
from slamon.web.status import status as status_of
from slamon.web.unknown import no_ticket

NOW: Instant = 1_780_909_200_000_000  # 2026-06-08T09:00:00Z
READ, ACT, ADMIN = "read-token-0123456789", "act-token-0123456789", "admin-token-0123456789"


def token(name: str, scope: Scope, secret: str) -> Token:
    return Token(name, scope, hashlib.sha256(secret.encode()).digest())


TOKENS = (token("prometheus", "read", READ), token("leads", "act", ACT), token("root", "admin", ADMIN))

_RULES = read_texts(
    {
        "r.yml": b"version: 1\npolicies: [{name: gold, match: all, calendar: 24x7, targets: {first_response: 1h, resolution: 8h}}]"
    }
).rules
assert _RULES is not None
RULES = _RULES


@dataclass
class Desk:
    """What the tests hold of a running server. `sources` and `now` may be changed; `denied` and `woken` are counted."""

    store: SqliteStore
    server: WebServer
    denied: list[Lapse] = field(default_factory=list)
    reloads: int = 0
    mistake: str = ""  # what a reload finds
    woken: int = 0
    zone: str = "UTC"
    defect: Exception | None = None  # what a push meets
    clickable: dict[str, Clickable] = field(default_factory=dict)  # notifiers by name
    planned: list[tuple[Instant | None, int, str | None]] = field(default_factory=list)

    async def ask(
        self, method: str, path: str, token: str | None = None, body: bytes | None = None, **headers: str
    ) -> tuple[int, str, Mapping[str, str]]:
        """Status, text and headers of an answer."""
        sent = headers | ({"Authorization": f"Bearer {token}"} if token else {})
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.server.url + path, data=body, headers=sent) as answer,
        ):
            return answer.status, await answer.text(), dict(answer.headers)


@asynccontextmanager
async def desk(folder: Path, web: WebSettings | None = None, socket: Path | None = None) -> AsyncIterator[Desk]:
    """A server with the tickets 1 (desk, with two targets) and 2 (desk and mail)."""
    store = SqliteStore(folder / "slamon.db")
    await store.open()
    await _fill(store)

    async def metrics() -> tuple[bytes, str]:
        return b"slamon_up 1\n", "text/plain"

    async def status() -> dict[str, Any]:
        details: dict[str, object] = {"version": "1.2.3", "time": format_instant(NOW)}
        return await status_of(Health(True, (), details), store, NOW)

    async def tickets(id: str) -> list[bytes]:
        found = [await store.load(source, [id]) for source in ("desk", "mail")]
        if any(found):
            return [one[id].body for one in found if one]
        raise await no_ticket(store, id, ("desk", "mail"), "id")

    async def plan(at: Instant | None, span: int, ticket: str | None) -> list[dict[str, Any]]:
        made.planned.append((at, span, ticket))
        return []

    def wake() -> None:
        made.woken += 1

    def denied(lapse: Lapse) -> None:
        made.denied.append(lapse)

    async def take(*_: object) -> int:
        if made.defect:
            raise made.defect
        return 0

    async def reload() -> None:
        made.reloads += 1
        if made.mistake:
            raise Unwilling(409, [Problem(made.mistake)])

    say = Say(store, lambda: ("desk", "mail"), lambda: RULES, lambda: NOW, wake)
    answers = Answers(
        lambda: Health(True),
        metrics,
        status,
        tickets,
        take,
        say,
        plan,
        store.message,
        reload,
        denied,
        lambda: made.zone,
        Clicks(lambda name: made.clickable.get(name), say).take,
    )
    server = WebServer(replace(web or WebSettings(tokens=TOKENS), port=0), answers, socket)
    made = Desk(store, server)
    await server.start()
    try:
        yield made
    finally:
        await server.stop()
        await store.close()


async def _fill(store: SqliteStore) -> None:
    for source, ids in (("desk", ("1", "2")), ("mail", ("2",))):
        await store.save_batch(source, [(id, b"{}") for id in ids], None)
    rows = [
        CommitmentRow("gold", target, 1, "on_track", "running", NOW - HOUR, NOW + HOUR, None, None, NOW + HOUR)
        for target in ("first_response", "resolution")
    ]
    version = (await store.load("desk", ["1"]))["1"].version
    await store.apply([Judgement("desk", "1", version, rows, ())], NOW)
