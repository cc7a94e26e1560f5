"""A clock that tests move: nothing in it waits for real time."""

from __future__ import annotations

import asyncio

from slamon.core.instants import SECOND, Instant


class ManualTime:
    """ports.Time that stands still until a test moves it; `sleepers` are the tasks asleep, by their instant."""

    def __init__(self, start: Instant = 0) -> None:
        self._now = self._start = start
        self._jumped = 0
        self._moved = asyncio.Event()
        self._slept = asyncio.Event()
        self.sleepers: dict[asyncio.Task[object] | None, Instant | None] = {}

    def now(self) -> Instant:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start - self._jumped) / SECOND

    def advance_to(self, instant: Instant) -> None:
        """Let time pass up to an instant; whoever sleeps until then or less wakes at the next turn of the loop."""
        assert instant >= self._now, "time passes forwards only: see jump_to"
        self._now = instant
        self._stir()

    def advance(self, span: int) -> None:
        """Let a span pass."""
        self.advance_to(self._now + span)

    def jump_to(self, instant: Instant) -> None:
        """Set the wall clock, forwards or back, while no time passes."""
        self._jumped += instant - self._now
        self._now = instant
        self._stir()

    async def asleep(self, tasks: int = 1) -> None:
        """Return once so many tasks sleep."""
        async with asyncio.timeout(30):
            while len(self.sleepers) < tasks:
                self._slept.clear()
                await self._slept.wait()

    async def sleep_until(self, instant: Instant | None, wake: asyncio.Event) -> None:
        task = asyncio.current_task()
        self.sleepers[task] = instant
        self._slept.set()
        try:
            while not wake.is_set() and (instant is None or instant > self._now):
                await self._woken_or_moved(wake)
            wake.clear()
        finally:
            del self.sleepers[task]

    def _stir(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def _woken_or_moved(self, wake: asyncio.Event) -> None:
        waiting = [asyncio.ensure_future(event.wait()) for event in (wake, self._moved)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for future in waiting:
                future.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
