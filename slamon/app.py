"""The service: starts every part, answers for them, stops them. How they are made: parts.py."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import structlog

from slamon import __version__
from slamon.core.history import decode, encode
from slamon.core.instants import format_instant
from slamon.core.policy import Rules
from slamon.core.routes import Recipient
from slamon.directories.joining import Directories
from slamon.directories.keeper import Keeper
from slamon.flow.collect import Collector
from slamon.flow.deliver import Deliverer
from slamon.flow.polling import Pace
from slamon.flow.receive import Receiver
from slamon.metrics import CONTENT_TYPE, Metrics
from slamon.parts import Workshop
from slamon.ports import Pushed, Refused, Store
from slamon.replaying import service_time
from slamon.schedule import Schedule
from slamon.settings import Settings
from slamon.store import SqliteStore
from slamon.web.health import Health
from slamon.web.server import Answers, WebServer
from slamon.web.status import status

log = structlog.get_logger()

_RULES_KEY = "rules"
_SWEEP_EVERY = 60.0  # seconds
_SAVE_CLOCK_EVERY = 1.0
_RECONCILE_EVERY = 600.0  # some tickets each time
_POLL_BUDGET = 600.0
_LOOK_AT_DIRECTORIES = 2.0  # each knows itself when it is due
_SILENT_AFTER = 120.0  # seconds without a turn of the judge's loop, which never sleeps longer than 30
_SHOWN = 20  # commitments in the status


class CannotRun(Exception):
    """The service cannot run here: a port is taken. The message says what to do."""


class Service:
    """One running slamon. `run` returns after `stop`, or raises if a part of it died."""

    def __init__(self, settings: Settings, rules: Rules, rules_digest: bytes, store: Store | None = None) -> None:
        self._settings = settings
        self._rules_digest = rules_digest
        self._rules = rules
        self._store = store or SqliteStore(settings.storage)
        self._schedule = Schedule()
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._queued = {one.name: asyncio.Event() for one in settings.notifiers}
        self._metrics = Metrics(
            [one.name for one in settings.sources], self._queued, [one.name for one in settings.directories]
        )
        self._keepers: dict[str, Keeper] = {}
        self._people = {one.name: one.people for one in settings.notifiers if one.people is not None}
        self._directories = Directories(())
        self._receivers: dict[str, Receiver] = {}
        self._collectors: dict[str, Collector] = {}
        self._deliverers: dict[str, Deliverer] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._web = WebServer(
            settings.web, Answers(self.health, self._exposition, self._status, self._tickets, self._take)
        )

    @property
    def url(self) -> str:
        """Where it listens, once it does."""
        return self._web.url

    def stop(self) -> None:
        """Ask for a clean end; may be called from a signal's handler."""
        self._stopping.set()

    async def run(self) -> None:
        """Start every part, wait for `stop`, end every part. StoreUnusable, SourceError, CannotRun: it cannot start."""
        async with AsyncExitStack() as parts:
            await self._store.open()
            parts.push_async_callback(self._store.close)
            self._clock = await service_time(self._settings, self._settings.folder, self._store)
            parts.push_async_callback(self._clock.save, self._store)
            await self._prepare()
            parts.push_async_callback(self._end_tasks)
            await self._start_flow(parts)
            await self._start_web()
            parts.push_async_callback(self._web.stop)
            self._start_schedule()
            parts.push_async_callback(self._schedule.stop)
            log.info("slamon runs", version=__version__, url=self.url, now=format_instant(self._clock.time.now()))
            await self._until_stopped()
            log.info("stopping")

    # starting

    async def _prepare(self) -> None:
        """Take up what an earlier process left behind."""
        released = await self._store.release()
        if released:
            log.info("deliveries under way when the last process ended are tried again", count=released)
        if await self._store.value(_RULES_KEY) != self._rules_digest:
            await self._store.mark_for_judging()
            await self._store.set_value(_RULES_KEY, self._rules_digest)
        waiting = {name for name, state in await self._store.deliveries() if state in ("pending", "bound")}
        left = waiting - set(self._queued)
        if left:
            log.warning("deliveries wait for notifiers that are not configured any more", notifiers=sorted(left))

    async def _start_flow(self, parts: AsyncExitStack) -> None:
        settings, version = self._settings, self._rules_digest.hex()[:16]
        shop = Workshop(
            settings, self._rules, version, self._store, self._clock, self._metrics, self._changed, self._queued
        )
        await self._start_directories(shop, parts)
        assessor, join = shop.assessor(), self._directories.joined
        self._loop = shop.judge_loop(assessor, join, self._address)
        self._spawn(self._loop.run(), "judge")
        for one in settings.notifiers:
            notifier = shop.notifier(one)
            parts.push_async_callback(notifier.close)
            self._deliverers[one.name] = deliverer = shop.deliverer(notifier, assessor, self, join)
            self._spawn(deliverer.run(), f"deliver to {one.name}")
        await self._start_sources(shop, parts)

    async def _start_directories(self, shop: Workshop, parts: AsyncExitStack) -> None:
        for one in self._settings.directories:
            self._keepers[one.name] = keeper = await shop.keeper(one)
            parts.push_async_callback(keeper.close)
        await asyncio.gather(*(keeper.open() for keeper in self._keepers.values()))
        self._directories = Directories(tuple(self._keepers.values()))

    async def _start_sources(self, shop: Workshop, parts: AsyncExitStack) -> None:
        opened = []
        for one in self._settings.sources:
            source = await shop.source(one)
            parts.push_async_callback(source.close)
            self._collectors[one.name] = shop.collector(source, one)
            opened.append(source)
        self._receivers = {one.name: shop.receiver(one, self._collectors) for one in opened if isinstance(one, Pushed)}

    async def _start_web(self) -> None:
        try:
            await self._web.start()
        except OSError as error:
            web = self._settings.web
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
            raise CannotRun(
                f"{web.host}:{web.port} {why}: stop what listens there, or set web.listen to another address"
            ) from None

    def _start_schedule(self) -> None:
        for source in self._settings.sources:
            pace = Pace.of(source.poll, self._clock.speed)
            collector = self._collectors[source.name]
            is_due = partial(collector.is_due, pace)
            self._schedule.whenever(is_due, pace.look, f"poll {source.name}", collector.poll, _POLL_BUDGET)
            self._schedule.every(_RECONCILE_EVERY, f"reconcile {source.name}", collector.reconcile, _POLL_BUDGET)
        for name, keeper in self._keepers.items():
            self._schedule.every(_LOOK_AT_DIRECTORIES, f"read {name}", keeper.refresh, _POLL_BUDGET)
        self._schedule.every(_SWEEP_EVERY, "sweep", self._sweep, _SWEEP_EVERY)
        if self._clock.speed > 1:
            self._schedule.every(_SAVE_CLOCK_EVERY, "save clock", lambda: self._clock.save(self._store), 10.0)
        self._schedule.start()

    async def _sweep(self) -> None:
        """Look for what the timers missed; there should be nothing."""
        self._metrics.swept(await self._loop.sweep())

    # running and ending

    def _spawn(self, coroutine: Coroutine[None, None, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(coroutine, name=name))

    async def _until_stopped(self) -> None:
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait([stopping, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        for task in done - {stopping}:
            log.critical("a part of the service died", part=task.get_name())
            task.result()

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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
        missing = [name for name, one in self._collectors.items() if not one.was_read]
        silent = self._clock.time.monotonic() - self._loop.beat
        faults = {f"source {name}": one.standing_fault for name, one in self._collectors.items()}
        faults |= {f"notifier {name}": one.standing_fault for name, one in self._deliverers.items()}
        faults |= {f"directory {name}": one.standing_fault for name, one in self._keepers.items()}
        faults["judging"] = self._loop.standing_fault
        problems = [f"{what}: {fault}" for what, fault in faults.items() if fault]
        problems += [f"source {name}: not read yet" for name in missing]
        problems += [f"{one.staleness()}" for one in self._collectors.values() if one.staleness()]
        if silent > _SILENT_AFTER:
            problems.append(f"judging: no sign of life for {silent:.0f} s")
        ready = not missing and silent <= _SILENT_AFTER and self._loop.standing_fault is None
        details: dict[str, object] = {"version": __version__, "time": format_instant(self._clock.time.now())}
        return Health(ready, tuple(problems), details)

    async def _exposition(self) -> tuple[bytes, str]:
        commitments, deliveries = await self._store.open_commitments(), await self._store.deliveries()
        return self._metrics.exposition(commitments, deliveries), CONTENT_TYPE

    async def _tickets(self, id: str) -> list[bytes]:
        found = [await self._store.load(source.name, [id]) for source in self._settings.sources]
        bodies = [decode(stored[id].body, stored[id].source) for stored in found if id in stored]
        return [encode(self._directories.joined(ticket)) for ticket in bodies]

    async def _take(self, name: str, headers: Mapping[str, str], body: bytes) -> int:
        if name not in self._receivers:
            raise Refused(404, "there is no such hook")
        return await self._receivers[name].take(headers, body)

    async def _status(self) -> dict[str, Any]:
        nearest = await self._store.nearest(self._clock.time.now(), _SHOWN)
        counts = await self._store.open_commitments()
        return status(self.health(), counts, await self._store.deliveries(), nearest)
