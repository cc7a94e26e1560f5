"""What always holds, whatever the calendar, the zone, the rules and the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from slamon.core.instants import DAY, HOUR, MINUTE, Instant, Span
from slamon.core.judge import Judge
from slamon.core.policy import Duration

from .build import BERLIN, ROUND, Hours, at, calendar_of, change, daily, rules, target, ticket
from .examples import examples

SPANS = {  # zones with odd clocks, and the time in which they are odd
    BERLIN: ("2026-03-01", "2026-11-30"),
    ZoneInfo("America/Sao_Paulo"): ("2015-01-01", "2018-12-31"),
    ZoneInfo("Australia/Lord_Howe"): ("2026-03-15", "2026-10-31"),
    ZoneInfo("Pacific/Apia"): ("2011-12-20", "2012-01-10"),
    ZoneInfo("Asia/Kolkata"): ("2026-06-01", "2026-06-30"),
    ZoneInfo("Africa/Casablanca"): ("2026-02-01", "2026-04-15"),
    UTC: ("2026-06-01", "2026-06-30"),
}
WINDOWS = [
    "09:00-17:00",
    "",
    "00:00-24:00",
    "22:00-02:00",
    "02:30-06:00",
    "00:00-00:30, 23:30-24:00",
    "08:00-12:07, 13:00-17:00",
]
lengths = st.integers(1, 60 * HOUR)


@st.composite
def calendars(draw: st.DrawFn) -> Hours:
    """Hours with some working time in every week; dates and holidays lie in the odd time of the zone."""
    zone = draw(st.sampled_from(list(SPANS)))
    first, last = (date.fromisoformat(text) for text in SPANS[zone])
    days = st.dates(first, last).map(date.isoformat)
    week = draw(st.lists(st.sampled_from(WINDOWS), min_size=7, max_size=7))
    assume(any(week))
    dates = draw(st.dictionaries(days, st.sampled_from(WINDOWS), max_size=3))
    return Hours("any", zone, tuple(week), dates, tuple(draw(st.lists(days, max_size=3))))


@st.composite
def instants(draw: st.DrawFn, hours: Hours) -> Instant:
    """An instant in the odd time of the calendar's zone, to the microsecond, often on a quarter of an hour."""
    first, last = (at(text, UTC) for text in SPANS[hours.zone])
    if draw(st.booleans()):
        return first + draw(st.integers(0, (last - first) // (15 * MINUTE))) * 15 * MINUTE
    return draw(st.integers(first, last))


@st.composite
def asked(draw: st.DrawFn, number: int) -> tuple[Hours, list[Instant]]:
    """A calendar and some instants in ascending order, close to one another more often than not."""
    hours = draw(calendars())
    found = [draw(instants(hours))]
    for _ in range(number - 1):
        found.append(draw(st.one_of(st.integers(0, 4 * DAY).map(lambda more: found[0] + more), instants(hours))))
    return hours, sorted(found)


@examples(80)
@given(asked(3))
def test_working_time_adds_up_and_lies_between_nothing_and_the_wall_time(given_: tuple[Hours, list[Instant]]) -> None:
    hours, (a, b, c) = given_
    elapsed = hours.calendar.elapsed
    assert elapsed(a, b) + elapsed(b, c) == elapsed(a, c)
    assert 0 <= elapsed(a, c) <= c - a
    assert elapsed(c, a) == 0 or a == c


@examples(80)
@given(asked(1), lengths)
def test_due_is_the_earliest_instant_at_which_so_much_was_worked(
    given_: tuple[Hours, list[Instant]], length: Span
) -> None:
    hours, (start,) = given_
    due = hours.calendar.due(start, length)
    assert due is not None
    assert hours.calendar.elapsed(start, due) == length
    assert hours.calendar.elapsed(start, due - 1) == length - 1


@examples(80)
@given(asked(2), lengths, st.integers(0, HOUR * 9))
def test_due_never_comes_earlier_for_a_later_start_or_a_longer_target(
    given_: tuple[Hours, list[Instant]], length: Span, more: Span
) -> None:
    hours, (start, later) = given_
    due = hours.calendar.due
    assert due(start, length) <= due(later, length)  # type: ignore[operator]
    assert due(start, length) <= due(start, length + more)  # type: ignore[operator]


@examples(80)
@given(asked(1), lengths)
def test_a_day_off_less_never_makes_anything_due_later(given_: tuple[Hours, list[Instant]], length: Span) -> None:
    hours, (start,) = given_
    due = hours.calendar.due(start, length)
    for day in hours.holidays:
        fewer = replace(hours, holidays=tuple(one for one in hours.holidays if one != day))
        assert fewer.calendar.due(start, length) <= due  # type: ignore[operator]


@examples(80)
@given(st.sampled_from(list(SPANS)), st.integers(1, 24 * 60 - 1), st.data(), lengths)
def test_a_window_cut_in_two_is_the_same_window(zone: ZoneInfo, minute: int, data: st.DataObject, length: Span) -> None:
    cut = f"{minute // 60:02}:{minute % 60:02}"
    whole = daily("whole", "00:00-24:00", zone)
    halves = daily("halves", f"00:00-{cut}, {cut}-24:00", zone)
    start = data.draw(instants(whole))
    assert halves.calendar.due(start, length) == whole.calendar.due(start, length)
    assert list(halves.calendar.intervals(start, start + 9 * DAY)) == list(
        whole.calendar.intervals(start, start + 9 * DAY)
    )


@examples(80)
@given(asked(3), lengths)
def test_one_pause_more_never_makes_anything_due_earlier(given_: tuple[Hours, list[Instant]], length: Span) -> None:
    hours, (start, paused, resumed) = given_
    judge = Judge(rules(target("resolution", Duration(length, hours.calendar), hours)))
    pause = change(paused, "e1", status="waiting_customer"), change(resumed, "e2", status="open")
    late = resumed + 90 * DAY
    plain, moved = (judge.verdicts(ticket(start, *events), late)[0] for events in ((), pause))
    assert plain.due_at is not None
    assert moved.due_at is not None
    assert moved.due_at >= plain.due_at
    assert moved.elapsed == plain.elapsed - hours.calendar.elapsed(paused, resumed)  # type: ignore[operator]


def test_a_time_zone_of_whole_days_is_no_obstacle() -> None:
    """Apia skipped the 30th of December 2011: a business day after the 29th is the 31st."""
    apia = ZoneInfo("Pacific/Apia")
    calendar = calendar_of(daily("apia", "09:00-17:00", apia))
    start = at("2011-12-29 16:00", apia)
    assert calendar.due(start, 2 * HOUR) == at("2011-12-31 10:00", apia)
    assert calendar_of(ROUND).due(start, 2 * HOUR) == start + 2 * HOUR
