"""Collect: from a source into the store. The cursor moves in the transaction of the rows that it covers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from slamon.core.instants import Instant, Span
from slamon.core.ticket import Ticket
from slamon.core.wording import span_text
from slamon.flow.filed import Filed
from slamon.flow.gone import Gone
from slamon.flow.observe import Fault, Observer, log
from slamon.flow.patience import Patience, kind_of
from slamon.flow.polling import MARGIN, Rhythm, next_poll, shortest
from slamon.ports import Measured, Readings, Rereads, Source, SourceError, Store, StoreError, Time

_MOST_PROBLEMS_LOGGED = 20
_MOST_REMEMBERED = 1_000  # problems that were logged
_REREAD_BUDGET = 5.0  # seconds that an alert waits for a last look at its ticket
_RECONCILED_AT_ONCE = 200
_NEAREST = 100  # commitments
_NO_READINGS = Readings()


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
        self._doubt = Fault("asking again about open tickets", source=source.name)
        self._store_fails = False
        self._patience = Patience()
        self._gone = Gone(source.name, store, time)
        self._told: dict[str, None] = {}  # problems that were logged
        self._polled: tuple[float, Instant] | None = None  # when it was last asked, on both clocks
        self._read_at: Instant | None = None  # when the source was last read to its end
        self._known_at: Instant | None = None  # as `_read_at`, but of an earlier process

    @property
    def standing_fault(self) -> str | None:
        return self._fault.standing

    @property
    def store_fault(self) -> str | None:
        """Why the store does not take what is read."""
        return self._fault.standing if self._store_fails else None

    @property
    def was_read(self) -> bool:
        """Whether it was read to its end since the start."""
        return self._read_at is not None

    @property
    def read_at(self) -> Instant | None:
        """When it was last read to its end, since the start."""
        return self._read_at

    @property
    def newest(self) -> Instant | None:
        """When the last thing happened of all that was read since the start, as the source's clock has it."""
        return self.filed.newest

    @property
    def readings(self) -> Readings:
        """What the source has learnt beside its tickets."""
        return self._source.readings if isinstance(self._source, Measured) else _NO_READINGS

    @property
    def is_refused(self) -> bool:
        """Whether the last attempt failed for a reason that lasts until somebody acts."""
        return self._patience.is_refused

    def staleness(self) -> str | None:
        """A remark on data that is older than it may be."""
        read_at = self._read_at if self._read_at is not None else self._known_at
        age = None if read_at is None else self._time.now() - read_at
        if age is None or age <= self._max_data_age:
            return None
        return f"as last known {span_text(age)} ago: the source {self._source.name} cannot be read"

    async def is_due(self, rhythm: Rhythm) -> bool:
        """Whether to poll now: it is time, or something of this source comes due before the next poll would be over."""
        if self._polled is None:
            return True
        monotonic, (asked, asked_at) = self._time.monotonic(), self._polled
        if monotonic < self._patience.not_before or self._store_fails or rhythm.is_over(monotonic - asked):
            return monotonic >= self._patience.not_before
        now = self._time.now()
        if self._fault.standing is not None or now < asked_at + shortest(rhythm.span):
            return False
        return next_poll(asked_at, rhythm.span, await self._coming(now)) <= now

    async def _coming(self, now: Instant) -> list[Instant]:
        """The next instants at which somebody may have to be told something of this source."""
        try:
            soonest = await self._store.next_change()
            if soonest is None or soonest > now + MARGIN:
                return []
            nearest = await self._store.nearest(now, _NEAREST)
        except StoreError:
            return []
        changes = [row.changes_at for source, _, row in nearest if source == self._source.name]
        return [at for at in changes if at is not None and at > now]

    async def poll(self) -> None:
        """Read what is new. Faults are reported, not raised; after one the next polls wait longer and longer."""
        now = self._time.monotonic()
        if now >= self._patience.not_before:
            if self._polled is None:
                self._known_at = await self._remembered_read()
            self._polled = now, self._time.now()
            error = await self._failure(self._read, self._fault)
            self._store_fails = isinstance(error, StoreError)
            if error is None:
                self._patience.works()
            elif self._store_fails:
                self._patience.not_its_fault(self._time.monotonic())
            else:
                self._patience.failed(error, self._time.monotonic())
            self._observer.source_up(self._source.name, error is None)

    async def reread(self, id: str) -> None:
        """A last look at a ticket before somebody is alerted; if that takes too long, what is known must do."""
        if isinstance(self._source, Rereads) and self._fault.standing is None:
            try:
                async with asyncio.timeout(_REREAD_BUDGET):
                    begun = self._time.monotonic()
                    await self._file(await self._source.fetch([id]), None, begun)
            except (SourceError, StoreError, TimeoutError) as error:
                log.debug("no last look at the ticket", source=self._source.name, error=str(error))
            except Exception:
                log.exception("source is defective", source=self._source.name)

    async def reconcile(self) -> None:
        """Ask again, by id, about some tickets that are open here: what was deleted there is told by no search.

        Not before the source was read to its end: until then there is better to ask it for.
        """
        if isinstance(self._source, Rereads) and self._fault.standing is None and self.was_read:
            error = await self._failure(self._look_at_some, self._doubt)
            if error is not None:
                self._patience.asked_to_wait(error, self._time.monotonic())

    async def _failure(self, work: Callable[[], Awaitable[None]], fault: Fault) -> Exception | None:
        try:
            await work()
        except Exception as error:
            if not isinstance(error, (SourceError, StoreError)):
                log.exception("source is defective", source=self._source.name)
            fault.broke(str(error), kind_of(error))
            return error
        fault.works()
        return None

    async def _read(self) -> None:
        name, begun = self._source.name, self._time.monotonic()
        if self._store_fails:  # whoever is asked gives what would only be thrown away
            await self._store.set_value(f"tried {name}", str(self._time.now()).encode())
        async for batch in self._source.collect(await self._store.cursor(name)):
            changed = await self._file(batch.tickets, batch.cursor, begun)
            self._report(batch.problems)
            self._observer.collected(name, changed, len(batch.problems))
            if batch.progress is not None:
                log.info("reading", source=name, progress=batch.progress)
        self._read_at = self._time.now()
        await self._store.set_value(f"read {name}", str(self._read_at).encode())

    async def _remembered_read(self) -> Instant | None:
        try:
            found = await self._store.value(f"read {self._source.name}")
        except StoreError:
            return None
        return None if found is None else int(found)

    async def _file(
        self, tickets: Sequence[Ticket], cursor: bytes | None, begun: float, asked: Sequence[str] = ()
    ) -> int:
        if isinstance(self._source, Rereads):
            await self._gone.note(tickets, asked)
        return await self.filed.polled(tickets, cursor, begun)

    async def _look_at_some(self) -> None:
        source = self._source
        place = f"reconciled {source.name}"
        last = (await self._store.value(place) or b"").decode()
        ids = await self._store.open_tickets(source.name, last, _RECONCILED_AT_ONCE)
        wanted = [*dict.fromkeys([*ids, *await self._gone.due()])]
        if wanted and isinstance(source, Rereads):
            begun = self._time.monotonic()
            await self._file(await source.fetch(wanted), None, begun, wanted)
        following = ids[-1] if len(ids) == _RECONCILED_AT_ONCE else ""
        await self._store.set_value(place, following.encode())

    def _report(self, found: Sequence[str]) -> None:
        new = [problem for problem in dict.fromkeys(found) if problem not in self._told]
        for problem in new[:_MOST_PROBLEMS_LOGGED]:
            log.warning("not a ticket", source=self._source.name, problem=problem)
        if len(new) > _MOST_PROBLEMS_LOGGED:
            log.warning("more that is no ticket", source=self._source.name, count=len(new) - _MOST_PROBLEMS_LOGGED)
        self._told = dict.fromkeys([*self._told, *new][-_MOST_REMEMBERED:])
