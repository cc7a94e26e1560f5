"""Fixed instants: business days, calendar days, cut-off times and rolling, in a table; local times of Berlin.

June 2026 begins on a Monday; Friday is the 5th. Thursday the 4th is closed in the calendar `feast`.
"""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.fixed import fixed_instant
from slamon.core.instants import DAY, MINUTE, to_datetime
from slamon.core.policy import FixedDays

from .build import (
    BERLIN,
    OFFICE,
    Hours,
    at,
    business_days,
    by_priority,
    calendar_days,
    change,
    daily,
    hours,
    lasting,
    left,
    rules,
    share,
    span,
    target,
    ticket,
)
from .examples import examples
from .model_time import WorkingTime
from .table import only, shown

FEAST = hours("feast", "09:00-17:00", holidays=("2026-06-04",))
SPLIT = hours("split", "09:00-12:00, 13:00-17:00")
SHORT = hours("short", "09:00-17:00", dates={"2026-06-08": "09:00-12:00"})
NIGHT = hours("night", "22:00-06:00")
SATURDAY = hours("saturday", "09:00-17:00", "10:00-13:00")
CLOSE, OPEN, SAME = "close", "open", "same"

BUSINESS = [
    # start, days, time, calendar, due
    ("Fri 05 16:00", 1, CLOSE, OFFICE, "Mon 08 17:00"),
    ("Fri 05 16:00", 1, OPEN, OFFICE, "Mon 08 09:00"),
    ("Fri 05 16:00", 1, SAME, OFFICE, "Mon 08 16:00"),
    ("Fri 05 16:00", 1, "10:30", OFFICE, "Mon 08 10:30"),
    ("Fri 05 16:00", 0, CLOSE, OFFICE, "Fri 05 17:00"),
    ("Fri 05 16:00", 0, OPEN, OFFICE, "Fri 05 09:00"),  # before the start
    ("Fri 05 16:00", 0, SAME, OFFICE, "Fri 05 16:00"),
    ("Fri 05 17:00", 0, SAME, OFFICE, "Mon 08 09:00"),  # closing time is outside: moved to the next opening
    ("Fri 05 17:00", 1, CLOSE, OFFICE, "Tue 09 17:00"),
    ("Fri 05 08:00", 1, SAME, OFFICE, "Mon 08 09:00"),  # before opening: same is the opening time
    ("Sat 06 12:00", 1, CLOSE, OFFICE, "Tue 09 17:00"),
    ("Sun 07 23:59", 5, CLOSE, OFFICE, "Mon 15 17:00"),
    ("Wed 03 10:00", 1, CLOSE, FEAST, "Fri 05 17:00"),
    ("Wed 03 10:00", 2, CLOSE, FEAST, "Mon 08 17:00"),
    ("Thu 04 10:00", 1, SAME, FEAST, "Mon 08 09:00"),  # a holiday: day 0 is Friday
    ("Mon 01 12:30", 0, SAME, SPLIT, "Mon 01 13:00"),  # in the lunch break
    ("Mon 01 12:30", 0, CLOSE, SPLIT, "Mon 01 17:00"),
    ("Fri 05 16:00", 1, SAME, SHORT, "Mon 08 16:00"),  # literal, though the day closes at 12:00
    ("Fri 05 16:00", 1, CLOSE, SHORT, "Mon 08 12:00"),
    ("Fri 05 16:00", 1, CLOSE, SATURDAY, "Sat 06 13:00"),
    ("Mon 01 23:00", 0, CLOSE, NIGHT, "Tue 02 00:00"),  # the part after midnight belongs to the next date
    ("Mon 01 23:00", 1, CLOSE, NIGHT, "Wed 03 00:00"),
    ("Mon 01 23:00", 1, OPEN, NIGHT, "Tue 02 00:00"),
    ("Fri 05 23:00", 1, CLOSE, NIGHT, "Sat 06 06:00"),
    ("Fri 05 23:00", 2, OPEN, NIGHT, "Mon 08 22:00"),
]
CALENDAR = [
    # start, days, time, roll, calendar, due
    ("Fri 05 16:00", 1, SAME, False, OFFICE, "Sat 06 16:00"),
    ("Fri 05 16:00", 1, SAME, True, OFFICE, "Mon 08 16:00"),
    ("Fri 05 16:00", 2, "09:30", True, OFFICE, "Mon 08 09:30"),
    ("Fri 05 16:00", 3, "09:30", True, OFFICE, "Mon 08 09:30"),
    ("Wed 03 10:00", 1, "16:00", True, FEAST, "Fri 05 16:00"),
    ("Fri 05 18:00", 0, SAME, False, OFFICE, "Fri 05 18:00"),  # every day and hour counts
    ("Fri 05 18:00", 0, "17:00", False, OFFICE, "Fri 05 17:00"),
    ("Fri 05 18:00", 3, "24:00", False, OFFICE, "Tue 09 00:00"),
    ("Fri 05 18:00", 10, SAME, True, SATURDAY, "Mon 15 18:00"),
]
CUTOFF = [
    # start, promise, due
    ("Fri 05 15:00", business_days(1, "17:00", cutoff="15:00"), "Mon 08 17:00"),  # at the cut-off is in time
    ("Fri 05 15:00:01", business_days(1, "17:00", cutoff="15:00"), "Tue 09 17:00"),
    ("Fri 05 18:00", business_days(1, "17:00", cutoff="15:00"), "Tue 09 17:00"),  # moved to Monday 09:00: in time
    ("Fri 05 15:30", business_days(0, SAME, cutoff="15:00"), "Mon 08 09:00"),  # as if at Monday's opening
    ("Fri 05 15:30", business_days(0, CLOSE, cutoff="15:00"), "Mon 08 17:00"),
    ("Fri 05 18:00", business_days(1, CLOSE, cutoff="08:00"), "Wed 10 17:00"),  # moved to 09:00, late even then
    ("Fri 05 15:30", calendar_days(1, SAME, cutoff="15:00"), "Tue 09 09:00"),
    ("Fri 05 14:30", calendar_days(1, SAME, cutoff="15:00"), "Sat 06 14:30"),
    ("Wed 03 15:30", business_days(1, CLOSE, FEAST, cutoff="15:00"), "Mon 08 17:00"),
    ("Thu 04 15:30", calendar_days(1, "12:00", cutoff="15:00", roll=True), "Mon 08 12:00"),
]


