"""Calendars: clock changes, midnight, other hours of a date, and no horizon. Local times are those of the calendar."""

from __future__ import annotations

from datetime import UTC, date, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.calendars import ALWAYS
from slamon.core.instants import DAY, EARLIEST, HOUR, LATEST, MINUTE, to_datetime

from .build import BERLIN, OFFICE, Hours, at, calendar_of, daily, hours, span
from .examples import examples
from .model_time import WorkingTime

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
APIA = ZoneInfo("Pacific/Apia")
KOLKATA = ZoneInfo("Asia/Kolkata")
CASABLANCA = ZoneInfo("Africa/Casablanca")

WORKED = [
    # case, hours of every day, zone, from, to, working time
    ("a plain day", "09:00-17:00", BERLIN, "2026-06-01", "2026-06-02", "8h"),
    ("the whole day", "00:00-24:00", BERLIN, "2026-06-01", "2026-06-02", "24h"),
    ("the whole spring day", "00:00-24:00", BERLIN, "2026-03-29", "2026-03-30", "23h"),
    ("the whole autumn day", "00:00-24:00", BERLIN, "2026-10-25", "2026-10-26", "25h"),
    ("the missing hour alone", "02:00-03:00", BERLIN, "2026-03-29", "2026-03-30", "0s"),
    ("half of the missing hour", "02:00-02:30", BERLIN, "2026-03-29", "2026-03-30", "30m"),
    ("opens in the missing hour", "02:30-03:00", BERLIN, "2026-03-29", "2026-03-30", "0s"),
    ("closes in the missing hour", "01:00-02:30", BERLIN, "2026-03-29", "2026-03-30", "1h30m"),
    ("the doubled hour alone", "02:00-03:00", BERLIN, "2026-10-25", "2026-10-26", "2h"),
    ("closes in the doubled hour", "01:00-02:30", BERLIN, "2026-10-25", "2026-10-26", "1h30m"),
    ("within the doubled hour", "02:15-02:45", BERLIN, "2026-10-25", "2026-10-26", "30m"),
    ("split in the doubled hour", "01:00-02:30, 02:45-04:00", BERLIN, "2026-10-25", "2026-10-26", "3h45m"),
    ("over midnight into spring", "22:00-03:00", BERLIN, "2026-03-28 12:00", "2026-03-29 12:00", "4h"),
    ("over midnight into autumn", "22:00-03:00", BERLIN, "2026-10-24 12:00", "2026-10-25 12:00", "6h"),
    ("23:59 is 23:59", "00:00-23:59", BERLIN, "2026-06-01", "2026-06-02", "23h59m"),
    ("up to midnight", "22:00-00:00", BERLIN, "2026-06-01", "2026-06-02", "2h"),
    ("overlapping windows", "09:00-12:00, 11:00-13:00", BERLIN, "2026-06-01", "2026-06-02", "4h"),
    ("touching windows", "09:00-12:00, 12:00-13:00", BERLIN, "2026-06-01", "2026-06-02", "4h"),
    ("over midnight twice", "20:00-02:00, 22:00-04:00", BERLIN, "2026-06-01 12:00", "2026-06-02 12:00", "8h"),
    ("midnight does not exist", "00:00-08:00", SAO_PAULO, "2017-10-15", "2017-10-16", "7h"),
    ("midnight does not exist, whole", "00:00-24:00", SAO_PAULO, "2017-10-15", "2017-10-16", "23h"),
    ("the day before that ends there", "22:00-24:00", SAO_PAULO, "2017-10-14", "2017-10-15", "2h"),
    ("the hour before midnight is doubled", "22:00-24:00", SAO_PAULO, "2018-02-17", "2018-02-18", "3h"),
    ("half an hour is missing", "01:00-04:00", LORD_HOWE, "2026-10-04", "2026-10-05", "2h30m"),
    ("half an hour is doubled", "01:00-04:00", LORD_HOWE, "2026-04-05", "2026-04-06", "3h30m"),
    ("a whole date is missing", "09:00-17:00", APIA, "2011-12-29", "2012-01-01", "16h"),
    ("a half-hour offset", "09:00-17:30", KOLKATA, "2026-06-01", "2026-06-02", "8h30m"),
    ("before Ramadan the clocks go back", "00:00-24:00", CASABLANCA, "2026-02-15", "2026-02-16", "25h"),
    ("after it they go forward", "00:00-24:00", CASABLANCA, "2026-03-22", "2026-03-23", "23h"),
]


@pytest.mark.parametrize(
    ("text", "zone", "start", "end", "worked"), [w[1:] for w in WORKED], ids=[w[0] for w in WORKED]
)
def test_working_time_is_that_of_the_table(text: str, zone: ZoneInfo, start: str, end: str, worked: str) -> None:
    assert calendar_of(daily("daily", text, zone)).elapsed(at(start, zone), at(end, zone)) == span(worked)


