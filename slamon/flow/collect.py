"""Collect: from a source into the store. The cursor moves in the transaction of the rows that it covers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from slamon.core.history import encode
from slamon.flow.observe import Fault, Observer, log
from slamon.ports import Source, SourceError, Store, StoreError

_MOST_PROBLEMS_LOGGED = 20


class Collector:
    """One source. `poll` is called again and again; a failed call changes nothing and loses nothing."""

    def __init__(self, source: Source, store: Store, changed: asyncio.Event, observer: Observer) -> None:
        self._source = source
        self._store = store
        self._changed = changed
        self._observer = observer
        self._fault = Fault("source", source=source.name)

    @property
    def standing_fault(self) -> str | None:
        return self._fault.standing

    async def poll(self) -> None:
        """Read what is new. Faults are reported, not raised."""
        try:
            await self._read()
        except (SourceError, StoreError) as error:
            self._fault.broke(str(error))
            self._observer.source_up(self._source.name, False)
        else:
            self._fault.works()
            self._observer.source_up(self._source.name, True)

    async def _read(self) -> None:
        name = self._source.name
        async for batch in self._source.collect(await self._store.cursor(name)):
            rows = [(ticket.id, encode(msgspec.structs.replace(ticket, source=name))) for ticket in batch.tickets]
            changed = await self._store.save_batch(name, rows, batch.cursor)
            self._report(batch.problems)
            self._observer.collected(name, changed, len(batch.problems))
            if changed:
                self._changed.set()

    def _report(self, found: Sequence[str]) -> None:
        for problem in found[:_MOST_PROBLEMS_LOGGED]:
            log.warning("not a ticket", source=self._source.name, problem=problem)
        if len(found) > _MOST_PROBLEMS_LOGGED:
            log.warning("more that is no ticket", source=self._source.name, count=len(found) - _MOST_PROBLEMS_LOGGED)
