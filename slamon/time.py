"""The clocks behind ports.Time: the wall's, and one that runs faster for a replay."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from slamon.core.instants import SECOND, Instant

LONGEST_SLEEP = 30.0  # seconds: a wall clock that jumps is noticed no later than this


def wall_now() -> Instant:
    """The machine's clock."""
    return time.time_ns() // 1_000


@dataclass(frozen=True, slots=True)
class WallTime:
    """The real clock: it may be set forward or back at any moment."""

    def now(self) -> Instant:
        return wall_now()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep_until(self, instant: Instant | None, wake: asyncio.Event) -> None:
        await _sleep(self.now, instant, wake, speed=1)


@dataclass(frozen=True, slots=True)
class ScaledTime:
    """A clock that showed `anchor_service` when the wall showed `anchor_wall`, and runs `speed` times as fast since."""

    anchor_wall: Instant
    anchor_service: Instant
    speed: int
    wall: Callable[[], Instant] = field(default=wall_now)

    def now(self) -> Instant:
        return self.anchor_service + (self.wall() - self.anchor_wall) * self.speed

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep_until(self, instant: Instant | None, wake: asyncio.Event) -> None:
        await _sleep(self.now, instant, wake, self.speed)


async def _sleep(now: Callable[[], Instant], instant: Instant | None, wake: asyncio.Event, speed: int) -> None:
    while not wake.is_set():
        left = float("inf") if instant is None else (instant - now()) / speed / SECOND
        if left <= 0:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(min(left, LONGEST_SLEEP)):
                await wake.wait()
    wake.clear()
