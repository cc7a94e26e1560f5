"""What is called at intervals, and what only when it is time."""

from __future__ import annotations

import asyncio

import pytest

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
