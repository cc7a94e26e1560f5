"""What is done again and again while the service runs, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from slamon.directories.keeper import Keeper
from slamon.flow.collect import Collector
from slamon.flow.judge import JudgeLoop
from slamon.flow.mirror import Mirror
from slamon.flow.polling import Rhythm
from slamon.metrics import Metrics
from slamon.ports import Store
from slamon.replaying import ServiceTime
from slamon.schedule import Schedule
from slamon.settings import Settings

_SWEEP_EVERY = 60.0  # seconds
_SAVE_CLOCK_EVERY = 1.0
_SAVE_CLOCK_BUDGET = 10.0
_RECONCILE_EVERY = 600.0  # some tickets each time
_PRUNE_EVERY = 3600.0
_PRUNE_BUDGET = 300.0
_POLL_BUDGET = 600.0
_LOOK_AT_DIRECTORIES = 2.0  # each knows itself when it is due
_SHOW_EVERY = 60.0


@dataclass(frozen=True, slots=True)
class Jobs:
    """What the work is done with."""

    settings: Settings
    store: Store
    clock: ServiceTime
    metrics: Metrics
    loop: JudgeLoop
    collectors: Mapping[str, Collector]
    keepers: Mapping[str, Keeper]
    mirrors: Iterable[Mirror]

    def start(self, schedule: Schedule) -> None:
        for source in self.settings.sources:
            collector, rhythm = self.collectors[source.name], Rhythm.of(source.poll, self.clock.speed)
            is_due = partial(collector.is_due, rhythm)
            schedule.whenever(is_due, rhythm.look, f"poll {source.name}", collector.poll, _POLL_BUDGET)
            schedule.every(_RECONCILE_EVERY, f"reconcile {source.name}", collector.reconcile, _POLL_BUDGET)
        for name, keeper in self.keepers.items():
            schedule.every(_LOOK_AT_DIRECTORIES, f"read {name}", keeper.refresh, _POLL_BUDGET)
        for mirror in self.mirrors:
            schedule.every(_SHOW_EVERY, f"show {mirror.name}", mirror.sync, _SHOW_EVERY)
        schedule.every(_SWEEP_EVERY, "sweep", self._sweep, _SWEEP_EVERY)
        schedule.every(_PRUNE_EVERY, "forget", self._forget, _PRUNE_BUDGET)
        if self.clock.speed > 1:
            schedule.every(_SAVE_CLOCK_EVERY, "save clock", self._save_clock, _SAVE_CLOCK_BUDGET)
        schedule.start()

    async def _sweep(self) -> None:
        """Look for what the timers missed; there should be nothing."""
        self.metrics.swept(await self.loop.sweep())

    async def _forget(self) -> None:
        """What is older than it is to be kept."""
        now, keep = self.clock.time.now(), self.settings.keep
        # A ticket's history and its commitments live together: as long as either is to be kept.
        await self.store.prune(now - max(keep.ended, keep.events), now - keep.deliveries)

    async def _save_clock(self) -> None:
        await self.clock.save(self.store)
