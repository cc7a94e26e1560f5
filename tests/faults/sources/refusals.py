"""The server answers, but not with data: wait, not now, not you, not here."""

from __future__ import annotations

from typing import Any

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND
from slamon.flow.filed import Filed
from slamon.sources.http import source
from slamon.sources.http.feed import Found
from tests.faults.clock import at
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.usual import BLIND, USUAL, answered, between, check_blind
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()
WARNED = ("12:31:00 1: first response is due in 30 min", "13:01:00 1: first response is overdue")
_write = Filed._write


@ROWS.add(
    "429 with Retry-After",
    "Nothing is asked before the wait is over, source_up is 0 until then, it is told once",
    Guard("`refusals.asked_wait`", Off("slamon.sources.http.refusals.asked_wait", lambda headers, now: None)),
    USUAL,
    every=MINUTE,
)
async def _(world: World) -> None:
    world.desk.usual()
    world.desk.issues[2].notes[0].at = at("12:14:30")
    between(world, "12:05", "12:06", answer(429, "", "Retry-After: 420"))
    await world.open()
    await world.until("12:11:59")
    same("last request", world.times()[-1], "12:05:00")
    same("source_up", world.up[-1], False)
    await world.until("12:12")
    same("last request", world.times()[-1], "12:12:00")
    same("source_up", world.up[-1], True)
    await world.until("13:30")
    world.check_told("asks to wait for 420 s: 429")


@ROWS.add(
    "429 without Retry-After",
    "A minute of silence, source_up 0, told once",
    Guard("`refusals.USUAL_WAIT`", Off("slamon.sources.http.refusals.USUAL_WAIT", SECOND)),
    USUAL,
    every=15 * SECOND,
)
async def _(world: World) -> None:
    world.desk.usual()
    world.desk.issues[2].notes[0].at = at("12:14:50")
    between(world, "12:05", "12:05:01", answer(429))
    await world.open()
    await world.until("12:05:45")
    same("last request", world.times()[-1], "12:05:00")
    same("source_up", world.up[-1], False)
    await world.until("12:06")
    same("source_up", world.up[-1], True)
    await world.until("13:30")
    world.check_told("asks to wait for 60 s: 429")


@ROWS.add(
    "429 with an absurd Retry-After",
    "A year is not believed: an hour later it is asked again; alerts go on from the last known state, which they say",
    Guard("`refusals.LONGEST_WAIT`", Off("slamon.sources.http.refusals.LONGEST_WAIT", 3650 * DAY)),
    BLIND,
)
async def _(world: World) -> None:
    world.desk.usual()
    between(world, "12:10", "12:11", answer(429, "", "Retry-After: 31536000"))
    await world.open()
    await world.until("13:30")
    same("silence", [one for one in world.times() if "12:10:01" < one < "13:10:00"], [])
    check_blind(world)


async def _without_cursor(self: Any, tickets: Any, cursor: Any) -> int:
    return await _write(self, tickets, None)


@ROWS.add(
    "429 on page 7 of a long list",
    "What was read is kept and not read again; reading goes on at page 7",
    Guard("`Filed._write`: the cursor with each page", Off("slamon.flow.filed.Filed._write", _without_cursor)),
    ("12:30:00 41: first response is due in 30 min", "13:00:00 41: first response is overdue"),
)
async def _(world: World) -> None:
    for number in range(40):  # old ones, each answered long ago
        issue = world.desk.add(number + 1, "12:00", "12:00")
        issue.created -= 2 * DAY + (41 - number) * HOUR
        issue.notes[0].at = issue.created + MINUTE
    world.desk.add(41, "12:00")
    world.desk.rows = 5
    lists: list[int] = []

    def seventh(request: Request) -> Any:
        if request.path != "/issues.json" or "><" in request.query["updated_on"] or "<=" in request.query["updated_on"]:
            return PASS
        lists.append(1)
        return answer(429, "", "Retry-After: 60") if len(lists) == 7 else PASS

    world.desk.fault = seventh
    await world.open()
    await world.until("12:00")
    same("source_up", world.up, [False])
    before = {one.path for _, one in world.asked}
    await world.until("12:05")
    again = [one.path for when, one in world.asked if when > at("12:00") and one.path in before]
    again = [one for one in again if one.startswith("/issues/")]
    assert len(again) <= 1, f"{len(again)} issues were read again"  # the last: more may happen in the same second
    same("source_up", world.up, [False, True])
    await world.until("13:10")


