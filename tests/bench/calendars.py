"""Working time: ours against the fastest package for it on PyPI, whose engine is compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import holidays
import workclock

from slamon.core.calendars import Calendar
from slamon.core.instants import HOUR, from_datetime
from tests.bench.measure import Row, best, microseconds

_ZONE = "Europe/Berlin"
_START = datetime(2026, 6, 5, 14, tzinfo=UTC)
_CLOSED = holidays.country_holidays("DE", subdiv="BE", years=range(2025, 2030))


def _plain() -> tuple[workclock.Schedule, Calendar]:
    theirs = workclock.Schedule([workclock.WorkDay(time(9), time(17))], time_zone=_ZONE)
    return theirs, Calendar("plain", ZoneInfo(_ZONE), [[(9 * HOUR, 17 * HOUR)]] * 5 + [[], []])


def _real() -> tuple[workclock.Schedule, Calendar]:
    rules: list[workclock.WorkDay | workclock.Break | workclock.Holidays] = [
        workclock.WorkDay(time(9), time(17)),
        workclock.Break(time(12), time(13)),
        workclock.Holidays(list(_CLOSED)),
    ]
    week = [[(9 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR)]] * 5 + [[], []]
    return workclock.Schedule(rules, time_zone=_ZONE), Calendar("real", ZoneInfo(_ZONE), week, {}, _holidays)


def _holidays(year: int) -> dict[date, str]:
    return {day: name for day, name in _CLOSED.items() if day.year == year}


def rows() -> Iterator[Row]:
    for name, (theirs, ours), wanted in (
        ("Mon-Fri 9-17, lunch break, public holidays", _real(), (5, 50, 8)),
        ("Mon-Fri 9-17, nothing else", _plain(), (5, None, None)),
    ):
        for days, least in zip((3, 365), wanted, strict=False):
            end = _START + timedelta(days=days)
            start_at, end_at = from_datetime(_START), from_datetime(end)
            assert theirs.between(_START, end) == timedelta(microseconds=ours.elapsed(start_at, end_at))
            yield _row(
                f"elapsed over {days} days ({name})",
                least,
                partial(ours.elapsed, start_at, end_at),
                partial(theirs.between, _START, end),
            )
        due = partial(ours.due, from_datetime(_START), 4 * HOUR)
        assert from_datetime(theirs.add(_START, hours=4)) == due()
        yield _row(f"due after 4 h ({name})", wanted[2], due, partial(theirs.add, _START, hours=4))


def _row(what: str, wanted: float | None, ours: Callable[[], object], theirs: Callable[[], object]) -> Row:
    mine, other = best(ours, 20_000), best(theirs, 20_000)
    return Row(what, microseconds(mine), f"{microseconds(other)} (workclock)", other / mine, wanted)
