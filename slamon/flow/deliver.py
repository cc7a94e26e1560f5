"""Deliver: from the outbox to a notifier, at least once, with the same bytes however often it must be tried."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from slamon.core.assess import Assessor
from slamon.core.bundles import Bundles, Choice
from slamon.core.instants import SECOND, Instant
from slamon.flow.compose import Composer
from slamon.flow.courier import Courier, Manners
from slamon.flow.judge import Join, as_told
from slamon.flow.look import Knowledge, Looker, Teller
from slamon.flow.observe import Fault, Observer, log
from slamon.flow.pace import Pace
from slamon.flow.standing import Standings
from slamon.flow.surely import PAUSE, Surely, to_its_end
from slamon.ports import Delivery, Ending, Notification, Notifier, Store, Time

__all__ = ["Deliverer", "Knowledge", "Manners", "Teller"]

_MOST_LOOKED_AT = 10_000  # deliveries behind one notification


class Deliverer:
    """The outbox of one notifier. A slow or broken one delays no other."""

    def __init__(
        self,
        notifier: Notifier,
        assessor: Assessor,
        store: Store,
        time: Time,
        queued: asyncio.Event,
        observer: Observer,
        knowledge: Knowledge,
        standings: Standings,
        manners: Manners | None = None,
        join: Join = as_told,
        wake: Callable[[], None] = lambda: None,
        tellers: Mapping[str, Teller] | None = None,
    ) -> None:
        manners = manners or Manners()
        surely = Surely(Fault("marking deliveries", notifier=notifier.name))
        self._name = notifier.name
        self._store = store
        self._time = time
        self._speed = manners.speed
        self._queued = queued
        self._knowledge = knowledge
        self._horizon = assessor.horizon
        self._surely = surely
        self._rate = manners.rate
        self._pace = Pace(manners.rate)
        self._bundles = Bundles({route.name: route.group for route in assessor.routing.routes})
        self._turns = 0
        self._latest: Instant | None = None  # that was seen on the clock; None: the start
        self.looker = Looker(assessor, store, time, standings, knowledge, join, tellers or {}, surely)
        self._courier = Courier(notifier, store, time, self._pace, manners, observer, wake, surely)
        self._composer = Composer(
            notifier.name, assessor, store, time, self._bundles, self.looker, self._courier, manners, surely
        )

    @property
    def beat(self) -> int:
        """Grows with every turn, and every time that the store is asked again."""
        return self._turns + self._surely.failures

    @property
    def standing_fault(self) -> str | None:
        return self._courier.fault.standing

    @property
    def store_fault(self) -> str | None:
        """Why the store does not take what became of messages now."""
        return self._surely.standing_fault

    @property
    def failing(self) -> str | None:
        """Why it takes no messages now, whatever they say; None if it does, as far as is known."""
        return self._courier.fault.standing if self._courier.is_failing else None

    @property
    def is_broken(self) -> bool:
        """Whether so much failed in a row that only single attempts are made."""
        return self._pace.is_broken

    async def run(self) -> None:
        await self._remember()
        while True:
            try:
                next_try = await self.catch_up()
            except Exception:
                log.exception("delivering is defective", notifier=self._name)
                await asyncio.sleep(PAUSE)
                continue
            await self._time.sleep_until(next_try, self._queued)

    async def catch_up(self) -> Instant | None:
        """Send whatever may go now; when something else may go, as far as is known. None: nothing waits."""
        while True:
            self._turns += 1
            now = await self._now()
            pause = self._pace.free_at() - self._time.monotonic()
            if pause > 0:
                return now + int(pause * SECOND * self._speed) + 1
            if await self._try_again(now):
                continue
            choice = await self._choose(now)
            if not isinstance(choice, Choice):
                return await self._next(choice, now)
            await self._composer.send(choice, now)

    async def _now(self) -> Instant:
        now = self._time.now()
        if self._latest is None or now < self._latest:
            await self._surely(lambda: self._store.clock_set_back(self._name, now))
        self._latest = now
        return now

    async def _choose(self, now: Instant) -> Choice | Instant | None:
        waiting = await self._surely(lambda: self._store.waiting(self._name, now))
        wait = max((self._bundles.group(one.route).wait for one in waiting), default=0)
        room = self._pace.room(self._time.monotonic(), wait // self._speed)
        settled = self._knowledge.settled()
        choice = self._bundles.choose(waiting, now, settled=settled, room=room)
        if isinstance(choice, int) and not settled:  # nobody says when the last one was judged
            return min(choice, now + SECOND * self._speed)
        return choice

    async def _next(self, chosen: Instant | None, now: Instant) -> Instant | None:
        instants = (
            chosen,
            await self._surely(lambda: self._store.next_due(self._name)),
            await self._surely(lambda: self._store.next_waiting(self._name, now)),
        )
        return min((one for one in instants if one is not None), default=None)

    async def _try_again(self, now: Instant) -> bool:
        notification = await self._surely(lambda: self._store.due(self._name, now))
        if notification is None:
            return False
        try:
            await to_its_end(self._again(notification, now))
        except Exception as error:  # taken is taken: nobody else would give it back before the next start
            text, doubtful = f"defect: {type(error).__name__}", notification.doubtful
            await self._surely(
                lambda: self._store.retry(notification.id, now, text, doubtful=doubtful, seen=notification.seen)
            )
            raise
        return True

    async def _again(self, notification: Notification, now: Instant) -> None:
        """An attempt that failed, or that a process before us began, is followed by another one, unless it is no news.

        What may have been accepted already is sent as it is: it was told, and its end must be that it was sent.
        """
        if notification.made_at < now - self._horizon:
            await self._courier.end(notification, Ending.EXPIRED, "too old")
        elif notification.doubtful or notification.is_copy:
            await self._courier.attempt(notification)
        elif (renewed := await self._renewed(notification)) is not None:
            await self._courier.attempt(renewed)

    async def _renewed(self, notification: Notification) -> Notification | None:
        """Worded by what is so now, if nobody can have seen it yet. None: nothing of it is so any more."""
        deliveries = await self._surely(lambda: self._store.bound(notification.id, _MOST_LOOKED_AT))
        found = await self.looker.look(deliveries, first=notification.seen)
        if found.true:
            return notification if notification.seen else await self._composer.reworded(notification, found.true)
        if found.broken or not await self._superseded(notification, deliveries):
            return notification
        return None

    async def _superseded(self, notification: Notification, deliveries: Sequence[Delivery]) -> bool:
        turns, now = {one.id: one.turn for one in deliveries}, self._time.now()
        dues = await self._surely(lambda: self._store.supersede(notification.id, turns, now))
        if dues is None:  # found again meanwhile: true after all
            return False
        await self._courier.report(Ending.SUPERSEDED, dues, now)
        return True

    async def _remember(self) -> None:
        """What was sent before the start counts towards the rate."""
        if self._rate is not None:
            now, monotonic = self._time.now(), self._time.monotonic()
            since = now - self._rate.span * self._speed
            tried = await self._surely(lambda: self._store.tried(self._name, since))
            self._pace.remember(monotonic - (now - at) / SECOND / self._speed for at in tried if at <= now)
