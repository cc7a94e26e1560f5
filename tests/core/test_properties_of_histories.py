"""What always holds of verdicts, whatever the rules and the history."""

from __future__ import annotations

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from slamon.core.instants import DAY, HOUR, Instant
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.core.ticket import Event, Ticket
from slamon.core.verdict import as_json

from .examples import examples
from .histories import instants_of, tickets
from .strategies import rule_sets
from .worlds import DAYS, SECONDS, World


def lines(judge: Judge, ticket: Ticket, at: Instant) -> list[bytes]:
    return [as_json(found) for found in judge.verdicts(ticket, at)]


def with_events(ticket: Ticket, events: list[Event]) -> Ticket:
    return msgspec.structs.replace(ticket, events=events)


worlds = st.sampled_from([DAYS, SECONDS])


@st.composite
def cases(draw: st.DrawFn) -> tuple[World, Judge, Ticket, Instant]:
    world = draw(worlds)
    found = draw(tickets(world))
    return world, Judge(draw(rule_sets(world))), found, draw(st.sampled_from(instants_of(world, found)))


@examples(120)
@given(cases(), st.data())
def test_neither_order_nor_copies_of_events_change_a_byte(
    case: tuple[World, Judge, Ticket, Instant], data: st.DataObject
) -> None:
    _, judge, ticket, at = case
    copies = data.draw(st.lists(st.sampled_from(ticket.events), max_size=4)) if ticket.events else []
    shuffled = data.draw(st.permutations([*ticket.events, *copies]))
    assert lines(judge, with_events(ticket, shuffled), at) == lines(judge, ticket, at)


@examples(120)
@given(cases())
def test_what_is_not_yet_known_at_an_instant_does_not_count(case: tuple[World, Judge, Ticket, Instant]) -> None:
    """Fed one by one or at once: asked again about the past, the answer is what it was then."""
    world, judge, ticket, _ = case
    known: list[Event] = []
    for event in sorted(ticket.events, key=lambda one: one.at):
        known.append(event)
        later = [one for one in ticket.events if one.at == event.at and one not in known]
        if not later:
            for at in (event.at, event.at + world.tick):
                seen = [one for one in ticket.events if one.at <= at]
                assert lines(judge, ticket, at) == lines(judge, with_events(ticket, seen), at)


@examples(120)
@given(cases())
def test_the_status_changes_by_itself_only_at_changes_at(case: tuple[World, Judge, Ticket, Instant]) -> None:
    """The step itself for a warning; for a breach the due instant, right after which it is breached."""
    _, judge, ticket, at = case
    known = with_events(ticket, [event for event in ticket.events if event.at <= at])
    for found in judge.verdicts(known, at):
        if found.changes_at is None:
            _stays(judge, known, found.target, found.cycle, found.status, at + 500 * DAY)
            continue
        assert found.changes_at >= at
        upon, after = (_status(judge, known, found.target, found.cycle, found.changes_at + step) for step in (0, 1))
        if found.changes_at > at:
            assert _status(judge, known, found.target, found.cycle, found.changes_at - 1) == found.status
        assert after != found.status
        assert upon == (found.status if after == "breached" and upon != "at_risk" else "at_risk")


def _status(judge: Judge, ticket: Ticket, target: str | None, cycle: int | None, at: Instant) -> str:
    return next(one.status for one in judge.verdicts(ticket, at) if (one.target, one.cycle) == (target, cycle))


def _stays(judge: Judge, ticket: Ticket, target: str | None, cycle: int | None, status: str, far: Instant) -> None:
    if target is not None:
        assert _status(judge, ticket, target, cycle, far) == status


@examples(120)
@given(cases(), st.lists(st.integers(1, 40 * HOUR), max_size=8))
def test_between_two_events_the_status_only_changes_when_it_was_foretold(
    case: tuple[World, Judge, Ticket, Instant], gaps: list[int]
) -> None:
    """A walk from one changes_at to the next meets every status that is met by asking at random."""
    _, judge, ticket, at = case
    known = with_events(ticket, [event for event in ticket.events if event.at <= at])
    for first in judge.verdicts(known, at):
        if first.target is None:
            continue
        changes: list[Instant] = []
        found = first
        while found.changes_at is not None and len(changes) < 4:
            after = found.changes_at + (0 if found.status == "on_track" and not changes else 1)
            changes.append(found.changes_at)
            found = next(
                one for one in judge.verdicts(known, after) if (one.target, one.cycle) == (first.target, first.cycle)
            )
            if found.changes_at == changes[-1]:
                break
        moment: Instant = at
        last: str = first.status
        for gap in sorted(gaps):
            status = _status(judge, known, first.target, first.cycle, at + gap)
            assert status == last or any(moment <= one <= at + gap for one in changes)
            moment, last = at + gap, status


@examples(120)
@given(rule_sets(DAYS), tickets(DAYS))
def test_one_judge_asked_often_says_what_a_new_one_says(rules: Rules, ticket: Ticket) -> None:
    judge = Judge(rules)
    instants = instants_of(DAYS, ticket)
    there = [lines(judge, ticket, at) for at in instants]
    back = [lines(judge, ticket, at) for at in reversed(instants)]
    assert there == back[::-1] == [lines(Judge(rules), ticket, at) for at in instants]


@examples(120)
@given(rule_sets(DAYS), tickets(DAYS))
def test_met_and_missed_are_final_for_a_cycle_unless_it_is_reopened(rules: Rules, ticket: Ticket) -> None:
    judge = Judge(rules)
    ended: dict[tuple[str | None, int | None], str] = {}
    reopened = any(event.set and "status" in event.set for event in ticket.events)
    assume(not reopened and not any(event.kind == "restored" for event in ticket.events))
    for instant in instants_of(DAYS, ticket):
        for found in judge.verdicts(ticket, instant):
            key = found.target, found.cycle
            assert ended.get(key, found.status) == found.status
            if found.status in ("met", "missed"):
                ended[key] = found.status
