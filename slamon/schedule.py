"""Polls and the slow safety sweep, run by APScheduler; nothing else here or elsewhere depends on its timing.

What was measured about the library decides the settings: jobs in memory, missed runs made up for once, never two runs
of one job at a time, every body under a time budget and never raising. It may fall silent all the same: `beat` shows it
to a watchdog, which then restarts it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass

import structlog
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()

BEATS_EVERY = 5.0  # seconds
_TO_LOOK = 10.0  # seconds, whether it is time for something


@dataclass(frozen=True, slots=True)
class _Job:
    seconds: float
    name: str
    body: Callable[[], Awaitable[None]]
    jitter: float


class Schedule:
    """Calls coroutines at intervals in real time."""

    def __init__(self) -> None:
        self._scheduler = _new()
        self._jobs: list[_Job] = []
        self._running: set[asyncio.Task[None]] = set()
        self.beat = 0  # grows with every sign of life

    def every(self, seconds: float, name: str, body: Callable[[], Awaitable[None]], budget: float) -> None:
        """Call `body` at once and then every so many seconds; a call that takes longer than its budget is cut off."""

        async def guarded() -> None:
            await _guarded(body, name, budget)

        async def at_once() -> None:
            await guarded()
            self._add(_Job(seconds, name, guarded, seconds / 20))

        self._spawn(at_once())

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def whenever(
        self,
        is_due: Callable[[], Awaitable[bool]],
        seconds: float,
        name: str,
        body: Callable[[], Awaitable[None]],
        budget: float,
    ) -> None:
        """Ask at once and every so many seconds whether it is time, and if so call `body`; never twice at a time."""
        running: asyncio.Task[None] | None = None

        async def look() -> None:
            nonlocal running
            if (running is None or running.done()) and await is_due():
                running = self._spawn(_guarded(body, name, budget))

        self.every(seconds, f"is it time to {name}?", look, _TO_LOOK)

    def start(self) -> None:
        self._jobs.append(_Job(BEATS_EVERY, "beat", self._sign_of_life, 0.0))
        self._run()

    def restart(self) -> None:
        """Put a new scheduler in place of one that calls nothing any more.

        Calls under way are cut off, but not first ones and not what is called `whenever` it is time: those go on.
        """
        with suppress(Exception):  # it is broken: whatever it says
            self._scheduler.shutdown(wait=False)
        self._scheduler = _new()
        self._run()

    def _run(self) -> None:
        self._scheduler.start()
        for job in self._jobs:
            self._schedule(job)

    def rearm(self) -> None:
        """Count every interval from now on: it may have been counted by a clock that was set anew."""
        for job in self._jobs:
            with suppress(LookupError, SchedulerNotRunningError):
                self._scheduler.reschedule_job(job.name, trigger="interval", **_interval(job))

    async def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _add(self, job: _Job) -> None:
        self._jobs.append(job)
        if self._scheduler.running:  # else the next one takes it up
            self._schedule(job)

    def _schedule(self, job: _Job) -> None:
        self._scheduler.add_job(job.body, "interval", id=job.name, **_interval(job))

    async def _sign_of_life(self) -> None:
        self.beat += 1


def _new() -> AsyncIOScheduler:
    return AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )


def _interval(job: _Job) -> dict[str, float]:
    return {"seconds": job.seconds, "jitter": job.jitter}


async def _guarded(body: Callable[[], Awaitable[None]], name: str, budget: float) -> None:
    try:
        async with asyncio.timeout(budget):
            await body()
    except TimeoutError:
        log.error("took too long", job=name, budget_seconds=budget)
    except Exception:
        log.exception("failed", job=name)
