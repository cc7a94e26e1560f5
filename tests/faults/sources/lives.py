"""Tickets that go away, come back, become part of others, or are answered where the search does not look yet."""

from __future__ import annotations

from typing import Any

from slamon.core.instants import HOUR
from slamon.sources import django_helpdesk_history
from tests.faults.clock import at
from tests.faults.django_helpdesk import DjangoHelpdesk
from tests.faults.redmine import NEVER, Note
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.world import World, same

ROWS = Rows()
_joined = django_helpdesk_history._joined


async def _no_look(self: Any, id: str) -> None: ...


@ROWS.add(
    "search that lags behind: answered, but the list does not know yet",
    "The ticket is read again by id before the alert: nobody is warned of what is answered",
    Guard("`Collector.reread`", Off("slamon.flow.collect.Collector.reread", _no_look)),
    ("12:30:00 1: first response was met",),
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00", "12:20", updated_late=2 * HOUR)
    await world.open()
    await world.until("13:30")


@ROWS.add(
    "ticket deleted",
    "A 404 by id, from an account that still sees the rest, is a deletion: no alert for it",
    Guard("`HttpSource.fetch`: gone", Off("slamon.sources.http.source.gone", lambda known, now: known)),
    ("12:40:00 4: first response is due in 30 min", "13:10:00 4: first response is overdue"),
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00", hidden=[(at("12:10"), NEVER)])
    world.desk.add(4, "12:10")
    await world.open()
    await world.until("13:30")


async def _never(self: Any) -> None: ...


@ROWS.add(
    "ticket deleted, of which nothing comes due",
    "What is open here is asked about again by id now and then: it is found",
    Guard("`Collector.reconcile`", Off("slamon.flow.collect.Collector.reconcile", _never)),
    ("12:40:00 4: first response is due in 30 min", "13:10:00 4: first response is overdue"),
)
async def _(world: World) -> None:
    world.reconciles = True
    world.desk.add(1, "12:00", hidden=[(at("12:08"), NEVER)])
    world.desk.add(4, "12:10")
    await world.open()
    await world.until("12:20")
    same("in the store", await world.stored("1"), ["12:00:00 created", "deleted"])
    await world.until("13:30")


@ROWS.add(
    "ticket gone, and back again with its next update",
    "It lives on with its whole history: the alert comes",
    Guard(
        "`Feed`: by update, not by id",
        Off("slamon.sources.http.feed.is_settled", lambda cursor, mark: mark.id in cursor.seen),
    ),
    (
        "12:30:00 1: first response is due in 30 min",
        "12:40:00 4: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:10:00 4: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.reconciles = True
    issue = world.desk.add(1, "12:00", hidden=[(at("12:08"), at("12:14"))])
    issue.notes.append(Note(at("12:14"), "customer"))
    world.desk.add(4, "12:10")
    await world.open()
    await world.until("12:13")
    same("in the store", await world.stored("1"), ["12:00:00 created", "deleted"])
    world.reconciles = False
    await world.until("13:30")


def _unjoined(known: Any, merged_to: Any, earliest: Any, now: Any) -> list[Any]:
    return []


async def _none(self: Any) -> list[str]:
    return []


@ROWS.add(
    "ticket gone, and back again without an update",
    "What was found gone lately is asked about again by id now and then: it lives on and the alert comes",
    Guard("`Gone.due`", Off("slamon.flow.gone.Gone.due", _none)),
    (
        "12:30:00 1: first response is due in 30 min",
        "12:40:00 4: first response is due in 30 min",
        "13:00:00 1: first response is overdue",
        "13:10:00 4: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.reconciles = True
    world.desk.add(1, "12:00", hidden=[(at("12:08"), at("12:14"))])
    world.desk.add(4, "12:10")
    await world.open()
    await world.until("12:13")
    same("in the store", await world.stored("1"), ["12:00:00 created", "deleted"])
    await world.until("13:30")


@ROWS.add(
    "ticket merged into another",
    "The merged one is told no more of, the other goes on",
    Guard("`django_helpdesk_history._joined`", Off("slamon.sources.django_helpdesk_history._joined", _unjoined)),
    ("12:30:00 1: first response is due in 30 min", "13:00:00 1: first response is overdue"),
    desk=DjangoHelpdesk,
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00")
    world.desk.add(2, "12:01").merged = [(at("12:10"), NEVER)]
    await world.open()
    await world.until("13:30")


def _only_merged(*given: Any) -> list[Any]:
    return [one for one in _joined(*given) if one.kind == "merged"]


@ROWS.add(
    "ticket merged, and the merging undone",
    "Restored, it stands as if it had never gone: the warning comes late, the alert in time",
    Guard(
        "`django_helpdesk_history._joined`: restored",
        Off("slamon.sources.django_helpdesk_history._joined", _only_merged),
    ),
    (
        "12:30:00 1: first response is due in 30 min",
        "12:40:00 2: first response is due in 21 min",
        "13:00:00 1: first response is overdue",
        "13:01:00 2: first response is overdue",
    ),
    desk=DjangoHelpdesk,
)
async def _(world: World) -> None:
    world.desk.add(1, "12:00")
    world.desk.add(2, "12:01").merged = [(at("12:10"), at("12:40"))]
    await world.open()
    await world.until("13:30")
