"""Working time over any years from 1 to 9999 is what a walk over every single date counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slamon.core.calendars import Calendar
from slamon.core.instants import DAY, EARLIEST, LATEST, Instant, Span, from_datetime
from slamon.core.worktime import Interval

from .build import BERLIN, OFFICE, Hours, at, daily, hours, windows
from .examples import examples

ZONES: dict[tzinfo, tuple[int, ...]] = {  # with years in which, or after which, the clock does something odd
    UTC: (1970,),
    BERLIN: (1893, 1945, 2037),
    ZoneInfo("Pacific/Guam"): (1844, 1901),  # skipped a date as the first clock of all was changed
    ZoneInfo("Pacific/Apia"): (1892, 2011),  # had a date twice, and skipped one
    ZoneInfo("America/Toronto"): (1918, 1987),  # skipped an hour around midnight
    ZoneInfo("America/Recife"): (2000,),  # summer time for a week
    ZoneInfo("America/Sao_Paulo"): (1914, 2017),
    ZoneInfo("Africa/Casablanca"): (2026, 2086),  # clock changes by a list that ends
    ZoneInfo("Asia/Gaza"): (2040, 2086),
    ZoneInfo("Australia/Lord_Howe"): (2026,),
    ZoneInfo("Europe/Dublin"): (1916, 2026),
    ZoneInfo("Asia/Kolkata"): (1941,),
}
WINDOWS = ["", "09:00-17:00", "00:00-24:00", "22:00-02:00", "02:30-06:00", "08:00-12:07, 13:00-17:00", "23:15-00:00"]
some = st.sampled_from(WINDOWS)
weeks = st.one_of(st.just((WINDOWS[5],) * 5 + ("", "")), st.lists(some, min_size=7, max_size=7).map(tuple))


@st.composite
def any_hours(draw: st.DrawFn) -> tuple[Hours, int]:
    """Hours and a year, with other hours of dates and with holidays in it and around its ends, or with none."""
    zone = draw(st.sampled_from(list(ZONES)))
    year = draw(st.one_of(st.sampled_from(ZONES[zone]), st.integers(8, 9990)))
    turns = st.builds(lambda days: date(year // 8 * 8, 1, 1) + timedelta(days=days), st.integers(-3, 3))
    days = st.one_of(turns, st.dates(date(year, 1, 1), date(year, 12, 31))).map(date.isoformat)
    dates = draw(st.dictionaries(days, some, max_size=4))
    holidays = draw(st.lists(days, max_size=4))
    return Hours("any", zone, draw(weeks), dates, tuple(holidays)), year


def walked(hours: Hours, start: Instant, end: Instant) -> Span:
    """Working time between two instants, date by date."""
    first, last = (max(1, min(at // DAY + 719_163 + more, 3_652_058)) for at, more in ((start, -2), (end, 2)))
    week = [windows(text) for text in hours.week]
    dates = {date.fromisoformat(day).toordinal(): windows(text) for day, text in hours.dates.items()}
    holidays = {date.fromisoformat(day).toordinal() for day in hours.holidays}
    found = []
    for day in range(first, last + 1):
        yesterday = dates.get(day - 1, [])
        if day in dates:
            parts, yesterday = dates[day], []
        elif day in holidays:
            continue
        else:
            parts, yesterday = week[(day + 6) % 7], yesterday + week[(day + 5) % 7]
        pieces = [(opens, min(closes, DAY)) for opens, closes in parts]
        pieces += [(0, closes - DAY) for _, closes in yesterday if closes > DAY]
        for opens, closes in pieces:
            found.append((resolved(hours.zone, day, opens), resolved(hours.zone, day, closes)))
    total, reached = 0, start
    for opening, closing in sorted(found):
        total += max(0, min(closing, end) - max(opening, reached))
        reached = max(reached, closing)
    return total


def resolved(zone: tzinfo, day: int, time: Span) -> Instant:
    moment = datetime.fromordinal(day) + timedelta(microseconds=time)
    return from_datetime(moment.replace(tzinfo=UTC)) - from_datetime(
        datetime(1970, 1, 1, tzinfo=UTC) + (moment.replace(tzinfo=zone).utcoffset() or timedelta(0))
    )


def new_year(year: int) -> Instant:
    return at(f"{year:04}-01-01", UTC)


@examples(50)
@given(any_hours())
@example((Hours("gap", ZoneInfo("Pacific/Guam"), ("09:00-17:00",) * 7), 1844))
@example((Hours("gap", ZoneInfo("America/Toronto"), ("00:00-24:00",) * 7), 1918))
def test_the_working_time_of_whole_eras_is_what_a_walk_over_every_date_counts(given_: tuple[Hours, int]) -> None:
    """Asked once without and once with the windows in between at hand."""
    hours, year = given_
    first = year // 8 * 8
    start, end = new_year(first), new_year(first + 8)
    wanted = walked(hours, start, end)
    assert hours.calendar.elapsed(start, end) == wanted
    assert sum(closing - opening for opening, closing in hours.calendar.intervals(start, end)) == wanted


@examples(25)
@given(any_hours(), st.data())
def test_the_working_time_between_any_two_instants_is_what_a_walk_counts(
    given_: tuple[Hours, int], data: st.DataObject
) -> None:
    hours, year = given_
    start = new_year(year) + data.draw(st.integers(-400 * DAY, 400 * DAY))
    end = min(start + data.draw(st.integers(0, 30 * 366 * DAY)), LATEST - 9 * DAY)
    assert hours.calendar.elapsed(start, end) == walked(hours, start, end)


@examples(40)
@given(any_hours(), st.lists(st.integers(EARLIEST, LATEST), min_size=3, max_size=3).map(sorted), st.booleans())
def test_working_time_over_millennia_adds_up(given_: tuple[Hours, int], instants: list[Instant], warm: bool) -> None:
    """However the way is cut, and whatever was looked at before."""
    hours, _ = given_
    start, between, end = instants
    if warm:
        list(hours.calendar.intervals(between, between + DAY))
    elapsed = hours.calendar.elapsed
    assert elapsed(start, end) == elapsed(start, between) + elapsed(between, end)


@pytest.mark.parametrize(
    ("hours", "start", "end"),
    [
        (hours("plain", WINDOWS[5]), "0001-01-20", "0500-06-05"),
        (hours("dates", WINDOWS[5], dates={"2401-01-01": "22:00-24:00", "2801-05-01": "", "2900-12-31": "08:00-09:00"}), "2390-06-05", "2910-01-01"),
        (hours("holidays", "22:00-06:00", holidays=("2403-12-25", "2805-01-01", "2901-12-31")), "2390-06-05", "2910-01-01"),
        (daily("round", "00:00-24:00", ZoneInfo("America/Sao_Paulo"), holidays=("1900-01-01",)), "1800-06-05", "2100-01-01"),
        (hours("far", WINDOWS[5], zone=ZoneInfo("America/Santiago")), "9500-06-05", "9999-12-20"),
    ],
)  # fmt: skip
def test_centuries_are_what_a_walk_over_every_date_counts(hours: Hours, start: str, end: str) -> None:
    first, last = at(start, UTC), at(end, UTC)
    assert hours.calendar.elapsed(first, last) == walked(hours, first, last)


def test_ten_thousand_years_are_measured_without_compiling_them() -> None:
    """The windows of the first and the last years only."""
    compiled = []

    class Counting(Calendar):
        def compile(self, first_year: int, end_year: int) -> list[Interval]:
            compiled.append((first_year, end_year))
            return super().compile(first_year, end_year)

    counting = Counting("office", BERLIN, [windows(text) for text in OFFICE.week])
    assert counting.elapsed(EARLIEST, LATEST) == OFFICE.calendar.elapsed(EARLIEST, LATEST)
    assert compiled == [(1, 9), (9991, 10_000)]
