"""Polls and the slow safety sweep, run by APScheduler; nothing else here or elsewhere depends on its timing.

What was measured about the library decides the settings: jobs in memory, missed runs made up for once, never two runs
of one job at a time, every body under a time budget and never raising.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()

_TO_LOOK = 10.0  # seconds, whether it is time for something


class Schedule:
    """Calls coroutines at intervals in real time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._running: set[asyncio.Task[None]] = set()

    def every(self, seconds: float, name: str, body: Callable[[], Awaitable[None]], budget: float) -> None:
        """Call `body` at once and then every so many seconds; a call that takes longer than its budget is cut off."""

        async def guarded() -> None:
            await _guarded(body, name, budget)

        async def at_once() -> None:
            await guarded()
            if self._scheduler.running:
                self._scheduler.add_job(guarded, "interval", seconds=seconds, jitter=seconds / 20, id=name)

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
        self._scheduler.start()

    async def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


async def _guarded(body: Callable[[], Awaitable[None]], name: str, budget: float) -> None:
    try:
        async with asyncio.timeout(budget):
            await body()
    except TimeoutError:
        log.error("took too long", job=name, budget_seconds=budget)
    except Exception:
        log.exception("failed", job=name)
