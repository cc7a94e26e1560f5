"""slamon is ended or stopped by a signal, and starved of what a process needs."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import time
from collections.abc import Coroutine
from typing import Any

from slamon.flow.courier import Courier
from slamon.flow.watchdog import Pulse
from slamon.ports import Ending, Notification, SendError
from tests.faults.process.hook import Posted
from tests.faults.process.house import House
from tests.faults.process.rows import LivingRows
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = LivingRows()
_MANY = 50
_MANY_RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, warn_at: 50%, targets: {first_response: 1h}}]
routes:
  - {name: many, match: {group: many}, steps: [{when: breached, notify: [NAMES]}]}
  - {name: all, match: all, steps: [{when: breached, notify: hook}]}
"""


async def _cut(work: Coroutine[Any, Any, Any]) -> Any:
    return await work


@ROWS.add(
    "SIGTERM with 50 sends in flight",
    "Each is waited for and marked, it ends with status 0, and after the start none is told again",
    Guard("`to_its_end`", Off(("slamon.flow.deliver.to_its_end", "slamon.flow.compose.to_its_end"), _cut)),
    ("T-1 breached",) * _MANY,
    alone=True,
)
async def _(house: House) -> None:
    names = [f"hook{number}" for number in range(_MANY)]
    await house.hook.start()
    secret = "whsec_c29hayBzb2FrIHNvYWsgc29hayBzb2Fr"
    house.notifiers = {name: {"kind": "webhook", "url": house.hook.url(name), "secret": secret} for name in names}
    house.rules(_MANY_RULES.replace("NAMES", ", ".join(names)))
    house.settings()
    gate = asyncio.Event()

    async def waits(posted: Posted) -> int:
        await gate.wait()
        return 200

    house.hook.answers = waits
    house.write("T-1", fields={"group": "many"})
    await house.start()
    await house.until(lambda: len(house.hook.asked) == _MANY, "all are being sent")
    house.outside.send(signal.SIGTERM)
    await house.until(lambda: house.logged("stopping"), "it stops")
    gate.set()
    same("status", await house.outside.ended(), 0)
    await house.start()


_seen: dict[int, tuple[float | None, float]] = {}


def _by_the_clock(self: Pulse) -> None:
    beat, now = self.beat(), time.monotonic()
    last, since = _seen.get(id(self), (None, now))
    if beat != last:
        since = now
    _seen[id(self)] = (beat, since)
    self._turns = int(now - since)


@ROWS.add(
    "SIGSTOP for a while, then SIGCONT",
    "What came due meanwhile is told once, late; and no part of it is blamed for having been silent",
    Guard("`Pulse.look`: patience is counted in turns", Off("slamon.flow.watchdog.Pulse.look", _by_the_clock)),
    ("T-1 breached", "T-1 warning 50%"),
    alone=True,
)
async def _(house: House) -> None:
    house.outside.causes = [
        "budget slamon.schedule.BEATS_EVERY 0.3",
        "budget slamon.flow.watchdog._SCHEDULER_ALLOWED 1.5",
    ]
    await house.begin()
    house.write("T-1", -2.0)
    await house.arrived("T-1 warning 50%")
    house.outside.send(signal.SIGSTOP)
    await asyncio.sleep(2.5)  # the fault itself
    house.outside.send(signal.SIGCONT)
    await house.works()
    await house.until(lambda: "T-1 breached" in house.hook.lines, "what came due meanwhile is told")
    same("parts blamed", house.logged("no sign of life"), [])


async def _given_up(self: Courier, notification: Notification, error: SendError) -> None:
    self.fault.broke(f"{error.reason}: {error}")
    await self.end(notification, Ending.DEAD, str(error))


def _lowest_free(pid: int) -> int:
    used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    return min(set(range(len(used) + 1)) - used)


@ROWS.add(
    "out of file descriptors",
    "Source and notifier are said to fail, once each; once there are some again all goes on without a restart",
    Guard("`Courier._failed`: tried again", Off("slamon.flow.courier.Courier._failed", _given_up)),
    ("T-1 breached", "T-1 warning 50%", "T-2 breached"),
    alone=True,
)
async def _(house: House) -> None:
    await house.begin()
    house.write("T-1", -1.5)
    await house.arrived("T-1 warning 50%")
    pid = house.outside.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (_lowest_free(pid), before[1]))
    house.write("T-2")
    await house.until(lambda: house.logged("source failed"), "the source cannot be read")
    await house.until(lambda: "T-1 breached" in house.hook.lines or _tried(house), "the breach is tried to be told")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    await house.until(lambda: house.logged("source works again"), "the source can be read again", at_least=15)
    told = [one["error"] for one in house.logged("source failed")]
    assert len(told) == 1, told
    assert "Too many open files" in told[0], told


def _tried(house: House) -> bool:
    return any("Too many open files" in str(one) for one in house.slamon.logs if one["event"] != "source failed")
