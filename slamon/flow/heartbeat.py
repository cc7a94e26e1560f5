"""The heartbeat: told to a third party as long as slamon does its work, so that its end is noticed when it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from slamon.core.instants import MINUTE, Instant, Span
from slamon.flow.observe import Fault, log
from slamon.ports import SendError, Store, StoreError, Time

PATIENCE: Span = 15 * MINUTE  # beyond the longest time to collect in: what waits longer is not delivered
_STORE_BUDGET = 10.0  # seconds
_KEY = "heartbeat"

Beat = Callable[[], Awaitable[None]]  # SendError


class HeartbeatObserver(Protocol):
    """Who wants to know what became of heartbeats; the metrics do."""

    def heartbeat(self, outcome: str) -> None:
        """sent, withheld, or failed."""


class Audited(Protocol):
    """An auditor."""

    @property
    def problems(self) -> Sequence[str]:
        """Why not every due step of the last day is known to be delivered or explained."""


class Stale(Protocol):
    """Who knows how old what is known of the sources is."""

    @property
    def sources(self) -> Collection[str]: ...

    def stale(self, now: Instant) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Vitals:
    """Whether slamon does its work."""

    store: Store
    time: Time
    sources: Stale
    notifiers: Collection[str]
    auditor: Audited
    silent: Callable[[], Mapping[str, float]]
    patience: Span = PATIENCE  # of the service's time
    is_judging: Callable[[], str | None] = lambda: None  # why not

    async def problems(self) -> list[str]:
        """Why not, each in a few words; none: it does."""
        now = self.time.now()
        stale = self.sources.stale(now)
        found = [f"{part}: no sign of life" for part in self.silent()]
        if stale and len(stale) == len(self.sources.sources):
            found.append("every source is stale")
        if (fault := self.is_judging()) is not None:
            found.append(f"judging: {fault}")
        return [*found, *self.auditor.problems, *await self._of_store(now)]

    async def _of_store(self, now: Instant) -> list[str]:
        """It must take something too: a full disk can be read from."""
        try:
            async with asyncio.timeout(_STORE_BUDGET):
                await self.store.set_value(_KEY, str(now).encode())
                overdue = await self.store.overdue(now - self.patience)
        except StoreError as error:
            return [str(error)]
        except TimeoutError:
            return [f"the store does not answer within {_STORE_BUDGET:.0f} s"]
        return [f"{name}: {overdue[name]} alerts wait for too long" for name in self.notifiers if name in overdue]


class Heartbeat:
    """Beats at intervals of real time, whatever becomes of each beat."""

    def __init__(
        self,
        beat: Beat,
        every: float,
        problems: Callable[[], Awaitable[Sequence[str]]],
        observer: HeartbeatObserver,
    ) -> None:
        self._beat = beat
        self._every = every
        self._problems = problems
        self._observer = observer
        self._fault = Fault("heartbeat")
        self._withheld: Sequence[str] = ()

    async def run(self) -> None:
        while True:
            await self.turn()
            await asyncio.sleep(self._every)

    async def turn(self) -> None:
        """Beat once, unless something is wrong."""
        try:
            problems = await self._problems()
            self._report(problems)
            if problems:
                self._observer.heartbeat("withheld")
                return
            await self._beat()
        except SendError as error:
            self._fault.broke(str(error))
            self._observer.heartbeat("failed")
        except Exception:
            log.exception("the heartbeat is defective")
            self._observer.heartbeat("failed")
        else:
            self._fault.works()
            self._observer.heartbeat("sent")

    def _report(self, problems: Sequence[str]) -> None:
        """Why it is withheld, once as long as there is something, and its end."""
        if problems and not self._withheld:
            log.error("the heartbeat is withheld", problems=list(problems))
        elif self._withheld and not problems:
            log.info("the heartbeat goes on")
        self._withheld = problems
