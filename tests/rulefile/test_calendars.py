"""Calendars as the engine gets them: hours, zones, holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from slamon.core.calendars import ALWAYS, Calendar, Window
from slamon.core.instants import DAY, HOUR, MINUTE, parse_instant
from slamon.rulefile import read_texts
from slamon.rulefile.holidays import Closures, PublicHolidays
from tests.rulefile.texts import around, good


def calendar(hours: str, rest: str = "", **files: bytes) -> Calendar:
    """The calendar `c` in Berlin; files without their ending .ics."""
    text = around("calendars", f"c: {{time_zone: Europe/Berlin, hours: {hours}{rest}}}")
    beside = {f"{name}.ics": data for name, data in files.items()}
    loaded = read_texts({"r.yml": text.encode(), **beside}, routes=False)
    assert loaded.rules is not None, loaded.render()
    return loaded.rules.calendars["c"]


def windows(found: Calendar, day: str) -> list[Window]:
    """The working windows of a date in hours, as the engine cuts them."""
    return [(start // HOUR, end // HOUR) for start, end in found.windows(date.fromisoformat(day).toordinal())]


MONDAY, TUESDAY, FRIDAY, SATURDAY, SUNDAY = "2026-06-08", "2026-06-09", "2026-06-12", "2026-06-13", "2026-06-14"


def test_the_calendar_24x7_is_there_without_being_written() -> None:
    assert good("version: 1\n").calendars == {"24x7": ALWAYS}


def test_hours_are_in_the_calendar_s_zone() -> None:
    found = calendar("{mon: 09:00-17:00}")
    monday = date.fromisoformat(MONDAY).toordinal()
    assert found.instant(monday, 9 * HOUR) == parse_instant("2026-06-08T07:00:00Z")


def test_a_range_of_weekdays_may_wrap_over_the_weekend() -> None:
    found = calendar("{fri-mon: 9:00-17:00}")
    assert [windows(found, day) for day in (MONDAY, TUESDAY, FRIDAY, SUNDAY)] == [[(9, 17)], [], [(9, 17)], [(9, 17)]]


def test_a_day_may_be_closed_or_have_several_windows_in_any_order() -> None:
    found = calendar("{mon: [13:00-16:00, 09:00-12:00], tue: closed}")
    assert windows(found, MONDAY) == [(9, 12), (13, 16)]
    assert windows(found, TUESDAY) == []


def test_overlapping_windows_are_merged() -> None:
    assert windows(calendar("{mon: [09:00-12:00, 11:00-13:00, 13:00-14:00]}"), MONDAY) == [(9, 14)]


def test_a_window_over_midnight_goes_on_to_the_next_date() -> None:
    found = calendar("{sat: 22:00-02:00, mon: 22:00-00:00}")
    nights = [windows(found, day) for day in (SATURDAY, SUNDAY, MONDAY, TUESDAY)]
    assert nights == [[(22, 24)], [(0, 2)], [(22, 24)], []]


def test_the_whole_day_is_written_to_24_00() -> None:
    assert calendar("{mon: 00:00-24:00}").windows(date.fromisoformat(MONDAY).toordinal()) == ((0, DAY),)
    assert calendar("{mon: 00:00-23:59}").windows(date.fromisoformat(MONDAY).toordinal()) == ((0, DAY - MINUTE),)


def test_a_date_may_have_hours_of_its_own() -> None:
    found = calendar("{mon-sun: 09:00-17:00}", ", holidays: {dates: {2026-06-08: closed, '2026-06-09': [10:00-11:00]}}")
    assert [windows(found, day) for day in (MONDAY, TUESDAY, FRIDAY)] == [[], [(10, 11)], [(9, 17)]]


def test_public_holidays_are_those_of_the_country_and_its_part_in_any_year() -> None:
    germany = calendar("{mon-sun: 09:00-17:00}", ", holidays: {country: DE}")
    berlin = calendar("{mon-sun: 09:00-17:00}", ", holidays: {country: DE, subdivision: BE}")
    norway = calendar("{mon-sun: 09:00-17:00}", ", holidays: {country: NO}")
    for year in (2024, 2031, 2050):
        assert [windows(one, f"{year}-10-03") for one in (germany, berlin, norway)] == [[], [], [(9, 17)]]
        assert [windows(one, f"{year}-03-08") for one in (germany, berlin)] == [[(9, 17)], []]
        assert windows(norway, f"{year}-05-17") == []


@pytest.mark.parametrize("language", ["de_DE.UTF-8", "fr", "C.UTF-8", ""])
def test_public_holidays_have_the_same_names_in_every_environment(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(variable, language)
    names = [PublicHolidays(*where).of(2026)[date(2026, 1, 1)] for where in (("DE", "BE"), ("JP", None), ("GB", None))]
    assert names == ["New Year's Day"] * 3


def test_dates_beat_public_holidays_and_files() -> None:
    rest = ", holidays: {country: DE, files: [x.ics], dates: {2026-10-03: 10:00-11:00, 2026-10-05: 12:00-13:00}}"
    found = calendar("{mon-sun: 09:00-17:00}", rest, x=ics(DTSTART="20261005"))
    assert [windows(found, f"2026-10-0{day}") for day in (3, 4, 5)] == [[(10, 11)], [(9, 17)], [(12, 13)]]


# iCalendar


def ics(*more: str, **values: str) -> bytes:
    """A calendar with one all-day event."""
    kinds = {"DTSTART": ";VALUE=DATE", "DTEND": ";VALUE=DATE"}
    lines = [f"{key}{kinds.get(key, '')}:{value}" for key, value in values.items()]
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", *more, "END:VCALENDAR", ""]).encode()


def days(found: Mapping[date, str]) -> list[str]:
    return sorted(str(day) for day in found)


def test_an_all_day_event_closes_its_days_but_not_its_end_date() -> None:
    data = ics(DTSTART="20260608", DTEND="20260610")
    found = calendar("{mon-sun: 09:00-17:00}", ", holidays: {files: [x.ics]}", x=data)
    assert [windows(found, f"2026-06-{day}") for day in ("07", "08", "09", "10")] == [[(9, 17)], [], [], [(9, 17)]]


def test_an_event_without_an_end_is_one_day_and_is_told_by_its_summary() -> None:
    assert Closures(ics(DTSTART="20260608", SUMMARY="Works outing")).of(2026) == {date(2026, 6, 8): "Works outing"}


def test_an_event_over_new_year_belongs_to_both_years() -> None:
    found = Closures(ics(DTSTART="20261230", DTEND="20270103"))
    assert days(found.of(2026)) == ["2026-12-30", "2026-12-31"]
    assert days(found.of(2027)) == ["2027-01-01", "2027-01-02"]


def test_an_event_recurs_by_its_rule_with_exceptions() -> None:
    left_out = {"EXDATE;VALUE=DATE": "20260610"}
    found = Closures(ics(DTSTART="20240610", RRULE="FREQ=YEARLY;UNTIL=20270610", **left_out))
    assert [days(found.of(year)) for year in range(2023, 2027)] == [[], ["2024-06-10"], ["2025-06-10"], []]
    assert [days(found.of(year)) for year in (2027, 2028)] == [["2027-06-10"], []]


def test_timed_and_cancelled_events_close_nothing() -> None:
    timed = ["BEGIN:VEVENT", "DTSTART:20260609T100000Z", "DTEND:20260609T110000Z", "END:VEVENT"]
    assert days(Closures(ics(*timed, DTSTART="20260608")).of(2026)) == ["2026-06-08"]
    assert days(Closures(ics(DTSTART="20260608", STATUS="CANCELLED")).of(2026)) == []


def test_the_ends_of_time_are_no_trouble() -> None:
    found = Closures(ics(DTSTART="20260608", RRULE="FREQ=YEARLY"))
    assert (found.of(9999), found.of(1), found.of(0)) == ({}, {}, {})


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "it is not an iCalendar file"),
        (b"hello", "it is not an iCalendar file"),
        (b"\xff\xfe", "it is not UTF-8"),
        (b"BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260608\nEND:VEVENT\n", "it is not an iCalendar file"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "it is not an iCalendar file"),
        (ics(SUMMARY="x"), "an event has no DTSTART"),
        (ics(DTSTART="2026"), "an event has a bad DTSTART"),
        (ics(DTSTART="20260608", RRULE="FREQ=SECONDLY"), "an all-day event recurs more often than daily"),
        (ics(DTSTART="20260608", DTEND="20260601"), "an event ends before it starts, on 2026-06-08"),
    ],
)
def test_an_unsound_file_is_refused_with_its_reason(data: bytes, problem: str) -> None:
    text = around("calendars", "c: {time_zone: UTC, hours: {mon: 09:00-17:00}, holidays: {files: [x.ics]}}")
    loaded = read_texts({"r.yml": text.encode(), "x.ics": data}, routes=False)
    assert [(str(found.place), found.message) for found in loaded.diagnostics] == [
        ("r.yml:3:69", f"the iCalendar file 'x.ics' cannot be read: {problem}")
    ]
