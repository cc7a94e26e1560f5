"""The clock is shifted by law: verdicts and alerts to the second, on a day that has 23 or 25 hours."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from slamon.core.calendars import Calendar, Window
from slamon.core.instants import SECOND, format_instant
from slamon.store import SqliteStore
from tests.faults.row import Guard, Off
from tests.faults.world import same
from tests.flow.build import bench, database

_RULES = """
version: 1
calendars: {night: {time_zone: Europe/Berlin, hours: {mon-sun: "01:00-05:00"}}}
policies: [{name: all, match: all, calendar: night, warn_at: 50%, targets: {first_response: TARGET}}]
routes: [{name: all, match: all, steps: [{when: [at_risk, breached], notify: desk}]}]
"""


def _as_any_day(self: Calendar, ordinal: int, windows: tuple[Window, ...]) -> list[Window]:
    midnight = self.instant(ordinal, 0)
    return [(midnight + opens, midnight + closes) for opens, closes in windows]


_GUARD = Guard("`Calendar._utc`: windows cut in local time", Off("slamon.core.calendars.Calendar._utc", _as_any_day))


@dataclass(frozen=True)
class DayRow:
    """A ticket of the day before; `due`: what is told, and when, as TIME TITLE."""

    fault: str
    must: str
    target: str
    created: str
    until: str
    due: Sequence[str]
    guard: Guard = _GUARD
    lacking: str | None = None

    async def played(self, *, guarded: bool = True) -> None:
        """Let the clock pass over that day, and compare."""
        with TemporaryDirectory() as folder, nullcontext() if guarded else self.guard.off.applied():
            store = SqliteStore(database(Path(folder)))
            await store.open()
            try:
                same("alerts", await self._told(store), list(self.due))
            finally:
                await store.close()

    async def _told(self, store: SqliteStore) -> list[str]:
        run = bench(store, self.created, _RULES.replace("TARGET", self.target))
        await run.put("1", self.created)
        await run.pass_until(self.until)
        same("sent once each", len({one.id for one in run.desk.sent}), len(run.desk.sent))
        return [f"{format_instant((one.at or 0) // SECOND * SECOND)} {one.title}" for one in run.desk.sent]


ROWS = [
    DayRow(
        "day without the hour from 2 to 3",
        "It has three hours of work and not four: the rest is due in the next night, the alerts to the second",
        "3h30m",
        "2026-03-28T12:00:00Z",
        "2026-03-31T00:00:00Z",
        (
            "2026-03-29T01:45:00Z 1: first response is due in 21 h 45 min",
            "2026-03-29T23:30:00Z 1: first response is overdue",
        ),
    ),
    DayRow(
        "day with the hour from 2 to 3 twice",
        "It has five hours of work and not four: due before it ends, the alerts to the second",
        "4h30m",
        "2026-10-24T12:00:00Z",
        "2026-10-27T00:00:00Z",
        (
            "2026-10-25T01:15:00Z 1: first response is due in 2 h 15 min",
            "2026-10-25T03:30:00Z 1: first response is overdue",
        ),
    ),
]
