"""Calendars: when work is done.

A calendar goes to its zone only to cut working windows; after that there are UTC intervals and integer arithmetic.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise

from slamon.core.instants import DAY, EPOCH, LATEST, SECOND, Instant, Span
from slamon.core.worktime import FAR, LAST_YEAR, ORDINAL_OF_EPOCH, Era, Interval, WorkTime, new_year

Window = tuple[Span, Span]  # local times of day, half-open; a close past 24 h reaches into the next date
Holidays = Callable[[int], Mapping[date, str]]  # a year -> its holidays by name


class Calendar(WorkTime):
    """Working windows in local time, and the arithmetic of working time in UTC."""

    def __init__(
        self,
        name: str,
        zone: tzinfo,
        week: Sequence[Sequence[Window]],
        dates: Mapping[date, Sequence[Window]] | None = None,
        holidays: Holidays | None = None,
    ) -> None:
        """`week`: the windows of Monday to Sunday. `dates`: other windows of a date, none if closed."""
        super().__init__()
        self.name = name
        self.zone = zone
        self._week = [_split(windows) for windows in week]
        self._usual = [_merged([*self._week[day][0], *self._week[day - 1][1]]) for day in range(7)]
        self._dates = {day.toordinal(): _split(windows) for day, windows in (dates or {}).items()}
        self._touched = sorted({day + more for day in self._dates for more in (0, 1)})  # by what `dates` says
        self._holidays = holidays or (lambda year: {})
        self._holiday_years: dict[int, dict[int, str]] = {}
        self._days: dict[int, tuple[Window, ...]] = {}
        self._working: dict[int, bool] = {}

    def __repr__(self) -> str:
        return f"Calendar({self.name!r})"

    # local days

    def local(self, instant: Instant) -> tuple[int, Span]:
        """The local date of an instant as an ordinal, and the wall time in it. OverflowError outside years 1..9999."""
        moment = (EPOCH + timedelta(microseconds=instant)).astimezone(self.zone)
        time = (moment.hour * 3600 + moment.minute * 60 + moment.second) * SECOND + moment.microsecond
        return moment.toordinal(), time

    def instant(self, ordinal: int, time: Span) -> Instant:
        """The instant of a local wall time. One that does not exist is one gap later, of two the first is meant."""
        ordinal, time = ordinal + time // DAY, time % DAY
        naive = datetime.fromordinal(ordinal) + timedelta(microseconds=time)  # OverflowError past the year 9999
        offset = naive.replace(tzinfo=self.zone).utcoffset() or timedelta(0)
        return (ordinal - ORDINAL_OF_EPOCH) * DAY + time - offset // timedelta(microseconds=1)

    def windows(self, ordinal: int) -> tuple[Window, ...]:
        """The working windows of a local date, split at midnight, sorted and merged."""
        known = self._days.get(ordinal)
        if known is None:
            known = self._days[ordinal] = self._windows(ordinal)
        return known

    def holiday(self, ordinal: int) -> str | None:
        """The name of the holiday on a local date, unless `dates` says something about it."""
        return None if ordinal in self._dates else self._holidays_of(date.fromordinal(ordinal).year).get(ordinal)

    def special(self, ordinal: int) -> bool:
        """Whether `dates` says something about a local date."""
        return ordinal in self._dates

    def works_on(self, ordinal: int) -> bool:
        """Whether a local date has working time; a window in an hour that the clock skips is none."""
        known = self._working.get(ordinal)
        if known is None:
            intervals = self._utc(ordinal, self.windows(ordinal))
            known = self._working[ordinal] = any(opening < closing for opening, closing in intervals)
        return known

    def _windows(self, ordinal: int) -> tuple[Window, ...]:
        if ordinal in self._dates:
            return _merged(self._dates[ordinal][0])
        if self.holiday(ordinal):
            return ()
        usual = self._usual[(ordinal + 6) % 7]
        return _merged([*usual, *self._dates[ordinal - 1][1]]) if ordinal - 1 in self._dates else usual

    def _holidays_of(self, year: int) -> dict[int, str]:
        known = self._holiday_years.get(year)
        if known is None:
            known = {day.toordinal(): name for day, name in self._holidays(year).items()}
            self._holiday_years[year] = known
        return known

    def _unusual(self, first: int, end: int) -> set[int]:
        """The dates that may have other windows than their weekday."""
        found = set(self._touched[bisect_left(self._touched, first) : bisect_left(self._touched, end)])
        for year in range(date.fromordinal(first).year, date.fromordinal(end - 1).year + 1):
            found.update(day for day in self._holidays_of(year) if first <= day < end)
        return found

    # as instants

    def compile(self, first_year: int, end_year: int) -> list[Interval]:
        end = date(end_year, 1, 1).toordinal() if end_year <= LAST_YEAR else date.max.toordinal() + 1
        return self._intervals(range(date(first_year, 1, 1).toordinal(), end))

    def is_regular(self, first_year: int, end_year: int) -> bool:
        return not self._unusual(*_dates_around(first_year, end_year))

    def total(self, first_year: int, end_year: int) -> Span:
        """As in a week that always repeats, but for the dates that differ: only those are cut into instants."""
        first, end = _dates_around(first_year, end_year)
        edges = {*range(first, first + 4), *range(end - 4, end)}  # partly in other years, as UTC counts them
        odd = sorted(edges | self._unusual(first, end) | self._around_clock_changes(first, end))
        by_weekday = [sum(close - open_ for open_, close in windows) for windows in self._usual]
        weeks, rest = divmod(end - first, 7)
        usual = weeks * sum(by_weekday) + sum(by_weekday[(day + 6) % 7] for day in range(first, first + rest))
        replaced = sum(by_weekday[(day + 6) % 7] for day in odd)
        return usual - replaced + Era(new_year(first_year), new_year(end_year), self._intervals(odd)).total

    def _around_clock_changes(self, first: int, end: int) -> set[int]:
        """The dates whose windows may lie outside 24 hours of their own: where the offset changes, and beside it."""
        offsets = map(self.zone.utcoffset, map(datetime.fromordinal, range(first - 1, end + 2)))
        changing = [first - 1 + index for index, (one, next_) in enumerate(pairwise(offsets)) if one != next_]
        return {day + more for day in changing for more in (-1, 0, 1) if first <= day + more < end}

    def _intervals(self, ordinals: Iterable[int]) -> list[Interval]:
        found: list[Window] = []
        for ordinal in ordinals:
            windows = self._windows(ordinal)
            if windows:
                found += self._utc(ordinal, windows)
        return list(_merged(found))

    def _utc(self, ordinal: int, windows: tuple[Window, ...]) -> list[Window]:
        """The windows of one local date as instants; a zone's clock changes at most once on the way."""
        midnight = self.instant(ordinal, 0)
        if ordinal < date.max.toordinal() and self.instant(ordinal + 1, 0) - midnight == DAY:
            return [(midnight + open_, midnight + close) for open_, close in windows]
        last = ordinal == date.max.toordinal()
        return [
            (self.instant(ordinal, open_), self.instant(ordinal, close - (last and close == DAY)))
            for open_, close in windows
        ]


