"""The worlds in which random tests play: days by the quarter of an hour, and a morning second by second."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, Span

from .build import OFFICE, ROUND, Hours, at, daily, hours


@dataclass(frozen=True)
class World:
    """The size of things: a tick, and the calendars, lengths and gaps that are multiples of it."""

    tick: Span
    first: Instant
    created: int  # tickets are created up to so many ticks after the first instant
    calendars: tuple[Hours, ...]
    lengths: tuple[str, ...]
    left: tuple[str, str]
    gaps: tuple[int, ...]  # ticks between one event and the next
    windows: tuple[Span, Span]  # of reopening
    far: Span


SPLIT = hours("split", "09:00-12:00, 13:00-17:00", "10:00-11:00")
NIGHT = daily("night", "22:00-02:00", dates={"2026-03-27": "09:00-12:00, 23:00-01:00"}, holidays=("2026-03-29",))
FEAST = hours("feast", "09:00-17:00", dates={"2026-03-28": "12:00-14:00"}, holidays=("2026-03-27", "2026-03-30"))
EARLY = daily("early", "02:00-05:00")  # the clocks are put forward at 02:00 on 2026-03-29
QUICK = daily("quick", "09:00-09:01, 09:01:30-09:02:15, 09:03-09:20")
MINUTES = daily("minutes", ", ".join(f"09:{minute:02}-09:{minute:02}:20" for minute in range(0, 60, 2)))

DAYS = World(
    tick=15 * MINUTE,
    first=at("2026-03-26 08:00"),  # a Thursday
    created=250,
    calendars=(OFFICE, ROUND, SPLIT, NIGHT, FEAST, EARLY),
    lengths=("1h", "2h", "3h", "4h", "8h"),
    left=("30m", "2h"),
    gaps=(0, 0, 1, 2, 4, 4, 6, 8, 12, 20, 32, 64, 96),
    windows=(4 * HOUR, DAY),
    far=2 * DAY,
)
SECONDS = World(
    tick=SECOND,
    first=at("2026-06-05 08:59:30"),
    created=100,
    calendars=(OFFICE, ROUND, QUICK, MINUTES),
    lengths=("4s", "20s", "40s", "1m", "2m"),
    left=("10s", "30s"),
    gaps=(0, 0, 1, 2, 4, 20, 39, 40, 59, 60, 61, 120),
    windows=(MINUTE, 10 * MINUTE),
    far=300 * SECOND,
)
