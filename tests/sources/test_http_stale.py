"""Which states of a ticket are older than what is known of it."""

from __future__ import annotations

import pytest

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant
from slamon.core.ticket import Event, Ticket
from slamon.sources.http.stale import NUMBERED, Doubts, lacks_known

NOON = parse_instant("2026-06-05T12:00:00Z")
FIRST = Event(NOON + MINUTE, "message", "1", "agent", public=True)
SECOND_ONE = Event(NOON + 2 * MINUTE, "message", "2", "agent", public=True)


def of(*events: Event) -> Ticket:
    return Ticket("7", "desk", NOON, {"status": "open"}, list(events))


@pytest.mark.parametrize(
    ("shown", "updated", "known", "stale"),
    [
        (of(), NOON, of(FIRST), True),
        (of(FIRST), NOON + MINUTE, of(FIRST, SECOND_ONE), True),
        (of(FIRST, SECOND_ONE), NOON + 2 * MINUTE, of(FIRST), False),
        (of(FIRST), NOON + 5 * MINUTE, of(FIRST, SECOND_ONE), False),  # a comment was deleted
        (of(FIRST), NOON + 2 * MINUTE, of(FIRST, SECOND_ONE), False),  # the last one, which had been the last update
        (of(FIRST), NOON + 2 * MINUTE - SECOND, of(FIRST, SECOND_ONE), False),  # dates are whole seconds
        (of(FIRST, SECOND_ONE), NOON, of(SECOND_ONE), False),  # their clock was ahead, and was put right
        (of(), NOON, of(Event(NOON + HOUR, "deleted", "deleted")), False),  # it is back
        (of(), NOON, of(Event(NOON + HOUR, "change", "seen-1", set={"status": "open"}, earliest=NOON)), False),
    ],
)
def test_a_state_is_stale_if_it_lacks_what_happened_later_than_it_was_updated(
    shown: Ticket, updated: Instant, known: Ticket, stale: bool
) -> None:
    assert lacks_known(shown, updated, known) is stale


def test_what_was_pushed_may_be_ahead_of_what_the_system_shows() -> None:
    known = of(
        Event(NOON + MINUTE, "message", "e1", "agent", public=True), Event(NOON + MINUTE, "message", None, "agent")
    )
    assert lacks_known(of(), NOON, known)
    assert not lacks_known(of(), NOON, known, ("comment.", *NUMBERED))
    assert lacks_known(of(), NOON, of(FIRST), ("comment.", *NUMBERED))


def test_an_old_state_is_doubted_for_a_day_unless_a_newer_one_comes_or_our_clock_is_set_back() -> None:
    doubts = Doubts()
    assert doubts.holds("7", NOON, NOON)
    assert doubts.holds("7", NOON, NOON + DAY - 1)
    assert not doubts.holds("7", NOON, NOON + DAY)
    assert doubts.holds("7", NOON + MINUTE, NOON + DAY)  # it moves: a replica that catches up
    assert doubts.holds("7", NOON + MINUTE, NOON)
    assert doubts.holds("7", NOON + MINUTE, NOON + DAY - 1)
    doubts.end("7")
    assert doubts.holds("7", NOON + MINUTE, NOON + 2 * DAY)


def test_not_everything_that_was_ever_doubted_is_remembered() -> None:
    doubts = Doubts()
    for number in range(6_000):
        doubts.holds(str(number), NOON, NOON)
    assert len(doubts._since) == 5_000
