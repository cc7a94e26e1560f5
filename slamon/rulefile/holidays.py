"""Days without work from outside: public holidays of a country, and all-day events of iCalendar files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, timedelta
from functools import cache
from typing import Any

_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_DAY = timedelta(days=1)


@cache
def countries() -> Mapping[str, Sequence[str]]:
    """The country codes whose public holidays are known, each with its subdivisions."""
    import holidays

    return holidays.list_supported_countries(include_aliases=True)


@cache
def _known_years(country: str) -> range:
    """The years of which public holidays are known; asking for one takes 0.1 ms, known or not."""
    import holidays

    known = holidays.country_holidays(country)
    return range(known.start_year, known.end_year + 1)


@cache
def _language(country: str) -> str | None:
    """Of the names: English, as all else that is told, where it is known. Left open it would be the environment's."""
    import holidays

    known = holidays.country_holidays(country)
    return next((one for one in known.supported_languages if one.startswith("en")), known.default_language)


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a country or one of its subdivisions."""

    country: str
    subdivision: str | None

    def of(self, year: int) -> Mapping[date, str]:
        import holidays

        if year not in _known_years(self.country):
            return {}
        language = _language(self.country)
        return dict(holidays.country_holidays(self.country, subdiv=self.subdivision, years=year, language=language))


class Closures:
    """The all-day events of one iCalendar file."""

    def __init__(self, data: bytes) -> None:
        """Take a file's bytes; ValueError says what is wrong with them."""
        import recurring_ical_events

        try:
            events = _events(data)
            self._events = recurring_ical_events.of(events)  # kept, as it remembers how far it followed a recurrence
            years = [event["DTSTART"].dt.year for event in events.subcomponents]
            self._first_year = min(years, default=MAXYEAR)
            self.of(self._first_year)  # shows a recurrence that cannot be followed
        except ValueError:
            raise
        except Exception as mistake:  # the parsers let anything through on a hostile file
            raise ValueError(f"it is no sound iCalendar file ({type(mistake).__name__})") from None

    def of(self, year: int) -> Mapping[date, str]:
        """The days of a year that lie within an event, by its summary."""
        if not self._first_year <= year < MAXYEAR:
            return {}
        found: dict[date, str] = {}
        begin, end = date(year, 1, 1), date(year + 1, 1, 1)
        for event in self._events.between(begin, end):
            if str(event.get("STATUS", "")).upper() != "CANCELLED":
                _mark(found, event, begin, end)
        return found


def _mark(found: dict[date, str], event: Any, begin: date, end: date) -> None:
    name = str(event.get("SUMMARY") or "closed")
    day = max(begin, event["DTSTART"].dt)
    while day < min(end, event["DTEND"].dt):
        found.setdefault(day, name)
        day += _DAY


def _events(data: bytes) -> Any:
    """The all-day events of a file as a calendar of their own."""
    import icalendar

    try:
        parsed = icalendar.Calendar.from_ical(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except ValueError:
        raise ValueError("it is not an iCalendar file") from None
    if getattr(parsed, "name", "") != "VCALENDAR":
        raise ValueError("it is not an iCalendar file")
    kept = icalendar.Calendar()
    for number, event in enumerate(parsed.walk("VEVENT")):
        if _is_all_day(event):
            event.setdefault("UID", f"slamon-{number}")
            kept.add_component(event)
    return kept


def _is_all_day(event: Any) -> bool:
    if event.errors:
        raise ValueError(f"an event has a bad {event.errors[0][0]}")
    start, end = _date(event, "DTSTART"), _date(event, "DTEND")
    if start is None:
        raise ValueError("an event has no DTSTART")
    if type(start) is not date:
        return False
    if type(end) is date and end < start:
        raise ValueError(f"an event ends before it starts, on {start}")
    rule = event.get("RRULE")
    if rule and not _FREQUENCIES.issuperset(str(one).upper() for one in rule.get("FREQ", [])):
        raise ValueError("an all-day event recurs more often than daily")
    return True


def _date(event: Any, name: str) -> date | None:
    value = event.get(name)
    return None if value is None else getattr(value, "dt", None)


@dataclass(frozen=True, slots=True, eq=False)
class Holidays:
    """Everything that closes a calendar, year by year; looked up once a year is asked for."""

    public: PublicHolidays | None
    closures: tuple[Closures, ...]
    _years: dict[int, Mapping[date, str]] = field(default_factory=dict)

    def __call__(self, year: int) -> Mapping[date, str]:
        """The holidays of a year by name."""
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._look_up(year)
        return known

    def _look_up(self, year: int) -> Mapping[date, str]:
        found: dict[date, str] = {}
        for closure in self.closures:
            found.update(closure.of(year))
        if self.public:
            found.update(self.public.of(year))
        return found
