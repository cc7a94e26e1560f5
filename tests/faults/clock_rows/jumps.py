"""The wall clock of the machine is set forward or back, or runs wrong, while slamon lives."""

from __future__ import annotations

import signal
import time
from unittest.mock import patch

from slamon.core.instants import parse_instant
from slamon.flow.deliver import Deliverer
from tests.faults.process.clocks import Shift, shifted
from tests.faults.process.hook import Posted
from tests.faults.process.house import House
from tests.faults.process.rows import LivingRows
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = LivingRows()
_HOUR = 3600.0
_JUMPS = "slamon_clock_jumps_total"


async def _set(house: House, seconds: float) -> None:
    """Set the clock of the process."""
    (house.folder / "clock").write_text(str(seconds))
    house.outside.send(signal.SIGUSR1)


@ROWS.add(
    "wall clock set forward by 1 h",
    "What came due by that is told within seconds, with how late; told of and counted",
    Guard("`Watchdog._look_at_clocks`", Off("slamon.flow.watchdog.Watchdog._look_at_clocks", lambda self: None)),
    ("T-1 breached", "T-1 warning 50%"),
    alone=True,
)
async def _(house: House) -> None:
    house.outside.causes = [f"clock {house.folder / 'clock'}"]
    await house.begin()
    house.write("T-1", -1800.0)
    await house.arrived("T-1 warning 50%")
    await _set(house, _HOUR)
    await house.until(lambda: "T-1 breached" in house.hook.lines, "what came due is told")
    told = next(one for one in house.hook.took if one.line == "T-1 breached")
    assert "overdue by 30 min" in told.data["title"], told.data["title"]
    assert "due " in told.data["footer"], told.data
    await house.until(lambda: _is_counted(house), "the jump is counted")


async def _is_counted(house: House) -> bool:
    return await house.metric(_JUMPS) == 1.0


@ROWS.add(
    "wall clock set back by 1 h",
    "All jobs go on at their intervals: a new ticket is read and told",
    Guard("`Schedule.rearm`", Off("slamon.schedule.Schedule.rearm", lambda self: None)),
    ("T-1 breached", "T-2 breached"),
    alone=True,
)
async def _(house: House) -> None:
    house.outside.causes = [f"clock {house.folder / 'clock'}"]
    await house.begin()
    house.write("T-1", 2 * _HOUR)
    await house.arrived("T-1 breached")
    await _set(house, -_HOUR)
    await house.until(lambda: house.logged("the clock jumped"), "it is said")
    house.write("T-2", 2 * _HOUR)
    await house.until(lambda: "T-2 breached" in house.hook.lines, "a new breach is told")
    same("jumps", await house.metric(_JUMPS), 1.0)
    await _set(house, 0.0)
    await house.until(lambda: len(house.logged("the clock jumped")) == 2, "the way back is said")


async def _as_it_was(self: Deliverer) -> int:
    return self._time.now()


@ROWS.add(
    "wall clock set back by 1 h while a message waits to be tried again",
    "It does not wait for that hour to pass a second time",
    Guard("`Store.clock_set_back`", Off("slamon.flow.deliver.Deliverer._now", _as_it_was)),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    async def later(posted: Posted) -> int:
        return 503 if len(house.hook.asked) == 1 else 200

    house.hook.answers = later
    shift = Shift()
    with shifted(shift), patch("random.uniform", lambda low, high: 1.0):
        await house.begin()
        house.write("T-1", 2 * _HOUR)
        await house.until(lambda: house.logged("notifier failed"), "it failed")
        shift.seconds = -_HOUR
        await house.arrived("T-1 breached")
        shift.seconds = 0.0
        await house.works()


@ROWS.add(
    "wall clock that drifts from the monotonic one",
    "The alert goes out at its instant by the wall clock; a drift is no jump, and nobody is told of one",
    Guard("`watchdog.JUMP`: how far is a jump", Off("slamon.flow.watchdog.JUMP", 0.0)),
    ("T-1 breached", "T-1 warning 50%"),
)
async def _(house: House) -> None:
    shift = Shift(drift=0.05, since=time.monotonic())
    with shifted(shift):
        await house.begin()
        house.write("T-1", -3.0)
        await house.arrived("T-1 breached", "T-1 warning 50%")
        told = next(one for one in house.hook.took if one.line == "T-1 breached")
        found = told.data["covers"][0]
        late = time.time() - parse_instant(found["due_at"]) / 1e6
        assert 0 <= late < 2, late
        same("jumps", house.logged("the clock jumped"), [])
        await house.works()


def _local() -> int:
    """The wall clock as people here read it, taken for UTC."""
    seconds = time.time()
    return int((seconds + time.localtime(seconds).tm_gmtoff) * 1_000_000)


@ROWS.add(
    "container in another time zone",
    "Changes nothing: no instant, and no text that names a time",
    Guard("`wall_now`: UTC", Off("slamon.time.wall_now", _local)),
    ("T-1 breached", "T-2 warning 50%"),
    alone=True,
)
async def _(house: House) -> None:
    house.outside.environment = {"TZ": "Asia/Kolkata"}
    house.settings(time_zone="Europe/Berlin")
    await house.begin()
    house.write("T-1")
    house.write("T-2", -1200.0)
    await house.arrived("T-1 breached", "T-2 warning 50%")
    for one in house.hook.took:
        facts = {fact["label"]: fact["value"] for fact in one.data["facts"]}
        assert all("IST" not in value for value in facts.values()), facts
        assert any(value.endswith(("CET", "CEST")) for value in facts.values()), facts
