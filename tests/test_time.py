"""The service's clocks, and the clock that tests use in their place."""

from __future__ import annotations

import asyncio
import time

import pytest

import slamon.time
from slamon.core.instants import HOUR, MINUTE, SECOND, Instant
from slamon.ports import Time
from slamon.time import ScaledTime, WallTime, wall_now
from tests.clock import ManualTime

NOW: Instant = 1_780_000_000 * SECOND


class Wall:
    """A wall clock that shows the given instants, one a look, and stays at the last."""

    def __init__(self, *shown: Instant) -> None:
        self.shown = list(shown)
        self.looks = 0

    def __call__(self) -> Instant:
        self.looks += 1
        return self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]


def test_the_wall_clock_counts_microseconds_since_1970() -> None:
    before, now, after = time.time_ns(), WallTime().now(), time.time_ns()
    assert before // 1_000 <= now <= after // 1_000


def test_a_scaled_clock_runs_so_many_times_as_fast_from_its_anchor() -> None:
    clock = ScaledTime(NOW, 7 * HOUR, 60, Wall(NOW, NOW + SECOND, NOW + MINUTE))
    assert [clock.now() for _ in range(3)] == [7 * HOUR, 7 * HOUR + MINUTE, 8 * HOUR]


def test_monotonic_is_never_scaled() -> None:
    scaled, wall = ScaledTime(NOW, 0, 1_000_000), WallTime()
    first, second, third = wall.monotonic(), scaled.monotonic(), wall.monotonic()
    assert first <= second <= third


@pytest.mark.asyncio
@pytest.mark.parametrize("clock", [WallTime(), ScaledTime(wall_now(), wall_now(), 600)])
async def test_an_instant_that_has_come_is_not_waited_for(clock: Time) -> None:
    wake = asyncio.Event()
    await asyncio.wait_for(clock.sleep_until(clock.now(), wake), 5)
    assert not wake.is_set()


@pytest.mark.asyncio
@pytest.mark.parametrize("instant", [None, wall_now() + HOUR], ids=["no instant", "in an hour"])
async def test_who_is_woken_returns_and_the_wake_is_used_up(instant: Instant | None) -> None:
    wake = asyncio.Event()
    sleep = asyncio.create_task(WallTime().sleep_until(instant, wake))
    await asyncio.sleep(0)
    assert not sleep.done()
    wake.set()
    await asyncio.wait_for(sleep, 5)
    assert not wake.is_set()


@pytest.mark.asyncio
async def test_a_wake_that_came_first_counts() -> None:
    wake = asyncio.Event()
    wake.set()
    await asyncio.wait_for(WallTime().sleep_until(None, wake), 5)
    assert not wake.is_set()


@pytest.mark.asyncio
async def test_a_wall_clock_set_forward_is_noticed_though_the_sleep_was_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slamon.time, "LONGEST_SLEEP", 0.001)
    wall = Wall(NOW, NOW, NOW, NOW + 2 * HOUR)
    await asyncio.wait_for(ScaledTime(NOW, NOW, 1, wall).sleep_until(NOW + HOUR, asyncio.Event()), 5)
    assert wall.looks == 4


@pytest.mark.asyncio
async def test_a_scaled_sleep_lasts_a_fraction_of_the_span() -> None:
    clock = ScaledTime(wall_now(), NOW, 360_000)
    await asyncio.wait_for(clock.sleep_until(NOW + HOUR, asyncio.Event()), 5)  # an hour in 10 ms
    assert clock.now() >= NOW + HOUR


@pytest.mark.asyncio
async def test_a_manual_clock_wakes_those_whose_instant_has_come() -> None:
    clock = ManualTime(NOW)
    early = asyncio.create_task(clock.sleep_until(NOW + SECOND, asyncio.Event()))
    late = asyncio.create_task(clock.sleep_until(NOW + HOUR, asyncio.Event()))
    await clock.asleep(2)
    clock.advance(MINUTE)
    await early
    assert not late.done()
    assert list(clock.sleepers.values()) == [NOW + HOUR]
    clock.advance_to(NOW + HOUR)
    await late
    assert clock.sleepers == {}


@pytest.mark.asyncio
async def test_a_manual_clock_obeys_a_wake_and_uses_it_up() -> None:
    clock, wake = ManualTime(NOW), asyncio.Event()
    sleep = asyncio.create_task(clock.sleep_until(None, wake))
    await clock.asleep()
    wake.set()
    await sleep
    assert not wake.is_set()


@pytest.mark.asyncio
async def test_a_jump_of_a_manual_clock_moves_the_wall_and_not_the_monotonic_clock() -> None:
    clock = ManualTime(NOW)
    sleep = asyncio.create_task(clock.sleep_until(NOW + MINUTE, asyncio.Event()))
    await clock.asleep()
    clock.advance(SECOND)
    clock.jump_to(NOW + HOUR)
    await sleep
    assert (clock.now(), clock.monotonic()) == (NOW + HOUR, 1.0)
    clock.jump_to(NOW - HOUR)
    assert (clock.now(), clock.monotonic()) == (NOW - HOUR, 1.0)
