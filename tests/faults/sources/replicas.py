"""What comes is older than what is known: out of a cache, or from a replica that is behind."""

from __future__ import annotations

import json
from typing import Any

from slamon.core.instants import Instant
from tests.faults.clock import at
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.usual import USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()


async def _unlisted(self: Any, rows: Any) -> Any:
    return await self.tickets([str(row.id) for row in rows])


@ROWS.add(
    "a ticket older than the list says it is (a cache in between)",
    "It is not taken but named as a problem, once; asked for again later, so that the answer in it is not missed",
    Guard("`RedmineSource.ticket`: its update", Off("slamon.sources.redmine.RedmineSource._tickets", _unlisted)),
    ("12:20:00 2: first response was met", *USUAL[1:]),
)
async def _(world: World) -> None:
    world.desk.usual()

    def script(request: Request) -> Any:
        return answer(200, json.dumps(world.desk.issue(2, at("12:02")))) if request.path == "/issues/2.json" else PASS

    answered(world, "12:12", "12:20", script)
    await world.open()
    await world.until("12:15")
    same("problems", world.problems(), ["issue 2 comes older than the list says it is: is a cache in between?"])
    await world.until("13:30")
    same("source_up", set(world.up), {True})


class _Behind:
    """A clock that stands still for a while."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> Instant:
        now = self._world.time.now()
        return at("12:02") if at("12:15") <= now < at("12:45") else now


@ROWS.add(
    "replica that shows everything, list and tickets, as it was half an hour ago",
    "What is known to be newer stays, and is asked for again: nobody is warned of what is answered",
    Guard("`stale.lacks_known`", Off("slamon.sources.http.source.lacks_known", lambda *given: False)),
    (
        "12:10:00 2: first response was met",
        "12:30:00 1: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:16:00 3: first response is due in 30 min",
    ),
)
async def _(world: World) -> None:
    world.desk.usual()
    world.desk.issues[2].notes[0].at = at("12:08")
    world.desk.issues[3].created = at("12:46")
    world.desk.time = _Behind(world)
    await world.open()
    await world.until("12:44")
    same("in the store", await world.stored("2"), ["12:01:00 created", "12:08:00 message agent"])
    same("problems", world.problems(), ["ticket 2 comes older than it is known to be: is a replica or a cache behind?"])
    await world.until("13:30")
