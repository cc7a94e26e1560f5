"""The list of tickets is repeated, old, shifted, without an end, or all of a sudden empty."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND
from slamon.ports import Batch
from slamon.sources.http import feed
from tests.faults.clock import at
from tests.faults.django_helpdesk import DjangoHelpdesk
from tests.faults.github import Github
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.refusals import USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()
_ONE = ("12:30:00 1: first response is due in 30 min", "13:00:00 1: first response is overdue")


def old(world: World, first: int, count: int, apart: int = HOUR) -> None:
    """Issues of the days before, answered at once."""
    for number in range(count):
        issue = world.desk.add(first + number, "12:00", "12:00")
        issue.created -= (count - number + 1) * apart
        issue.notes[0].at = issue.created + MINUTE


@ROWS.add(
    "the same page again where the next one should be",
    "Each ticket is read once, each alert comes once, and what the next page really holds is read, too",
    Guard("`Feed`: rows that were read", Off("slamon.sources.http.feed._is_settled", lambda cursor, mark: False)),
    _ONE,
)
async def _(world: World) -> None:
    old(world, 10, 12, 10 * MINUTE)
    world.desk.add(1, "12:00")
    world.desk.rows = 5
    lists: list[bytes] = []

    def script(request: Request) -> Any:
        if request.path != "/issues.json" or "open" in request.query["status_id"]:
            return PASS
        lists.append(world.desk.answer(request))
        return lists[0] if len(lists) == 2 else PASS

    world.desk.fault = script
    await world.open()
    await world.until("12:00")
    for id in (1, *range(10, 22)):
        same(f"times that issue {id} was read", len(world.times(f"/issues/{id}.json")), 1)
    await world.until("13:10")


async def _unlisted(self: Any, rows: Any) -> Any:
    return await self.tickets([str(row.id) for row in rows])


@ROWS.add(
    "a ticket older than the list says it is (a cache in between)",
    "It is not taken: source_up 0, told once, read again later; the answer in it is not missed",
    Guard("`RedmineSource.ticket`: its update", Off("slamon.sources.redmine.RedmineSource._tickets", _unlisted)),
    USUAL[:0] + ("12:20:00 2: first response was met",) + USUAL[1:],
)
async def _(world: World) -> None:
    world.desk.usual()

    def script(request: Request) -> Any:
        return answer(200, json.dumps(world.desk.issue(2, at("12:02")))) if request.path == "/issues/2.json" else PASS

    answered(world, "12:12", "12:20", script)
    await world.open()
    await world.until("12:15")
    same("source_up", world.up, [True, True, True, False])
    await world.until("13:30")
    world.check_told("issue 2 comes older than the list says it is: is a cache in between?")


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
    ("12:45:00 16: first response is due in 15 min", "13:00:00 16: first response is overdue"),
)
async def _(world: World) -> None:
    old(world, 10, 12)
    world.desk.issues[16].notes.clear()
    world.desk.issues[16].created = at("12:00") - 8 * HOUR
    world.desk.rows = 5
    world.desk.issues[16].created = at("12:00")
    await _shifting(world)


async def _shifting(world: World) -> None:
    raise NotImplementedError


_ = (DAY, SECOND, Batch, Github, DjangoHelpdesk, feed, msgspec)