# Friday the 5th of June to Monday the 8th: what lies on which date
WEEK = ("22:00-02:00",) * 7
SPILLING = [
    # case, other hours of dates, holidays, windows that are worked on these days
    ("every night", {}, (), ["Fri 00-02", "Fri 22-24", "Sat 00-02", "Sat 22-24", "Sun 00-02"]),
    ("a holiday cuts its own date", {}, ("2026-06-06",), ["Fri 00-02", "Fri 22-24", "Sun 00-02"]),
    ("so does a date that is closed", {"2026-06-06": ""}, (), ["Fri 00-02", "Fri 22-24", "Sun 00-02"]),
    (
        "a date's own hours replace what lies on it",
        {"2026-06-06": "10:00-11:00"},
        (),
        ["Fri 00-02", "Fri 22-24", "Sat 10-11", "Sun 00-02"],
    ),
    (
        "a date's own part after midnight joins the next date",
        {"2026-06-06": "21:00-03:00"},
        (),
        ["Fri 00-02", "Fri 22-24", "Sat 21-24", "Sun 00-03"],
    ),
    (
        "unless that is a holiday",
        {"2026-06-06": "21:00-03:00"},
        ("2026-06-07",),
        ["Fri 00-02", "Fri 22-24", "Sat 21-24"],
    ),
    (
        "or has hours of its own",
        {"2026-06-06": "21:00-03:00", "2026-06-07": "12:00-13:00"},
        (),
        ["Fri 00-02", "Fri 22-24", "Sat 21-24", "Sun 12-13"],
    ),
    (
        "dates beat holidays",
        {"2026-06-06": "10:00-11:00"},
        ("2026-06-06",),
        ["Fri 00-02", "Fri 22-24", "Sat 10-11", "Sun 00-02"],
    ),
]


@pytest.mark.parametrize(
    ("dates", "holidays", "wanted"), [row[1:] for row in SPILLING], ids=[row[0] for row in SPILLING]
)
def test_what_reaches_over_midnight_belongs_to_the_next_date(
    dates: dict[str, str], holidays: tuple[str, ...], wanted: list[str]
) -> None:
    """Saturday the 6th is the odd one. Other hours of a date never reach back, nor touch what lies on the next date."""
    calendar = calendar_of(Hours("night", UTC, WEEK, dates, holidays))
    found = []
    for day in range(5, 8):
        for opens, closes in calendar.windows(date(2026, 6, day).toordinal()):
            name = date(2026, 6, day).strftime("%a")
            found.append(f"{name} {opens // HOUR:02}-{closes // HOUR:02}")
    assert [one for one in found if one != "Sun 22-24"] == wanted


def test_the_holidays_own_part_of_the_week_before_it_is_kept() -> None:
    """Fri 22:00-24:00 is Friday's; the two hours after it lie on the holiday and are cut."""
    calendar = calendar_of(Hours("night", UTC, WEEK, {}, ("2026-06-06",)))
    assert calendar.elapsed(at("2026-06-05 12:00", UTC), at("2026-06-06 12:00", UTC)) == 2 * HOUR


@pytest.mark.parametrize(
    "text", ["0001-01-03T00:00:00Z", "0001-06-05T12:00:00Z", "9999-06-04T12:00:00Z", "9998-12-30T09:00:00Z"]
)
def test_there_is_no_horizon_to_either_side(text: str) -> None:
    """A year and a week hold the working time of their weekdays, wherever they lie."""
    start = at(text)
    end = start + 7 * DAY
    calendar = calendar_of(OFFICE)
    assert calendar.elapsed(start, end) == span("40h")
    assert calendar.due(start, span("40h")) == max(closes for _, closes in calendar.intervals(start, end))


