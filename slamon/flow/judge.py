"""Judge: whatever changed, or may have changed by the passing of time, becomes verdicts and queued deliveries.

The database knows when each answer will change; the loop sleeps until the next such instant or the next change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

import msgspec

from slamon.core.alerts import next_event
from slamon.core.assess import Assessed, Assessor
from slamon.core.history import decode
from slamon.core.instants import SECOND, Instant, Span
from slamon.core.ticket import Ticket
from slamon.flow.observe import Fault, Observer, log
from slamon.ports import CommitmentRow, Judgement, NewDelivery, Store, StoredTicket, StoreError, Time

AHEAD = "ahead"  # the status of a ticket of which everything is still to come
_AT_ONCE = 500  # tickets judged in one transaction
_OVERDUE_AFTER: Span = 30 * SECOND
_PAUSE_AFTER_FAULT = 1.0  # seconds


Join = Callable[[Ticket], Ticket]
_encoder = msgspec.json.Encoder(order="deterministic")


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
        join: Join = as_told,
    ) -> None:
        self.assessor = assessor
        self._store = store
        self._time = time
        self._changed = changed  # set by whoever has something new to judge
        self._wake_deliverers = wake_deliverers
        self._observer = observer
        self._rules = rules  # their version
        self._join = join
        self._fault = Fault("judging")
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
            await self._time.sleep_until(next_change, self._changed)

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
        finals = await self._store.finals([(one.source, one.id) for one in tickets], self._rules)
        judgements = []
        for ticket in tickets:
            judgements.append(self.judgement(ticket, now, finals.get((ticket.source, ticket.id), ())))
            await asyncio.sleep(0)
        queued = await self._store.apply(judgements, now)
        self._observer.judged(len(tickets), queued)
        if queued:
            self._wake_deliverers()

    def judgement(self, stored: StoredTicket, now: Instant, finals: Sequence[CommitmentRow] = ()) -> Judgement:
        """What the rules say about a stored ticket. One that cannot be judged is told, and not looked at again.

        `finals` ended under other rules, or when other things were known of the customer: they stay as they are, and
        nobody is told anew, unless they are open again.
        """
        try:
            ticket = self._join(decode(stored.body, stored.source))
            version = _version(self._rules, ticket)
            assessed = self.assessor.assess(ticket, now)
        except Exception:
            log.exception("ticket cannot be judged", source=stored.source, ticket=stored.id)
            return Judgement(stored.source, stored.id, stored.version, (), ())
        finals = [row for row in finals if row.rules != version]
        stay = {(row.target, row.cycle) for row in finals} - {_key(one) for one in assessed if one.verdict.is_open}
        assessed = [one for one in assessed if _key(one) not in stay]
        rows = [_row(ticket, one, version) for one in assessed]
        rows += [row for row in finals if (row.target, row.cycle) in stay]
        rows = _wake_for_the_future(rows, ticket, now, version)
        deliveries = [delivery for one in assessed for delivery in _deliveries(ticket, one)]
        return Judgement(stored.source, stored.id, stored.version, rows, deliveries)


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


def _key(one: Assessed) -> tuple[str | None, int | None]:
    return one.verdict.target, one.verdict.cycle


def _row(ticket: Ticket, one: Assessed, rules: str) -> CommitmentRow:
    found = one.verdict
    return CommitmentRow(
        found.policy or "",
        found.target or "",
        found.cycle or 0,
        found.status,
        found.clock or "",
        found.started_at if found.started_at is not None else ticket.created_at,
        found.due_at,
        found.breached_at,
        found.stopped_at,
        one.wakes_at,
        rules,
    )


def _deliveries(ticket: Ticket, one: Assessed) -> list[NewDelivery]:
    return [
        NewDelivery(
            alert.identity,
            ticket.source,
            ticket.id,
            alert.route,
            alert.notifier,
            alert.moment.name,
            alert.promise,
            alert.moment.at,
            message,
        )
        for alert, message in one.due
    ]
