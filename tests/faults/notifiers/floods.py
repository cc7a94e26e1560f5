"""Too much to tell, too long nobody to tell it to, or something that nobody will ever take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from slamon.core import wording
from slamon.core.bundles import Bundles, Choice
from slamon.core.history import decode
from slamon.core.instants import MINUTE, SECOND
from tests.faults.clock import at
from tests.faults.notifiers.lives import names
from tests.faults.notifiers.row import BREACHES, manners, rules
from tests.faults.notifiers.rows import Rows
from tests.faults.notifiers.world import World
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.world import same
from tests.sources.http_server import Request, answer

ROWS = Rows("slack")
BREACH = rules("{when: breached, notify: desk}")
WATCHED = f"{BREACH}  - {{name: itself, match: {{alert: monitor}}, steps: [{{when: raised, notify: pager}}]}}\n"


def _always_alone(self: Bundles, waiting: Any, now: int, **keys: Any) -> Any:
    """The oldest delivery goes by itself, however much there is."""
    found = sorted(waiting, key=lambda one: one.order)
    return Choice((found[0],), "one", False, 0) if found else None


@ROWS.add(
    "everybody who is told is down for 2 h",
    "Then one digest of the route for all that waited, behind the few that had been tried; none lost, none twice;"
    " what was answered meanwhile is told no more",
    Guard("`Bundles.choose`", Off("slamon.core.bundles.Bundles.choose", _always_alone)),
    (
        *(f"12:{number + 34}:00 desk: WARNING: {number}: first response is due in 30 min" for number in range(1, 13)),
        "15:01:00 desk: BREACHED: 1: first response is overdue by 1 h 56 min",
        "15:01:01 desk: BREACHED: 2: first response is overdue by 1 h 55 min",
        "15:01:02 desk: BREACHED: 10 promises are broken, 2 at risk · all",
        "15:20:00 desk: BREACHED: 21: first response is overdue",
        "15:25:00 desk: BREACHED: 22: first response is overdue",
    ),
    rules=rules("{when: [at_risk, breached], notify: desk}", "wait: 20s, digest_above: 8"),
    told=("warning", "breached"),
)
async def _(world: World) -> None:
    for number in names(12):
        world.ticket(number, f"12:{int(number) + 4:02}")
    world.ticket("21", "14:20")
    world.ticket("22", "14:25")
    world.ticket("23", "14:10", "14:55")
    await world.open()
    await world.until("13:00")
    await world.desk.peer.stop()
    await world.pager.peer.stop()
    await world.until("15:00")
    await world.desk.peer.start()
    await world.pager.peer.start()
    await world.until("16:00")


@ROWS.add(
    "10,000 promises broken in a minute, and one message a minute is accepted",
    "All of them are told with the messages that there is room for, none lost, none twice, nothing sent in a pause",
    Guard("`Bundles.choose`", Off("slamon.core.bundles.Bundles.choose", _always_alone)),
    (
        "13:00:00 desk: 166 promises are broken · all",
        "13:01:00 desk: 3340 promises are broken · all",
        "13:02:00 desk: 6494 promises are broken · all",
    ),
    kind="webhook",
    rules=BREACHES,
    told=("breached",),
)
async def _(world: World) -> None:
    for number in names(10_000):
        world.ticket(number, f"12:00:{int(number) % 60:02}")
    last = at("12:00")

    def one_a_minute(request: Request) -> Any:
        nonlocal last
        left = last + MINUTE - world.time.now()
        if left > 0:
            return answer(429, "", f"Retry-After: {left // SECOND}")
        last = world.time.now()
        return PASS

    world.desk.fault = one_a_minute
    await world.open()
    await world.until("13:05")
    same("told of", sum(len(one.told) for one in world.desk.taken), 10_000)
    same("tries", world.desk.tries, ["13:00:00", "13:00:20", "13:01:00", "13:01:00", "13:02:00"])


@ROWS.add(
    "message that the server always fails at",
    "It is tried again by itself; those behind it go out in time",
    Guard("`Pace.worked`", Off("slamon.flow.pace.Pace.worked", lambda self: None)),
    (
        *(f"13:0{number}:00 desk: BREACHED: {number}: first response is overdue" for number in range(2, 10)),
        "14:04:31 desk: BREACHED: 1: first response is overdue",
    ),
    rules=BREACH,
    told=("breached",),
)
async def _(world: World) -> None:
    for number in names(9):
        world.ticket(number, f"12:0{number}")
    poison = answer(500, "fatal_error")
    world.desk.fault = lambda request: poison if b": 1: " in request.body else PASS
    await world.open()
    await world.until("14:00")
    world.desk.fault = lambda request: PASS
    await world.until("15:00")


@ROWS.add(
    "message that Slack never takes (invalid_payload)",
    "Not tried again: the fallback has it at once, and those behind it go out in time",
    Guard("`Courier._copy`", Off("slamon.flow.courier.Courier._copy", lambda self, notification, ending, error: None)),
    (
        "13:01:00 desk: BREACHED: 1: first response is overdue",
        "13:02:00 pager: 2: first response is overdue [could not be delivered to desk: Slack answered 400"
        " (invalid_payload): Slack cannot take a message like this]",
        "13:03:00 desk: BREACHED: 3: first response is overdue",
    ),
    rules=BREACH,
    told=("breached",),
)
async def _(world: World) -> None:
    for number in names(3):
        world.ticket(number, f"12:0{number}")
    poison = answer(400, "invalid_payload")
    world.desk.fault = lambda request: poison if b": 2: " in request.body else PASS
    await world.open()
    await world.until("13:10")
    same("tries", world.desk.tries, ["13:01:00", "13:02:00", "13:03:00"])


def _tell(self: Any, stored: Any, deliveries: Any, now: int, standing: Any, found: Any) -> None:
    """As it is, with nothing that keeps a defect from the others."""
    ticket = self._join(decode(stored.body, stored.source))
    told = self._assessor.tell(ticket, [one.identity for one in deliveries], now, standing, None)
    found.true += [(one, told[one.identity]) for one in deliveries if one.identity in told]


@ROWS.add(
    "alert that cannot be rendered",
    "A defect of ours about one ticket keeps no other from being told; the monitor tells that one was not",
    Guard("`Looker._tell`: one by one", Off("slamon.flow.look.Looker._tell", _tell), escapes=ZeroDivisionError),
    (
        "13:01:00 desk: BREACHED: 1: first response is overdue",
        "13:02:10 pager: slamon: desk: 1 message of the last hour reached nobody there",
        "13:03:00 desk: BREACHED: 3: first response is overdue",
    ),
    rules=WATCHED,
    told=("breached",),
    untold=frozenset({("2", "breached")}),
)
async def _(world: World) -> None:
    for number in names(3):
        world.ticket(number, f"12:0{number}")
    worded = wording.message

    def broken(alert: Any, ticket: Any, *more: Any) -> Any:
        return worded(alert, ticket, *more) if ticket.id != "2" else 1 // 0

    with patch("slamon.core.assess.message", broken):
        await world.open()
        await world.until("13:10")
    same("told", [one["ticket"] for one in world.logs if one["event"] == "alert cannot be rendered"], ["2"])


_FLAPS = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {resolution: 100h}}]
routes: [{name: all, match: all, group: {wait: 1s}, steps: [{when: [paused, resumed], notify: desk}]}]
"""