@ROWS.add(
    "burst of 5xx",
    "Asked less and less while it lasts, told once, alerts go on from the last known state",
    Guard("`Patience.after_failure`", Off("slamon.flow.patience.Patience.after_failure", lambda self: 0.0)),
    ("12:04:00 2: first response was met", *USUAL[1:]),
    every=15 * SECOND,
)
async def _(world: World) -> None:
    world.desk.usual()
    world.desk.issues[2].notes[0].at = at("12:04")
    between(world, "12:05", "12:45", answer(500, "Internal Server Error"))
    await world.open()
    await world.until("13:30")
    tries = [one for one in world.times() if "12:05:00" <= one < "12:45:00"]
    assert len(tries) <= 16, f"asked {len(tries)} times in 40 minutes"
    world.check_told("answered 500 (Internal Server Error)")


@ROWS.add(
    "5xx in ever other words",
    "However its text varies, by paths, numbers and the server's own words, it is told once",
    Guard("`patience.kind_of`", Off("slamon.flow.collect.kind_of", str)),
    ("12:25:00 2: first response was met", *USUAL[1:]),
    every=MINUTE,
)
async def _(world: World) -> None:
    world.desk.usual()
    asked: list[int] = []

    def failing(request: Request) -> Any:
        asked.append(1)
        return answer(500 + len(asked) % 3, f"something went wrong, see {len(asked):x}{'ab' * len(asked)}")

    answered(world, "12:10", "12:25", failing)
    await world.open()
    await world.until("13:30")
    assert len(asked) >= 3, f"{len(asked)} requests"
    world.check_told("answered 50")


async def _all_or_nothing(self: Any, ids: Any) -> Any:
    return Found(await source.together(self.ticket(id) for id in ids), [])


@ROWS.add(
    "5xx for what is asked at once",
    "What failed among many is asked for again by itself, and the poll succeeds",
    Guard("`HttpSource.tickets`", Off("slamon.sources.http.source.HttpSource.tickets", _all_or_nothing)),
    USUAL[1:2] + USUAL[3:4],
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00")
    for id in (2, 3, 4):
        issue = world.desk.add(id, "12:00", "12:00")
        issue.created -= id * DAY
        issue.notes[0].at = issue.created + MINUTE
    failed: set[str] = set()

    def first_time(request: Request) -> Any:
        if request.path not in ("/issues/2.json", "/issues/3.json") or request.path in failed:
            return PASS
        failed.add(request.path)
        return answer(502, "Bad Gateway")

    world.desk.fault = first_time
    await world.open()
    await world.until("13:10")
    same("failed at first", failed, {"/issues/2.json", "/issues/3.json"})
    same("source_up", set(world.up), {True})


@ROWS.add(
    "429 at the last look before an alert",
    "The alert goes out; nothing at all is asked before the wait is over",
    Guard("`Client._check_wait`", Off("slamon.sources.http.client.Client._check_wait", lambda self: None)),
    WARNED,
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00")

    def limited(request: Request) -> Any:
        now = world.time.now() == at("12:31")
        return answer(429, "", "Retry-After: 600") if now and request.path == "/issues/1.json" else PASS

    world.desk.issues[1].created = at("12:01")
    world.desk.fault = limited
    await world.open()
    await world.until("13:10")
    same("asked", [one for one in world.times() if "12:31:00" < one < "12:41:00"], [])
    world.check_told("127.0.0.1 asked to wait, for 360 s more")
