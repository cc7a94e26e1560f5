"""The auditor: asks the engine again what was due, and whether the outbox knows of it. It believes nobody's marks.

All tickets that matter are looked at in turn, a short slice at a time. What is missing at two looks is queued, counted
and told: it is a defect, and whoever waits for the alert should get it all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from slamon.core.instants import DAY, MINUTE, Instant, Span
from slamon.core.standing import Standing
from slamon.flow.observe import log
from slamon.flow.standing import Standings
from slamon.ports import CommitmentRow, Home, Judgement, NewDelivery, Outcome, Store, StoredTicket, StoreError, Time

EVERY = 10.0  # seconds between slices
BUDGET = 0.25  # seconds for one
_SPAN: Span = DAY  # how far back
_FRESH: Span = MINUTE  # the judge may still be at it
_AGAIN_AFTER = 60.0  # seconds until what seems to be missing is looked at again
_BUSY_AT_MOST = 3600.0  # seconds that the judge may work at a backlog, as after new rules
_AT_ONCE = 50
_MOST_LOGGED = 20
_SILENT_AFTER = 600.0  # seconds without a whole slice
_START = ("", "")
_WAITING = frozenset({"pending", "bound"})
_NOT_DELIVERED = frozenset({"dead", "expired"})

Judge = Callable[[StoredTicket, Instant, Sequence[CommitmentRow], Standing], Judgement]


class AuditObserver(Protocol):
    """Who wants to know what was found; the metrics do."""

    def audited(self, tickets: int, missing: int, unexplained: int) -> None:
        """So many tickets were looked at; so many alerts were missing there; so many of all ended unexplained."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    """An alert that nothing was known of at one look."""

    home: Home
    seen_at: float


class Auditor:
    """`problems` says why not every due step of the last day is known to be delivered or explained."""

    def __init__(
        self,
        judge: Judge,
        rules: str,
        store: Store,
        time: Time,
        standings: Standings,
        noticed: Callable[[str, str], None],
        wake: Callable[[], None],
        observer: AuditObserver,
        is_told: Callable[[str, str], bool] = lambda name, subject: False,
        is_idle: Callable[[], bool] = lambda: True,
        speed: int = 1,
    ) -> None:
        self._judge = judge
        self._rules = rules
        self._store = store
        self._time = time
        self._standings = standings
        self._noticed = noticed
        self._wake = wake
        self._observer = observer
        self._is_told = is_told  # whether a route tells of a condition: of dead letters of a notifier
        self._is_idle = is_idle  # whether the judge has nothing left to do: a backlog is no defect
        self._idle_at = float("-inf")
        self._fresh = _FRESH * speed
        self._place: Home = _START
        self._doubts: dict[str, _Doubt] = {}
        self._unexplained: dict[str, Home] = {}
        self._missing: dict[str, Home] = {}
        self._last = time.monotonic()

    @property
    def problems(self) -> list[str]:
        found = []
        if self._missing:
            found.append(f"{len(self._missing)} alerts were due and not queued")
        if self._unexplained:
            found.append(f"{len(self._unexplained)} alerts reached nobody, and nobody was told of that")
        if self._time.monotonic() - self._last > _SILENT_AFTER:
            found.append("the audit does not get on")
        return found

    async def run(self) -> None:
        while True:
            try:
                await self.turn()
            except StoreError as error:
                log.debug("no audit", error=str(error))
            except Exception:
                log.exception("the auditor is defective")
            await asyncio.sleep(EVERY)

    async def turn(self) -> int:
        """Look at one slice: first what is in doubt, then the next tickets; how many were looked at. StoreError."""
        end, total = self._time.monotonic() + BUDGET, 0
        if self._is_idle():
            self._idle_at = self._time.monotonic()
        total += await self._look(self._to_look_at_again())
        while self._time.monotonic() < end:
            since = self._time.now() - _SPAN
            page = await self._store.current_tickets(self._place, since, _AT_ONCE)
            total += await self._look(page.items)
            self._place = page.place or _START
            if page.place is None:
                break
        self._last = self._time.monotonic()
        return total

    def _to_look_at_again(self) -> Sequence[Home]:
        long_ago = self._time.monotonic() - _AGAIN_AFTER
        doubtful = [one.home for one in self._doubts.values() if one.seen_at <= long_ago]
        known = [*self._unexplained.values(), *self._missing.values()]
        return list(dict.fromkeys([*doubtful, *known]))[:_AT_ONCE]

    async def _look(self, homes: Sequence[Home]) -> int:
        if not homes:
            return 0
        now = self._time.now()
        finals = await self._store.finals(homes, self._rules)
        standing = await self._standings.of(homes, now)
        missing: list[NewDelivery] = []
        for home in homes:
            stored = (await self._store.load(home[0], [home[1]])).get(home[1])
            due = [] if stored is None else self._judge(stored, now, finals.get(home, ()), standing(home)).deliveries
            missing += await self._compare(home, {one.identity: one for one in due if self._counts(one, now)})
        await self._heal(missing, now)
        self._observer.audited(len(homes), len(missing), len(self._unexplained))
        return len(homes)

    def _counts(self, one: NewDelivery, now: Instant) -> bool:
        return now - _SPAN <= one.due_at <= now - self._fresh

    async def _compare(self, home: Home, due: Mapping[str, NewDelivery]) -> list[NewDelivery]:
        """Those that are missing for good; what is new in doubt is looked at again."""
        outcomes = await self._store.outcomes(*home, due) if due else {}
        unknown = due.keys() - outcomes.keys()
        unexplained = {identity for identity, one in outcomes.items() if not self._is_explained(one)}
        waiting = {identity for identity, one in outcomes.items() if one.state in _WAITING}
        self._unexplained = _kept(self._unexplained, home, unexplained) | dict.fromkeys(unexplained, home)
        self._missing = _kept(self._missing, home, waiting)  # until it is delivered
        now = self._time.monotonic()
        self._doubts = {
            identity: one for identity, one in self._doubts.items() if one.home != home or identity in unknown
        }
        for identity in unknown:
            self._doubts.setdefault(identity, _Doubt(home, now))
        return [due[one] for one in sorted(unknown) if self._is_sure(self._doubts[one], now)]

    def _is_sure(self, doubt: _Doubt, now: float) -> bool:
        """The judge has had its time, and was idle meanwhile; but it is not believed to be busy for ever."""
        waited = now - doubt.seen_at
        return waited >= _BUSY_AT_MOST or (waited >= _AGAIN_AFTER and self._idle_at > doubt.seen_at)

    def _is_explained(self, outcome: Outcome) -> bool:
        """How long something may wait is looked at for all of it together: see Vitals."""
        if outcome.state not in _NOT_DELIVERED:
            return True
        return outcome.copied or self._is_told("dead_letters", outcome.notifier)

    async def _heal(self, missing: Sequence[NewDelivery], now: Instant) -> None:
        """Queue what the judge did not; what is not true any more is superseded."""
        if not missing:
            return
        self._missing |= {one.identity: (one.source, one.ticket) for one in missing}
        for one in missing:
            self._doubts.pop(one.identity, None)
        for one in missing[:_MOST_LOGGED]:
            log.error("an alert that is due was not queued", identity=one.identity)
        if len(missing) > _MOST_LOGGED:
            log.error("more alerts that are due were not queued", count=len(missing) - _MOST_LOGGED)
        text = "1 alert that was due was" if len(missing) == 1 else f"{len(missing)} alerts that were due were"
        self._noticed("alerts_missing", f"{text} not queued by the judge, but by the audit")
        await self._store.queue(missing, now)
        self._wake()


def _kept(known: Mapping[str, Home], home: Home, identities: Collection[str]) -> dict[str, Home]:
    """What is known of other tickets, and of this one what still counts."""
    return {identity: place for identity, place in known.items() if place != home or identity in identities}
