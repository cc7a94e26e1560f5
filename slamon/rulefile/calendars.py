"""Calendars as they stand in a file: time zone, hours of the week, holidays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from slamon.core.calendars import Calendar, Window
from slamon.rulefile.daytime import Windows, parse_date
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Field, Schema, Text, scalar, wrong_shape
from slamon.rulefile.holidays import Closures, Holidays, PublicHolidays, countries
from slamon.rulefile.lists import Located, OneOrMany
from slamon.rulefile.nodes import Mapping as MappingNode
from slamon.rulefile.nodes import Node, Owner, Scalar
from slamon.rulefile.records import Key, Record, Values
from slamon.rulefile.suggest import did_you_mean, quoted

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BUILT_IN = "24x7"
Week = tuple[tuple[Window, ...], ...]
Opener = Callable[[str], bytes]  # a path as written in a rules file -> that file's bytes; OSError
_LOCAL = frozenset({"localtime", "posixrules"})  # of the machine, so not the same everywhere


class TimeZone(Field[tzinfo]):
    """A time zone by its name in the IANA database."""

    takes = "a time zone such as Europe/Berlin"

    def read(self, node: Node, owner: Owner, report: Report) -> tzinfo:
        name = scalar(node, owner, report, self.takes).text
        zone = _zone(name)
        if zone is None:
            found = _nearest_zone(name, report)
            help = did_you_mean(found) or "write a name such as Europe/Berlin or UTC"
            report.refuse(node, "unknown-time-zone", f"unknown time zone {quoted(name)}", help)
        return zone

    def schema(self) -> Schema:
        return {"type": "string", "examples": ["Europe/Berlin", "UTC"]}


def _zone(name: str) -> tzinfo | None:
    if name in _LOCAL or name.startswith(("posix/", "right/")):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return None


@cache
def _cities() -> Mapping[str, str]:
    """The zones by the last part of their names, in lower case."""
    zones = sorted(available_timezones() - _LOCAL, reverse=True)
    return {zone.rpartition("/")[2].lower(): zone for zone in zones}


def _nearest_zone(name: str, report: Report) -> str | None:
    same_city = _cities().get(name.rpartition("/")[2].replace(" ", "_").lower())
    return same_city or report.suggest(name, _cities().values())


class Hours(Field[Week]):
    """The windows of each weekday, by weekday or range of weekdays."""

    takes = "a map such as {mon-fri: 09:00-17:00}"
    _windows = Windows()

    def read(self, node: Node, owner: Owner, report: Report) -> Week:
        if not isinstance(node, MappingNode):
            wrong_shape(node, owner, report, self.takes)
        week: dict[int, tuple[Window, ...]] = {}
        failed = False
        for key, value in node.entries:
            try:
                days = _weekdays(key, report)
                _refuse_twice(days, week, key, report)
                week.update(dict.fromkeys(days, ()))
                week.update(dict.fromkeys(days, self._windows.read(value, key, report)))
            except Refused:
                failed = True
        if failed:
            raise Refused
        return tuple(week.get(day, ()) for day in range(7))

    def schema(self) -> Schema:
        day = f"(?:{'|'.join(WEEKDAYS)})"
        windows = self._windows.schema()
        return {"type": "object", "additionalProperties": False, "patternProperties": {f"^{day}(?:-{day})?$": windows}}


def _weekdays(key: Scalar, report: Report) -> tuple[int, ...]:
    """The weekdays that a key names; a range may wrap over the weekend."""
    first, dash, last = key.text.partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        message = f"{quoted(key.text)} is not a weekday or a range of weekdays"
        report.refuse(key, "bad-weekday", message, f"write {_meant_weekdays(key.text)}")
    begin = WEEKDAYS.index(first)
    length = (WEEKDAYS.index(last) - begin) % 7 if dash else 0
    return tuple((begin + day) % 7 for day in range(length + 1))


def _meant_weekdays(text: str) -> str:
    days = [part.strip().lower() for part in text.split("-")]
    if len(days) <= 2 and all(day[:3] in WEEKDAYS and day.isalpha() for day in days):
        return "-".join(day[:3] for day in days)
    return "mon, or a range such as mon-fri"


def _refuse_twice(days: Iterable[int], week: Mapping[int, object], key: Scalar, report: Report) -> None:
    twice = [WEEKDAYS[day] for day in days if day in week]
    if twice:
        report.refuse(
            key,
            "duplicate-weekday",
            f"{' and '.join(twice)} given twice, here by {quoted(key.text)}",
            "give each day once",
        )


class Dates(Field[dict[date, tuple[Window, ...]]]):
    """Single dates with windows of their own."""

    takes = "a map such as {2026-12-24: closed}"
    _windows = Windows()

    def read(self, node: Node, owner: Owner, report: Report) -> dict[date, tuple[Window, ...]]:
        if not isinstance(node, MappingNode):
            wrong_shape(node, owner, report, self.takes)
        found: dict[date, tuple[Window, ...]] = {}
        for key, value in node.entries:
            try:
                found[_date(key, report)] = self._windows.read(value, key, report)
            except Refused:
                continue
        if len(found) < len(node.entries):
            raise Refused
        return found

    def schema(self) -> Schema:
        pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
        return {"type": "object", "additionalProperties": False, "patternProperties": {pattern: self._windows.schema()}}


def _date(key: Scalar, report: Report) -> date:
    day = parse_date(key.text)
    if day is None:
        report.refuse(
            key, "bad-date", f"{quoted(key.text)} is not a date", "write a day that exists, such as 2026-12-24"
        )
    return day


COUNTRY = Key("country", Text("a country code such as DE", example="DE"), "Public holidays of this country (ISO 3166).")
SUBDIVISION = Key(
    "subdivision", Text("a subdivision code such as BE", example="BE"), "And of this part of the country."
)
DATES = Key("dates", Dates(), "Dates with other hours, or closed; they beat public holidays and files.")
FILES = Key("files", OneOrMany(Text("a file name")), "iCalendar files; their all-day events are closed days.")
HOLIDAYS = Key(
    "holidays",
    Record("a map such as {country: DE}", (COUNTRY, SUBDIVISION, DATES, FILES)),
    "Days on which the hours of the week do not hold.",
)
TIME_ZONE = Key("time_zone", TimeZone(), "The time zone of the hours.", required=True, example="Europe/Berlin")
HOURS = Key("hours", Hours(), "The working hours of the week.")
CALENDAR = Record("a map with time_zone and hours", (TIME_ZONE, HOURS, HOLIDAYS))


def build_calendar(name: str, values: Values, opener: Opener, report: Report) -> Calendar | None:
    """The calendar that was written; None once a mistake was reported."""
    holidays = values.get(HOLIDAYS)
    dates = (holidays.get(DATES) if holidays else None) or {}
    closed_days = _holidays(holidays, opener, report) if holidays else None
    zone, week = values.get(TIME_ZONE), values.get(HOURS)
    if values.broken or values.unknown or (holidays and (holidays.broken or holidays.unknown)):
        return None
    if not any(week or ()) and not any(dates.values()):
        _no_working_time(name, values, report)
        return None
    return Calendar(name, zone, week or ((),) * 7, dates, closed_days) if zone else None


def _no_working_time(name: str, values: Values, report: Report) -> None:
    hours = "has no hours, so no working time" if not values.given(HOURS) else "has no working time"
    message = f"the calendar {quoted(name)} {hours}: everything would wait for ever"
    report.error(values.owner, "no-working-time", message, "add hours: {mon-fri: 09:00-17:00}")


def _holidays(values: Values, opener: Opener, report: Report) -> Holidays | None:
    public = _public(values, report)
    closures = [_closures(one, opener, report) for one in values.get(FILES) or ()]
    if public is None and not closures:
        return None
    return Holidays(public, tuple(closure for closure in closures if closure))


def _public(values: Values, report: Report) -> PublicHolidays | None:
    country, subdivision = values.get(COUNTRY), values.get(SUBDIVISION)
    if country is None:
        if subdivision is not None and not values.given(COUNTRY):
            _no_country(values, subdivision, report)
        return None
    if country not in countries():
        found = report.suggest(country, [code for code in countries() if len(code) == len(country)])
        help = did_you_mean(found) or "write a code of ISO 3166 such as DE"
        report.error(values.at(COUNTRY), "unknown-country", f"unknown country {quoted(country)}", help)
        return None
    parts = countries()[country]
    if subdivision is not None and subdivision not in parts:
        _unknown_subdivision(values, country, subdivision, parts, report)
        return None
    return PublicHolidays(country, subdivision)


def _no_country(values: Values, subdivision: str, report: Report) -> None:
    message = f"the key 'country' is missing, of which the subdivision {quoted(subdivision)} is a part"
    report.error(values.owner, "missing-key", message, "add country: DE")


def _unknown_subdivision(values: Values, country: str, subdivision: str, parts: Sequence[str], report: Report) -> None:
    shown = ", ".join(parts[:20])
    help = did_you_mean(report.suggest(subdivision, parts)) or (
        f"{country} has {shown}{', …' if len(parts) > 20 else ''}" if parts else f"{country} has none: leave it out"
    )
    message = f"unknown subdivision {quoted(subdivision)} of the country {country}"
    report.error(values.at(SUBDIVISION), "unknown-subdivision", message, help)


def _closures(file: Located[str], opener: Opener, report: Report) -> Closures | None:
    try:
        return Closures(opener(file.value))
    except OSError as mistake:
        problem = mistake.strerror or "no such file"
    except ValueError as mistake:
        problem = str(mistake)
    message = f"the iCalendar file {quoted(file.value)} cannot be read: {problem}"
    report.error(file.node, "bad-calendar-file", message, "put it beside the rules file")
    return None
