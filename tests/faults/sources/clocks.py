"""The server's clock is not ours, and is put right, or wrong, while we watch."""

from __future__ import annotations

from slamon.core.instants import MINUTE, SECOND
from tests.faults.clock import at
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.world import World, same

ROWS = Rows()
_FUTURE = "a ticket that is opened in the future by our clock is not looked at again when that has come"


def _seconds(world: World) -> int:
    skew = world.source.readings.clock_skew
    return -1 if skew is None else int(skew // SECOND)


@ROWS.add(
    "clock of the server 10 minutes ahead, then put right",
    "What is updated afterwards, before the last update by its clock, is read; the skew is measured",
    Guard("`Cursor.floor`", Off("slamon.sources.http.cursor.Cursor.floor", property(lambda self: self.at))),
    (
        "12:22:00 2: first response was met",
        "12:40:00 1: first response is due in 30 min",
        "12:52:00 4: first response is due in 30 min",
        "12:58:00 3: first response is due in 30 min",
        "13:10:00 1: first response is overdue",
        "13:22:00 4: first response is overdue",
        "13:28:00 3: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.desk.skew = lambda instant: 10 * MINUTE if instant < at("12:20") else 0
    world.desk.add(1, "12:00")
    world.desk.add(2, "12:01", "12:12")
    world.desk.add(3, "12:18")
    world.desk.add(4, "12:22")
    await world.open()
    await world.until("12:15")
    same("skew", _seconds(world), 600)
    await world.until("12:20")
    same("skew", _seconds(world), 0)
    await world.until("13:30")


@ROWS.add(
    "clock of the server set back by 10 minutes",
    "What is updated afterwards is read, though it seems older than what was read before; the skew is measured",
    Guard("`Feed` overlap", Off("slamon.sources.http.cursor.OVERLAP", 0)),
    (
        "12:15:00 2: first response was met",
        "12:30:00 1: first response is due in 30 min",
        "12:42:00 4: first response is due in 30 min",
        "12:49:00 3: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:12:00 4: first response is overdue",
        "13:19:00 3: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.desk.skew = lambda instant: 0 if instant < at("12:20") else -10 * MINUTE
    world.desk.add(1, "12:00")
    world.desk.add(2, "12:01", "12:12")
    world.desk.add(3, "12:19")
    world.desk.add(4, "12:22")
    await world.open()
    await world.until("12:20")
    same("skew", _seconds(world), -600)
    await world.until("13:30")


@ROWS.add(
    "clock of the server 10 minutes ahead all the time",
    "The skew is measured and shown; every alert comes by the instants that the server gives",
    Guard("`Client._learn`", Off("slamon.sources.http.client.Client._learn", lambda self, headers, begun: None)),
    ("12:40:00 1: first response is due in 30 min", "13:10:00 1: first response is overdue"),
)
async def _(world: World) -> None:
    world.desk.skew = lambda instant: 10 * MINUTE
    world.desk.add(1, "12:00")
    await world.open()
    await world.until("13:30")
    same("skew", _seconds(world), 600)
