"""A blocked event loop is noticed by a thread, which says where it stands; and nothing is lost by it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import NoReturn

import pytest
import structlog
from structlog.testing import capture_logs

import slamon.flow.stall
from slamon.core.instants import SECOND, format_instant
from slamon.flow.stall import BLOCKED_AFTER, GIVES_UP_AFTER, StallWatch
from slamon.ports import Store
from slamon.time import ScaledTime, wall_now
from tests.flow.build import RULES, bench
from tests.flow.watching import Seen

_SPEED = 40
_STALL = 10 * SECOND  # of the service's time


def looks(watch: StallWatch, number: int) -> None:
    for _ in range(number):
        watch.look()


def test_a_loop_that_beats_is_left_alone() -> None:
    seen = Seen()
    watch = StallWatch(seen)
    with capture_logs() as logs:
        for _ in range(100):
            watch.beat()
            looks(watch, BLOCKED_AFTER)
    assert logs == []


def test_a_blocked_loop_is_told_once_and_how_long_it_took_when_it_goes_on() -> None:
    seen = Seen()
    watch = StallWatch(seen)
    watch.beat()
    with capture_logs() as logs:
        looks(watch, 11)
        watch.beat()
        looks(watch, 1)
    assert [entry["event"] for entry in logs] == ["the event loop is blocked", "the event loop goes on"]
    assert seen.stalls == [10.0]


def test_a_loop_that_stays_blocked_ends_the_process_once() -> None:
    ended: list[str] = []
    watch = StallWatch(Seen(), lambda: ended.append("ended"))
    looks(watch, GIVES_UP_AFTER - 1)
    assert ended == []
    looks(watch, 100)
    assert ended == ["ended"]


def test_a_log_that_blocks_keeps_the_watch_neither_from_counting_nor_from_ending_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slamon.flow.stall, "_SAYING", 0.01)
    seen, ended, reader = Seen(), threading.Event(), threading.Event()
    watch = StallWatch(seen, ended.set)

    def blocks(*_: object) -> NoReturn:
        reader.wait(30)
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[blocks])
    try:
        watching = threading.Thread(target=_stalled_twice, args=(watch,), daemon=True)
        watching.start()
        assert ended.wait(20)
        watching.join(20)
        assert seen.stalls == [10.0]
    finally:
        reader.set()
        structlog.configure(**before)


def _stalled_twice(watch: StallWatch) -> None:
    """For a while, and for good."""
    watch.beat()
    looks(watch, 11)
    watch.beat()
    looks(watch, 1 + GIVES_UP_AFTER)


@pytest.mark.asyncio
async def test_where_the_loop_stands_is_told_without_any_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slamon.flow.stall, "EVERY", 0.01)
    seen, told = Seen(), threading.Event()
    watch = StallWatch(seen)

    def blocks_the_loop(password: str) -> None:
        told.wait(30)

    with capture_logs() as logs:
        watch.start()
        try:
            telling = threading.Thread(target=_until, args=(lambda: bool(logs), told))
            telling.start()
            blocks_the_loop("canary-1234")
            telling.join()
        finally:
            watch.stop()
    places = logs[0]["at"]
    assert any(place.startswith("flow/test_stall.py:") and place.endswith(" blocks_the_loop") for place in places)
    assert "canary" not in str(logs)


def _until(is_so: Callable[[], bool], then: threading.Event) -> None:
    while not is_so():
        time.sleep(0.001)
    then.set()


@pytest.mark.asyncio
async def test_a_loop_that_is_blocked_for_ten_seconds_loses_nothing(store: Store) -> None:
    """Warnings of many tickets come due while the loop stands still; all of them go out, each once."""
    rules = RULES.replace(
        "warn_at: [50%, 75%], targets: {first_response: 4h}", "warn_at: [], targets: {first_response: 5s}"
    )
    start = 1_780_909_200 * SECOND  # 2026-06-08T09:00:00Z
    run = bench(store, format_instant(start), rules.replace("when: [at_risk, breached]", "when: breached"))
    real = ScaledTime(wall_now(), start, _SPEED)
    for part in (run.loop, run.deliverer, run.deliverer.looker, run.deliverer._courier, run.deliverer._composer):
        part._time = real
    for number in range(20):
        at = format_instant(start + number * SECOND // 4)
        await run.put(f"{number}", at)
    judging, delivering = asyncio.create_task(run.loop.run()), asyncio.create_task(run.deliverer.run())
    try:
        await asyncio.sleep(0)
        time.sleep(_STALL / SECOND / _SPEED)  # noqa: ASYNC251 - this is what is tested
        async with asyncio.timeout(30):
            while sum(len(one.covers) for one in run.desk.sent) < 20:
                run.desk.took.clear()
                await run.desk.took.wait()
    finally:
        for task in (judging, delivering):
            task.cancel()
        await asyncio.gather(judging, delivering, return_exceptions=True)
    told = [covered.ticket for one in run.desk.sent for covered in one.covers]
    assert sorted(told, key=int) == [f"{number}" for number in range(20)]
