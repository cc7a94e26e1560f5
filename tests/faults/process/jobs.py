"""Jobs that raise, hang or block; the scheduler's own failure; and who else is gone: standard output, the listener to
the heartbeat."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

from slamon import schedule
from slamon.flow.collect import Collector
from slamon.flow.heartbeat import Heartbeat
from tests.faults.process.house import House
from tests.faults.process.rows import LivingRows
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = LivingRows()


async def _let_out(body: Callable[[], Awaitable[None]], name: str, budget: float) -> None:
    async with asyncio.timeout(budget):
        await body()


@ROWS.add(
    "scheduled job that raises the first time",
    "Told; it is called again at its next time",
    Guard("`schedule._guarded`: catches all", Off("slamon.schedule._guarded", _let_out)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    whole, calls = Collector.is_due, itertools.count()

    async def raising(self: Collector, pace: Any) -> bool:
        if next(calls) == 0:
            raise RuntimeError("a defect")
        return await whole(self, pace)

    with patch.object(Collector, "is_due", raising):
        house.write("T-1")
        await house.begin()
    same("said", [one["job"] for one in house.logged("failed")], ["is it time to poll desk?"])


async def _for_ever(body: Callable[[], Awaitable[None]], name: str, budget: float) -> None:
    await schedule_guarded(body, name, float("inf"))


schedule_guarded = schedule._guarded


@ROWS.add(
    "scheduled job that hangs",
    "Cut off after its time budget, told, and called again",
    Guard("`schedule._guarded`: time budget", Off("slamon.schedule._guarded", _for_ever)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    whole, calls = Collector.poll, itertools.count()

    async def hanging(self: Collector) -> None:
        if next(calls) == 0:
            await asyncio.Event().wait()
        await whole(self)

    with patch.object(Collector, "poll", hanging), patch("slamon.jobs._POLL_BUDGET", 0.5):
        house.write("T-1")
        await house.begin()
    same("said", [one["job"] for one in house.logged("took too long")], ["poll desk"])


@ROWS.add(
    "job that blocks the loop for seconds",
    "Told while it lasts, with the place in the code, and counted; what came due meanwhile is told once",
    Guard("`StallWatch`: a thread of its own", Off("slamon.flow.stall.StallWatch.look", lambda self: None)),
    ("T-1 breached", "T-1 warning 50%"),
    alone=True,
)
async def _(house: House) -> None:
    house.outside.causes = ["blocks slamon.flow.collect.Collector.poll 3.7"]
    house.write("T-1", -3.0)
    await house.begin()
    await house.until(lambda: house.logged("the event loop is blocked"), "it is said")
    where = house.logged("the event loop is blocked")[0]["at"]
    assert any("causes.py" in one and "blocking" in one for one in where), where
    await house.works()
    await house.until(lambda: house.logged("the event loop goes on"), "its end is said")
    assert await house.metric("slamon_loop_stalled_seconds_total") >= 3


@ROWS.add(
    "scheduler that calls nothing any more, and says that it runs",
    "Noticed and restarted, told once; all jobs go on",
    Guard(
        "`Watchdog`: the scheduler's signs of life",
        Off("slamon.flow.watchdog.Watchdog._look_at_scheduler", lambda self: None),
    ),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    with (
        patch("slamon.flow.watchdog.EVERY", 0.2),
        patch("slamon.flow.watchdog._SCHEDULER_ALLOWED", 1.0),
        patch("slamon.schedule.BEATS_EVERY", 0.2),
    ):
        await house.begin()
        scheduler = house.inside.service._operation._schedule._scheduler
        jobs = scheduler._jobstores["default"]
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # it is logged there
        with patch.object(jobs, "get_next_run_time", side_effect=RuntimeError("a fault")) as asked:
            await house.until(lambda: asked.called, "the fault was there")
        same("running", scheduler.running, True)
        house.write("T-1")
        await house.until(lambda: "T-1 breached" in house.hook.lines, "it goes on")
    same("said", len(house.logged("the scheduler calls nothing any more, and is restarted")), 1)


async def _dies(self: Heartbeat) -> None:
    await self._beat()
    self._observer.heartbeat("sent")


@ROWS.add(
    "who listens to the heartbeat is down",
    "Told once and counted; alerts go on, and the heartbeat as soon as he is back",
    Guard("`Heartbeat.turn`: whatever becomes of a beat", Off("slamon.flow.heartbeat.Heartbeat.turn", _dies)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    house.hook.beats_status = 500
    await house.hook.start()
    house.parts["heartbeat"] = {"url": f"http://127.0.0.1:{house.hook.port}/beat", "every": "0.1s"}
    await house.begin()
    await house.until(lambda: house.hook.beats >= 3, "it is tried again and again")
    house.write("T-1")
    await house.arrived("T-1 breached")
    assert await house.metric('slamon_heartbeats_total{outcome="failed"}') >= 3
    house.hook.beats_status = 200
    await house.until(lambda: house.logged("heartbeat works again"), "it works again")
    same("said", [one["error"] for one in house.logged("heartbeat failed")], ["the receiver answered 500"])


def _buffered(stream: Any, text: str) -> None:
    stream.write(text)


_BOTH = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, warn_at: 50%, targets: {first_response: 1h}}]
routes: [{name: all, match: all, group: {by: [id], wait: 1s}, steps: [{when: breached, notify: [hook, journal]}]}]
"""


@ROWS.add(
    "standard output closed, to which a notifier writes",
    "Told; the other notifiers go on, and what waits for it is written once there is one again",
    Guard("`logs.put`: to the system at once", Off("slamon.notifiers.console.put", _buffered)),
    ("T-1 breached",),
    alone=True,
)
async def _(house: House) -> None:
    house.notifiers["journal"] = {"kind": "console"}
    reading, writing = os.pipe()
    os.close(reading)
    house.outside.stdout = writing
    await house.begin()
    os.close(writing)
    house.rules(_BOTH)
    await house.slamon.reload()
    await house.until(lambda: house.logged("reloaded"), "it has the rules")
    house.write("T-1")
    await house.arrived("T-1 breached")
    await house.until(lambda: house.logged("notifier failed") or not house.guarded, "it is said")
    await house.slamon.stop()
    with (house.folder / "out.txt").open("wb") as out:
        house.outside.stdout = out
        await house.start()
    path = house.folder / "out.txt"
    await house.until(lambda: "T-1: first response is overdue" in path.read_text(), "it is written")
    same("times", path.read_text().count("T-1: first response is overdue"), 1)
