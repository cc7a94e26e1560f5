"""A helpdesk in a process of its own: so many tickets with their histories, as pages of a JSON API on loopback.

`python -m tests.bench.desk COUNT` says its address on one line, and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec
from aiohttp import web

PAGE = 100
_AGES = 30  # days: how old the oldest ticket is
_TEAMS = ("network", "storage", "workplace", "billing")
_PRIORITIES = ("urgent", "high", "normal", "low")
_TEXT = "The connection drops every few minutes since this morning; the others on this floor see the same. "


def tickets(count: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Tickets with five to ten events each, oldest first; the same ones every time, but for their instants."""
    random = Random(20260605)
    for number in range(count):
        created = now - timedelta(days=_AGES) * (1 - number / count) - timedelta(minutes=5)
        yield _ticket(random, 100_001 + number, created, now)


def _ticket(random: Random, id: int, created: datetime, now: datetime) -> dict[str, Any]:
    notes, log, at, state = list[Any](), list[Any](), created, "New"
    step = (now - created) / 24
    for number in range(random.randint(5, 10)):
        at += step * random.uniform(0.5, 2)
        if random.random() < 0.5:
            notes.append(_note(random, id * 10 + number, at))
        else:
            after = random.choice(("Open", "Waiting") if state != "Open" else ("Waiting", "Done"))
            entry = {"name": "state", "old": state, "new": after}
            log.append({"id": id * 10 + number, "at": _text(at), "who": _agent(random)["login"], "fields": [entry]})
            state = after
    return {
        "id": id,
        "created": _text(created),
        "updated": _text(at),
        "title": f"Connection drops in building {random.randint(1, 40)}, floor {random.randint(0, 9)}",
        "link": f"https://desk.example/tickets/{id}",
        "state": {"id": 4, "name": state},
        "prio": random.choice(_PRIORITIES),
        "author": _customer(random),
        "org": {"id": id % 400, "name": f"Customer {id % 400}"},
        "team": random.choice(_TEAMS),
        "owner": _agent(random),
        "labels": [{"text": "vpn"}, {"text": "on-site"}][: random.randint(0, 2)],
        "notes": notes,
        "log": log,
    }


def _note(random: Random, id: int, at: datetime) -> dict[str, Any]:
    author = random.choice((_agent, _customer))(random)
    text = _TEXT * random.randint(1, 3)
    internal = author["staff"] and random.random() < 0.3
    return {"id": id, "written": _text(at), "internal": internal, "author": author, "text": text}


def _agent(random: Random) -> dict[str, Any]:
    return {"login": f"agent{random.randint(1, 60)}", "staff": True}


def _customer(random: Random) -> dict[str, Any]:
    return {"login": f"person{random.randint(1, 20_000)}@customer.example", "staff": False}


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def pages(count: int) -> list[bytes]:
    """The whole list, ready to be sent."""
    found, rows = [], list(tickets(count, datetime.now(UTC)))
    for at in range(0, count, PAGE):
        after = str(at // PAGE + 1) if at + PAGE < count else None
        found.append(msgspec.json.encode({"data": rows[at : at + PAGE], "meta": {"next": after}}))
    return found


async def _serve(ready: list[bytes]) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(body=ready[int(request.query.get("page", "0"))], content_type="application/json")

    app = web.Application()
    app.router.add_get("/tickets", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(pages(int(sys.argv[1]))))