async def _all_of_it(self: Any, choice: Any, pairs: Any, now: int) -> Any:
    return list(pairs)


@ROWS.add(
    "ticket that flaps 100 times in an hour",
    "Six messages about it in the hour; then one that says how many were held back; another ticket is told at once",
    Guard("`Composer._within_the_limit`", Off("slamon.flow.compose.Composer._within_the_limit", _all_of_it)),
    (
        *(f"12:0{minute}:00 desk: INFO: 1: resolution is paused" for minute in (1, 2, 3)),
        *(f"12:0{minute}:30 desk: INFO: 1: resolution is running again and is due in 4 d 3 h" for minute in (1, 2, 3)),
        "12:40:00 desk: INFO: 2: resolution is paused",
        "13:01:00 desk: INFO: 1: resolution is running again and is due in 4 d 3 h",
        "14:00:00 desk: INFO: 2: resolution is running again and is due in 4 d 3 h",
    ),
    rules=_FLAPS,
    told=(),
)
async def _(world: World) -> None:
    flaps = [(f"12:{minute:02}", f"12:{minute:02}:30") for minute in range(1, 51)]
    world.ticket("1", "12:00", paused=flaps)
    world.ticket("2", "12:00", paused=[("12:40", "14:00")])
    await world.open()
    await world.until("14:30")
    said = next(one.text for one in world.desk.taken if one.at >= at("13:00"))
    assert "94 alerts were held back: at most 6 messages about one ticket in 1 h" in said, said


def _none_lost(lost: Any) -> Iterator[Any]:
    return iter(())


@ROWS.add(
    "message that nobody takes, and there is no fallback",
    "It is listed as a dead letter with its reason, and the monitor tells of it within seconds",
    Guard("`signs._of_lost`", Off("slamon.flow.signs._of_lost", _none_lost)),
    (
        "13:00:10 pager: slamon: desk: 1 message of the last hour reached nobody there",
        "13:05:00 desk: BREACHED: 2: first response is overdue",
    ),
    rules=WATCHED,
    used=manners("slack", fallback=None),
    told=("breached",),
    untold=frozenset({("1", "breached")}),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.ticket("2", "12:05")
    world.fails("13:00", "13:01", answer(404, "no_service"))
    await world.open()
    await world.until("13:10")
    [letter] = await world.store.dead_letters(0, 9)
    same("letter", (letter.notifier, letter.what), ("desk", "1: first response is overdue"))
    assert letter.error.startswith("Slack answered 404 (no_service)"), letter.error
