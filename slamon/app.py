"""The service: one process with its store, its web server and what runs by the settings of now (operation.py)."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Any

import structlog

from slamon import __version__
from slamon.core.instants import Instant, Span, format_instant
from slamon.flow.observe import Fault
from slamon.flow.surely import Surely
from slamon.metrics import CONTENT_TYPE, Metrics
from slamon.operation import Configured, Operation
from slamon.ports import SourceError, Store, StoreError
from slamon.replaying import ServiceTime, service_time
from slamon.settings import Settings
from slamon.sources.replay import ReplaySettings
from slamon.store import SqliteStore
from slamon.systemd import Supervisor
from slamon.time import wall_now
from slamon.web.health import Health
from slamon.web.local import NoLocalSocket
from slamon.web.problems import Problem, Unwilling
from slamon.web.say import Say
from slamon.web.server import Answers, WebServer
from slamon.web.status import status

log = structlog.get_logger()

_RELOAD_FAILED = "reload: settings or rules cannot be used, and those from before are: see slamon check"

Read = Callable[[], Awaitable[Configured]]


class CannotRun(Exception):
    """The service cannot run here: a port is taken. The message says what to do."""


class NotLoaded(Exception):
    """Settings or rules that cannot be used; the message is all that is wrong with them."""


class Service:
    """One running slamon. `run` returns after `stop`, or raises if a part of it died.

    `read` reads settings and rules again, for a reload; it raises NotLoaded. Without it there is none.
    """

    def __init__(
        self,
        configured: Configured,
        store: Store | None = None,
        read: Read | None = None,
        supervisor: Supervisor | None = None,
    ) -> None:
        self._first = configured
        self._supervisor = supervisor or Supervisor()
        self._read = read
        self._store = store or SqliteStore(configured.settings.storage)
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._swapped = asyncio.Event()
        self._reloads: set[asyncio.Future[None]] = set()
        self._reload_failed = False
        self._metrics = Metrics()
        self._clock: ServiceTime
        self._operation: Operation
        say = Say(self._store, self._sources, lambda: self._clock.time.now(), lambda: self._operation.wake())
        answers = Answers(
            self.health,
            self._exposition,
            self._status,
            lambda id: self._operation.tickets(id),
            self._take,
            say,
            self._ahead,
            self._store.message,
            self._asked_to_reload,
            self._metrics.denied,
        )
        self._web = WebServer(configured.settings.web, answers, configured.settings.socket)

    @property
    def url(self) -> str:
        """Where it listens, once it does."""
        return self._web.url

    def stop(self) -> None:
        """Ask for a clean end; may be called from a signal's handler."""
        self._stopping.set()

    async def run(self) -> None:
        """Start every part, wait for `stop`, end every part. StoreUnusable, SourceError, CannotRun: it cannot start."""
        settings = self._first.settings
        async with AsyncExitStack() as parts:
            await self._store.open()
            parts.push_async_callback(self._store.close)
            self._clock = await service_time(settings, settings.folder, self._store)
            parts.push_async_callback(self._clock.save, self._store)
            if released := await self._store.release():
                log.info("deliveries under way when the last process ended are tried again", count=released)
            self._operation = await self._built(self._first)
            parts.push_async_callback(lambda: self._operation.stop())
            await self._operation.start()
            self._metrics.loaded(True, wall_now())
            await self._start_web()
            parts.push_async_callback(self._web.stop)
            log.info("slamon runs", version=__version__, url=self.url, now=format_instant(self._clock.time.now()))
            self._supervisor.ready()
            watching = asyncio.create_task(self._supervisor.watch(lambda: self._operation.health().stuck))
            parts.callback(watching.cancel)
            await self._until_stopped()
            self._supervisor.stopping()
            log.info("stopping")

    async def _built(self, configured: Configured) -> Operation:
        operation = Operation(configured, self._store, self._clock, self._metrics)
        await operation.build()
        return operation

    async def _start_web(self) -> None:
        web = self._first.settings.web
        try:
            await self._web.start()
        except NoLocalSocket as error:
            raise CannotRun(str(error)) from None
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
            raise CannotRun(
                f"{web.host}:{web.port} {why}: stop what listens there, or set web.listen to another address"
            ) from None

    async def _until_stopped(self) -> None:
        stopping = asyncio.create_task(self._stopping.wait())
        while not stopping.done():
            died = asyncio.create_task(self._operation.died())
            swapped = asyncio.create_task(self._swapped.wait())
            done, _ = await asyncio.wait([stopping, died, swapped], return_when=asyncio.FIRST_COMPLETED)
            if died in done and swapped not in done and stopping not in done:
                died.result()
            self._swapped.clear()
            for task in (died, swapped):
                task.cancel()
            await asyncio.gather(died, swapped, return_exceptions=True)

    # reloading

    def reload_soon(self) -> None:
        """As `reload`, for a signal's handler: what is wrong is logged."""
        task = asyncio.ensure_future(self._reload_quietly())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def _reload_quietly(self) -> None:
        with suppress(NotLoaded):
            await self.reload()

    async def reload(self) -> None:
        """Read settings and rules again and go on by them; NotLoaded: they cannot be used, and all is as it was."""
        if self._read is None:
            raise NotLoaded("nothing here can be reloaded")
        async with self._reloading:
            self._supervisor.reloading()
            try:
                await self._swap(await self._read())
            except NotLoaded as error:
                self._reload_failed = True
                self._metrics.loaded(False, wall_now())
                log.error("reload failed: everything goes on as before", error=str(error))
                raise
            finally:
                self._supervisor.ready()
            self._reload_failed = False
            self._metrics.loaded(True, wall_now())
            log.info("reloaded")

    async def _asked_to_reload(self) -> None:
        try:
            await self.reload()
        except NotLoaded as error:
            raise Unwilling(409, [Problem(line) for line in str(error).splitlines() if line]) from None

    async def _swap(self, configured: Configured) -> None:
        """The next one is built whole before the last one is stopped."""
        _check_fixed(self._operation.settings, configured.settings)
        try:
            following = await self._built(configured)
        except (SourceError, StoreError) as error:
            raise NotLoaded(str(error)) from error
        last, self._operation = self._operation, following
        self._swapped.set()
        await last.stop()
        await Surely(Fault("starting again"))(following.start)
        self._web.admit(configured.settings.web)

    # what it says of itself

    def _sources(self) -> list[str]:
        return [one.name for one in self._operation.settings.sources]

    def health(self) -> Health:
        details: dict[str, object] = {"version": __version__, "time": format_instant(self._clock.time.now())}
        found = self._operation.health()
        problems = (*found.problems, _RELOAD_FAILED) if self._reload_failed else found.problems
        return replace(found, problems=problems, details=details)

    async def _exposition(self) -> tuple[bytes, str]:
        scrape = await self._operation.scrape()
        return await self._metrics.exposition(scrape), CONTENT_TYPE

    async def _take(self, name: str, headers: Mapping[str, str], body: bytes) -> int:
        return await self._operation.take(name, headers, body)

    async def _ahead(self, at: Instant | None, span: Span, ticket: str | None) -> list[dict[str, Any]]:
        return await self._operation.ahead(at, span, ticket)

    async def _status(self) -> dict[str, Any]:
        return await status(self.health(), self._store, self._clock.time.now())


def _check_fixed(now: Settings, wanted: Settings) -> None:
    """What a running process cannot change."""
    pairs = {
        "storage.path": (now.storage, wanted.storage),
        "web.listen": ((now.web.host, now.web.port), (wanted.web.host, wanted.web.port)),
        "the speed of replays": (_speed(now), _speed(wanted)),
        "log": (now.log, wanted.log),
    }
    changed = [name for name, (before, after) in pairs.items() if before != after]
    if changed:
        raise NotLoaded(f"{' and '.join(changed)} cannot change while slamon runs: put it back, or restart slamon")


def _speed(settings: Settings) -> int:
    return max((one.options.speed for one in settings.sources if isinstance(one.options, ReplaySettings)), default=1)