def test_a_century_can_be_measured_at_once() -> None:
    calendar = calendar_of(hours("office", "09:00-17:00", zone=UTC))
    start, end = at("1950-01-01", UTC), at("2050-01-01", UTC)
    days = [day for day in range(start // DAY, end // DAY) if (day + 3) % 7 < 5]  # 1970-01-01 was a Thursday
    assert calendar.elapsed(start, end) == len(days) * 8 * HOUR


@pytest.mark.parametrize("zone", [UTC, BERLIN, APIA, SAO_PAULO])
@pytest.mark.parametrize("instant", [EARLIEST, EARLIEST + 1, LATEST - 1, LATEST])
def test_the_ends_of_time_are_no_error(zone: ZoneInfo, instant: int) -> None:
    for calendar in (
        calendar_of(daily("round", "00:00-24:00", zone)),
        calendar_of(hours("office", "09:00-17:00", zone=zone)),
    ):
        assert calendar.elapsed(instant, instant) == 0
        near = min(max(instant, EARLIEST + 9 * DAY), LATEST - 9 * DAY)
        assert calendar.elapsed(min(instant, near), max(instant, near)) > 0
        due = calendar.due(instant, HOUR)
        assert due is None or calendar.elapsed(instant, due) == HOUR
        opening = calendar.opening(instant)
        assert opening is None or opening >= instant


def test_the_order_of_questions_does_not_matter() -> None:
    """Years are compiled as they are asked for, forwards and backwards."""
    instants = [at(f"{year}-06-05 12:00") for year in (2026, 1999, 2040, 1970, 2026, 1960)]
    grown = OFFICE.calendar
    for start in instants:
        for end in instants:
            assert grown.elapsed(start, end) == hours("office", "09:00-17:00").calendar.elapsed(start, end)


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        ("2026-06-05 08:00", "2026-06-05 09:00"),
        ("2026-06-05 09:00", "2026-06-05 09:00"),
        ("2026-06-05 16:59:59", "2026-06-05 16:59:59"),
        ("2026-06-05 17:00", "2026-06-08 09:00"),
    ],
)
def test_an_opening_is_the_first_working_instant(start: str, wanted: str) -> None:
    assert calendar_of(OFFICE).opening(at(start)) == at(wanted)
    assert calendar_of(OFFICE).due(at(start), 0) == at(wanted)


def test_a_due_instant_more_than_ten_years_away_is_none() -> None:
    rare = calendar_of(daily("rare", "", dates={"2030-01-01": "09:00-10:00", "2045-01-01": "09:00-10:00"}))
    start = at("2026-06-05 12:00")
    assert rare.due(start, HOUR) == at("2030-01-01 10:00")
    assert rare.due(start, HOUR + 1) is None
    assert rare.opening(at("2030-01-01 10:00")) is None
    assert rare.opening(at("2036-01-01 10:00")) == at("2045-01-01 09:00")


def test_round_the_clock_is_plain_addition_in_every_zone() -> None:
    start = at("2026-03-28 12:00")
    assert ALWAYS.due(start, span("24h")) == start + DAY
    assert ALWAYS.elapsed(start, start + 9 * DAY + 1) == 9 * DAY + 1
    assert list(ALWAYS.intervals(start, start + 7)) == [(start, start + 7)]


WINDOWS = ["", "09:00-17:00", "00:00-24:00", "22:00-02:00", "02:30-06:00", "01:00-02:30, 02:45-04:00", "23:15-00:00"]
YEARS: dict[tzinfo, int] = {BERLIN: 2026, SAO_PAULO: 2017, LORD_HOWE: 2026, APIA: 2011, KOLKATA: 2026, CASABLANCA: 2026}
some = st.sampled_from(WINDOWS)


@st.composite
def any_hours(draw: st.DrawFn) -> Hours:
    """Hours in one of the zones with odd clocks, with a date and a holiday near each of their changes."""
    zone = draw(st.sampled_from(list(YEARS)))
    days = st.dates(date(YEARS[zone], 1, 1), date(YEARS[zone], 12, 31)).map(date.isoformat)
    return Hours(
        "any",
        zone,
        tuple(draw(st.lists(some, min_size=7, max_size=7))),
        draw(st.dictionaries(days, some, max_size=2)),
        tuple(draw(st.lists(days, max_size=2))),
    )


def changes_of(hours: Hours) -> list[int]:
    """The days of a year on which its zone's offset changes, and two plain ones."""
    start = at(f"{YEARS[hours.zone]}-01-01", UTC)
    offsets = [to_datetime(start + day * DAY).astimezone(hours.zone).utcoffset() for day in range(366)]
    return [0, 150] + [day for day in range(365) if offsets[day] != offsets[day + 1]]


@examples(200)
@given(any_hours(), st.data())
def test_working_time_is_what_a_walk_by_quarters_of_an_hour_counts(hours: Hours, data: st.DataObject) -> None:
    day = data.draw(st.sampled_from(changes_of(hours)))
    quarters = st.integers(-2 * 96, 3 * 96)
    start = at(f"{YEARS[hours.zone]}-01-01", UTC) + day * DAY + data.draw(quarters) * 15 * MINUTE
    end = start + data.draw(st.integers(0, 3 * 96)) * 15 * MINUTE
    slow = WorkingTime(hours, 15 * MINUTE)
    assert hours.calendar.elapsed(start, end) == slow.between(start, end)
    assert sum(b - a for a, b in hours.calendar.intervals(start, end)) == slow.between(start, end)
