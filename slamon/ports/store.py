"""What is kept: tickets, commitments, and messages on their way out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from slamon.core.instants import Instant, Span
from slamon.core.standing import Ack
from slamon.ports.figures import Figures
from slamon.ports.outbox import NewDelivery, Outbox
from slamon.ports.watching import Watching


class StoreError(Exception):
    """The store cannot do it now: disk full, locked, read-only. Nothing of the transaction was kept."""


class StoreUnusable(StoreError):
    """The store cannot be used at all here: held by another process, not a database, of a newer version."""


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A ticket as kept: `version` grows with every change of its history, so that a stale judgement is noticed."""

    source: str
    id: str
    body: bytes  # the history as JSON
    version: int


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """What is kept of one commitment: enough for metrics, lists and the next wake-up."""

    policy: str
    target: str
    cycle: int
    status: str
    clock: str  # of a ticket that no policy matches: stopped if it is not open, else empty
    started_at: Instant
    due_at: Instant | None
    breached_at: Instant | None
    stopped_at: Instant | None
    changes_at: Instant | None  # the next instant at which somebody may have to be told something
    rules: str = ""  # the version of the rules that it was judged by
    confidence: str = "exact"
    elapsed: Span | None = None  # working time until it ended; None while it is open


@dataclass(frozen=True, slots=True)
class Judgement:
    """What judging one ticket led to, applied as one transaction."""

    source: str
    ticket: str
    version: int  # the version that was judged
    commitments: Sequence[CommitmentRow]
    deliveries: Sequence[NewDelivery]
    customer: str | None = None  # whom it is counted for


@dataclass(frozen=True, slots=True)
class Turn:
    """A commitment that began, was broken, ended, or of which that was taken back: before and after.

    `before` is None if there was none of that target and cycle, `after` if there is none any more.
    """

    source: str
    customer: str | None
    before: CommitmentRow | None
    after: CommitmentRow | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What judgements changed: how many deliveries are new, and what became of commitments."""

    queued: int
    turns: Sequence[Turn]


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """A silence as kept: `match` is JSON, as it would stand at `match:` of a route."""

    id: str
    match: str
    at: Instant
    until: Instant
    by: str
    comment: str = ""


class Store(Outbox, Watching, Protocol):
    """The state of the service. Every method but `prune` is one whole transaction that no cancelled caller cuts in two.

    All may raise StoreError. Instants are the service's (Time.now), given as arguments.
    """

    async def open(self) -> None:
        """Take hold of the database and bring it to the current version; StoreUnusable says what stands in the way."""

    async def close(self) -> None: ...

    async def value(self, key: str) -> bytes | None:
        """A small named value, such as the anchor of a replay."""

    async def set_value(self, key: str, value: bytes) -> None: ...

    async def cursor(self, source: str) -> bytes | None: ...

    async def save_batch(self, source: str, tickets: Sequence[tuple[str, bytes]], cursor: bytes | None) -> int:
        """Put (id, body) pairs in place of what was there, mark the changed ones for judging, move the cursor if any.

        Returns how many really changed. Equal bodies change nothing.
        """

    async def load(self, source: str, ids: Iterable[str]) -> Mapping[str, StoredTicket]: ...

    async def open_tickets(self, source: str, after: str, limit: int) -> Sequence[str]:
        """Ids, in their order and after one, of tickets of a source that have an open commitment."""

    async def to_judge(self, now: Instant, limit: int) -> Sequence[StoredTicket]:
        """Tickets that changed, or of which a commitment's `changes_at` is at or before now; oldest first."""

    async def next_change(self) -> Instant | None:
        """The earliest `changes_at` of all commitments; None if there is none."""

    async def mark_for_judging(self) -> None:
        """Mark every ticket: after new rules."""

    async def apply(self, judgements: Sequence[Judgement], now: Instant) -> Applied:
        """Replace the commitments of each judged ticket and queue its deliveries; returns what that changed.

        A ticket whose version moved on meanwhile stays marked. A delivery that is known is not new, unless it was
        superseded: then it is pending again. Whether one is still true is asked when it is about to be sent.
        """

    async def commitments(self, source: str, ticket: str) -> Sequence[CommitmentRow]: ...

    async def nearest(self, after: Instant, limit: int) -> Sequence[tuple[str, str, CommitmentRow]]:
        """The open commitments that are (or were) due first at or after an instant, as (source, ticket, row)."""

    async def finals(
        self, tickets: Sequence[tuple[str, str]], rules: str
    ) -> Mapping[tuple[str, str], Sequence[CommitmentRow]]:
        """Of (source, id) pairs, the commitments that ended under other rules than these; those with none left out."""

    async def figures(self) -> Figures:
        """What there is in numbers, in a time that does not grow with how many tickets there are."""

    async def save_ack(self, ack: Ack) -> None:
        """Keep an acknowledgement in place of an earlier one of the same ticket and target; mark the ticket."""

    async def acks(self, tickets: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[Ack, ...]]:
        """The acknowledgements of (source, id) pairs; those with none left out."""

    async def standing_acks(self, now: Instant) -> Sequence[Ack]:
        """The acknowledgements that are not over, of tickets with an open commitment, by source and ticket."""

    async def save_silence(self, silence: SilenceRow) -> None:
        """Keep a silence, in place of the one with the same id if any, which then has ended as by `end_silence`."""

    async def end_silence(self, id: str, now: Instant) -> bool:
        """End a silence before its time, and mark every ticket that may have been looked at under it and would have
        been looked at again only at its end; False if there is none of that id that is not over."""

    async def silences(self, now: Instant) -> Sequence[SilenceRow]:
        """The silences that are not over, the one that ends first before the others."""

    async def prune(self, ended: Instant, deliveries: Instant) -> int:
        """Forget tickets with no open commitment last touched before the one instant, and what was told, silenced or
        acknowledged and is over before the other; returns how many tickets, deliveries and notifications those were.

        In many short transactions: nobody waits long for the whole.
        """
