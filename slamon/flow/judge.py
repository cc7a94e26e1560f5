"""Judge: whatever changed, or may have changed by the passing of time, becomes verdicts and queued deliveries.

The database knows when each answer will change; the loop sleeps until the next such instant or the next change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from slamon.core.alerts import Alert
from slamon.core.assess import Assessed, Assessor
from slamon.core.history import decode
from slamon.core.instants import SECOND, Instant, Span
from slamon.core.routes import Recipient
from slamon.core.standing import NOTHING_SAID, Standing
from slamon.core.ticket import Ticket
from slamon.flow.judged import Key, key_of, row_of, version_of, wake_for_the_future
from slamon.flow.observe import Fault, Observer, log
from slamon.flow.standing import Standings
from slamon.flow.tally import Customers, tell
from slamon.ports import CommitmentRow, Judgement, NewDelivery, Store, StoredTicket, StoreError, Time

_AT_ONCE = 500  # tickets judged in one transaction
_OVERDUE_AFTER: Span = 30 * SECOND
_PAUSE_AFTER_FAULT = 1.0  # seconds
_NOBODY = Customers()


Join = Callable[[Ticket], Ticket]
Address = Callable[[Recipient, Any], str | None]  # of the person that a recipient's field names; None: there is none


def no_address(recipient: Recipient, who: Any) -> None:
    """Nobody's address is known."""


def as_told(ticket: Ticket) -> Ticket:
    """A ticket of whose customer nothing more is known than its source tells."""
    return ticket


