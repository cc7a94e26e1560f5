"""The service: one process with its store, its web server and what runs by the settings of now (operation.py)."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Any

import structlog

from slamon import __version__
from slamon.core.instants import format_instant
from slamon.flow.observe import Fault
from slamon.flow.surely import Surely
from slamon.metrics import CONTENT_TYPE, Metrics
from slamon.operation import Configured, Operation
from slamon.ports import SourceError, Store, StoreError
from slamon.reloading import IN_PUBLIC, NotLoaded, check_fixed
from slamon.replaying import ServiceTime, service_time
from slamon.store import SqliteStore
from slamon.systemd import Supervisor
from slamon.time import wall_now
from slamon.web.clicks import Clicks
from slamon.web.health import Health
from slamon.web.local import NoLocalSocket
from slamon.web.problems import Problem, Unwilling
from slamon.web.say import Say
from slamon.web.server import Answers, WebServer
from slamon.web.status import status

log = structlog.get_logger()

_ENDS = "slamon ends: nothing is loaded any more"

Read = Callable[[], Awaitable[Configured]]


class CannotRun(Exception):
    """The service cannot run here: a port is taken. The message says what to do."""


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
        self._not_loaded: str | None = None  # why, of the last reload
        self._metrics = Metrics()
        self._clock: ServiceTime
        self._operation: Operation
        self._web = WebServer(configured.settings.web, self._answers(), configured.settings.socket)

    def _answers(self) -> Answers:
        """What the endpoints say: of whatever is in operation as they are asked."""
        say = Say(
            self._store,
            sources=lambda: self._operation.settings.source_names,
            rules=lambda: self._operation.rules,
            now=lambda: self._clock.time.now(),
            changed=lambda: self._operation.wake(),
        )
        return Answers(
            health=self.health,
            metrics=self._exposition,
            status=self._status,
            tickets=lambda id: self._operation.tickets(id),
            take=lambda name, headers, body: self._operation.take(name, headers, body),
            say=say,
            plan=lambda at, span, ticket: self._operation.ahead(at, span, ticket),
            message=self._store.message,
            reload=self._asked_to_reload,
            denied=self._metrics.denied,
            zone=lambda: str(self._operation.settings.zone),
            click=Clicks(lambda name: self._operation.clickable(name), say).take,
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
            try:
                async with self._reloading:  # whoever asks for it this early waits until there is something to reload
                    await self._start(parts)
                self._supervisor.ready()
                watching = asyncio.create_task(self._supervisor.watch(lambda: self._operation.health().stuck))
                parts.callback(watching.cancel)
                await self._until_stopped()
            finally:
                self._stopping.set()  # whatever ends it: nothing is reloaded any more
            self._supervisor.stopping()
            log.info("stopping")

    async def _start(self, parts: AsyncExitStack) -> None:
        await self._store.open()
        parts.push_async_callback(self._store.close)
        self._clock = await service_time(self._first.settings, self._store)
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
            raise NotLoaded(Problem("nothing here can be reloaded"))
        async with self._reloading:
            if self._stopping.is_set():
                raise NotLoaded(Problem(_ENDS))
            self._supervisor.reloading()
            try:
                await self._swap(*await self._following(self._read))
            except NotLoaded as error:
                self._not_loaded = error.standing
                self._metrics.loaded(False, wall_now())
                error.tell()
                raise
            finally:
                self._supervisor.ready()
            self._not_loaded = None
            self._metrics.loaded(True, wall_now())
            log.info("reloaded")

    async def _asked_to_reload(self) -> None:
        try:
            await self.reload()
        except NotLoaded as error:
            raise Unwilling(409, error.problems) from None

    async def _following(self, read: Read) -> tuple[Configured, Operation]:
        """What is read now, and the operation by it, built whole; NotLoaded, also for a defect on the way."""
        try:
            configured = await read()
            check_fixed(self._operation.settings, configured.settings)
            return configured, await self._built(configured)
        except NotLoaded:
            raise
        except (SourceError, StoreError) as error:
            raise NotLoaded(Problem(str(error))) from error
        except Exception as error:
            log.exception("reloading is defective")
            raise NotLoaded(Problem(f"defect: {type(error).__name__}", "report it, with the log")) from error

    async def _swap(self, configured: Configured, following: Operation) -> None:
        """The next one was built whole before the last one is stopped."""
        if self._stopping.is_set():
            await following.stop()
            raise NotLoaded(Problem(_ENDS))
        last, self._operation = self._operation, following
        self._swapped.set()
        await last.stop()
        await Surely(Fault("starting again"))(following.start)
        self._web.admit(configured.settings.web)

    # what it says of itself

    def health(self) -> Health:
        """As everybody may know it."""
        return self._health(in_public=True)

    def _health(self, *, in_public: bool) -> Health:
        details: dict[str, object] = {"version": __version__, "time": format_instant(self._clock.time.now())}
        found = self._operation.health()
        failed = () if self._not_loaded is None else (IN_PUBLIC, self._not_loaded)
        return replace(found, problems=(*found.problems, *failed[: 1 if in_public else 2]), details=details)

    async def _exposition(self) -> tuple[bytes, str]:
        scrape = await self._operation.scrape()
        return await self._metrics.exposition(scrape), CONTENT_TYPE

    async def _status(self) -> dict[str, Any]:
        return await status(self._health(in_public=False), self._store, self._clock.time.now())
