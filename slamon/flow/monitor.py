"""Monitor: what is wrong with slamon itself becomes conditions that are kept, and alerts like all others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Protocol

from slamon.core.alerts import Alert
from slamon.core.conditions import EVENTS, REMEMBERED, Conditions, Raised, Sign
from slamon.core.decide import Decided
from slamon.core.instants import DAY, HOUR, SECOND, Instant, Span
from slamon.core.message import Message
from slamon.core.monitoring import SOURCE, alerts_of, message, routes_for, ticket_of
from slamon.core.routes import Routing
from slamon.core.standing import Silence
from slamon.flow.observe import Fault, log
from slamon.flow.signs import Stands
from slamon.flow.standing import Standings
from slamon.ports import NewDelivery, Store, StoreError, Time

_EVERY: Span = 10 * SECOND
_FAILED_FOR = 60.0  # seconds that a store must have failed for to be told of afterwards

Look = Callable[[Stands], Awaitable[Iterable[Sign]]]


class MonitorObserver(Protocol):
    """Who wants to know what stands; the metrics do."""

    def standing(self, conditions: Collection[tuple[str, str]]) -> None:
        """These conditions stand now, as (name, subject), and no others."""


class Monitor:
    """Looks, decides, keeps and queues. `open` comes before the deliverers start: they ask it what is still true."""

    def __init__(
        self,
        look: Look,
        routing: Routing,
        store: Store,
        time: Time,
        standings: Standings,
        wake: Callable[[], None],
        observer: MonitorObserver,
        *,
        realert_after: Span = HOUR,
        horizon: Span = DAY,
        zone: tzinfo = UTC,
        footer: str | None = None,
        speed: int = 1,
    ) -> None:
        self._look = look
        self._routing = routing
        self._store = store
        self._time = time
        self._standings = standings
        self._wake = wake  # whoever delivers
        self._observer = observer
        self._horizon = horizon
        self._zone = zone
        self._footer = footer
        self._speed = speed
        self._realert_after = realert_after // speed
        self._conditions = Conditions(self._realert_after)
        self._events: dict[tuple[str, str], tuple[Sign, Span]] = {}  # what happened, and until when it counts
        self._stirred = asyncio.Event()
        self._fault = Fault("looking at slamon itself")
        self._failing_since: float | None = None
        self.beat = 0

    async def open(self) -> None:
        """Take up what stood when the last process ended. StoreError."""
        self._conditions = Conditions(self._realert_after, await self._store.raised())
        if not any(route.monitor for route in self._routing.routes):
            log.info("no route tells anybody what is wrong with slamon itself: that is only logged")

    async def run(self) -> None:
        """Look every ten seconds, at once when something was noticed, and when an alert comes due."""
        while True:
            next_at = await self.look()
            self.beat += 1
            latest = self._time.now() + _EVERY * self._speed
            await self._time.sleep_until(latest if next_at is None else min(latest, next_at), self._stirred)

    @property
    def stands(self) -> Sequence[Raised]:
        """The conditions that stand."""
        return [one for one in self._conditions.all if one.stands]

    def tells(self, name: str, subject: str = "") -> bool:
        """Whether a route tells anybody of a condition."""
        return any(True for _ in routes_for(self._routing, Sign(name, subject, "")))

    def noticed(self, name: str, text: str, subject: str = "") -> None:
        """Something happened. It stands for an hour, longer if it happens again. Safe from any part, never waits."""
        sign = Sign(name, subject, text)
        self._events[sign.key] = sign, self._steady() + REMEMBERED
        self._stirred.set()

    async def look(self) -> Instant | None:
        """Look once, and say when the next alert comes due. A store that fails is asked again the next time."""
        try:
            next_at = await self._look_and_tell()
        except StoreError as error:
            self._fault.broke(str(error))
            if self._failing_since is None:
                self._failing_since = self._time.monotonic()
            return None
        except Exception:
            log.exception("the monitor is defective")
            return None
        self._fault.works()
        self._note_failure()
        return next_at

    def _note_failure(self) -> None:
        since, self._failing_since = self._failing_since, None
        if since is not None and (passed := self._time.monotonic() - since) > _FAILED_FOR:
            self.noticed("store_failing", f"the store failed for {passed:.0f} s; nothing was told meanwhile")

    async def _look_and_tell(self) -> Instant | None:
        found = {one.key: one for one in [*self._noticed(), *await self._look(self._stands)]}
        now = self._time.now()
        changed = self._conditions.look(found.values(), now, self._steady())
        if changed:
            await self._store.save_raised(changed)
            self._conditions.keep(changed)
            _report(changed)
        self._observer.standing([one.key for one in self.stands])
        return await self._tell(now)

    def _stands(self, name: str, subject: str) -> bool:
        last = self._conditions.last((name, subject))
        return last is not None and last.stands

    def _steady(self) -> Span:
        return int(self._time.monotonic() * SECOND)

    def _noticed(self) -> list[Sign]:
        """What happened of late, in an earlier process too."""
        steady, now = self._steady(), self._time.now()
        self._events = {key: one for key, one in self._events.items() if one[1] > steady}
        earlier = [one for one in self.stands if one.name in EVENTS and now - one.raised_at < REMEMBERED]
        return [*(Sign(*one.key, one.text) for one in earlier), *(sign for sign, _ in self._events.values())]

    async def _tell(self, now: Instant) -> Instant | None:
        deliveries: list[NewDelivery] = []
        wakes = []
        silences = await self._silences(now)
        for one in self._conditions.all:
            told = self._alerts(one, now, self._horizon, silences)
            deliveries += [_delivery(one, alert) for alert in told.due]
            wakes += [told.wakes_at] if told.wakes_at is not None else []
        if deliveries and await self._store.queue(deliveries, now):
            self._wake()
        return min(wakes, default=None)

    # flow.look.Teller

    async def tell(self, subject: str, identities: Collection[str], at: Instant) -> Mapping[str, Message]:
        silences, found = await self._silences(at), {}
        for one in self._conditions.all:
            if ticket_of(one) == subject:
                for alert in self._alerts(one, at, None, silences).due:
                    if alert.identity in identities:
                        sign = self._conditions.sign(one.key)
                        found[alert.identity] = message(alert, one, sign, at, self._zone, self._footer)
        return found

    async def _silences(self, at: Instant) -> Sequence[Silence]:
        return (await self._standings.of([], at))((SOURCE, "")).silences

    def _alerts(self, one: Raised, at: Instant, horizon: Span | None, silences: Sequence[Silence]) -> Decided:
        is_so = self._conditions.sign(one.key) is not None
        return alerts_of(self._routing, one, at, is_so=is_so, horizon=horizon, silences=silences)


def _report(changed: Iterable[Raised]) -> None:
    for one in changed:
        if one.stands:
            log.warning("raised", condition=one.name, subject=one.subject, text=one.text)
        else:
            log.info("cleared", condition=one.name, subject=one.subject)


def _delivery(one: Raised, alert: Alert) -> NewDelivery:
    return NewDelivery(
        identity=alert.identity,
        source=SOURCE,
        ticket=ticket_of(one),
        policy="monitor",
        target=one.name,
        cycle=one.number,
        route=alert.route,
        notifier=alert.notifier,
        moment=alert.moment.name,
        promise=alert.promise,
        due_at=alert.due_at,
        not_before=alert.goes_at,
        bundle=alert.bundle,
        collective=alert.collective,
        update=alert.update,
    )
