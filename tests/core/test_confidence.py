"""Events that are known only to an interval (F37): what is said, and how sure it is.

Judged with all of them at their latest, all at their earliest, and each alone at its earliest.
"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.instants import Instant
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.core.ticket import Event, Ticket
from slamon.core.verdict import Verdict

from .build import ROUND, at, change, message, rules, target, ticket, when
from .examples import examples
from .histories import instants_of, tickets
from .strategies import one_target
from .table import only, said, shown
from .worlds import DAYS

START = "2026-06-08 09:00"


def of(kind: str, promise: str = "4h", **options: object) -> Rules:
    return rules(target(kind, promise, ROUND, **options))  # type: ignore[arg-type]


def clock(text: str) -> Instant:
    return at(f"2026-06-08 {text}")


def between(earliest: str, latest: str, **fields: str) -> Event:
    return change(clock(latest), f"e{latest}", earliest=clock(earliest), **fields)


def answer(earliest: str, latest: str) -> Event:
    return message(clock(latest), id=f"e{latest}", earliest=clock(earliest))


ROWS = [
    # case, rules, events, asked at, confidence, verdict
    ("no interval", of("first_response"), [answer("10:00", "10:00")], "12:00", "exact", "met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"),
    ("in time either way", of("first_response"), [answer("10:00", "11:00")], "12:00", "bounded", "met/stopped Mon 09:00 to Mon 11:00 2h of 4h due Mon 13:00"),
    ("late either way", of("first_response"), [answer("14:00", "15:00")], "16:00", "bounded", "missed/stopped Mon 09:00 to Mon 15:00 6h of 4h due Mon 13:00 late Mon 13:00"),
    ("in time or late", of("first_response"), [answer("12:00", "14:00")], "16:00", "undetermined", "missed/stopped Mon 09:00 to Mon 14:00 5h of 4h due Mon 13:00 late Mon 13:00"),
    ("it does not matter", of("first_response"), [message(clock("10:00"), id="e1"), answer("11:00", "12:00")], "13:00", "exact", "met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"),
    ("not seen yet", of("first_response"), [answer("10:00", "12:00")], "11:00", "exact", "on_track/running Mon 09:00 2h of 4h due Mon 13:00"),
    ("a pause that began in time or not", of("resolution"), [between("12:00", "14:00", status="waiting_customer")], "15:00", "undetermined", "breached/paused Mon 09:00 5h of 4h late Mon 13:00"),
    ("at risk or not", of("resolution"), [between("11:00", "12:30", status="waiting_customer")], "15:00", "undetermined", "at_risk/paused Mon 09:00 3h30 of 4h"),
    ("on track either way", of("resolution"), [between("10:00", "11:00", status="waiting_customer")], "15:00", "bounded", "on_track/paused Mon 09:00 2h of 4h"),
    ("a change of a field that nobody reads", of("resolution"), [between("10:00", "14:00", colour="red")], "15:00", "exact", "breached/running Mon 09:00 6h of 4h due Mon 13:00 late Mon 13:00"),
    (
        "paused and solved, each perhaps earlier",
        of("resolution", "2h"),
        [between("10:00", "10:45", status="waiting_customer"), between("10:50", "12:30", status="solved")],
        "13:00",
        "bounded",
        "met/stopped Mon 09:00 to Mon 12:30 1h45 of 2h",
    ),
    (
        "a pause that perhaps was none",  # the resumption alone at its earliest: at the pause's latest
        of("resolution", "4h"),
        [between("10:00", "10:30", status="waiting_customer"), between("10:30", "12:00", status="open"), between("13:10", "13:20", status="solved")],
        "15:00",
        "undetermined",
        "missed/stopped Mon 09:00 to Mon 13:20 4h20 of 4h due Mon 13:00 late Mon 13:00",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("known", "events", "asked", "sure", "wanted"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_what_is_said_of_uncertain_events(
    known: Rules, events: list[Event], asked: str, sure: str, wanted: str
) -> None:
    found = only(known, ticket(START, *events), clock(asked))
    assert (said(found), found.confidence) == (wanted, sure)


def test_each_alone_at_its_earliest_is_tried_too() -> None:
    """A pause from 10:00 or 11:30 to 12:00 or 14:00, of 4 h, asked at 15:00.

    All late: 2 h 30 counted before, 1 h after. All early: 1 h and 3 h: at the due instant. The end alone early: 2 h 30
    and 3 h: breached at 13:30.
    """
    pause = between("10:00", "11:30", status="waiting_customer"), between("12:00", "14:00", status="open")
    found = only(of("resolution"), ticket(START, *pause), clock("15:00"))
    assert (found.confidence, found.status, shown(found.breached_at)) == ("undetermined", "breached", "Mon 13:30")


def test_a_commitment_that_nothing_uncertain_touches_is_exact_beside_one_that_is_not() -> None:
    known = rules(target("first_response", "4h", ROUND), target("total_resolution", "9h", ROUND))
    found = Judge(known).verdicts(ticket(START, answer("12:00", "14:00")), clock("15:00"))
    assert [(one.target, one.confidence) for one in found] == [
        ("first_response", "undetermined"),
        ("total_resolution", "exact"),
    ]


@pytest.mark.parametrize("id", ["e1", None])
def test_a_copy_of_an_uncertain_event_changes_nothing(id: str | None) -> None:
    """Moved alone, a copy would leave its twin behind: another content of one id, or a second solve after the reopening."""
    solved, copy = (change(clock("11:00"), id, earliest=clock("10:00"), status="solved") for _ in range(2))
    events = [message(clock("09:30"), id="e0"), solved, change(clock("10:30"), "e2", status="open")]
    for known in (of("first_response"), of("resolution")):
        once, twice = (only(known, ticket(START, *events, *copies), clock("12:00")) for copies in ([], [copy]))
        assert twice == once


def test_another_content_of_an_uncertain_event_stays_behind() -> None:
    """Of one id the earliest `at` counts, however early the other may have been: here the answer."""
    events = message(clock("10:00"), id="e1"), change(clock("11:00"), "e1", earliest=clock("09:30"), status="solved")
    found = only(of("first_response"), ticket(START, *events), clock("12:00"))
    assert (shown(found.stopped_at), found.confidence, found.quality) == ("Mon 10:00", "exact", ("duplicate_event",))


def test_verdicts_stand_in_the_order_of_the_rules_whichever_reading_they_come_from() -> None:
    """Only if the agent wrote before the customer did, the customer has waited since."""
    known = rules(*(target(kind, "1h", ROUND) for kind in ("next_response", "resolution")))
    events = answer("10:00", "12:00"), message(clock("11:00"), "customer", id="e0")
    found = Judge(known).verdicts(ticket(START, *events), clock("13:00"))
    assert [(one.target, one.confidence) for one in found] == [
        ("next_response", "undetermined"),
        ("resolution", "exact"),
    ]


def test_what_happened_between_two_polls_did_not_happen_before_the_creation() -> None:
    """The ticket was created between the same two polls: nothing of that is odd."""
    known = of("resolution")
    found = only(known, ticket(START, between("08:00", "10:00", assignee="ann")), clock("12:00"))
    assert (found.confidence, found.quality) == ("exact", ())


def test_an_earliest_instant_before_the_creation_is_no_error() -> None:
    found = only(of("total_resolution"), ticket(START, between("07:00", "10:00", status="solved")), clock("15:00"))
    assert (found.status, found.confidence, shown(found.stopped_at)) == ("met", "bounded", "Mon 10:00")


# the same from the definition

WORST = {"missed": 5, "breached": 5, "at_risk": 4, "on_track": 3, "met": 2, "cancelled": 1}


def at_earliest(ticket: Ticket, chosen: set[int]) -> Ticket:
    events = [
        msgspec.structs.replace(event, at=max(event.earliest, min(event.at, ticket.created_at)), earliest=None)
        if index in chosen and event.earliest is not None
        else msgspec.structs.replace(event, earliest=None)
        for index, event in enumerate(ticket.events)
    ]
    return msgspec.structs.replace(ticket, events=events)


@st.composite
def uncertain_tickets(draw: st.DrawFn) -> Ticket:
    """Some events may have happened a little earlier than they were seen."""
    found = draw(tickets(DAYS, 6))
    unsure = draw(st.sets(st.integers(0, 5), min_size=1, max_size=3))
    events = [
        msgspec.structs.replace(event, earliest=event.at - draw(st.integers(0, 12)) * DAYS.tick)
        if index in unsure
        else event
        for index, event in enumerate(found.events)
    ]
    return msgspec.structs.replace(found, events=events)


def comparable(found: Verdict) -> Verdict:
    return msgspec.structs.replace(found, confidence="exact")


@examples(200)
@given(
    one_target(DAYS, ("resolution", "first_response", "time_to_own", "total_resolution")),
    uncertain_tickets(),
    st.data(),
)
def test_confidence_is_what_the_definition_says(rules: Rules, ticket: Ticket, data: st.DataObject) -> None:
    """All at their latest, all at their earliest, each alone at its earliest: equal, of one status, or the worst of them."""
    when = data.draw(st.sampled_from(instants_of(DAYS, ticket)))
    judge = Judge(rules)
    known = msgspec.structs.replace(ticket, events=[event for event in ticket.events if event.at <= when])
    unsure = [index for index, event in enumerate(known.events) if event.earliest is not None]
    chosen = [set[int](), set(unsure), *({index} for index in unsure)]
    runs = [judge.verdicts(at_earliest(known, which), when) for which in chosen]
    for found in judge.verdicts(known, when):
        key = found.target, found.cycle
        seen = [next((one for one in run if (one.target, one.cycle) == key), None) for run in runs]
        if None in seen:
            continue
        all_seen = [one for one in seen if one is not None]
        if all(one == all_seen[0] for one in all_seen):
            assert found == all_seen[0]
        elif len({one.status for one in all_seen}) == 1:
            assert found.confidence == "bounded"
            assert comparable(found) in all_seen
        else:
            assert found.confidence == "undetermined"
            assert comparable(found) in all_seen
            assert WORST[found.status] == max(WORST[one.status] for one in all_seen)


def test_a_pause_field_between_two_polls() -> None:
    """A field that pauses, seen only between two polls, bounds what was counted."""
    known = of("resolution", pause_while=when(hold="yes"))
    found = only(known, ticket(START, between("10:00", "10:30", hold="yes")), clock("15:00"))
    assert (said(found), found.confidence) == ("on_track/paused Mon 09:00 1h30 of 4h", "bounded")
