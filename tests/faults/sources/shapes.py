"""A ticket, or all of them, is not of the shape that we know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slamon.core.ticket import Ticket
from slamon.ports import SourceError
from slamon.sources.http.feed import Found
from slamon.sources.http.refusals import NotFound
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.answers import one_issue
from tests.faults.sources.usual import LATE, USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()
WITH_4 = (*USUAL[:2], "12:40:00 4: first response was met", *USUAL[2:])


async def _strict(self: Any, id: str) -> Any:
    try:
        return await self.ticket(id)
    except NotFound:
        return None


_ONE_BAD = Guard(
    "`HttpSource._ticket_or_problem`", Off("slamon.sources.http.source.HttpSource._ticket_or_problem", _strict)
)


async def _one_bad(world: World, changed: Callable[[dict[str, Any]], Any], problem: str) -> None:
    """Issue 4 cannot be read until somebody works on it at 12:40; with it, in one poll, comes issue 1."""
    world.desk.usual()
    world.desk.add(4, "11:00", "11:05", "12:38")
    one_issue(world, 4, "12:00", "12:40", changed)
    await world.open()
    await world.until("12:30")
    same("in the store", await world.stored("4"), None)
    same("problems", [problem in one for one in world.problems()], [True])
    await world.until("13:30")
    same("source_up", set(world.up), {True})


def without_field(issue: dict[str, Any], name: str) -> Any:
    return {"issue": {key: value for key, value in issue.items() if key != name}}


@ROWS.add(
    "field missing",
    "That ticket is named as a problem, once; the others are read; it is asked for again until it can be read",
    _ONE_BAD,
    WITH_4,
)
async def _(world: World) -> None:
    await _one_bad(world, lambda issue: without_field(issue, "status"), "missing required field `status`")


@ROWS.add(
    "field null",
    "That ticket is named as a problem, once; the others are read; it is asked for again until it can be read",
    _ONE_BAD,
    WITH_4,
)
async def _(world: World) -> None:
    null = "Expected `object`, got `null` - at `$.issue.priority`"
    await _one_bad(world, lambda issue: {"issue": issue | {"priority": None}}, null)


@ROWS.add(
    "field of another type",
    "That ticket is named as a problem, once; the others are read; it is asked for again until it can be read",
    _ONE_BAD,
    WITH_4,
)
async def _(world: World) -> None:
    other = "Expected `str`, got `int` - at `$.issue.created_on`"
    await _one_bad(world, lambda issue: {"issue": issue | {"created_on": 1780660800}}, other)


@ROWS.add(
    "date of a form that nobody knows, in one ticket",
    "That ticket is named as a problem, once; the others are read; it is asked for again until it can be read",
    Guard("`HttpSource._ticket_or_problem`: a value", _ONE_BAD.off),
    WITH_4,
)
async def _(world: World) -> None:
    await _one_bad(world, lambda issue: {"issue": issue | {"created_on": "yesterday"}}, "ticket 4: ")


async def _swallowing(self: Any, ids: Any) -> Any:
    found = [await self._ticket_or_problem(id) for id in ids]
    tickets = [one for one in found if isinstance(one, Ticket)]
    return Found(tickets, [str(one) for one in found if isinstance(one, SourceError)])


@ROWS.add(
    "every ticket of another shape",
    "The source is at fault, not its tickets: the cursor stays, source_up 0, told once; then all are read",
    Guard("`HttpSource.tickets`: all bad", Off("slamon.sources.http.source.HttpSource.tickets", _swallowing)),
    LATE,
)
async def _(world: World) -> None:
    world.desk.usual()

    def script(request: Request) -> Any:
        return answer(200, '{"issue": {"id": 1}}') if request.path.startswith("/issues/") else PASS

    answered(world, "12:00", "12:25", script)
    await world.open()
    await world.until("13:30")
    world.check_told("no ticket can be read: ")


@ROWS.add(
    "status that nobody mapped",
    "It counts as open and the clock runs; told once; counted",
    Guard(
        "`StatusMap._mapped`: as it is",
        Off("slamon.sources.http.mapping.StatusMap._mapped", lambda self, native: "closed"),
    ),
    ("12:30:00 1: first response is due in 30 min", "13:00:00 1: first response is overdue"),
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00", status="Limbo")
    await world.open()
    await world.until("13:30")
    told = [entry["status"] for entry in world.logs if entry["event"] == "a status means nothing here"]
    same("told of", told, ["Limbo"])
    same("counted", world.source.readings.unmapped > 0, True)