class JudgeLoop:
    """Gather, decide, apply; then sleep until something can have changed."""

    def __init__(
        self,
        assessor: Assessor,
        store: Store,
        time: Time,
        changed: asyncio.Event,
        wake_deliverers: Callable[[], None],
        observer: Observer,
        rules: str,
        standings: Standings,
        join: Join = as_told,
        address: Address = no_address,
        customers: Customers = _NOBODY,
    ) -> None:
        self.assessor = assessor
        self._store = store
        self._time = time
        self._changed = changed  # set by whoever has something new to judge
        self._wake_deliverers = wake_deliverers
        self._observer = observer
        self._rules = rules  # their version
        self._standings = standings
        self._join = join
        self._address = address
        self._customers = customers
        self._fault = Fault("judging")
        self._idle = False
        self.beat = self._woke_at = time.monotonic()  # when the loop last turned, and last had nothing left to do

    async def run(self) -> None:
        while True:
            try:
                await self.catch_up()
                next_change = await self._store.next_change()
                self._fault.works()
            except StoreError as error:
                self._fault.broke(str(error))
                self.beat = self._time.monotonic()  # it lives: the fault is the store's
                await asyncio.sleep(_PAUSE_AFTER_FAULT)
                continue
            self.beat = self._time.monotonic()
            self._idle = True
            await self._time.sleep_until(next_change, self._changed)
            self._idle, self._woke_at = False, self._time.monotonic()

    @property
    def is_idle(self) -> bool:
        """Whether everything that was known when it was last told of news has been judged."""
        return self._idle and not self._changed.is_set()

    @property
    def busy_for(self) -> float:
        """For how many seconds there has been something left to judge."""
        return 0.0 if self._idle else self._time.monotonic() - self._woke_at

    @property
    def standing_fault(self) -> str | None:
        return self._fault.standing

    async def sweep(self) -> int:
        """Turn the loop, and say how many judgements (at most one batch) it had missed; there should be none."""
        long_ago = self._time.now() - _OVERDUE_AFTER
        next_change = await self._store.next_change()
        overdue = next_change is not None and next_change <= long_ago
        found = len(await self._store.to_judge(long_ago, _AT_ONCE)) if overdue else 0
        self._changed.set()
        return found

    async def catch_up(self) -> int:
        """Judge until nothing is waiting; returns how many tickets were judged."""
        total = 0
        while tickets := await self._store.to_judge(self._time.now(), _AT_ONCE):
            total += len(tickets)
            await self._judge(tickets, self._time.now())
            self.beat = self._time.monotonic()
        return total

    async def _judge(self, tickets: Sequence[StoredTicket], now: Instant) -> None:
        homes = [(one.source, one.id) for one in tickets]
        finals = await self._store.finals(homes, self._rules)
        standing = await self._standings.of(homes, now)
        judgements = []
        for ticket, home in zip(tickets, homes, strict=True):
            judgements.append(self.judgement(ticket, now, finals.get(home, ()), standing(home)))
            await asyncio.sleep(0)
        applied = await self._store.apply(judgements, now)
        self._observer.judged(len(tickets), applied.queued)
        for turn in applied.turns:
            tell(turn, self._observer, now - self.assessor.horizon)
        if applied.queued:
            self._wake_deliverers()

    def judgement(
        self,
        stored: StoredTicket,
        now: Instant,
        finals: Sequence[CommitmentRow] = (),
        standing: Standing = NOTHING_SAID,
    ) -> Judgement:
        """What the rules say about a stored ticket. One that cannot be judged is told, and not looked at again.

        `finals` ended under other rules, or when other things were known of the customer: they stay as they are, and
        nobody is told anew, unless they are open again.
        """
        try:
            ticket = self._join(decode(stored.body, stored.source))
            version = version_of(self._rules, ticket)
            assessed = self.assessor.assess(ticket, now, standing, self.reaches)
            unclear = self._unclear(ticket, now)
            customer = self._customers.of(ticket, now)
        except Exception:
            log.exception("ticket cannot be judged", source=stored.source, ticket=stored.id)
            return Judgement(stored.source, stored.id, stored.version, (), ())
        finals = [row for row in finals if row.rules != version]
        stay = {(row.target, row.cycle) for row in finals} - {key_of(one) for one in assessed if one.verdict.is_open}
        assessed = [one for one in assessed if key_of(one) not in stay]
        rows = [row_of(ticket, one, version, now, unclear) for one in assessed]
        rows += [row for row in finals if (row.target, row.cycle) in stay]
        rows = wake_for_the_future(rows, ticket, now, version)
        deliveries = [delivery for one in assessed for delivery in self._deliveries(ticket, one)]
        return Judgement(stored.source, stored.id, stored.version, rows, deliveries, customer)

    def _unclear(self, ticket: Ticket, now: Instant) -> frozenset[Key]:
        """The commitments of which two readings of uncertain events differ. Alerts take every event as certain."""
        if all(event.earliest is None for event in ticket.events):
            return frozenset()
        found = self.assessor.judge.verdicts(ticket, now)
        return frozenset((one.target, one.cycle) for one in found if one.confidence == "undetermined")

    def _deliveries(self, ticket: Ticket, one: Assessed) -> list[NewDelivery]:
        return [self._delivery(ticket, one, alert) for alert in one.due]

    def _delivery(self, ticket: Ticket, one: Assessed, alert: Alert) -> NewDelivery:
        notifier, address, remark = self._whither(alert)
        return NewDelivery(
            alert.identity,
            ticket.source,
            ticket.id,
            one.verdict.policy or "",
            one.verdict.target or "",
            one.verdict.cycle or 0,
            alert.route,
            notifier,
            alert.moment.name,
            alert.promise,
            alert.due_at,
            alert.goes_at,
            alert.bundle,
            address,
            alert.collective,
            alert.update,
            remark,
        )

    def reaches(self, recipient: Recipient, who: Any) -> bool:
        """Whether the person whom a recipient's field names has an address."""
        return who is not None and self._address(recipient, who) is not None

    def _whither(self, alert: Alert) -> tuple[str, str | None, str | None]:
        """The notifier, the address at it, and what is to be remarked. It is looked up once, when it is queued."""
        recipient = alert.recipient
        if recipient.to is None:
            return recipient.notifier, None, None
        address = None if alert.who is None else self._address(recipient, alert.who)
        if address is not None:
            return recipient.notifier, address, None
        if recipient.otherwise is not None:
            return recipient.otherwise, None, None
        nobody = f"{recipient.to} is not set" if alert.who is None else f"{recipient.to} {alert.who} has no address"
        return recipient.notifier, None, f"{nobody}: sent to everybody here"
