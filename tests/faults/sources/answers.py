"""The server answers, but what it says is no data, not all of it, or too much."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import msgspec

from slamon.ports import SourceError
from slamon.sources.http import reading
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.usual import LATE, USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()


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


def one_issue(world: World, id: int, since: str, until: str, changed: Callable[[dict[str, Any]], Any]) -> None:
    """Between two times, change what is said of one issue."""

    def script(request: Request) -> Any:
        if request.path != f"/issues/{id}.json":
            return PASS
        found = world.desk.issue(id)
        return answer(404) if found is None else answer(200, json.dumps(changed(found["issue"])))

    answered(world, since, until, script)


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
