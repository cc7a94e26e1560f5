"""Hostile histories: long, reversed, flapping, at the ends of time, all in doubt. An answer, and never an exception.

Nothing is timed; how much is done is counted, at two sizes, where growth would be the danger.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.explain import explain
from slamon.core.instants import DAY, EARLIEST, HOUR, LATEST, MINUTE, SECOND, Instant
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.core.ticket import Event, Ticket
from slamon.core.verdict import as_json

from .build import (
    OFFICE,
    ROUND,
    at,
    business_days,
    by_priority,
    calendar_days,
    change,
    daily,
    lasting,
    message,
    rules,
    target,
)
from .examples import examples
from .strategies import KINDS

START = at("2026-06-05 14:00")
MANY = 10_000
PROMISES = by_priority(lasting("8h"), low=lasting("40h"), high=lasting("2h", ROUND), urgent=business_days(1))
ALL = rules(*(target(kind, PROMISES, warn_at=()) for kind in KINDS), target("due"))
PRIORITIES = ("low", "high", "urgent", "normal")


def made(events: list[Event], **rest: Any) -> Ticket:
    return Ticket("1", "desk", rest.pop("created_at", START), {"status": "new"}, events, **rest)


def answer(rules: Rules, ticket: Ticket, at: Instant) -> list[bytes]:
    return [as_json(found) for found in Judge(rules).verdicts(ticket, at)]


def chatter(number: int) -> list[Event]:
    return [message(START + i * MINUTE, ("customer", "agent")[i % 2], id=f"e{i}") for i in range(number)]


def flapping(number: int) -> list[Event]:
    statuses = ("open", "waiting_customer", "solved", "on_hold", "closed")
    return [
        change(START + i * MINUTE, f"e{i}", status=statuses[i % 5], priority=PRIORITIES[i % 4]) for i in range(number)
    ]


def handed_round(number: int) -> list[Event]:
    return [change(START + i * MINUTE, f"e{i}", group=f"g{i % 7}", assignee=f"a{i % 11}") for i in range(number)]


def dates_moved(number: int) -> list[Event]:
    return [change(START + i * MINUTE, f"e{i}", due_at=f"2026-07-{i % 28 + 1:02}T12:00:00Z") for i in range(number)]


def at_one_instant(number: int) -> list[Event]:
    return [msgspec.structs.replace(event, at=START) for event in (chatter(number // 2) + flapping(number // 2))]


HISTORIES: list[Callable[[int], list[Event]]] = [chatter, flapping, handed_round, dates_moved, at_one_instant]


@pytest.mark.parametrize("history", HISTORIES)
def test_ten_thousand_events_are_judged(history: Callable[[int], list[Event]]) -> None:
    ticket = made(history(MANY))
    found = answer(ALL, ticket, START + 30 * DAY)
    assert found
    assert answer(ALL, msgspec.structs.replace(ticket, events=ticket.events[::-1]), START + 30 * DAY) == found


@pytest.mark.parametrize("history", HISTORIES)
def test_the_work_grows_with_the_history_and_not_with_its_square(history: Callable[[int], list[Event]]) -> None:
    """Calls of functions, counted: four times the events, not much more than four times the calls."""
    judge = Judge(ALL)
    judge.verdicts(made(history(500)), START + 30 * DAY)  # calendars are compiled
    few, many = (_calls(judge, made(history(number))) for number in (500, 2_000))
    assert many < 6 * few


def test_pauses_in_a_night_after_the_last_working_second_was_used_up_are_not_walked_through_each_time() -> None:
    """8 h from 9 to 5, paused at 5 sharp: the promise is broken at the first second worked after that."""

    def restless(number: int) -> Ticket:
        pauses = [("waiting_customer", "open")[i % 2] for i in range(number)]
        events = [change(at("2026-06-08 17:00") + i * SECOND, f"e{i}", status=one) for i, one in enumerate(pauses)]
        return made(events, created_at=at("2026-06-08 09:00"))

    judge = Judge(rules(target("resolution", "8h", OFFICE)))
    found = judge.verdicts(restless(2_000), START + 30 * DAY)
    assert [(one.status, one.due_at) for one in found] == [("breached", at("2026-06-09 09:00"))]
    few, many = (_calls(judge, restless(number)) for number in (500, 2_000))
    assert many < 6 * few


def test_explaining_thousands_of_cycles_does_not_judge_them_all_for_each() -> None:
    few, many = (
        _calls_of(partial(explain, Judge(ALL), made(chatter(number)), START + 30 * DAY)) for number in (100, 400)
    )
    assert many < 6 * few


def _calls(judge: Judge, ticket: Ticket) -> int:
    """How many functions are called while a ticket is judged."""
    return _calls_of(partial(judge.verdicts, ticket, START + 30 * DAY))


def _calls_of(work: Callable[[], object]) -> int:
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_thousands_of_uncertain_events_are_judged_in_bounded_work() -> None:
    """Each alone at its earliest would be the square of the history."""

    def unsure(number: int) -> Ticket:
        return made([msgspec.structs.replace(event, earliest=event.at - SECOND) for event in flapping(number)])

    found = answer(ALL, unsure(MANY), START + 30 * DAY)
    assert found
    judge = Judge(ALL)
    calls = _calls(judge, unsure(3_000))
    certain = _calls(judge, made(flapping(3_000)))
    assert calls < 4 * certain


def test_ten_megabytes_of_subject_are_carried_and_not_looked_at() -> None:
    ticket = made(flapping(50), subject="x" * 10_000_000)
    assert answer(ALL, ticket, START + DAY) == answer(ALL, made(flapping(50)), START + DAY)


def test_ten_thousand_fields_and_deep_values_are_no_error() -> None:
    fields = {f"f{index}": {"a": [index, {"b": None}]} for index in range(MANY)}
    ticket = Ticket(
        "1", "desk", START, {"status": "new", **fields}, [Event(START + HOUR, "change", "e1", set=dict(fields))]
    )
    assert answer(ALL, ticket, START + DAY)


ENDS = [EARLIEST, EARLIEST + 1, EARLIEST + DAY, LATEST - DAY, LATEST - 1, LATEST]
FIXED = rules(
    *(target("total_resolution", promise, name=name) for name, promise in (
        ("open", business_days(1, "open")), ("same", business_days(3, "same")), ("cut", business_days(0, cutoff="10:00")),
        ("days", calendar_days(1)), ("roll", calendar_days(2, "24:00", roll=True)),
        ("round", lasting("8h", ROUND)), ("long", lasting("99999h", ROUND)), ("office", lasting("8h")),
    ))
)  # fmt: skip


@pytest.mark.parametrize("created", ENDS)
@pytest.mark.parametrize("known", [ALL, FIXED], ids=["every kind", "every promise"])
def test_a_ticket_of_the_ends_of_time_is_judged(known: Rules, created: Instant) -> None:
    events = [message(min(created + HOUR, LATEST), id="e1"), change(min(created + DAY, LATEST), "e2", status="on_hold")]
    for asked in (created, created + 1, created + HOUR, created + 9 * DAY):
        if asked <= LATEST:
            assert answer(known, made(events, created_at=created), asked)


def test_a_clock_that_ran_for_a_thousand_years_is_measured() -> None:
    known = rules(target("total_resolution", "8h", OFFICE))
    found = Judge(known).verdicts(made([], created_at=at("1500-06-05 09:00")), at("2500-06-05 09:00"))
    assert [one.status for one in found] == ["breached"]


def test_a_calendar_with_hardly_any_work_is_no_endless_search() -> None:
    rare = daily("rare", "", dates={"2026-06-10": "09:00-10:00"})
    known = rules(
        target("total_resolution", "2h", rare, name="a"),
        target("total_resolution", business_days(2, "close", rare), name="b"),
        target("total_resolution", calendar_days(9, "same", rare, roll=True), name="c"),
    )
    found = Judge(known).verdicts(made([]), START + 99 * DAY)
    assert [(one.status, one.due_at, one.quality) for one in found] == [("on_track", None, ("no_due",))] * 3


ODD: list[Any] = [
    None,
    "",
    "open",
    0,
    1.5,
    float("nan"),
    float("inf"),
    10**400,
    True,
    [],
    ["open"],
    {},
    {"a": 1},
    "\ud800",
    "٣",
    b"x",
]
odd_values = st.sampled_from(ODD)


@examples(200)
@given(
    st.dictionaries(
        st.sampled_from(["status", "priority", "assignee", "group", "due_at", "customer", "x.y"]), odd_values
    ),
    st.lists(st.tuples(st.sampled_from(["status", "priority", "assignee", "group", "due_at"]), odd_values), max_size=5),
)
def test_values_of_any_type_are_no_error(fields: dict[str, Any], changes: list[tuple[str, Any]]) -> None:
    events = [Event(START + i * HOUR, "change", f"e{i}", set={name: value}) for i, (name, value) in enumerate(changes)]
    ticket = Ticket("1", "desk", START, fields, events)
    assert Judge(ALL).verdicts(ticket, START + 9 * DAY)


DATES = [
    "", " ", "2026", "2026-06", "2026-13-01", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+23:59", "-2026-06-05",
    "9999-12-31T23:59:59-23:59", "2026-06-05T10:00", "20260605", "2026-W23-5", "now", "1" * 10_000, "2026-06-05T24:00:00Z",
]  # fmt: skip


@pytest.mark.parametrize("text", DATES)
def test_no_text_of_a_date_is_an_error(text: str) -> None:
    for hours in (OFFICE, ROUND):
        judge = Judge(rules(target("due", None, hours)))
        judge.verdicts(
            made([change(START + HOUR, "e1", due_at=text), change(START + 2 * HOUR, "e2", status="solved")]),
            START + DAY,
        )


IDS = ["", "e", "1" * 5_000, "e" + "0" * 99 + "1", "٣", "²", "e-1", "-1", "\ud800", "A", "a", "e1 ", "e01", "e1"]


def test_ids_of_any_text_have_one_order() -> None:
    events = [message(START + HOUR, ("customer", "agent")[i % 2], id=id) for i, id in enumerate(IDS)]
    found = answer(ALL, made(events), START + DAY)
    assert answer(ALL, made(events[::-1]), START + DAY) == found
