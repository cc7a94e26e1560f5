"""Deliver: from the queue to a notifier, at least once, with the same bytes however often it must be tried."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Protocol, TypeVar

from slamon.core.assess import Assessor
from slamon.core.history import decode
from slamon.core.instants import SECOND, Instant, Span
from slamon.core.message import Message
from slamon.flow.judge import Join, as_told
from slamon.flow.observe import Fault, Observer, log
from slamon.ports import Delivery, Ending, Notifier, Reason, SendError, Store, StoreError, Time

T = TypeVar("T")

_AT_ONCE = 20
_FIRST_PAUSE = 1.0  # seconds; doubled with every attempt
_LONGEST_PAUSE = 300.0
_GRACE = 10.0  # for the delivery under way when the service stops
_TIME_BUDGET = 60.0  # for one attempt; a notifier has shorter limits of its own


class Knowledge(Protocol):
    """How well the sources are known."""

    async def reread(self, source: str, ticket: str) -> None:
        """Look at a ticket again if its source can be asked; never fails, never takes long."""

    def staleness(self, source: str) -> str | None:
        """A remark for people if what is known of a source is too old."""


class Deliverer:
    """The queue of one notifier. A slow or broken one delays no other."""

    def __init__(
        self,
        notifier: Notifier,
        assessor: Assessor,
        store: Store,
        time: Time,
        speed: int,
        queued: asyncio.Event,
        observer: Observer,
        knowledge: Knowledge,
        join: Join = as_told,
    ) -> None:
        self._notifier = notifier
        self._assessor = assessor
        self._store = store
        self._time = time
        self._speed = speed  # of the service's time: pauses between attempts are real
        self._queued = queued
        self._observer = observer
        self._knowledge = knowledge
        self._join = join
        self._fault = Fault("notifier", notifier=notifier.name)
        self._store_fault = Fault("marking deliveries", notifier=notifier.name)

    @property
    def standing_fault(self) -> str | None:
        return self._fault.standing

    async def run(self) -> None:
        while True:
            await self.catch_up()
            next_try = await self._surely(lambda: self._store.next_delivery(self._notifier.name))
            await self._time.sleep_until(next_try, self._queued)

    async def catch_up(self) -> None:
        """Try whatever is due."""
        while deliveries := await self._surely(self._claim):
            for delivery in deliveries:
                await _to_its_end(self._deliver(delivery))

    async def _claim(self) -> Sequence[Delivery]:
        return await self._store.claim(self._notifier.name, self._time.now(), _AT_ONCE)

    async def _deliver(self, delivery: Delivery) -> None:
        message = await self._text(delivery)
        if message is None:
            await self._settle(delivery, Ending.SUPERSEDED)
            return
        try:
            async with asyncio.timeout(_TIME_BUDGET):
                await self._notifier.send(message)
        except SendError as error:
            await self._failed(delivery, error)
        except TimeoutError:
            await self._failed(delivery, SendError(Reason.TIMEOUT, f"no answer in {_TIME_BUDGET:.0f} s", unknown=True))
        except Exception as error:
            log.exception("notifier is defective", notifier=self._notifier.name)
            await self._failed(delivery, SendError(Reason.INTERNAL, f"defect: {type(error).__name__}"))
        else:
            self._fault.works()
            self._observer.attempted(self._notifier.name, None)
            await self._settle(delivery, Ending.SENT)

    async def _text(self, delivery: Delivery) -> Message | None:
        """What to send: fixed before the first attempt, if it is still true then. None: it is not true any more."""
        if not delivery.sealed:
            await self._knowledge.reread(delivery.source, delivery.ticket)
        stored = await self._surely(lambda: self._store.load(delivery.source, [delivery.ticket]))
        if delivery.ticket not in stored:
            return None
        ticket, now = self._join(decode(stored[delivery.ticket].body, delivery.source)), self._time.now()
        stale = self._knowledge.staleness(delivery.source)
        text = self._assessor.confirm(ticket, delivery.identity, delivery.message, delivery.due_at, now, stale)
        if text is None or delivery.sealed:
            return delivery.message if text is not None else None
        await self._surely(lambda: self._store.seal(delivery.id, text))
        return text

    async def _failed(self, delivery: Delivery, error: SendError) -> None:
        self._fault.broke(f"{error.reason}: {error}")
        self._observer.attempted(self._notifier.name, error.reason)
        if error.permanent:
            await self._settle(delivery, Ending.DEAD, str(error))
        else:
            again_at = self._after(delivery.attempts, error.retry_after)
            await self._surely(lambda: self._store.retry(delivery.id, again_at, str(error)))

    def _after(self, attempts: int, retry_after: Span | None) -> Instant:
        """When to try again: full jitter, never before the other side's own wish."""
        pause = random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(attempts, 16)))
        wanted = max(int(pause * SECOND), retry_after or 0)
        return self._time.now() + wanted * self._speed

    async def _settle(self, delivery: Delivery, ending: Ending, error: str | None = None) -> None:
        now = self._time.now()
        await self._surely(lambda: self._store.settle(delivery.id, ending, now, error))
        self._observer.delivered(self._notifier.name, ending, now - delivery.due_at)

    async def _surely(self, call: Callable[[], Awaitable[T]]) -> T:
        """What was sent must be marked: a store that cannot take it now is asked again until it can."""
        while True:
            try:
                answer = await call()
            except StoreError as error:
                self._store_fault.broke(str(error))
                await asyncio.sleep(_FIRST_PAUSE)
            else:
                self._store_fault.works()
                return answer


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Await; when cancelled meanwhile let the work finish first, so that nothing is sent and left unmarked."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_GRACE)
        raise
