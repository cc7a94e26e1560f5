"""The watchdog: notices what gives no sign of life, and a clock that jumps. It runs on the monotonic clock alone.

Patience is counted in the watchdog's own turns: if the whole process stood still, nobody is blamed for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from slamon.core.instants import SECOND
from slamon.flow.observe import log
from slamon.flow.signs import SCHEDULER
from slamon.ports import Time

EVERY = 1.0  # seconds between turns
JUMP = 2.0  # seconds by which the wall clock may part from the monotonic one between two turns
_SCHEDULER_ALLOWED = 60.0
_FORGIVEN_AFTER = 3600.0  # after so long without trouble the scheduler may be restarted again
_TELLING_APART = 0.5  # seconds; when reading both clocks took longer, nothing can be said


class GivesUp(Exception):
    """The process can do its work no more, and whoever started it should start it anew."""


class WatchdogObserver(Protocol):
    """Who wants to know what the watchdog saw; the metrics do."""

    def silent(self, parts: Mapping[str, float]) -> None:
        """These parts give no sign of life now, and for so many seconds."""

    def clock_jumped(self, seconds: float) -> None: ...


class Restarts(Protocol):
    """A schedule."""

    @property
    def beat(self) -> int: ...

    def restart(self) -> None: ...

    def rearm(self) -> None: ...


@dataclass(slots=True)
class Pulse:
    """Something that lives as long as `beat` changes. `poke` makes it turn if it only waits."""

    name: str
    beat: Callable[[], float]
    allowed: float  # seconds without a beat
    poke: Callable[[], None] = lambda: None
    _last: float | None = field(default=None, init=False)
    _turns: int = field(default=0, init=False)

    @property
    def quiet_for(self) -> float:
        """Seconds, as the watchdog counts them."""
        return self._turns * EVERY

    @property
    def is_silent(self) -> bool:
        return self.quiet_for > self.allowed

    def look(self) -> None:
        beat = self.beat()
        self._turns = 0 if beat != self._last else self._turns + 1
        self._last = beat
        if self._turns and self._turns % max(1, int(self.allowed / EVERY / 4)) == 0:
            self.poke()

    def begin_anew(self) -> None:
        self._turns = 0


class Watchdog:
    """Looks once a second. `noticed` takes (name of a condition, text); `jumped` wakes whoever sleeps."""

    def __init__(
        self,
        time: Time,
        schedule: Restarts,
        pulses: Sequence[Pulse],
        noticed: Callable[[str, str], None],
        jumped: Callable[[], None],
        observer: WatchdogObserver,
        speed: int = 1,
    ) -> None:
        self._time = time
        self._schedule = schedule
        self._scheduler = Pulse(SCHEDULER, lambda: schedule.beat, _SCHEDULER_ALLOWED)
        self._pulses = (*pulses, self._scheduler)
        self._noticed = noticed
        self._jumped = jumped
        self._observer = observer
        self._speed = speed
        self._told: set[str] = set()
        self._offset: float | None = None
        self._restarted: int | None = None  # how many turns ago

    @property
    def silent(self) -> Mapping[str, float]:
        """The parts that give no sign of life, and for how many seconds."""
        return {one.name: one.quiet_for for one in self._pulses if one.is_silent}

    async def run(self) -> None:
        """GivesUp: the scheduler is silent though it was restarted."""
        while True:
            self.turn()
            await asyncio.sleep(EVERY)

    def turn(self) -> None:
        """Look once; GivesUp."""
        self._look_at_clocks()
        for pulse in self._pulses:
            pulse.look()
        silent = self.silent
        self._report(silent)
        self._observer.silent(silent)
        self._look_at_scheduler()

    def _report(self, silent: Mapping[str, float]) -> None:
        """Each silence once, and its end."""
        for name, seconds in silent.items():
            if name not in self._told:
                log.error("no sign of life", part=name, seconds=round(seconds))
        for name in self._told - set(silent):
            log.info("gives signs of life again", part=name)
        self._told = set(silent)

    def _look_at_scheduler(self) -> None:
        if self._restarted is not None:
            self._restarted += 1
            if self._restarted * EVERY > _FORGIVEN_AFTER:
                self._restarted = None
        if not self._scheduler.is_silent:
            return
        if self._restarted is not None:
            raise GivesUp("the scheduler calls nothing, though it was restarted: the service ends, to be started anew")
        log.error("the scheduler calls nothing any more, and is restarted")
        self._noticed("scheduler_silent", "the scheduler called nothing any more, and was restarted")
        self._schedule.restart()
        self._scheduler.begin_anew()
        self._restarted = 0

    def _look_at_clocks(self) -> None:
        before, wall, after = self._time.monotonic(), self._time.now(), self._time.monotonic()
        if after - before > _TELLING_APART:
            return
        offset = wall / SECOND / self._speed - after
        last, self._offset = self._offset, offset
        if last is None or abs(offset - last) <= JUMP:
            return
        seconds = (offset - last) * self._speed
        way = "forward" if seconds > 0 else "back"
        text = f"the clock of this machine jumped {way} by {abs(seconds):.0f} s, or the machine slept"
        log.warning("the clock jumped", seconds=round(seconds))
        self._observer.clock_jumped(seconds)
        self._noticed("clock_jumped", text)
        self._schedule.rearm()
        self._jumped()
