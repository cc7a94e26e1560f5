"""Where there were tickets, none is shown any more."""

from __future__ import annotations

from typing import Any

from slamon.core.instants import DAY, MINUTE
from slamon.sources.http import feed
from tests.faults.clock import at
from tests.faults.django_helpdesk import DjangoHelpdesk
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.lists import ALERTS_OF_1
from tests.faults.sources.usual import LATE, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request

ROWS = Rows()


async def _silently(self: Any, cursor: Any) -> Any:
    return feed._Step(cursor)


@ROWS.add(
    "a list that is empty all of a sudden",
    "What it showed last is still there by id: a fault, not a quiet day; source_up 0, told once; nothing is deleted",
    Guard("`Feed._nothing`", Off("slamon.sources.http.feed.Feed._nothing", _silently)),
    LATE,
)
async def _(world: World) -> None:
    world.desk.usual()

    def script(request: Request) -> Any:
        return world.desk.data({"issues": [], "total_count": 0}) if request.path == "/issues.json" else PASS

    answered(world, "12:10", "12:25", script)
    await world.open()
    await world.until("13:30")
    world.check_told("the list shows nothing, yet there is 1: has the account lost a right?")
    same("source_up", world.up[2:6], [False, False, False, True])


@ROWS.add(
    "many tickets, and then none, by list and by id",
    "A right was lost, no ticket deleted: source_up 0, told once; alerts go on from the last known state",
    Guard(
        "`snapshots.check_not_emptied`",
        Off("slamon.sources.django_helpdesk_there.check_not_emptied", lambda *given: None),
    ),
    ALERTS_OF_1,
    desk=DjangoHelpdesk,
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00")
    for id in range(2, 32):
        held = world.desk.add(id, "12:00", "12:01")
        held.opened -= 2 * DAY
        held.answered = held.opened + MINUTE
    world.desk.is_seen = lambda: not at("12:10") <= world.time.now() < at("12:25")
    await world.open()
    await world.until("13:30")
    world.check_told("0 tickets are shown where there were 31: has the account lost a right?")
    same("source_up", world.up[2:6], [False, False, False, True])
