"""An Alertmanager, or one of two, that is away for a while or has forgotten everything."""

from __future__ import annotations

from typing import Any

from tests.faults.notifiers.rows import Rows
from tests.faults.notifiers.world import World
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = Rows("alertmanager")
NODES = ("desk", "second")
BREACHED = tuple(
    f"13:00:00 {node}: {what}" for node in NODES for what in ("CommitmentBreached 1", "over: CommitmentAtRisk 1")
)


async def _nothing(self: Any, *given: Any) -> None:
    return None


@ROWS.add(
    "Alertmanager: one of two nodes is down",
    "The other has each alert in time; the one that was away has all that stands within a minute of its return",
    Guard("`Mirror.sync`", Off("slamon.flow.mirror.Mirror.sync", _nothing)),
    (
        "12:30:00 second: CommitmentAtRisk 1",
        "12:35:00 second: CommitmentAtRisk 2",
        "12:40:00 second: over: CommitmentAtRisk 2",
        "12:51:00 desk: CommitmentAtRisk 1",
        *BREACHED,
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.ticket("2", "12:05", "12:40")
    await world.open()
    await world.until("12:25")
    await world.desk.peer.stop()
    await world.until("12:50:30")
    await world.desk.peer.start()
    await world.until("13:10")


async def _only_new(self: Any, active: Any) -> None:
    kept = set(self._shown)
    from slamon.notifiers.alertmanager_alerts import standing

    new = [one for one in standing(active) if one.key not in kept]
    if new:
        await self._post(new, self._nodes)


@ROWS.add(
    "Alertmanager: restarted empty",
    "All that stands is there again within a minute, nothing that is over",
    Guard(
        "`AlertmanagerNotifier.sync`: all of it",
        Off("slamon.notifiers.alertmanager.AlertmanagerNotifier.sync", _only_new),
    ),
    (
        *(f"12:30:00 {node}: CommitmentAtRisk 1" for node in NODES),
        *(f"12:35:00 {node}: CommitmentAtRisk 2" for node in NODES),
        *(f"12:40:00 {node}: over: CommitmentAtRisk 2" for node in NODES),
        *(f"12:46:00 {node}: CommitmentAtRisk 1" for node in NODES),
        *BREACHED,
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.ticket("2", "12:05", "12:40")
    await world.open()
    await world.until("12:45:30")
    world.desk.forget()
    world.second.forget()
    await world.until("13:10")
    same("shown", world.desk.shows, world.second.shows)


@ROWS.add(
    "Alertmanager: all nodes are down when a ticket is answered",
    "The alert that is over ends on each of them within a minute of its return",
    Guard(
        "`AlertmanagerNotifier._recall`",
        Off("slamon.notifiers.alertmanager.AlertmanagerNotifier._recall", lambda self, over: None),
    ),
    (
        *(f"12:30:00 {node}: CommitmentAtRisk 1" for node in NODES),
        *(f"12:46:00 {node}: over: CommitmentAtRisk 1" for node in NODES),
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00", "12:40")
    await world.open()
    await world.until("12:35")
    await world.desk.peer.stop()
    await world.second.peer.stop()
    await world.until("12:45:30")
    await world.desk.peer.start()
    await world.second.peer.start()
    await world.until("13:10")