def june(text: str) -> int:
    _, day, time = text.split()
    return at(f"2026-06-{day} {time}")


def due(promise: FixedDays, start: str) -> str:
    said = only(rules(target("first_response", promise)), ticket(june(start)), june(start))
    assert said.due_at is not None
    return to_datetime(said.due_at).astimezone(BERLIN).strftime("%a %d %H:%M")


@pytest.mark.parametrize(("start", "days", "time", "hours", "wanted"), BUSINESS)
def test_business_days_count_days_with_working_time(
    start: str, days: int, time: str, hours: Hours, wanted: str
) -> None:
    assert due(business_days(days, time, hours), start) == wanted


@pytest.mark.parametrize(("start", "days", "time", "roll", "hours", "wanted"), CALENDAR)
def test_calendar_days_count_every_day(start: str, days: int, time: str, roll: bool, hours: Hours, wanted: str) -> None:
    assert due(calendar_days(days, time, hours, roll=roll), start) == wanted


@pytest.mark.parametrize(("start", "promise", "wanted"), CUTOFF)
def test_after_the_cutoff_it_is_as_if_on_the_next_working_day(start: str, promise: FixedDays, wanted: str) -> None:
    assert due(promise, start) == wanted


@pytest.mark.parametrize(
    ("start", "days", "wanted"),
    [
        ("2026-03-28 12:00", 1, "2026-03-29T12:00+02:00"),  # 23 h later
        ("2026-10-24 12:00", 1, "2026-10-25T12:00+01:00"),  # 25 h later
        ("2026-03-28 02:30", 1, "2026-03-29T03:30+02:00"),  # does not exist: one gap later
        ("2026-10-24 02:30", 1, "2026-10-25T02:30+02:00"),  # exists twice: the first
    ],
)
def test_the_same_wall_time_is_kept_over_changes_of_the_clock(start: str, days: int, wanted: str) -> None:
    said = only(rules(target("first_response", calendar_days(days))), ticket(start), start)
    assert said.due_at == at(wanted)


def test_a_day_whose_only_window_falls_into_the_missing_hour_is_no_day_with_working_time() -> None:
    lost = daily("lost", "02:00-03:00")
    said = only(
        rules(target("first_response", business_days(1, CLOSE, lost))), ticket("2026-03-28 02:30"), "2026-03-28 02:30"
    )
    assert said.due_at == at("2026-03-30 03:00")


def test_a_fixed_instant_before_the_start_is_breached_from_the_start() -> None:
    judged = rules(target("first_response", business_days(0, OPEN)))
    said = only(judged, ticket("2026-06-05 16:00"), "2026-06-05 16:00")
    assert (said.status, shown(said.due_at), shown(said.breached_at)) == ("breached", "Fri 09:00", "Fri 16:00")


