"""Receive: from whoever pushes tickets into the store. A push is taken once, however often it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from slamon.core.instants import MINUTE, SECOND, Instant, Span
from slamon.flow.filed import Filed
from slamon.flow.observe import Fault
from slamon.ports import Pushed, Refused, Store, StoreError, Time

_REMEMBERED: Span = 10 * MINUTE  # a signature is good for five minutes before and after its time
_MOST_REMEMBERED = 4096
_MOST_WAITING = 64
_BUDGET = 10.0  # seconds
_RETRY_AFTER: Span = 5 * SECOND

PushOutcome = Literal["taken", "repeated", "unauthorized", "malformed", "busy"]


class PushObserver(Protocol):
    """Who wants to know what is pushed; the metrics do."""

    def collected(self, source: str, changed: int, problems: int) -> None: ...

    def pushed(self, source: str, outcome: PushOutcome) -> None: ...


class Receiver:
    """One source that is pushed to. Its cursor holds the ids of pushes that could come again."""

    def __init__(self, source: Pushed, filed: Filed, store: Store, time: Time, observer: PushObserver) -> None:
        self._source = source
        self._filed = filed  # of the source that the tickets are of
        self._store = store
        self._time = time
        self._observer = observer
        self._fault = Fault("taking pushes", source=source.name)
        self._recent: dict[str, Instant] | None = None  # ids by when they were taken, oldest first; None: not read yet
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Return once the push is stored: how many tickets changed. Refused says why it is not."""
        try:
            changed = await self._admitted(self._source.admit(headers, body), headers, body)
        except Refused as refused:
            self._observer.pushed(self._source.name, _outcome(refused))
            raise
        self._observer.pushed(self._source.name, "repeated" if changed is None else "taken")
        return changed or 0

    async def _admitted(self, id: str, headers: Mapping[str, str], body: bytes) -> int | None:
        if self._waiting >= _MOST_WAITING:
            raise Refused(503, "too much is pushed at once: try again", _RETRY_AFTER)
        self._waiting += 1
        try:
            async with asyncio.timeout(_BUDGET), self._turn:
                changed = await self._once(id, headers, body)
        except (StoreError, TimeoutError) as error:
            self._fault.broke(str(error) or f"the store took longer than {_BUDGET:.0f} s")
            raise Refused(503, "it cannot be stored now: try again", _RETRY_AFTER) from None
        finally:
            self._waiting -= 1
        self._fault.works()
        return changed

    async def _once(self, id: str, headers: Mapping[str, str], body: bytes) -> int | None:
        """None: it was taken before."""
        now = self._time.now()
        recent = {one: at for one, at in (await self._taken()).items() if at > now - _REMEMBERED}
        if id in recent:
            return None
        batch = await self._source.receive(headers, body)
        recent[id] = now
        for oldest in list(recent)[:-_MOST_REMEMBERED]:
            del recent[oldest]
        cursor, own = msgspec.json.encode(recent), self._source.tickets_of == self._source.name
        changed = await self._filed.pushed(batch.tickets, cursor if own else None)
        if not own:
            await self._store.save_batch(self._source.name, (), cursor)
        self._recent = recent
        self._observer.collected(self._source.tickets_of, changed, 0)
        return changed

    async def _taken(self) -> dict[str, Instant]:
        if self._recent is None:
            self._recent = _ids(await self._store.cursor(self._source.name))
        return self._recent


def _ids(cursor: bytes | None) -> dict[str, Instant]:
    try:
        return msgspec.json.decode(cursor or b"{}", type=dict[str, Instant])
    except msgspec.DecodeError:  # of a source of another kind that had this name
        return {}


def _outcome(refused: Refused) -> PushOutcome:
    return "unauthorized" if refused.status == 401 else "busy" if refused.status == 503 else "malformed"
