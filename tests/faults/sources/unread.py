"""One ticket cannot be read, for a while or for good."""

from __future__ import annotations

from typing import Any

from slamon.sources.http import source
from slamon.sources.http.refusals import ServerFault
from tests.faults.clock import at
from tests.faults.redmine import NEVER, PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.answers import one_issue
from tests.faults.sources.lists import old
from tests.faults.sources.shapes import without_field
from tests.faults.sources.usual import USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()


@ROWS.add(
    "one ticket that cannot be read for a while",
    "It is asked for again, less and less often, until it can be read; none of its alerts is missing",
    Guard("`unread.due`", Off("slamon.sources.http.feed.due", lambda unread, now: [])),
    USUAL,
)
async def _(world: World) -> None:
    world.desk.usual()
    old(world, 4, 1)
    one_issue(world, 1, "12:00", "12:22", lambda issue: without_field(issue, "status"))
    await world.open()
    await world.until("12:29")
    tried = ["12:00:00", "12:05:00", "12:10:00", "12:15:00", "12:20:00"]
    same("asked for", world.times("/issues/1.json"), tried)
    same("problems", len(world.problems()), 1)
    await world.until("13:30")
    same("source_up", set(world.up), {True})


@ROWS.add(
    "NaN in an answer",
    "JSON has no NaN: nothing of it is taken; that ticket is named as a problem, once, and asked for again",
    Guard("`reading._refuse`", Off("slamon.sources.http.reading._refuse", float)),
    USUAL,
)
async def _(world: World) -> None:
    world.desk.usual()
    old(world, 4, 1)
    one_issue(world, 1, "12:00", "12:20", lambda issue: {"issue": issue | {"subject": "\u00fc", "done": float("nan")}})
    await world.open()
    await world.until("12:19")
    same("in the store", await world.stored("1"), None)
    same("problems", ["what is no JSON" in one for one in world.problems()], [True])
    await world.until("13:30")
    same("source_up", set(world.up), {True})


async def _insisting(self: Any, found: dict[str, Any]) -> None:
    for id in [id for id, one in found.items() if isinstance(one, ServerFault)]:
        found[id] = await self.ticket(id)


@ROWS.add(
    "one ticket that the server always fails at",
    "Asked for again by itself, then named as a problem, once; the others are read; it is asked for less and less",
    Guard("`HttpSource._ask_alone`", Off("slamon.sources.http.source.HttpSource._ask_alone", _insisting)),
    USUAL,
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
    same("problems", ["answered 500" in one for one in world.problems()], [True])
    same("source_up", set(world.up), {True})
    times = world.times("/issues/4.json")
    assert len(times) <= 9, f"asked for at {times}"


async def _unexcused(failed: Exception, others: Any, reread: Any) -> Any:
    raise failed


@ROWS.add(
    "one ticket that the server always fails at, with no other to be read beside it",
    "As another one can be read again, that ticket is at fault and not the source",
    Guard("`feed.excused`", Off("slamon.sources.http.feed.excused", _unexcused)),
    USUAL,
)
async def _(world: World) -> None:
    world.desk.usual()
    world.desk.add(4, "12:34")  # when no other is read
    world.desk.untold.add(4)

    def script(request: Request) -> Any:
        return answer(500, "Internal Server Error") if request.path == "/issues/4.json" else PASS

    answered(world, "12:00", "23:59", script)
    await world.open()
    await world.until("13:30")
    same("problems", ["answered 500" in one for one in world.problems()], [True])
    same("source_up", set(world.up), {True})


async def _all_or_none(self: Any, ids: Any) -> Any:
    return await source.together(self.ticket(id) for id in ids)


@ROWS.add(
    "one ticket that cannot be read any more, when all that are open are asked about again",
    "It is left out, and of the others those that were deleted are found; the source is not at fault",
    Guard("`HttpSource.fetch`: left out", Off("slamon.sources.http.source.HttpSource.fetch", _all_or_none)),
    USUAL,
)
async def _(world: World) -> None:
    world.reconciles = True
    world.desk.usual()
    world.desk.add(4, "12:00", hidden=[(at("12:08"), NEVER)])
    one_issue(world, 1, "12:08", "12:28", lambda issue: without_field(issue, "status"))
    await world.open()
    await world.until("12:13")
    same("in the store", await world.stored("4"), ["12:00:00 created", "deleted"])
    await world.until("13:30")
    same("source_up", set(world.up), {True})
