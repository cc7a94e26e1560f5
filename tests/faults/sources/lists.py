"""The list of tickets is repeated, old, shifted, without an end, or all of a sudden empty."""

from __future__ import annotations

from typing import Any

import msgspec

from slamon.core.instants import DAY, HOUR, MINUTE
from slamon.sources.http.cursor import Cursor
from tests.faults.clock import at
from tests.faults.github import Github
from tests.faults.redmine import PASS, Note
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.usual import USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()
ALERTS_OF_1 = ("12:30:00 1: first response is due in 30 min", "13:00:00 1: first response is overdue")


def old(world: World, first: int, count: int, apart: int = HOUR) -> None:
    """Issues of the days before, answered at once."""
    for number in range(count):
        issue = world.desk.add(first + number, "12:00", "12:00")
        issue.created -= 2 * DAY + (count - number) * apart
        issue.notes[0].at = issue.created + MINUTE


@ROWS.add(
    "the same page again where the next one should be",
    "Each ticket is read once, each alert comes once, and what the next page really holds is read, too",
    Guard("`Feed`: what was read already", Off("slamon.sources.http.feed.is_settled", lambda cursor, mark: False)),
    ALERTS_OF_1,
)
async def _(world: World) -> None:
    old(world, 10, 12, 2 * MINUTE)
    world.desk.add(1, "12:00")
    world.desk.rows = 5
    lists: list[bytes] = []

    def script(request: Request) -> Any:
        if request.path != "/issues.json" or request.query["status_id"] == "open":
            return PASS
        lists.append(world.desk.answer(request))
        return lists[0] if len(lists) == 2 else PASS

    world.desk.fault = script
    await world.open()
    await world.until("12:00")
    reads = {id: len(world.times(f"/issues/{id}.json")) for id in (1, *range(10, 22))}
    same("issues that were not read once", [id for id, times in reads.items() if times != 1], [])
    await world.until("13:10")


async def _by_count(one: Any, window: Any) -> Any:
    """Page after page by how many rows there were."""
    offset = 0
    while True:
        page = await one.page(window, offset)
        yield page, list(page.rows)
        if not page.more:
            return
        offset += len(page.rows)


@ROWS.add(
    "pages that shift while they are read",
    "The next page is asked for by where the last one ended: nothing is passed over",
    Guard("`Feed`: by update, never by count", Off("slamon.sources.http.feed._walk", _by_count)),
    ("12:00:00 15: first response is due in 30 min", "12:30:00 15: first response is overdue"),
)
async def _(world: World) -> None:
    old(world, 10, 5)
    world.desk.add(15, "11:30")
    world.desk.rows = 5

    def script(request: Request) -> Any:
        if request.path == "/issues/14.json" and len(world.desk.issues[12].notes) == 1:
            world.desk.issues[12].notes.append(Note(at("12:00")))  # it moves to the end while page 1 is taken
        return PASS

    world.desk.fault = script
    await world.open()
    await world.until("12:10")
    same("answers in issue 12", len(world.desk.issues[12].notes), 2)
    await world.until("13:00")


@ROWS.add(
    "a ticket that the list shows late, behind newer ones",
    "A little before the cursor is read each time: it is found",
    Guard("`Feed` overlap", Off("slamon.sources.http.cursor.OVERLAP", 0)),
    (
        "12:30:00 1: first response is due in 30 min",
        "12:52:00 3: first response is due in 30 min",
        "12:54:00 4: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:22:00 3: first response is overdue",
        "13:24:00 4: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00")
    world.desk.add(3, "12:22", listed_late=9 * MINUTE)
    world.desk.add(4, "12:24")
    await world.open()
    await world.until("12:30")
    same("in the store", [await world.stored(id) is not None for id in ("3", "4")], [False, True])
    await world.until("13:30")


@ROWS.add(
    "a cursor that is of no use any more",
    "All is read anew; nothing is lost and nobody is told anything twice",
    Guard(
        "`feed.read_cursor`",
        Off("slamon.sources.http.feed.read_cursor", lambda given: given and msgspec.json.decode(given, type=Cursor)),
    ),
    USUAL,
)
async def _(world: World) -> None:
    world.desk.usual()
    await world.open()
    await world.until("12:34")
    await world.store.save_batch("desk", [], b"eyJvbGQiOiAidG9rZW4ifQ")
    await world.until("13:30")
    same("source_up", set(world.up), {True})
    same("last read", world.times("/issues/2.json")[-1], "12:35:00")


@ROWS.add(
    "a list without an end: always the same page, and always more of them",
    "Given up after 50 pages with nothing new; source_up 0, told once; what it shows is read",
    Guard("`feed._MOST_IDLE`", Off("slamon.sources.http.feed._MOST_IDLE", 1 << 40)),
    USUAL,
)
async def _(world: World) -> None:
    world.desk.usual()
    asked: list[int] = []

    def script(request: Request) -> Any:
        asked.append(1)
        if request.path != "/issues.json" or len(asked) > 400:
            return PASS
        return world.desk.data({"issues": world.desk.listed(), "total_count": 1_000_000})

    answered(world, "12:10", "12:25", script)
    await world.open()
    await world.until("13:30")
    world.check_told("the list has no end: the same tickets come again and again")
    same("source_up", world.up[2:6], [False, False, False, True])


async def _naive(read: Any, first: str) -> Any:
    address = first
    while address is not None:
        rows, address = await read(address)
        yield rows


@ROWS.add(
    "a next link that leads to itself",
    "Given up at the second time; source_up 0, told once; then all is read",
    Guard("`paging.linked_pages`", Off("slamon.sources.github_reading.linked_pages", _naive)),
    (
        "12:25:00 acme/vpn#2: first response was met",
        "12:30:00 acme/vpn#1: first response is due in 30 min",
        "13:00:00 acme/vpn#1: first response is overdue",
    ),
    desk=Github,
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00")
    world.desk.add(2, "12:01", "12:12")
    asked: list[int] = []

    def script(request: Request) -> Any:
        if not request.path.endswith("/2/timeline") or len(asked) > 50:
            return PASS
        asked.append(1)
        here = f"http://127.0.0.1:{world.peer.port}{request.path}?page=2"
        return answer(200, "[]", f'Link: <{here}>; rel="next"')

    answered(world, "12:05", "12:25", script)
    await world.open()
    await world.until("12:25")
    same("pages", len(asked) // 2, world.up.count(False))
    await world.until("13:30")
    world.check_told("a list has no end: it goes on to where it was before")
