"""What was true when it came due, and is not any more when it could be sent."""

from __future__ import annotations

from typing import Any

from slamon.core.standing import NOTHING_SAID
from slamon.ports import Ending
from tests.faults.notifiers.row import rules
from tests.faults.notifiers.rows import Rows
from tests.faults.notifiers.slack import BROKEN
from tests.faults.notifiers.world import World
from tests.faults.row import Guard, Off
from tests.faults.world import same
from tests.sources.http_server import answer

ROWS = Rows("slack")
DOWN = answer(503)


_RESOLUTION = rules("{when: [at_risk, breached], notify: desk}").replace("first_response", "resolution")


async def _never(self: Any, notification: Any, deliveries: Any) -> bool:
    return False


async def _as_it_was(self: Any, notification: Any) -> Any:
    return notification


@ROWS.add(
    "answered while the message could not be sent",
    "The warning is not sent any more: superseded; that the promise was kept is told",
    Guard("`Deliverer._superseded`", Off("slamon.flow.deliver.Deliverer._superseded", _never)),
    ("12:32:00 desk: MET: 1: first response was met",),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00", "12:31")
    world.fails("12:30", "12:32", DOWN)
    await world.open()
    await world.until("13:10")
    same("ends", world.watched["desk"].endings, [Ending.SUPERSEDED, Ending.SENT])


@ROWS.add(
    "paused while the message could not be sent",
    "The warning is not sent while the clock stands; it comes when the clock runs again, with the due instant of then",
    Guard("`Deliverer._superseded`", Off("slamon.flow.deliver.Deliverer._superseded", _never)),
    (
        "12:50:00 desk: WARNING: 1: resolution is due in 29 min",
        "13:19:00 desk: BREACHED: 1: resolution is overdue",
    ),
    rules=_RESOLUTION,
    told=(),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00", paused=[("12:31", "12:50")])
    world.fails("12:30", "12:36", DOWN)
    await world.open()
    await world.until("13:30")


async def _nobody_said(self: Any, tickets: Any, now: int) -> Any:
    return lambda home: NOTHING_SAID


@ROWS.add(
    "acknowledged while the message could not be sent",
    "What was to be told half an hour after the breach is not sent any more",
    Guard("`Standings.of`: acknowledgements", Off("slamon.flow.standing.Standings.of", _nobody_said)),
    BROKEN,
    rules=rules("{when: breached, notify: desk}, {when: breached, after: 30m, notify: desk}"),
    told=("breached",),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.fails("13:30", "13:33", DOWN)
    await world.open()
    await world.until("13:31")
    await world.acknowledge("1")
    await world.until("14:30")
    same("ends", world.watched["desk"].endings, [Ending.SENT, Ending.SUPERSEDED])


@ROWS.add(
    "silenced while the message could not be sent",
    "Nothing of it is sent before the silence is over; then the breach that stands, with both times",
    Guard("`Standings._read`: silences", Off("slamon.flow.standing.Standings._read", lambda self, rows: ())),
    (
        "12:36:00 desk: WARNING: 2: first response is due in 30 min",
        "13:01:00 desk: BREACHED: 2: first response is overdue",
        "14:00:00 desk: BREACHED: 1: first response is overdue by 1 h",
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.ticket("2", "12:01")
    world.fails("12:30", "12:34", DOWN)
    await world.open()
    await world.until("12:31")
    await world.silence("1", "14:00")
    await world.until("14:30")
    late = "due Fri 2026-06-05 13:00 UTC, sent Fri 2026-06-05 14:00 UTC"
    assert late in world.desk.text("overdue by 1 h"), world.desk.text("overdue by 1 h")


_QUIET = """
version: 1
calendars: {office: {time_zone: Etc/UTC, hours: {mon-fri: 13:30-17:00}}}
quiet: {desk: {outside: office}}
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 1h}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: desk}]}]
"""


@ROWS.add(
    "promises broken in quiet hours",
    "Nobody is disturbed; at the end of the quiet one digest tells of all",
    Guard("`recipients.quiet_until`", Off("slamon.core.recipients.quiet_until", lambda quiet, at: None)),
    ("13:30:00 desk: BREACHED: 3 promises are broken · all",),
    rules=_QUIET,
    told=("breached",),
)
async def _(world: World) -> None:
    for minute in (1, 2, 3):
        world.ticket(str(minute), f"12:0{minute}")
    await world.open()
    await world.until("14:00")


@ROWS.add(
    "message that could be sent only minutes after it came due",
    "It says when it was due and when it was sent, and the time that is left then",
    Guard("`Deliverer._renewed`", Off("slamon.flow.deliver.Deliverer._renewed", _as_it_was)),
    ("12:38:31 desk: WARNING: 1: first response is due in 21 min 28 s", *BROKEN),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    await world.open()
    await world.until("12:29")
    await world.desk.peer.stop()
    await world.until("12:38")
    await world.desk.peer.start()
    await world.until("13:10")
    late = "due Fri 2026-06-05 12:30 UTC, sent Fri 2026-06-05 12:38:31 UTC"
    assert late in world.desk.text("due in"), world.desk.text("due in")
