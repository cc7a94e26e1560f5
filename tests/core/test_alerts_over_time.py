"""However often a ticket is looked at, the same is told, and nothing that comes due is slept through."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.alerts import Alert
from slamon.core.assess import Assessor
from slamon.core.instants import Instant
from slamon.core.judge import Judge
from slamon.core.known import next_event
from slamon.core.moments import BREACHED, CANCELLED, MET, MISSED
from slamon.core.policy import Rules
from slamon.core.routes import Routing
from slamon.core.ticket import Ticket
from slamon.core.worktime import FAR

from .histories import tickets
from .routings import routings
from .strategies import rule_sets
from .worlds import DAYS, SECONDS, World

_LOOKS = 400
Case = tuple[World, Rules, Ticket, Routing]


@st.composite
def cases(draw: st.DrawFn, quiets: bool = False) -> Case:
    world = draw(st.sampled_from([DAYS, SECONDS]))
    return world, draw(rule_sets(world)), draw(tickets(world, most=6)), draw(routings(world, quiets))


def of(case: Case) -> Assessor:
    return Assessor(Judge(case[1]), case[3], horizon=FAR, realert_after=2 * case[0].tick)


def end_of(case: Case) -> Instant:
    world, _, ticket, _ = case
    return max([ticket.created_at, *(event.at for event in ticket.events)]) + world.far


def is_back(ticket: Ticket) -> bool:
    """Whether the ticket was gone for a time: what happened meanwhile is first seen as it comes back."""
    gone = ("deleted", "merged", "restored", "cancelled")
    happened = [word for event in ticket.events for word in (event.kind, (event.set or {}).get("status"))]
    return any(word in gone for word in (*happened, ticket.fields.get("status")))


def is_new(judge: Judge, ticket: Ticket, at: Instant, alert: Alert) -> bool:
    """Whether its target applies only since this instant: it is replayed from the creation as if always there."""
    target, cycle = msgspec.json.decode(alert.identity)[3:5]
    return all((one.target, one.cycle) != (target, cycle) for one in judge.verdicts(ticket, at - 1))


def along_wakes(found: Assessor, ticket: Ticket, end: Instant) -> list[tuple[Instant, Alert]]:
    """Each alert with the instant at which it was first seen, looking only when told to."""
    seen: dict[str, tuple[Instant, Alert]] = {}
    at: Instant | None = ticket.created_at
    for _ in range(_LOOKS):
        if at is None or at > end:
            return list(seen.values())
        assessed = found.assess(ticket, at)
        for alert in (alert for one in assessed for alert in one.due):
            seen.setdefault(alert.identity, (at, alert))
        wakes = [next_event(ticket, at), *(one.wakes_at for one in assessed)]
        assert all(wake is None or wake > at for wake in wakes)
        at = min((wake for wake in wakes if wake is not None), default=None)
    pytest.fail("it never stops waking up")


@given(cases())
def test_each_alert_is_found_at_the_very_instant_at_which_it_comes_due(case: Case) -> None:
    found, ticket = of(case), case[2]
    if is_back(ticket):
        return
    for at, alert in along_wakes(found, ticket, end_of(case)):
        in_time = (0, 1) if alert.moment.name == BREACHED else (0,)  # at the due instant itself it is in time
        assert at - alert.due_at in in_time or is_new(found.judge, ticket, at, alert), alert


@given(cases(quiets=True), st.data())
def test_looking_more_often_tells_nothing_more(case: Case, data: st.DataObject) -> None:
    found, ticket, end = of(case), case[2], end_of(case)
    known = {alert.identity for _, alert in along_wakes(found, ticket, end)}
    ticks = (end - ticket.created_at) // case[0].tick
    for tick in data.draw(st.lists(st.integers(0, ticks), max_size=12)):
        for at in (ticket.created_at + tick * case[0].tick + step for step in (0, 1)):
            assert {alert.identity for one in found.assess(ticket, at) for alert in one.due} <= known


@given(cases())
def test_looking_only_once_drops_nothing_but_what_is_not_so_any_more(case: Case) -> None:
    found, ticket, end = of(case), case[2], end_of(case)
    told = [alert for _, alert in along_wakes(found, ticket, end)]
    at_once = [(one, alert) for one in found.assess(ticket, end) for alert in one.due]
    kept = {alert.identity for _, alert in at_once}
    assert kept <= {alert.identity for alert in told}
    standing = {(one.verdict.target, one.verdict.cycle, alert.promise): one.verdict for one, alert in at_once}
    for alert in told:
        _, _, policy, target, cycle, promise, *_ = msgspec.json.decode(alert.identity)
        verdict = standing.get((target, cycle, promise))
        step = found.routing.routes[0].steps[alert.step]
        if verdict is None or verdict.policy != policy or step.after is not None or step.repeat is not None:
            continue
        so = {BREACHED: ("breached", "missed"), MET: ("met",), MISSED: ("missed",), CANCELLED: ("cancelled",)}
        assert alert.identity in kept or verdict.status not in so.get(alert.moment.name, ())


@given(cases(quiets=True), st.data())
def test_the_order_of_events_and_copies_of_them_change_nothing(case: Case, data: st.DataObject) -> None:
    found, ticket, end = of(case), case[2], end_of(case)
    events = data.draw(st.permutations([*ticket.events, *ticket.events[:2]]))
    shuffled = msgspec.structs.replace(ticket, events=events)
    at = data.draw(st.integers(ticket.created_at, end))
    assert found.assess(shuffled, at) == found.assess(ticket, at)


@given(cases(quiets=True), st.data())
def test_what_is_due_is_told_as_long_as_it_is_due(case: Case, data: st.DataObject) -> None:
    found, ticket = of(case), case[2]
    at = data.draw(st.integers(ticket.created_at, end_of(case)))
    due = [alert.identity for one in found.assess(ticket, at) for alert in one.due]
    assert len(set(due)) == len(due)
    messages = found.tell(ticket, due, at)
    assert list(messages) == due
    assert all(len(message.covers) == 1 and message.title for message in messages.values())


@given(cases(quiets=True), st.data())
def test_an_alert_never_lies_ahead_and_is_held_only_into_the_future(case: Case, data: st.DataObject) -> None:
    found, ticket = of(case), case[2]
    at = data.draw(st.integers(ticket.created_at, end_of(case)))
    for alert in (alert for one in found.assess(ticket, at) for alert in one.due):
        assert alert.moment.at <= alert.due_at <= at
        assert alert.held_until is None or alert.held_until > at
