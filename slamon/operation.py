"""All that runs by one set of settings and rules. A reload builds the next one before this one is stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import structlog

from slamon.core.assess import Assessor
from slamon.core.history import decode, encode
from slamon.core.instants import Instant, Span
from slamon.core.policy import Rules
from slamon.core.routes import Recipient
from slamon.core.ticket import Ticket
from slamon.directories.joining import Directories
from slamon.directories.keeper import Keeper
from slamon.flow.collect import Collector
from slamon.flow.deliver import Deliverer
from slamon.flow.mirror import Mirror
from slamon.flow.receive import Receiver
from slamon.flow.watch import Watch
from slamon.jobs import Jobs
from slamon.metrics import Metrics, Moment, Scrape, ask, expected_of
from slamon.parts import Workshop
from slamon.ports import Clickable, Mirrors, Notifier, Pushed, Refused, Store
from slamon.replaying import ServiceTime
from slamon.schedule import Schedule
from slamon.settings import Settings
from slamon.web.ahead import Ahead
from slamon.web.health import Health, Parts
from slamon.web.unknown import no_ticket

log = structlog.get_logger()

_RULES_KEY = "rules"


@dataclass(frozen=True, slots=True)
class Configured:
    """Settings and rules that were read without a mistake; `digest` tells one set of rules from another."""

    settings: Settings
    rules: Rules
    digest: bytes


class Operation:
    """Sources, judge and notifiers at work. `build` opens what can fail, `start` sets it going, `stop` ends it."""

    def __init__(self, configured: Configured, store: Store, clock: ServiceTime, metrics: Metrics) -> None:
        self.settings = configured.settings
        self.rules = configured.rules
        self._digest = configured.digest
        self._expected = expected_of(configured.settings, configured.rules)
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._changed = asyncio.Event()
        self._queued = {one.name: asyncio.Event() for one in self.settings.notifiers}
        version = configured.digest.hex()[:16]
        self._shop = Workshop(
            self.settings, configured.rules, version, store, clock, metrics, self._changed, self._queued
        )
        self._schedule = Schedule()
        self._open = AsyncExitStack()
        self._people = {one.name: one.people for one in self.settings.notifiers if one.people is not None}
        self._keepers: dict[str, Keeper] = {}
        self._directories = Directories(())
        self._notifiers: list[Notifier] = []
        self._receivers: dict[str, Receiver] = {}
        self._collectors: dict[str, Collector] = {}
        self._deliverers: dict[str, Deliverer] = {}
        self._heartbeat = self._shop.heartbeat()
        self._tasks: list[asyncio.Task[None]] = []
        self._started = asyncio.Event()
        self._watch: Watch | None = None
        self._assessor: Assessor = self._shop.assessor()
        self._loop = self._shop.judge_loop(self._assessor, self.joined, self._address)

    def joined(self, ticket: Ticket) -> Ticket:
        """The ticket with what is known of its customer."""
        return self._directories.joined(ticket)

    # building

    async def build(self) -> None:
        """Open every part; SourceError: one cannot be, and then all are closed again."""
        try:
            await self._open_directories()
            for one in self.settings.notifiers:
                notifier = self._shop.notifier(one)
                self._open.push_async_callback(notifier.close)
                self._notifiers.append(notifier)
            await self._open_sources()
            if self._heartbeat is not None:
                self._open.push_async_callback(self._heartbeat.close)
        except BaseException:
            await self._open.aclose()
            raise

    async def _open_directories(self) -> None:
        for one in self.settings.directories:
            self._keepers[one.name] = keeper = await self._shop.keeper(one)
            self._open.push_async_callback(keeper.close)
        await asyncio.gather(*(keeper.open() for keeper in self._keepers.values()))
        self._directories = Directories(tuple(self._keepers.values()))

    async def _open_sources(self) -> None:
        opened = []
        for one in self.settings.sources:
            source = await self._shop.source(one)
            self._open.push_async_callback(source.close)
            self._collectors[one.name] = self._shop.collector(source, one)
            opened.append(source)
        self._receivers = {
            one.name: self._shop.receiver(one, self._collectors) for one in opened if isinstance(one, Pushed)
        }

    # running

    async def start(self) -> None:
        """Set everything going; StoreError: it cannot."""
        if await self._store.value(_RULES_KEY) != self._digest:
            await self._store.mark_for_judging()
            await self._store.set_value(_RULES_KEY, self._digest)
        await self._tell_what_waits()
        if not self.settings.alerts.send:
            log.warning("nothing is sent: alerts.send is false")
        self._metrics.expect(self._expected)
        for name in self._receivers:
            self._metrics.expect_pushes(name)
        watch = self._shop.watch(
            self._assessor, self._loop, self._schedule, self._collectors, self._deliverers, self._heartbeat
        )
        await watch.monitor.open()
        self._watch = watch
        self._spawn(self._loop.run(), "judge")
        for notifier in self._notifiers:
            deliverer = self._shop.deliverer(notifier, self._assessor, self, self.joined, watch.monitor)
            self._deliverers[notifier.name] = deliverer
            self._spawn(deliverer.run(), f"deliver to {notifier.name}")
        Jobs(
            self.settings,
            self._store,
            self._clock,
            self._metrics,
            self._loop,
            self._collectors,
            self._keepers,
            tuple(self._mirrors()),
        ).start(self._schedule)
        for name, work in watch.tasks():
            self._spawn(work, name)
        self._started.set()

    async def _tell_what_waits(self) -> None:
        figures = await self._store.figures()
        waiting = {notifier for notifier, state in figures.deliveries if state in ("pending", "bound")}
        if left := waiting - set(self._queued):
            log.warning("deliveries wait for notifiers that are not configured any more", notifiers=sorted(left))

    def _spawn(self, coroutine: Coroutine[None, None, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(coroutine, name=name))

    def _mirrors(self) -> Iterator[Mirror]:
        for one in self._notifiers:
            if isinstance(one, Mirrors):
                yield Mirror(one.name, one, self._store, self._deliverers[one.name].looker)

    async def died(self) -> None:
        """Return once a part of it has ended by itself, which none should; raises what it died of."""
        await self._started.wait()  # after a reload it is asked before there is anything to wait for
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            log.critical("a part of the service died", part=task.get_name())
            task.result()

    async def stop(self) -> None:
        """End everything; what is being sent is sent to its end."""
        await self._schedule.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._open.aclose()

    def wake(self) -> None:
        """Have the judge look for what changed."""
        self._changed.set()

    # flow.deliver.Knowledge

    async def reread(self, source: str, ticket: str) -> None:
        if source in self._collectors:
            await self._collectors[source].reread(ticket)

    def staleness(self, source: str) -> str | None:
        return self._collectors[source].staleness() if source in self._collectors else None

    def settled(self) -> bool:
        return self._loop.is_idle and all(one.was_read for one in self._collectors.values())

    def _address(self, recipient: Recipient, who: Any) -> str | None:
        """Of somebody whom a ticket names: by the directory of the notifier's people, or else that of the field."""
        people = self._people.get(recipient.notifier)
        if people in self._keepers:
            return self._keepers[people].address(who)
        return self._directories.address(recipient.to or "", who)

    # what it says of itself

    def health(self) -> Health:
        """Without details: whether it can do its work, and what a person should look at."""
        silent, stands = ({}, ()) if self._watch is None else (self._watch.silent(), self._watch.monitor.stands)
        return Parts(self._loop, self._collectors, self._deliverers, self._keepers, silent, stands).health()

    async def scrape(self) -> Scrape:
        """What the metrics show of this moment."""
        moment = Moment(self._clock.time.now(), time.time(), self._clock.speed)
        return await ask(self._store, moment, self._collectors, self._loop, self._schedule.beat)

    async def tickets(self, id: str) -> list[bytes]:
        """The histories of an id, of each source that has it, with what is known of the customer; Unwilling if none."""
        names = self.settings.source_names
        found = [await self._store.load(name, [id]) for name in names]
        bodies = [decode(stored[id].body, stored[id].source) for stored in found if id in stored]
        if not bodies:
            raise await no_ticket(self._store, id, names, "id")
        return [encode(self.joined(ticket)) for ticket in bodies]

    async def ahead(self, at: Instant | None, span: Span, ticket: str | None) -> list[dict[str, Any]]:
        """Who would be told what if nothing happened; Unwilling: there is no such ticket."""
        names = self.settings.source_names
        look = Ahead(self._store, names, self._assessor, self._clock.time.now, self.joined, self._loop.reaches).look
        return await look(at, span, ticket)

    def clickable(self, name: str) -> Clickable | None:
        """The notifier of a name, if its messages can have buttons."""
        return next((one for one in self._notifiers if one.name == name and isinstance(one, Clickable)), None)

    async def take(self, name: str, headers: Mapping[str, str], body: bytes) -> int:
        """A push; Refused says why not."""
        if name not in self._receivers:
            raise Refused(404, "there is no such hook")
        return await self._receivers[name].take(headers, body)
