"""Everything that watches over the rest of the service, put together: monitor, auditor, watchdog, heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from slamon.core.assess import Assessor
from slamon.core.instants import Span
from slamon.flow.auditor import AuditObserver, Auditor
from slamon.flow.deliver import Deliverer
from slamon.flow.heartbeat import PATIENCE, Beat, Heartbeat, HeartbeatObserver, Vitals
from slamon.flow.judge import JudgeLoop
from slamon.flow.monitor import Monitor, MonitorObserver
from slamon.flow.signs import DELIVERER, JUDGE, Reading, Signs
from slamon.flow.stall import StallObserver, StallWatch
from slamon.flow.standing import Standings
from slamon.flow.watchdog import Pulse, Restarts, Watchdog, WatchdogObserver
from slamon.ports import Store, Time, Unclear

_JUDGE_ALLOWED = 120.0  # seconds
_DELIVERER_ALLOWED = 300.0  # a send may take a minute
_MONITOR_ALLOWED = 120.0
_BEATS_EVERY = 0.5


class WatchObserver(MonitorObserver, AuditObserver, WatchdogObserver, HeartbeatObserver, StallObserver, Protocol):
    """Who wants to know of all that; the metrics do."""

    def unclear(self, sources: Mapping[str, Unclear]) -> None:
        """This is what is unclear now, of these sources and no others."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is watched over, and by whose means. `sources` and `deliverers` may be filled until `tasks` is called.

    `freshness`: how old the data of each source may be. `wake` wakes every deliverer, `changed` the judge. `beat` tells
    the receiver of the heartbeat, every so many seconds.
    """

    store: Store
    time: Time
    assessor: Assessor
    loop: JudgeLoop
    rules: str  # their version
    standings: Standings
    schedule: Restarts
    sources: Mapping[str, Reading]
    freshness: Mapping[str, Span]
    deliverers: Mapping[str, Deliverer]
    queued: Mapping[str, asyncio.Event]
    changed: asyncio.Event
    wake: Callable[[], None]
    observer: WatchObserver
    speed: int = 1
    beat: Beat | None = None
    every: float = 60.0


class Watch:
    """`monitor` is to be opened before anything is delivered, and is the teller of what it queues."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        assessor, store, time, speed = around.assessor, around.store, around.time, around.speed
        saw = around.observer.unclear
        self._signs = Signs(store, time, around.sources, around.freshness, around.deliverers, self.silent, speed, saw)
        self._watchdog: Watchdog | None = None
        self._stall = StallWatch(around.observer)
        self.monitor = Monitor(
            self._signs.look,
            assessor.routing,
            store,
            time,
            around.standings,
            around.wake,
            around.observer,
            realert_after=assessor.realert_after,
            horizon=assessor.horizon,
            zone=assessor.zone,
            footer=assessor.footer,
            speed=speed,
        )
        self.auditor = Auditor(
            around.loop.judgement,
            around.rules,
            store,
            time,
            around.standings,
            self.monitor.noticed,
            around.wake,
            around.observer,
            self.monitor.tells,
            lambda: around.loop.is_idle,
            speed,
        )

    def silent(self) -> Mapping[str, float]:
        """The parts that give no sign of life, and for how many seconds."""
        return {} if self._watchdog is None else self._watchdog.silent

    def tasks(self) -> Iterator[tuple[str, Coroutine[None, None, None]]]:
        """What is to run as long as the service does, by its name; GivesUp comes out of the watchdog."""
        around = self._around
        self._watchdog = Watchdog(
            around.time,
            around.schedule,
            tuple(self._pulses()),
            self.monitor.noticed,
            self._jumped,
            around.observer,
            around.speed,
        )
        yield "monitor", self.monitor.run()
        yield "audit", self.auditor.run()
        yield "watchdog", self._watchdog.run()
        yield "beat of the loop", self._beat()
        if around.beat is not None:
            yield "heartbeat", Heartbeat(around.beat, around.every, self._vitals().problems, around.observer).run()

    def _pulses(self) -> Iterable[Pulse]:
        loop, changed = self._around.loop, self._around.changed
        yield Pulse(JUDGE, lambda: loop.beat, _JUDGE_ALLOWED, changed.set)
        yield Pulse("monitor", lambda: self.monitor.beat, _MONITOR_ALLOWED)
        for name, deliverer in self._around.deliverers.items():
            yield _pulse_of(name, deliverer, self._around.queued[name])

    def _vitals(self) -> Vitals:
        around = self._around
        longest = max((route.group.wait for route in around.assessor.routing.routes), default=0)
        return Vitals(
            around.store,
            around.time,
            self._signs,
            tuple(around.deliverers),
            self.auditor,
            self.silent,
            PATIENCE * around.speed + longest,
            lambda: around.loop.standing_fault,
        )

    def _jumped(self) -> None:
        """Whoever sleeps until an instant is to look at the clock again."""
        self._around.changed.set()
        self._around.wake()

    async def _beat(self) -> None:
        self._stall.start()
        try:
            while True:
                self._stall.beat()
                await asyncio.sleep(_BEATS_EVERY)
        finally:
            self._stall.stop()


def _pulse_of(name: str, deliverer: Deliverer, queued: asyncio.Event) -> Pulse:
    return Pulse(f"{DELIVERER}{name}", lambda: deliverer.beat, _DELIVERER_ALLOWED, queued.set)
