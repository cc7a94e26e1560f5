"""What is called at intervals, and what only when it is time."""

from __future__ import annotations

import asyncio

import pytest

import slamon.schedule
from slamon.schedule import Schedule


@pytest.mark.asyncio
async def test_what_is_called_when_it_is_time_is_called_at_once_and_never_twice_at_a_time() -> None:
    schedule, looks, calls = Schedule(), 0, 0
    looked_often, called, release = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def is_due() -> bool:
        nonlocal looks
        looks += 1
        return looks != 2

    async def slow() -> None:
        nonlocal calls
        calls += 1
        called.set()
        await release.wait()
        if calls == 3:
            looked_often.set()

    schedule.start()
    schedule.whenever(is_due, 0.01, "poll", slow, 60.0)
    try:
        async with asyncio.timeout(30):
            await called.wait()
            assert (looks, calls) == (1, 1)
            release.set()
            await looked_often.wait()
    finally:
        await schedule.stop()
    assert looks >= 4  # one said that it is not time


@pytest.mark.asyncio
async def test_a_call_that_fails_is_called_again() -> None:
    schedule, calls, again = Schedule(), 0, asyncio.Event()

    async def is_due() -> bool:
        return True

    async def failing() -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            again.set()
        raise ValueError("not foreseen")

    schedule.start()
    schedule.whenever(is_due, 0.01, "poll", failing, 60.0)
    try:
        async with asyncio.timeout(30):
            await again.wait()
    finally:
        await schedule.stop()


@pytest.mark.asyncio
async def test_it_gives_a_sign_of_life_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slamon.schedule, "BEATS_EVERY", 0.01)
    schedule, called = Schedule(), asyncio.Event()

    async def job() -> None:
        called.set()

    schedule.start()
    schedule.every(0.01, "job", job, 60.0)
    try:
        async with asyncio.timeout(30):
            while schedule.beat < 3:
                called.clear()
                await called.wait()
    finally:
        await schedule.stop()


@pytest.mark.asyncio
async def test_what_was_called_first_while_the_scheduler_broke_is_called_again_by_the_next_one() -> None:
    schedule, called, calls = Schedule(), asyncio.Event(), 0

    async def job() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            schedule._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)
            assert not schedule._scheduler.running
        called.set()

    schedule.start()
    schedule.every(0.01, "job", job, 60.0)
    try:
        async with asyncio.timeout(30):
            await called.wait()
            while schedule._running:
                await asyncio.wait(schedule._running)
            schedule.restart()
            while calls < 3:
                called.clear()
                await called.wait()
    finally:
        await schedule.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["restart", "rearm"])
async def test_restarted_or_armed_anew_it_calls_everything_as_before(how: str) -> None:
    schedule, called, calls = Schedule(), asyncio.Event(), 0

    async def job() -> None:
        nonlocal calls
        calls += 1
        called.set()

    schedule.start()
    schedule.every(0.01, "job", job, 60.0)
    try:
        async with asyncio.timeout(30):
            for _ in range(3):
                before = calls
                while calls < before + 3:
                    called.clear()
                    await called.wait()
                getattr(schedule, how)()
    finally:
        await schedule.stop()
    assert len(schedule._jobs) == 2  # and the sign of life
