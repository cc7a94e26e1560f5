"""The server answers, but what it says is no data, not all of it, or too much."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import msgspec

from slamon.core.instants import DAY, MINUTE
from slamon.ports import SourceError
from slamon.sources.http import mapping, reading, source
from slamon.sources.http.refusals import NotFound
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.refusals import USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()
LATE = ("12:25:00 2: first response was met", *USUAL[1:])


def _lenient(body: bytes, shape: Any, place: str) -> Any:
    """What is no data is taken for a list with nothing in it."""
    try:
        return reading.decode(body, shape, place)
    except SourceError:
        return msgspec.convert({"issues": [], "total_count": 0}, shape)


def listing(world: World, since: str, until: str, said: Callable[[bytes], bytes]) -> None:
    """Between two times, change what the list says."""

    def script(request: Request) -> Any:
        return said(_body(world.desk.answer(request))) if request.path == "/issues.json" else PASS

    answered(world, since, until, script)


def _body(whole: bytes) -> bytes:
    return whole.partition(b"\r\n\r\n")[2]


async def _down_at_first(world: World, said: Callable[[bytes], bytes], told: str) -> None:
    """The very first list cannot be read until 12:25: no cursor yet, nothing known."""
    world.desk.usual()
    listing(world, "12:00", "12:25", said)
    await world.open()
    await world.until("13:30")
    world.check_told(told)
    same("source_up", world.up[:6], [False] * 5 + [True])


@ROWS.add(
    "invalid JSON",
    "It is no answer, above all not an empty list; source_up 0, told once",
    Guard("`reading.decode`", Off("slamon.sources.http.client.decode", _lenient)),
    LATE,
)
async def _(world: World) -> None:
    await _down_at_first(
        world, lambda body: answer(200, body[:-1] + b",,"), "issues.json answered with what is no JSON"
    )


@ROWS.add(
    "HTML login page with 200",
    "It is no answer, above all not an empty list; source_up 0, told once, with the likely cause",
    Guard("`reading.decode`: a page is no data", Off("slamon.sources.http.client.decode", _lenient)),
    LATE,
)
async def _(world: World) -> None:
    page = answer(200, "<!DOCTYPE html><html><form>Log in</form></html>", "Content-Type: text/html")
    await _down_at_first(world, lambda body: page, "issues.json answered with a web page instead of data: does a login")


@ROWS.add(
    "byte order mark before the JSON",
    "Read as if it were not there",
    Guard("`reading._BOM`", Off("slamon.sources.http.reading._BOM", b"")),
    USUAL,
)
async def _(world: World) -> None:
    world.desk.usual()
    listing(world, "12:00", "13:30", lambda body: answer(200, b"\xef\xbb\xbf" + body))
    await world.open()
    await world.until("13:30")
    same("source_up", set(world.up), {True})


def _one_issue(world: World, id: int, since: str, until: str, changed: Callable[[dict[str, Any]], Any]) -> None:
    """Between two times, change what is said of one issue."""

    def script(request: Request) -> Any:
        if request.path != f"/issues/{id}.json":
            return PASS
        found = world.desk.issue(id)
        return answer(404) if found is None else answer(200, json.dumps(changed(found["issue"])))

    answered(world, since, until, script)


@ROWS.add(
    "NaN in an answer",
    "JSON has no NaN: nothing of it is taken and it is read again, source_up 0, told once",
    Guard("`reading._refuse`", Off("slamon.sources.http.reading._refuse", lambda constant: None)),
    (
        "12:20:00 2: first response was met",
        "12:30:00 1: first response is due in 30 min",
        *USUAL[2:],
    ),
)
async def _(world: World) -> None:
    world.desk.usual()
    _one_issue(world, 2, "12:00", "12:20", lambda issue: {"issue": issue | {"subject": "\u00fc", "done": float("nan")}})
    await world.open()
    await world.until("13:30")
    world.check_told("issues/2.json answered with what is no JSON")


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
    _one_issue(world, 4, "12:00", "12:40", changed)
    await world.open()
    await world.until("12:30")
    same("in the store", await world.stored("4"), None)
    same("problems", [problem in one for one in world.problems()], [True])
    await world.until("13:30")
    same("source_up", set(world.up), {True})


def _without(issue: dict[str, Any], name: str) -> Any:
    return {"issue": {key: value for key, value in issue.items() if key != name}}


@ROWS.add(
    "field missing",
    "That ticket is named as a problem, once; the others are read; it is read when it is next updated",
    _ONE_BAD,
    USUAL,
)
async def _(world: World) -> None:
    await _one_bad(world, lambda issue: _without(issue, "status"), "missing required field `status`")


@ROWS.add(
    "field null",
    "That ticket is named as a problem, once; the others are read; it is read when it is next updated",
    _ONE_BAD,
    USUAL,
)
async def _(world: World) -> None:
    null = "Expected `object`, got `null` - at `$.issue.priority`"
    await _one_bad(world, lambda issue: {"issue": issue | {"priority": None}}, null)


@ROWS.add(
    "field of another type",
    "That ticket is named as a problem, once; the others are read; it is read when it is next updated",
    _ONE_BAD,
    USUAL,
)
async def _(world: World) -> None:
    other = "Expected `str`, got `int` - at `$.issue.created_on`"
    await _one_bad(world, lambda issue: {"issue": issue | {"created_on": 1780660800}}, other)


async def _swallowing(self: Any, ids: Any) -> Any:
    found = [await self._ticket_or_problem(id) for id in ids]
    tickets = [one for one in found if isinstance(one, source.Ticket)]
    return source.Found(tickets, [str(one) for one in found if isinstance(one, SourceError)])


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
    world.check_told("no ticket can be read: ", "no ticket can be read: ")


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
    assert mapping is not None
    world.desk.add(1, "12:00", status="Limbo")
    await world.open()
    await world.until("13:30")
    told = [entry["status"] for entry in world.logs if entry["event"] == "a status means nothing here"]
    same("told of", told, ["Limbo"])
    same("counted", world.source.readings.unmapped > 0, True)


_MIB = 1024 * 1024


async def _unbounded(response: Any, most: int) -> bytes:
    return await reading.read_body(response, 1 << 40)


@ROWS.add(
    "gzip bomb",
    "Given up at 32 MiB of unpacked data, in less than 64 MiB of memory; source_up 0, told once",
    Guard("`Client` size cap", Off("slamon.sources.http.client.read_body", _unbounded)),
    LATE,
)
async def _(world: World) -> None:
    world.desk.usual()
    body = gzip.compress(b"[" + b" " * (96 * _MIB), 1)
    assert len(body) < _MIB
    bomb = answer(200, body, "Content-Type: application/json", "Content-Encoding: gzip")
    listing(world, "12:10", "12:25", lambda _: bomb)
    await world.open()
    await world.until("12:09")
    tracemalloc.start()
    try:
        await world.until("12:10")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * _MIB, f"{peak // _MIB} MiB of memory were used"
    await world.until("13:30")
    world.check_told("issues.json answered with more than 32 MiB")


_ = (DAY, MINUTE)
