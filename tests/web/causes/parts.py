"""A part of slamon itself is in trouble, or the clock that it goes by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import patch

from slamon.flow.deliver import Deliverer
from slamon.flow.judge import JudgeLoop
from tests.e2e.process import until
from tests.web.causes.living import all_live_on
from tests.web.faulty import Place, fault

_MINUTE = 60


async def _for_ever(*_: Any) -> Any:
    await asyncio.Event().wait()


@fault("judging hangs")
async def _(place: Place) -> AsyncIterator[None]:
    with patch("slamon.schedule.BEATS_EVERY", 0.2):
        await place.begin()
    with patch.object(JudgeLoop, "catch_up", _for_ever):
        await _falls_silent(place, "judge")
        await place.comes(503, "judge_late")
        yield


@fault("judging dies of a defect: the process ends")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()

    async def dies(_: JudgeLoop) -> None:
        raise RuntimeError("a defect")

    with patch.object(JudgeLoop, "catch_up", dies):
        place.slamon.service._operation.wake()
        await until(lambda: not place.slamon.is_running, what="the process ends")
        assert isinstance(place.slamon.died_of, RuntimeError)
        yield


@fault("delivering to one notifier hangs")
async def _(place: Place) -> AsyncIterator[None]:
    with patch("slamon.schedule.BEATS_EVERY", 0.2):
        await place.begin()
    whole = Deliverer.catch_up

    async def hangs(self: Deliverer) -> Any:
        return await (_for_ever() if self._name == "hook" else whole(self))

    with patch.object(Deliverer, "catch_up", hangs):
        await _falls_silent(place, "deliver to hook")
        await place.comes(503, "notifier_failing")
        yield


async def _falls_silent(place: Place, part: str) -> None:
    """Let the watchdog look more often than a part may be silent, while all others live on."""
    pulses = place.watchdog._pulses
    hung, others = [[one for one in pulses if (one.name == part) is at_fault] for at_fault in (True, False)]
    hung[0].poke()
    while not hung[0].is_silent:
        await all_live_on(place, others)


@fault("the scheduler called nothing any more, and was restarted")
async def _(place: Place) -> AsyncIterator[None]:
    with patch("slamon.schedule.BEATS_EVERY", 0.2):
        await place.begin()
        jobs = place.slamon.service._operation._schedule._scheduler._jobstores["default"]
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # it is logged there
        with patch.object(jobs, "get_next_run_time", side_effect=RuntimeError("a fault")) as asked:
            await until(lambda: asked.called, what="the fault was there")
        for _ in range(61):
            place.watchdog.turn()
        await place.comes(200, "scheduler_silent")
        yield


@fault("the machine's clock jumped")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    place.watchdog.turn()
    place.time.jump_to(place.time.now() + 5 * _MINUTE * 1_000_000)
    await place.comes(200, "clock_jumped")
    yield
