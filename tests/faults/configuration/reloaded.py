"""A reload while something is under way, and one that takes away what somebody waits for."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from aiohttp import web

from slamon.core.instants import format_instant
from slamon.operation import Operation
from slamon.schedule import Schedule
from tests.faults.process.hook import Posted
from tests.faults.process.house import RULES, SECRET, House
from tests.faults.process.rows import LivingRows
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = LivingRows()


async def _reloads(house: House) -> None:
    before = len(house.logged("reloaded"))
    await house.slamon.reload()
    await house.until(lambda: len(house.logged("reloaded")) > before, "it was reloaded")


async def _reload_begins(house: House) -> None:
    """Reload, and return once the next set is about to take over."""
    before = house.inside.service._operation
    await house.slamon.reload()
    await house.until(lambda: house.inside.service._operation is not before, "the reload is under way")


async def _left_running(self: Schedule) -> None:
    self._scheduler.shutdown(wait=False)


def _desk(house: House) -> dict[str, Any]:
    """A source whose tickets a server has."""
    listed = {"path": "tickets", "parameters": {"updated_since": "{since}"}, "items": "tickets"}
    mapped = {"path": "tickets/{id}", "created_at": "created", "updated_at": "created", "author": {"login": "author"}}
    url = f"http://127.0.0.1:{house.hook.port}/desk"
    return {"kind": "rest", "url": url, "token": "a token", "poll": "0.2s", "list": listed, "ticket": mapped}


@ROWS.add(
    "reload during a poll",
    "That poll is ended and made again by the next set: what it would have brought is told once, no fault is told",
    Guard("`Schedule.stop`: ends what runs", Off("slamon.schedule.Schedule.stop", _left_running)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    gate, asked = asyncio.Event(), asyncio.Event()
    ticket = {"id": "T-1", "created": format_instant(time.time_ns() // 1_000 - 3_605_000_000), "author": "carl"}

    async def desk(request: web.Request) -> web.Response:
        asked.set()
        await gate.wait()
        return web.json_response({"tickets": [ticket]} if request.path.endswith("tickets") else ticket)

    house.hook.desk = desk
    await house.begin()
    house.sources["server"] = _desk(house)
    house.settings()
    await _reloads(house)
    await asyncio.wait_for(asked.wait(), house.patience)
    last = house.inside.service._operation
    await _reloads(house)
    same("polls that still run", len(last._schedule._running), 0)
    gate.set()
    await house.until(lambda: "T-1 breached" in house.hook.lines, "what the server has is told")
    same("faults", house.logged("source failed"), [])


async def _at_once(self: Operation) -> None:
    await self._schedule.stop()
    for task in self._tasks:
        task.cancel()
    await self._open.aclose()


@ROWS.add(
    "reload during a send",
    "It is sent to its end and marked before the next set takes over: told once",
    Guard("`Operation.stop`: waits for all", Off("slamon.operation.Operation.stop", _at_once)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    gate = asyncio.Event()

    async def waits(posted: Posted) -> int:
        await gate.wait()
        return 200

    house.hook.answers = waits
    await house.begin()
    house.write("T-1")
    await house.until(lambda: house.hook.asked, "it is being sent")
    await _reload_begins(house)
    asyncio.get_running_loop().call_later(0.3, gate.set)
    await house.until(lambda: house.logged("reloaded"), "it was reloaded")


async def _asked_anyway(self: Operation, source: str, ticket: str) -> None:
    await self._collectors[source].reread(ticket)


@ROWS.add(
    "source removed while a message about its ticket waits to be tried again",
    "It is sent with what is known: the promise stays",
    Guard("`Operation.reread`: a source may be gone", Off("slamon.operation.Operation.reread", _asked_anyway)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    async def later(posted: Posted) -> int:
        return 503 if not house.logged("reloaded") else 200

    house.hook.answers = later
    await house.begin()
    house.write("T-1")
    await house.until(lambda: house.logged("notifier failed"), "it failed")
    (house.folder / "tickets.jsonl").rename(house.folder / "others.jsonl")
    (house.folder / "tickets.jsonl").touch()
    house.sources = {"other": {"kind": "file", "path": "tickets.jsonl", "poll": "0.2s"}}
    house.settings()
    await _reloads(house)
    await house.until(lambda: "T-1 breached" in house.hook.lines, "it is told all the same")


async def _not_looked(self: Operation) -> None: ...


@ROWS.add(
    "notifier removed while a message waits for it",
    "Told with its name; the message is kept, and sent once when the notifier is back",
    Guard("`Operation.start`: looks at what waits", Off("slamon.operation.Operation._tell_what_waits", _not_looked)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    async def down(posted: Posted) -> int:
        return 503 if posted.name == "pager" and len(house.logged("reloaded")) < 2 else 200

    house.hook.answers = down
    await house.hook.start()
    pager = {"kind": "webhook", "url": house.hook.url("pager"), "secret": SECRET}
    one = RULES.replace("name: all\n    match: all", "name: all\n    match: {not: {priority: high}}")
    two = one.replace(
        "routes:", "routes:\n  - {name: one, match: {priority: high}, steps: [{when: breached, notify: pager}]}"
    )
    house.notifiers["pager"] = pager
    await house.begin()
    house.rules(two)
    await _reloads(house)
    house.slamon.logs.clear()
    house.write("T-1", fields={"priority": "high"})
    await house.until(lambda: house.logged("notifier failed"), "it failed")
    del house.notifiers["pager"]
    house.settings()
    house.rules(one)
    await _reloads(house)
    said = house.logged("deliveries wait for notifiers that are not configured any more")
    same("said", [one["notifiers"] for one in said], [["pager"]])
    house.notifiers["pager"] = pager
    house.settings()
    house.rules(two)
    await _reloads(house)
    await house.until(lambda: "T-1 breached" in house.hook.lines, "it is told")
