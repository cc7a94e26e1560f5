"""Collect: from a source into the store. The cursor moves in the transaction of the rows that it covers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from slamon.core.instants import SECOND, Instant, Span
from slamon.core.wording import span_text
from slamon.flow.filed import Filed
from slamon.flow.observe import Fault, Observer, log
from slamon.ports import Rereads, Source, SourceError, Store, StoreError, Time

_MOST_PROBLEMS_LOGGED = 20
_LONGEST_PAUSE = 300.0  # seconds between polls of a source that fails
_REREAD_BUDGET = 5.0  # seconds that an alert waits for a last look at its ticket
_RECONCILED_AT_ONCE = 200


class Collector:
    """One source. `poll` is called again and again; a failed call changes nothing and loses nothing."""

    def __init__(
        self,
        source: Source,
        store: Store,
        time: Time,
        changed: asyncio.Event,
        observer: Observer,
        max_data_age: Span,
    ) -> None:
        self._source = source
        self._store = store
        self._time = time
        self.filed = Filed(source.name, store, time, changed)
        self._observer = observer
        self._max_data_age = max_data_age
        self._fault = Fault("source", source=source.name)
        self._failures = 0
        self._not_before = 0.0  # on the monotonic clock
        self._read_at: Instant | None = None  # when the source was last read to its end
        self._reconciled = ""  # the last ticket id that was asked about again

    @property
    def standing_fault(self) -> str | None:
        return self._fault.standing

    @property
    def was_read(self) -> bool:
        """Whether it was read to its end since the start."""
        return self._read_at is not None

    def staleness(self) -> str | None:
        """A remark on data that is older than it may be."""
        age = None if self._read_at is None else self._time.now() - self._read_at
        if age is None or age <= self._max_data_age:
            return None
        return f"as last known {span_text(age)} ago: the source {self._source.name} cannot be read"

    async def poll(self) -> None:
        """Read what is new. Faults are reported, not raised; after one the next polls wait longer and longer."""
        if self._time.monotonic() >= self._not_before:
            await self._guarded(self._read)

    async def reread(self, id: str) -> None:
        """A last look at a ticket before somebody is alerted; if that takes too long, what is known must do."""
        if isinstance(self._source, Rereads) and self._fault.standing is None:
            try:
                async with asyncio.timeout(_REREAD_BUDGET):
                    begun = self._time.monotonic()
                    await self.filed.polled(await self._source.fetch([id]), None, begun)
            except (SourceError, StoreError, TimeoutError) as error:
                log.debug("no last look at the ticket", source=self._source.name, error=str(error))

    async def reconcile(self) -> None:
        """Ask again, by id, about some tickets that are open here: what was deleted there is told by no search."""
        if isinstance(self._source, Rereads) and self._fault.standing is None:
            await self._guarded(self._look_at_some)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:
            if not isinstance(error, (SourceError, StoreError)):
                log.exception("source is defective", source=self._source.name)
            self._failures += 1
            wanted = (getattr(error, "retry_after", None) or 0) / SECOND
            self._not_before = self._time.monotonic() + max(wanted, self._pause())
            self._fault.broke(str(error))
            self._observer.source_up(self._source.name, False)
        else:
            self._failures = 0
            self._fault.works()
            self._observer.source_up(self._source.name, True)

    def _pause(self) -> float:
        """The first failure waits for the next poll only."""
        return 0.0 if self._failures < 2 else min(_LONGEST_PAUSE, 2.0 ** min(self._failures, 16))

    async def _read(self) -> None:
        name, begun = self._source.name, self._time.monotonic()
        async for batch in self._source.collect(await self._store.cursor(name)):
            changed = await self.filed.polled(batch.tickets, batch.cursor, begun)
            self._report(batch.problems)
            self._observer.collected(name, changed, len(batch.problems))
            if batch.progress is not None:
                log.info("reading", source=name, progress=batch.progress)
        self._read_at = self._time.now()

    async def _look_at_some(self) -> None:
        source = self._source
        ids = await self._store.open_tickets(source.name, self._reconciled, _RECONCILED_AT_ONCE)
        self._reconciled = ids[-1] if len(ids) == _RECONCILED_AT_ONCE else ""
        if ids and isinstance(source, Rereads):
            begun = self._time.monotonic()
            await self.filed.polled(await source.fetch(ids), None, begun)

    def _report(self, found: Sequence[str]) -> None:
        for problem in found[:_MOST_PROBLEMS_LOGGED]:
            log.warning("not a ticket", source=self._source.name, problem=problem)
        if len(found) > _MOST_PROBLEMS_LOGGED:
            log.warning("more that is no ticket", source=self._source.name, count=len(found) - _MOST_PROBLEMS_LOGGED)
