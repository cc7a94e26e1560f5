"""The server answers, but not with data: wait, not now, not you, not here."""

from __future__ import annotations

from functools import partial
from typing import Any

from slamon.core.instants import DAY, MINUTE, SECOND
from slamon.sources.http import source
from slamon.sources.http.client import Client
from slamon.sources.http.reach import open_session
from tests.faults.clock import at
from tests.faults.peer import Peer
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()

USUAL = (
    "12:15:00 2: first response was met",
    "12:30:00 1: first response is due in 30 min",
    "12:52:00 3: first response is due in 30 min",
    "13:00:00 1: first response is overdue",
    "13:22:00 3: first response is overdue",
)


def between(world: World, since: str, until: str, said: Any) -> None:
    """Answer everything with the same in a span of time."""
    answered(world, since, until, lambda request: said)


def answered(world: World, since: str, until: str, script: Any) -> None:
    """Let a script answer everything in a span of time."""
    first, last = at(since), at(until)
    world.desk.fault = lambda request: script(request) if first <= world.time.now() < last else PASS


@ROWS.add(
    "429 with Retry-After",
    "Nothing is asked before the wait is over, source_up is 0 until then, it is told once",
    Guard("`refusals.asked_wait`", Off("slamon.sources.http.refusals.asked_wait", lambda headers, now: None)),
    USUAL,
    every=MINUTE,
)
async def _(world: World) -> None:
    world.desk.usual()
    between(world, "12:05", "12:06", answer(429, "", "Retry-After: 420"))
    await world.open()
    await world.until("12:11:59")
    same("last request", world.times()[-1], "12:05:00")
    same("source_up", world.up[-1], False)
    await world.until("12:12")
    same("last request", world.times()[-1], "12:12:00")
    same("source_up", world.up[-1], True)
    world.desk.issues[2].notes[0].at = at("12:14:30")
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
    (
        "12:30:00 1: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:10:00 2: first response was met",
        "13:10:00 3: first response is due in 12 min",
        "13:22:00 3: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.desk.usual()
    between(world, "12:10", "12:11", answer(429, "", "Retry-After: 31536000"))
    await world.open()
    await world.until("13:30")
    same("silence", [one for one in world.times() if "12:10:01" < one < "13:10:00"], [])
    same("footers", world.footers("1"), [_stale("25 min"), _stale("55 min")])


def _stale(age: str) -> str:
    return f"as last known {age} ago: the source desk cannot be read"


async def _forgetful(self: Any, tickets: Any, cursor: Any) -> int:
    """Saving rows, and no cursor until all is read."""
    return int(await self._store.save_batch(self._source.name, [_row(one) for one in tickets], None))


def _row(ticket: Any) -> tuple[str, bytes]:
    from slamon.core.history import encode

    return ticket.id, encode(ticket)


@ROWS.add(
    "429 on page 7 of a long list",
    "What was read is kept and not read again; reading goes on at page 7",
    Guard("`Collector._save`: the cursor with each page", Off("slamon.flow.collect.Collector._save", _forgetful)),
    ("12:30:00 41: first response is due in 30 min", "13:00:00 41: first response is overdue"),
)
async def _(world: World) -> None:
    for number in range(40):  # old ones, each answered long ago
        issue = world.desk.add(number + 1, "12:00", "12:00")
        issue.created -= (41 - number) * 3 * 60 * MINUTE
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
    same("issues read again", [one for one in again if one.startswith("/issues/")], [])
    same("source_up", world.up, [False, True])
    await world.until("13:10")


@ROWS.add(
    "burst of 5xx",
    "Asked less and less while it lasts, told once, alerts go on from the last known state",
    Guard("`Collector._pause`", Off("slamon.flow.collect.Collector._pause", lambda self: 0.0)),
    (
        "12:30:00 1: first response is due in 30 min",
        "12:46:45 2: first response was met",
        "12:52:00 3: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:22:00 3: first response is overdue",
    ),
    every=15 * SECOND,
)
async def _(world: World) -> None:
    world.desk.usual()
    between(world, "12:05", "12:45", answer(500, "Internal Server Error"))
    await world.open()
    await world.until("13:30")
    tries = [one for one in world.times() if "12:05:00" <= one < "12:45:00"]
    assert len(tries) <= 16, f"asked {len(tries)} times in 40 minutes"
    world.check_told("answered 500 (Internal Server Error)")


async def _all_or_nothing(self: Any, ids: Any) -> Any:
    return source.Found(await source.together(self.ticket(id) for id in ids), [])


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
        issue.created -= id * 60 * 60 * SECOND * 24
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


async def _no_account(self: Any) -> None:
    return None


@ROWS.add(
    "401: the key is revoked, and issues seem not to be there",
    "Nothing counts as deleted; alerts go on from the last known state; told once, with what to do",
    Guard("`RedmineSource._account`", Off("slamon.sources.redmine.RedmineSource._account", _no_account)),
    (
        "12:30:00 1: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:15:00 2: first response was met",
        "13:15:00 3: first response is due in 7 min",
        "13:22:00 3: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.desk.usual()
    world.reconciles = True

    def revoked(request: Request) -> Any:
        return answer(401) if request.path == "/users/current.json" else answer(404)

    answered(world, "12:10", "13:10", revoked)
    await world.open()
    await world.until("13:30")
    world.check_told("refused the account: 401; is the key right")
    same("source_up", world.up.count(False) > 2, True)
    same("footers", world.footers("1"), [_stale("25 min"), _stale("55 min")])


class _Following:
    """A session that follows redirects, as the library does unless it is told not to."""

    def __init__(self, session: Any) -> None:
        self.request = lambda *given, **keys: session.request(*given, **keys | {"allow_redirects": True})
        self.close = session.close


@ROWS.add(
    "redirect to another server",
    "It is not followed and the key goes nowhere; told once, with where it leads; alerts go on",
    Guard(
        "`Client._send`: allow_redirects=False",
        Off("slamon.sources.http.client.open_session", lambda tls, access: _Following(open_session(tls, access))),
    ),
    (
        "12:25:00 2: first response was met",
        *USUAL[1:],
    ),
)
async def _(world: World) -> None:
    world.desk.usual()
    seen: list[Request] = []

    def other(request: Request) -> bytes:
        seen.append(request)
        return bytes(world.desk.answer(request))

    elsewhere = Peer(other)
    await elsewhere.start()
    try:
        to = f"Location: http://127.0.0.1:{elsewhere.port}"
        answered(world, "12:10", "12:25", lambda request: answer(302, "", f"{to}{request.target}"))
        await world.open()
        await world.until("12:25")
        same("requests elsewhere", [one.headers.get("x-redmine-api-key") for one in seen], [])
        await world.until("13:30")
    finally:
        await elsewhere.stop()
    world.check_told("users/current.json is redirected to 'http://127.0.0.1:")
    same("source_up", world.up[2:5], [False, False, False])


_waits_ignored = partial(Off, instead=lambda self: None)


@ROWS.add(
    "429 to one of many at once",
    "The others that were about to be asked for are not asked for before the wait is over",
    Guard("`Client._check_wait`", _waits_ignored("slamon.sources.http.client.Client._check_wait")),
    ("12:30:00 1: first response is due in 30 min", "13:00:00 1: first response is overdue"),
)
async def _(world: World) -> None:
    assert Client is not None
    world.desk.add(1, "12:00")
    for id in range(2, 42):
        issue = world.desk.add(id, "12:00", "12:00")
        issue.created -= id * 24 * 60 * MINUTE // 2
        issue.notes[0].at = issue.created + MINUTE

    def limited(request: Request) -> Any:
        wanted = request.path.startswith("/issues/") and world.time.now() == at("12:00")
        return answer(429, "", "Retry-After: 60") if wanted else PASS

    world.desk.fault = limited
    world.reconciles = False
    await world.open()
    await world.until("12:04")
    asked = [one for one in world.times() if one == "12:00:00"]
    assert len(asked) <= 4 + 9 + 4, f"asked {len(asked)} times"
    await world.until("13:10")
