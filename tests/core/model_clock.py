"""One cycle of the model: the ticks for which it ran, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from slamon.core.calendars import Calendar
from slamon.core.instants import Instant, Span
from slamon.core.policy import Duration, FixedDays, Promise, Share, Target

from .build import Hours
from .model_time import WorkingTime, instant_of, resolve


class Ambiguous(Exception):
    """The specification can be read in two ways here."""


@dataclass(frozen=True)
class DueDate:
    """The promise of a `due` target: its field's value as an instant."""

    at: Instant
    calendar: Calendar


Bound = Promise | DueDate


class Times:
    """The working time of every calendar by its name, in ticks of one size."""

    def __init__(self, hours: Iterable[Hours], tick: Span) -> None:
        self.tick = tick
        self._times = {one.name: WorkingTime(one, tick) for one in hours}

    def of(self, calendar: Calendar) -> WorkingTime:
        return self._times[calendar.name]


@dataclass
class Stretch:
    """A time without a pause; `ticks` are the instants at which a tick began."""

    start: Instant
    ticks: list[Instant] = field(default_factory=list)


@dataclass
class Cycle:
    number: int
    policy: str
    target: Target
    started_at: Instant
    bound: Bound | None = None  # None: nothing has been promised yet
    applies: bool = False
    stretches: list[Stretch] = field(default_factory=list)
    runs: bool = False
    ended: str | None = None
    stopped_at: Instant | None = None
    now: Instant = 0
    breached_at: Instant | None = None
    cause: str | None = None
    unanswered: bool = False
    stopped_by_end_of_ticket: bool = False
    gap: list[Instant] = field(default_factory=list)  # ticks since it was stopped
    unclear_gap: bool = False
    moved_before_arrival: Instant | None = None

    def run(self, at: Instant) -> None:
        if not self.runs:
            self.runs = True
            self.stretches.append(Stretch(at))


@dataclass(frozen=True)
class Due:
    at: Instant | None
    past: bool


class Clock:
    """What a cycle's ticks say under a promise."""

    def __init__(self, times: Times, cycle: Cycle, bound: Bound | None = None) -> None:
        chosen = bound or cycle.bound
        assert chosen is not None
        self.bound: Bound = chosen
        self.cycle = cycle
        self.tick = times.tick
        self.work = times.of(chosen.calendar)

    @property
    def can_pause(self) -> bool:
        return isinstance(self.bound, Duration)

    @property
    def length(self) -> Span | None:
        return self.bound.span if isinstance(self.bound, Duration) else None

    def elapsed(self, now: Instant) -> Span:
        if not self.can_pause:  # a fixed instant never pauses
            return self.work.between(self.cycle.started_at, now)
        return sum(self.work.count(stretch.ticks) for stretch in self.cycle.stretches)

    def due(self, now: Instant) -> Due:
        """The instant of breach: one that has passed, or the one to come if the clock just ran on."""
        if isinstance(self.bound, DueDate):
            return Due(self.bound.at, self.bound.at < now)
        if isinstance(self.bound, FixedDays):
            due = self.work.fixed(self.bound, self.cycle.started_at)
            return Due(due, due < now)
        return self._due_of(self.bound.span)

    def _due_of(self, length: Span) -> Due:
        elapsed: Span = 0
        reached: Instant | None = None
        for stretch in self.cycle.stretches:
            reached = None
            for tick in stretch.ticks:
                if self.work.works(tick):
                    if elapsed >= length and reached is None:
                        reached = tick
                    elapsed += self.tick
                    if elapsed == length:
                        reached = tick + self.tick
                if reached is not None and reached < tick + self.tick:
                    return Due(reached, True)
        if not self.cycle.stretches:
            return Due(None, False)
        return Due(reached if reached is not None else self._ahead(elapsed, length), False)

    def _ahead(self, elapsed: Span, length: Span) -> Instant:
        """Where the last stretch would come to the end of the target if it just went on."""
        last = self.cycle.stretches[-1]
        tick = last.ticks[-1] + self.tick if last.ticks else last.start
        while True:
            if self.work.works(tick):
                if elapsed >= length:
                    return tick
                elapsed += self.tick
                if elapsed >= length:
                    return tick + self.tick
            tick += self.tick

    # warnings

    def thresholds(self) -> list[Fraction]:
        """Elapsed times at which a warning is due."""
        if isinstance(self.bound, Duration):
            whole = self.bound.span
        else:
            due = self.due(self.cycle.started_at).at
            assert due is not None
            whole = self.work.between(self.cycle.started_at, due)
        found = [
            Fraction(whole * step.numerator, step.denominator)
            if isinstance(step, Share)
            else Fraction(whole - step.span)
            for step in self.cycle.target.warn_at
        ]
        return [step for step in found if step > 0]

    def reaches(self, threshold: Fraction, now: Instant) -> Instant:
        """When a clock that runs on will have counted so much."""
        elapsed = Fraction(self.elapsed(now))
        tick = now
        while True:
            if self.work.works(tick):
                if elapsed + self.tick >= threshold:
                    return int(tick + threshold - elapsed)
                elapsed += self.tick
            tick += self.tick


def due_date(value: object, hours: Hours) -> Instant | None:
    """The instant that the text of a date field means; None for what is no date."""
    if not isinstance(value, str):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        pass
    else:
        return resolve(hours, day + timedelta(days=1), 0)
    try:
        return instant_of(datetime.fromisoformat(value).astimezone(UTC))
    except ValueError:
        return None
