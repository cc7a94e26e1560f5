"""Judge: whatever changed, or may have changed by the passing of time, becomes verdicts and queued deliveries.

The database knows when each answer will change; the loop sleeps until the next such instant or the next change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgspec

from slamon.core.alerts import Alert
from slamon.core.assess import Assessed, Assessor
from slamon.core.history import decode
from slamon.core.instants import SECOND, Instant, Span
from slamon.core.known import is_open, next_event
from slamon.core.routes import Recipient
from slamon.core.standing import NOTHING_SAID, Standing
from slamon.core.ticket import Ticket
from slamon.flow.observe import Fault, Observer, log
from slamon.flow.standing import Standings
from slamon.ports import CommitmentRow, Judgement, NewDelivery, Store, StoredTicket, StoreError, Time

AHEAD = "ahead"  # the status of a ticket of which everything is still to come
_AT_ONCE = 500  # tickets judged in one transaction
_OVERDUE_AFTER: Span = 30 * SECOND
_PAUSE_AFTER_FAULT = 1.0  # seconds


Join = Callable[[Ticket], Ticket]
Key = tuple[str | None, int | None]  # target and cycle
Address = Callable[[Recipient, Any], str | None]  # of the person that a recipient's field names; None: there is none
_encoder = msgspec.json.Encoder(order="deterministic")


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
        self._fault = Fault("judging")
        self._idle = False
        self.beat = time.monotonic()  # when the loop last turned

    async def run(self) -> None:
        while True:
            try:
                await self.catch_up()
                next_change = await self._store.next_change()
                self._fault.works()
            except StoreError as error:
                self._fault.broke(str(error))
                await asyncio.sleep(_PAUSE_AFTER_FAULT)
                continue
            self.beat = self._time.monotonic()
            self._idle = True
            await self._time.sleep_until(next_change, self._changed)
            self._idle = False

    @property
    def is_idle(self) -> bool:
        """Whether everything that was known when it was last told of news has been judged."""
        return self._idle and not self._changed.is_set()

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
        queued = await self._store.apply(judgements, now)
        self._observer.judged(len(tickets), queued)
        if queued:
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
            version = _version(self._rules, ticket)
            assessed = self.assessor.assess(ticket, now, standing)
            unclear = self._unclear(ticket, now)
        except Exception:
            log.exception("ticket cannot be judged", source=stored.source, ticket=stored.id)
            return Judgement(stored.source, stored.id, stored.version, (), ())
        finals = [row for row in finals if row.rules != version]
        stay = {(row.target, row.cycle) for row in finals} - {_key(one) for one in assessed if one.verdict.is_open}
        assessed = [one for one in assessed if _key(one) not in stay]
        rows = [_row(ticket, one, version, now, unclear) for one in assessed]
        rows += [row for row in finals if (row.target, row.cycle) in stay]
        rows = _wake_for_the_future(rows, ticket, now, version)
        deliveries = [delivery for one in assessed for delivery in self._deliveries(ticket, one)]
        return Judgement(stored.source, stored.id, stored.version, rows, deliveries)

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


def _wake_for_the_future(rows: list[CommitmentRow], ticket: Ticket, now: Instant, rules: str) -> list[CommitmentRow]:
    """A source's clock may be ahead of ours: look again when what it told comes true. One row carries that."""
    ahead = next_event(ticket, now)
    if ahead is None:
        return rows
    if not rows:
        return [CommitmentRow("", "", 0, AHEAD, "", ticket.created_at, None, None, None, ahead, rules)]
    wakes = [one for one in (rows[0].changes_at, ahead) if one is not None]
    return [replace(rows[0], changes_at=min(wakes)), *rows[1:]]


def _version(rules: str, ticket: Ticket) -> str:
    """What an answer was made of beside the history: the rules, and what was known of the customer."""
    if not ticket.customer:
        return rules
    return f"{rules}+{sha256(_encoder.encode(ticket.customer)).hexdigest()[:16]}"


def _key(one: Assessed) -> Key:
    return one.verdict.target, one.verdict.cycle


def _row(ticket: Ticket, one: Assessed, rules: str, now: Instant, unclear: Collection[Key]) -> CommitmentRow:
    found = one.verdict
    return CommitmentRow(
        found.policy or "",
        found.target or "",
        found.cycle or 0,
        found.status,
        found.clock or ("" if found.status != "unmatched" or is_open(ticket, now) else "stopped"),
        found.started_at if found.started_at is not None else ticket.created_at,
        found.due_at,
        found.breached_at,
        found.stopped_at,
        one.wakes_at,
        rules,
        "undetermined" if _key(one) in unclear else found.confidence,
    )
