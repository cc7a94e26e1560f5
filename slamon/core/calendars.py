"""Calendars: when work is done.

A calendar goes to its zone only to cut working windows; after that there are UTC intervals and integer arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from slamon.core.instants import DAY, EPOCH, LATEST, SECOND, Instant, Span
from slamon.core.worktime import FAR, LAST_YEAR, ORDINAL_OF_EPOCH, Interval, WorkTime

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
        self._dates = {day.toordinal(): _split(windows) for day, windows in (dates or {}).items()}
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
        year = date.fromordinal(ordinal).year
        if year not in self._holiday_years:
            self._holiday_years[year] = {day.toordinal(): name for day, name in self._holidays(year).items()}
        return None if ordinal in self._dates else self._holiday_years[year].get(ordinal)

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
        own, before = self._week[(ordinal + 6) % 7], self._week[(ordinal + 5) % 7]
        spilled = self._dates[ordinal - 1][1] if ordinal - 1 in self._dates else ()
        return _merged([*own[0], *before[1], *spilled])

    # as instants

    def compile(self, first_year: int, end_year: int) -> list[Interval]:
        end = date(end_year, 1, 1).toordinal() if end_year <= LAST_YEAR else date.max.toordinal() + 1
        found: list[Window] = []
        for ordinal in range(date(first_year, 1, 1).toordinal(), end):
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
