"""One attempt to send one notification, and what becomes of it: ended, given back, or given to another notifier."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from slamon.core.alerts import delivery_id
from slamon.core.instants import SECOND, Instant, Span
from slamon.flow.look import with_note
from slamon.flow.observe import Fault, Observer, log
from slamon.flow.pace import LONGEST_PAUSE, Pace
from slamon.flow.surely import Surely
from slamon.ports import PER_TICKET, Copy, Ending, Notification, Notifier, Rate, Reason, SendError, Store, Time

_FIRST_PAUSE = 1.0  # seconds; doubled with every attempt
_TIME_BUDGET = 60.0  # for one attempt; a notifier has shorter limits of its own
_UNNAMED_WAIT: Span = 10 * SECOND  # when it is too much for the other side, and it does not say for how long
_LONGEST_ERROR = 200  # characters of it that another notifier's readers are told
_NEVER_THERE = (Reason.UNREACHABLE, Reason.TIMEOUT)  # failures before the message went out, if the outcome is known
_REPORTED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Manners:
    """How a notifier is used."""

    rate: Rate | None = None
    per_ticket: Rate = PER_TICKET
    fallback: str | None = None  # the notifier that gets what this one could not deliver
    send: bool = True  # False: everything but the sending
    speed: int = 1  # of the service's time: pauses and rates are real


class Courier:
    """Sends through one notifier. The marks in the store are made whatever happens to the caller."""

    def __init__(
        self,
        notifier: Notifier,
        store: Store,
        time: Time,
        pace: Pace,
        manners: Manners,
        observer: Observer,
        wake: Callable[[], None],
        surely: Surely,
    ) -> None:
        self._notifier = notifier
        self._store = store
        self._time = time
        self._pace = pace
        self._manners = manners
        self._observer = observer
        self._wake = wake  # whoever delivers, when there is something for another notifier
        self._surely = surely
        self.fault = Fault("notifier", notifier=notifier.name)
        self.is_failing = False  # for a reason that is the notifier's, not the last message's

    async def attempt(self, notification: Notification) -> None:
        """Send it once, or, in a dry run, act as if."""
        if not self._manners.send:
            await self.end(notification, Ending.DRY)
            return
        self._pace.sends(self._time.monotonic())
        failure = await self._failure(notification)
        reason, unknown = (None, False) if failure is None else (failure.reason, failure.unknown)
        self._observer.attempted(self._notifier.name, reason, unknown=unknown)
        if failure is None:
            self.fault.works()
            self.is_failing = False
            self._pace.worked()
            await self.end(notification, Ending.SENT)
        else:
            await self._failed(notification, failure)

    async def end(self, notification: Notification, ending: Ending, error: str | None = None) -> None:
        """Mark how it ended; what nobody got is given to the fallback, once."""
        now, copy = self._time.now(), self._copy(notification, ending, error)
        dues = await self._surely(lambda: self._store.settle(notification.id, ending, now, error, copy))
        if copy is not None:
            self._wake()
        await self.report(ending, dues, now)

    async def report(self, ending: Ending, dues: Sequence[Instant], now: Instant) -> None:
        """Tell the observer of deliveries that ended; there may be thousands."""
        for start in range(0, len(dues), _REPORTED_AT_ONCE):
            late = [now - due_at for due_at in dues[start : start + _REPORTED_AT_ONCE]]
            self._observer.delivered(self._notifier.name, ending, late)
            await asyncio.sleep(0)

    async def _failure(self, notification: Notification) -> SendError | None:
        try:
            async with asyncio.timeout(_TIME_BUDGET):
                await self._notifier.send(notification.message)
        except SendError as error:
            return error
        except TimeoutError:
            return SendError(Reason.TIMEOUT, f"no answer in {_TIME_BUDGET:.0f} s", unknown=True)
        except Exception as error:
            log.exception("notifier is defective", notifier=self._notifier.name)
            # It may have broken after the other side had accepted.
            return SendError(Reason.INTERNAL, f"defect: {type(error).__name__}", unknown=True)
        return None

    async def _failed(self, notification: Notification, error: SendError) -> None:
        self.fault.broke(f"{error.reason}: {error}")
        self.is_failing = not error.permanent
        if error.permanent:
            await self.end(notification, Ending.DEAD, str(error))
            return
        now = self._time.monotonic()
        if error.reason is Reason.RATE_LIMITED:
            self._pace.asked(now, _UNNAMED_WAIT if error.retry_after is None else error.retry_after)
        if error.reason is not Reason.RATE_LIMITED or error.retry_after is None:
            self._pace.failed(now)
        again_at = self._after(notification.attempts, error.retry_after)
        text, unknown = str(error), error.unknown
        seen = unknown or error.reason not in _NEVER_THERE
        await self._surely(lambda: self._store.retry(notification.id, again_at, text, doubtful=unknown, seen=seen))

    def _after(self, attempts: int, retry_after: Span | None) -> Instant:
        """When to try again: full jitter, never before the other side's own wish."""
        pause = random.uniform(0, min(LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(attempts, 16)))
        wanted = max(int(pause * SECOND), retry_after or 0)
        return self._time.now() + wanted * self._manners.speed

    def _copy(self, notification: Notification, ending: Ending, error: str | None) -> Copy | None:
        fallback, own = self._manners.fallback, self._notifier.name
        if ending not in (Ending.DEAD, Ending.EXPIRED) or notification.is_copy or fallback in (None, own):
            return None
        why = (error or "too old")[:_LONGEST_ERROR]
        message = with_note(notification.message, f"could not be delivered to {own}: {why}")
        id = delivery_id(f"{message.id}/{fallback}")
        return Copy(fallback or "", msgspec.structs.replace(message, id=id, to=None, update=False))