class _Always(Calendar):
    """Every second."""

    def elapsed(self, start: Instant, end: Instant) -> Span:
        return max(0, end - start)

    def due(self, start: Instant, amount: Span) -> Instant | None:
        return start + amount if amount <= FAR and start + amount <= LATEST else None

    def opening(self, at: Instant) -> Instant | None:
        return at

    def intervals(self, start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
        if start < end:
            yield start, end


def _split(windows: Sequence[Window]) -> tuple[list[Window], list[Window]]:
    """The parts of windows on their own date and on the next."""
    own = [(open_, min(close, DAY)) for open_, close in windows]
    return own, [(0, close - DAY) for _, close in windows if close > DAY]


def _dates_around(first_year: int, end_year: int) -> tuple[int, int]:
    """The local dates, the last one not included, that may have a part in the years from one to another in UTC."""
    return date(first_year, 1, 1).toordinal() - 2, date(end_year, 1, 1).toordinal() + 2


def _merged(windows: list[Window]) -> tuple[Window, ...]:
    """Sorted, with overlapping and touching ones made one, empty ones left out."""
    found: list[Window] = []
    for open_, close in sorted(windows):
        if found and open_ <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], close)
        elif open_ < close:
            found.append((open_, close))
    return tuple(found)


ALWAYS: Calendar = _Always("24x7", UTC, [[(0, DAY)]] * 7)
