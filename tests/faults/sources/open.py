"""Faults that slamon does not survive as it must yet; once it does, a row gets its guard and loses its `lacking`."""

from __future__ import annotations

from typing import Any

from slamon.core.instants import Instant
from tests.faults.clock import at
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.answers import one_issue
from tests.faults.sources.lists import old
from tests.faults.sources.shapes import WITH_4, without_field
from tests.faults.sources.usual import USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()
_NONE = Guard("none", Off("slamon.sources.http.feed.OVERLAP", 0))


@ROWS.add(
    "date of a form that nobody knows, in one ticket",
    "That ticket is named as a problem, the others are read",
    _NONE,
    WITH_4,
    lacking="the error gets out of the source: nothing is read any more, and source_up stays 1",
)
async def _(world: World) -> None:
    world.desk.usual()
    world.desk.add(4, "11:00", "11:05", "12:38")
    one_issue(world, 4, "12:00", "12:40", lambda issue: {"issue": issue | {"created_on": "yesterday"}})
    await world.open()
    await world.until("13:30")
    same("source_up", set(world.up), {True})


@ROWS.add(
    "one ticket that cannot be read for a while",
    "It is asked for again until it can be read; none of its alerts is missing",
    _NONE,
    USUAL,
    lacking="it counts as read until it is next updated",
)
async def _(world: World) -> None:
    world.desk.usual()
    old(world, 4, 1)
    one_issue(world, 1, "12:00", "12:22", lambda issue: without_field(issue, "status"))
    await world.open()
    await world.until("13:30")


@ROWS.add(
    "one ticket that the server always fails at",
    "That ticket is named as a problem, the others are read",
    _NONE,
    USUAL,
    lacking="the source counts as failed, and nothing behind that ticket is read",
)
async def _(world: World) -> None:
    world.desk.usual()
    world.desk.add(4, "12:20")
    world.desk.untold.add(4)

    def script(request: Request) -> Any:
        return answer(500, "Internal Server Error") if request.path == "/issues/4.json" else PASS

    answered(world, "12:00", "23:59", script)
    await world.open()
    await world.until("13:30")


@ROWS.add(
    "ticket gone, and back again without an update",
    "It lives on: the alert comes",
    _NONE,
    (
        "12:30:00 1: first response is due in 30 min",
        "12:40:00 4: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:10:00 4: first response is overdue",
    ),
    lacking="it counts as deleted until it is next updated",
)
async def _(world: World) -> None:
    world.reconciles = True
    world.desk.add(1, "12:00", hidden=[(at("12:08"), at("12:14"))])
    world.desk.add(4, "12:10")
    await world.open()
    await world.until("13:30")


class _Behind:
    """A clock that stands still for a while."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> Instant:
        now = self._world.time.now()
        return at("12:02") if at("12:15") <= now < at("12:45") else now


@ROWS.add(
    "replica that shows everything, list and tickets, as it was half an hour ago",
    "What is known to be newer stays: nobody is warned of what is answered",
    _NONE,
    (
        "12:10:00 2: first response was met",
        "12:30:00 1: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:16:00 3: first response is due in 30 min",
    ),
    lacking="what a source says last counts: the answer is forgotten until the replica has caught up",
)
async def _(world: World) -> None:
    world.desk.usual()
    world.desk.issues[2].notes[0].at = at("12:08")
    world.desk.issues[3].created = at("12:46")
    world.desk.time = _Behind(world)
    await world.open()
    await world.until("13:30")
