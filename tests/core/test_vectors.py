"""The vectors of the specification: a table that a support lead can check with a calendar and a pencil.

The office is open Monday to Friday from 09:00 to 17:00 in Berlin. Times are Berlin's unless they end in Z.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from slamon.core.policy import Promise

from .build import (
    OFFICE,
    ROUND,
    Hours,
    at,
    business_days,
    by_priority,
    calendar_of,
    change,
    daily,
    hours,
    lasting,
    rules,
    span,
    target,
    ticket,
)
from .table import only, shown

SPLIT = hours("split", "09:00-12:00, 13:00-17:00")
HOLIDAY = hours("holiday", "09:00-17:00", holidays=("2026-05-14",))


DUE = [
    # case, start, promise, due in Berlin, due in UTC
    ("over the weekend", "2026-06-05 16:00", lasting("4h"), "2026-06-08 12:00", "2026-06-08T10:00Z"),
    ("ends at closing", "2026-06-05 13:00", lasting("4h"), "2026-06-05 17:00", "2026-06-05T15:00Z"),
    ("one second more", "2026-06-05 13:00:01", lasting("4h"), "2026-06-08 09:00:01", "2026-06-08T07:00:01Z"),
    ("starts at closing", "2026-06-05 17:00", lasting("1h"), "2026-06-08 10:00", "2026-06-08T08:00Z"),
    ("holiday between", "2026-05-13 15:00", lasting("8h", HOLIDAY), "2026-05-15 15:00", "2026-05-15T13:00Z"),
    ("split day", "2026-06-08 11:30", lasting("1h", SPLIT), "2026-06-08 13:30", "2026-06-08T11:30Z"),
    ("split day, ends at lunch", "2026-06-08 11:00", lasting("1h", SPLIT), "2026-06-08 12:00", "2026-06-08T10:00Z"),
    ("24x7, spring change", "2026-03-28 12:00", lasting("24h", ROUND), "2026-03-29 13:00", "2026-03-29T11:00Z"),
    ("24x7, autumn change", "2026-10-24 12:00", lasting("24h", ROUND), "2026-10-25 11:00", "2026-10-25T10:00Z"),
    ("business day, close", "2026-06-05 16:00", business_days(1), "2026-06-08 17:00", "2026-06-08T15:00Z"),
    ("from a Saturday", "2026-06-06 12:00", business_days(1), "2026-06-09 17:00", "2026-06-09T15:00Z"),
]


@pytest.mark.parametrize(("start", "promise", "local", "utc"), [row[1:] for row in DUE], ids=[row[0] for row in DUE])
def test_a_promise_is_due_when_the_table_says(start: str, promise: Promise, local: str, utc: str) -> None:
    said = only(rules(target("total_resolution", promise)), ticket(start), start)
    assert shown(said.due_at) == shown(at(local)) == shown(at(utc))


WORK = [
    # case, hours of every day, first day, day after, working time
    ("01:00-04:00 on the spring day", daily("n", "01:00-04:00"), "2026-03-29", "2026-03-30", "2h"),
    ("01:00-04:00 on the autumn day", daily("n", "01:00-04:00"), "2026-10-25", "2026-10-26", "4h"),
    ("02:30-06:00 on the spring day", daily("n", "02:30-06:00"), "2026-03-29", "2026-03-30", "2h30m"),
    ("02:30-06:00 on the autumn day", daily("n", "02:30-06:00"), "2026-10-25", "2026-10-26", "4h30m"),
    (
        "Lord Howe in autumn",
        daily("n", "00:00-24:00", ZoneInfo("Australia/Lord_Howe")),
        "2026-04-05",
        "2026-04-06",
        "24h30m",
    ),
    (
        "Lord Howe in spring",
        daily("n", "00:00-24:00", ZoneInfo("Australia/Lord_Howe")),
        "2026-10-04",
        "2026-10-05",
        "23h30m",
    ),
]


@pytest.mark.parametrize(("hours", "first", "after", "worked"), [row[1:] for row in WORK], ids=[row[0] for row in WORK])
def test_a_day_has_the_working_time_of_the_table(hours: Hours, first: str, after: str, worked: str) -> None:
    start, end = at(first, hours.zone), at(after, hours.zone)
    assert calendar_of(hours).elapsed(start, end) == span(worked)


@pytest.mark.parametrize(
    ("day", "opens"), [("2026-03-29", "2026-03-29T03:30+02:00"), ("2026-10-25", "2026-10-25T02:30+02:00")]
)
def test_half_past_two_is_once_a_gap_later_and_once_the_first_of_two(day: str, opens: str) -> None:
    calendar = calendar_of(daily("n", "02:30-06:00"))
    assert next(iter(calendar.intervals(at(day), at(day) + span("24h"))))[0] == at(opens)


def test_a_pause_over_night_moves_the_due_instant_by_its_working_time() -> None:
    judged = only(
        rules(target("resolution", "4h")),
        ticket(
            "2026-06-08 10:00",
            change("2026-06-08 11:00", status="waiting_customer"),
            change("2026-06-09 10:00", status="open"),
        ),
        "2026-06-09 10:00",
    )
    assert shown(judged.due_at) == shown(at("2026-06-09T11:00Z"))


@pytest.mark.parametrize("length", ["1h", "8h", "20h"])
@pytest.mark.parametrize("start", ["2026-06-05 16:00", "2026-06-08 10:00", "2026-06-08 17:00"])
def test_a_pause_outside_working_hours_changes_nothing(start: str, length: str) -> None:
    judged = rules(target("resolution", length))
    pause = change("2026-06-08 17:30", status="waiting_customer"), change("2026-06-09 08:30", status="open")
    assert only(judged, ticket(start, *pause), "2026-06-09 09:00") == only(judged, ticket(start), "2026-06-09 09:00")


def test_a_priority_raised_too_late_is_a_breach_at_the_change() -> None:
    promises = by_priority(low=lasting("8h"), urgent=lasting("1h"))
    raised = change("2026-06-08 14:00", priority="urgent")
    said = only(
        rules(target("resolution", promises)),
        ticket("2026-06-08 09:00", raised, fields={"priority": "low"}),
        "2026-06-08 14:00",
    )
    assert (shown(said.due_at), shown(said.breached_at)) == ("Mon 10:00", "Mon 14:00")
    assert (said.status, said.cause) == ("breached", "retarget")


def test_the_example_of_the_verdicts_page() -> None:
    """4 h from Friday 16:00, asked on Monday at 11:00 in Berlin, warned at 75 %."""
    said = only(rules(target("resolution", "4h", OFFICE)), ticket("2026-06-05 16:00"), "2026-06-08T09:00Z")
    assert (said.status, said.clock, said.elapsed, said.remaining) == ("at_risk", "running", span("3h"), span("1h"))
    assert said.due_at == said.changes_at == at("2026-06-08T10:00Z")
