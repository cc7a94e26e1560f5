"""Working time, slowly: every tick is looked at by itself, and a local time is found by trying the instants around it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from slamon.core.instants import DAY, Instant, Span
from slamon.core.policy import FixedDays

from .build import Hours, windows

ONE_DAY = timedelta(days=1)
STEP = timedelta(minutes=15)  # the clocks of all zones are changed at, and by, multiples of this
FAR_ENOUGH = 400  # days that are looked through for one with working time
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(moment: datetime) -> Instant:
    return (moment - EPOCH) // timedelta(microseconds=1)


def resolve(hours: Hours, day: date, time: Span) -> Instant:
    """The instant of a local wall time: the first of two, or one gap later if there is none."""
    day, time = day + ONE_DAY * (time // DAY), time % DAY
    rest = timedelta(microseconds=time % (15 * 60 * 1_000_000))
    wall = datetime(day.year, day.month, day.day) + timedelta(microseconds=time) - rest  # noqa: DTZ001
    first = wall.replace(tzinfo=UTC) - 2 * ONE_DAY
    before = None
    for index in range(4 * 96):
        moment = first + index * STEP
        shown = moment.astimezone(hours.zone).replace(tzinfo=None)
        if shown == wall:
            return instant_of(moment + rest)
        if shown > wall and before is not None and before < wall:
            gap = shown - before - STEP
            return instant_of(moment - (shown - wall) + gap + rest)
        before = shown
    raise AssertionError(f"no {wall} in {hours.zone}")


def local_day(hours: Hours, instant: Instant) -> date:
    return (EPOCH + timedelta(microseconds=instant)).astimezone(hours.zone).date()


def local_time(hours: Hours, instant: Instant) -> Span:
    moment = (EPOCH + timedelta(microseconds=instant)).astimezone(hours.zone)
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


class WorkingTime:
    """The working ticks of a calendar."""

    def __init__(self, hours: Hours, tick: Span) -> None:
        self.hours = hours
        self.tick = tick
        self._days: dict[date, list[tuple[Instant, Instant]]] = {}
        self._known: dict[Instant, bool] = {}

    def works(self, instant: Instant) -> bool:
        """Whether the tick that begins at an instant is worked."""
        if instant not in self._known:
            day = local_day(self.hours, instant)
            near = (day - ONE_DAY, day, day + ONE_DAY)
            self._known[instant] = any(a <= instant < b for one in near for a, b in self.day(one))
        return self._known[instant]

    def count(self, ticks: Iterable[Instant]) -> Span:
        return sum(self.tick for one in ticks if self.works(one))

    def between(self, start: Instant, end: Instant) -> Span:
        return self.count(range(start, end, self.tick))

    def day(self, day: date) -> list[tuple[Instant, Instant]]:
        """The working windows of a local date as instants; what reaches over midnight belongs to the next date."""
        if day not in self._days:
            self._days[day] = [(resolve(self.hours, day, a), resolve(self.hours, day, b)) for a, b in self._local(day)]
        return self._days[day]

    def _local(self, day: date) -> list[tuple[Span, Span]]:
        own = self.hours.dates.get(day.isoformat())
        if own is not None:
            return [(a, min(b, DAY)) for a, b in windows(own)]
        if day.isoformat() in self.hours.holidays:
            return []
        parts = [(a, min(b, DAY)) for a, b in windows(self.hours.week[day.weekday()])]
        parts += [(0, b - DAY) for _, b in windows(self.hours.week[(day - ONE_DAY).weekday()]) if b > DAY]
        yesterday = windows(self.hours.dates.get((day - ONE_DAY).isoformat(), ""))
        return parts + [(0, b - DAY) for _, b in yesterday if b > DAY]

    def opening(self, instant: Instant) -> Instant:
        """The first working tick at or after an instant."""
        while not self.works(instant):
            instant += self.tick
        return instant

    # fixed instants

    def fixed(self, promise: FixedDays, start: Instant) -> Instant:
        """The due instant of a promise with a fixed one."""
        moved = start
        if promise.business or promise.cutoff is not None:
            moved = self.opening(start)
        if promise.cutoff is not None and local_time(self.hours, moved) > promise.cutoff:
            moved = self.open_of(self._working_day(local_day(self.hours, moved), 1))
        day, time = local_day(self.hours, moved), local_time(self.hours, moved)
        day = self._working_day(day, promise.days) if promise.business else day + promise.days * ONE_DAY
        if promise.roll and not self.day(day):
            day = self._working_day(day, 1)
        return self._at(promise, day, time, moved)

    def _at(self, promise: FixedDays, day: date, time: Span, moved: Instant) -> Instant:
        if promise.time == "open":
            return self.open_of(day)
        if promise.time == "close":
            return max(close for _, close in self.day(day))
        if promise.time == "same":
            return moved if day == local_day(self.hours, moved) else resolve(self.hours, day, time)
        return resolve(self.hours, day, promise.time)

    def open_of(self, day: date) -> Instant:
        return min(opens for opens, _ in self.day(day))

    def _working_day(self, day: date, count: int) -> date:
        """The count-th day with working time after a day."""
        for _ in range(FAR_ENOUGH):
            if count == 0:
                return day
            day += ONE_DAY
            count -= bool(self.day(day))
        raise AssertionError("too far away for the model")