def test_a_fixed_instant_never_pauses_and_has_no_target_in_seconds() -> None:
    judged = rules(target("resolution", business_days(1), pause_while=None))
    paused = rules(target("resolution", business_days(1)))
    waiting = ticket("2026-06-05 16:00", fields={"status": "waiting_customer"})
    said = only(paused, waiting, "2026-06-08 10:00")
    assert said == only(judged, waiting, "2026-06-08 10:00")
    assert (said.clock, said.target_span, said.remaining, said.elapsed) == ("running", None, None, span("2h"))


@pytest.mark.parametrize(
    ("warning", "wanted"),
    [(share(50), "Mon 12:30"), (share(100), "Mon 17:00"), (left("30m"), "Mon 16:30"), (left("8h30m"), "Fri 16:30")],
)
def test_warnings_of_a_fixed_instant_share_the_working_time_before_it(warning: object, wanted: str) -> None:
    """From Friday 16:00 to Monday 17:00 there are nine working hours."""
    judged = rules(target("first_response", business_days(1), warn_at=(warning,)))
    assert shown(only(judged, ticket("2026-06-05 16:00"), "2026-06-05 16:00").changes_at) == wanted


def test_with_no_working_time_before_a_fixed_instant_there_is_no_warning() -> None:
    judged = rules(target("first_response", calendar_days(1), warn_at=(share(1), left("30m"))))
    said = only(judged, ticket("2026-06-06 10:00"), "2026-06-06 12:00")
    assert (said.status, shown(said.changes_at)) == ("on_track", "Sun 10:00")


def test_pauses_count_again_when_a_duration_is_promised_after_a_fixed_instant() -> None:
    promises = by_priority(low=business_days(3), high=lasting("4h"))
    history = (
        change("2026-06-08 10:00", status="waiting_customer"),
        change("2026-06-08 12:00", status="open"),
        change("2026-06-08 13:00", priority="high"),
    )
    said = only(
        rules(target("resolution", promises)),
        ticket("2026-06-08 09:00", *history, fields={"priority": "low"}),
        "2026-06-08 13:00",
    )
    assert (said.elapsed, shown(said.due_at)) == (span("2h"), "Mon 15:00")


@pytest.mark.parametrize(
    "promise", [business_days(3_000), calendar_days(3_654), business_days(10**9), calendar_days(10**9)]
)
def test_a_fixed_instant_more_than_ten_years_away_is_none(promise: FixedDays) -> None:
    said = only(rules(target("first_response", promise)), ticket("2026-06-05 16:00"), "2026-06-05 16:00")
    assert (said.due_at, said.status, said.quality) == (None, "on_track", ("no_due",))


times = st.sampled_from(["same", "00:00", "02:30", "09:00", "16:00", "24:00"])
some_hours = st.sampled_from([OFFICE, FEAST, SPLIT, NIGHT, SATURDAY, daily("daily", "01:00-04:00")])
cutoffs = st.sampled_from([None, "02:30", "12:00", "16:45"])
promises = st.one_of(
    st.builds(business_days, st.integers(0, 4), st.one_of(times, st.sampled_from([OPEN, CLOSE])), some_hours, cutoffs),
    st.builds(calendar_days, st.integers(0, 9), times, some_hours, cutoffs, st.booleans()),
)
near_a_change = st.sampled_from(["2026-03-26", "2026-10-22", "2026-06-01"])


@examples(300)
@given(promises, near_a_change, st.integers(0, 7 * 96))
def test_every_fixed_instant_is_where_a_walk_from_day_to_day_finds_it(
    promise: FixedDays, day: str, quarters: int
) -> None:
    known = {hours.name: hours for hours in (OFFICE, FEAST, SPLIT, NIGHT, SATURDAY, daily("daily", "01:00-04:00"))}
    start = at(day) + quarters * 15 * MINUTE
    slow = WorkingTime(known[promise.calendar.name], 15 * MINUTE)
    assert fixed_instant(promise, start) == slow.fixed(promise, start)


def test_the_horizon_is_to_the_day() -> None:
    """Ten years are 3,653 days: exactly so far is near enough."""
    start, utc = at("2026-06-05T14:00Z"), daily("utc", "00:00-24:00", UTC)
    assert fixed_instant(calendar_days(3_653, "same", utc), start) == start + 3_653 * DAY
    assert fixed_instant(calendar_days(3_653, "14:01", utc), start) is None
