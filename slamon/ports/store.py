"""What is kept: tickets, commitments, and messages on their way out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from slamon.core.instants import Instant
from slamon.core.message import Message
from slamon.core.standing import Ack


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
    clock: str
    started_at: Instant
    due_at: Instant | None
    breached_at: Instant | None
    stopped_at: Instant | None
    changes_at: Instant | None  # the next instant at which somebody may have to be told something
    rules: str = ""  # the version of the rules that it was judged by


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message that somebody must get. `identity` is unique for ever: a second one is ignored."""

    identity: str
    source: str
    ticket: str
    route: str
    notifier: str
    moment: str  # "warning 75%", "breached", "missed", …
    promise: str  # which promise the moment belongs to; see core.alerts
    due_at: Instant  # when it should go out
    message: Message


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way out."""

    id: int
    identity: str
    source: str
    ticket: str
    route: str
    notifier: str
    moment: str
    promise: str
    due_at: Instant
    message: Message
    attempts: int  # before this one
    sealed: bool  # whether the text was already fixed by an earlier attempt


@dataclass(frozen=True, slots=True)
class Judgement:
    """What judging one ticket led to, applied as one transaction."""

    source: str
    ticket: str
    version: int  # the version that was judged
    commitments: Sequence[CommitmentRow]
    deliveries: Sequence[NewDelivery]


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """A silence as kept: `match` is JSON, as it would stand at `match:` of a route."""

    id: str
    match: str
    at: Instant
    until: Instant
    by: str
    comment: str = ""


class Ending(StrEnum):
    """How a delivery ended."""

    SENT = "sent"
    SUPERSEDED = "superseded"  # not true any more when it was about to be sent
    DEAD = "dead"  # refused for good
    EXPIRED = "expired"  # older than the horizon


class Store(Protocol):
    """The state of the service. Every method is one whole transaction that a cancelled caller cannot cut in two.

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

    async def apply(self, judgements: Sequence[Judgement], now: Instant) -> int:
        """Replace the commitments of each judged ticket and queue its deliveries; returns how many were new.

        A ticket whose version moved on meanwhile stays marked. A pending delivery of the ticket is left alone: whether
        it is still true is asked when it is about to be sent.
        """

    async def commitments(self, source: str, ticket: str) -> Sequence[CommitmentRow]: ...

    async def nearest(self, after: Instant, limit: int) -> Sequence[tuple[str, str, CommitmentRow]]:
        """The open commitments that are (or were) due first at or after an instant, as (source, ticket, row)."""

    async def finals(
        self, tickets: Sequence[tuple[str, str]], rules: str
    ) -> Mapping[tuple[str, str], Sequence[CommitmentRow]]:
        """Of (source, id) pairs, the commitments that ended under other rules than these; those with none left out."""

    async def open_commitments(self) -> Mapping[tuple[str, str, str, str], int]:
        """How many commitments there are by (source, policy, target, status); ended ones included."""

    async def claim(self, notifier: str, now: Instant, limit: int) -> Sequence[Delivery]:
        """Take pending deliveries of a notifier whose time has come, oldest first. Released by `settle` or `retry`."""

    async def next_delivery(self, notifier: str) -> Instant | None:
        """When the next pending delivery of a notifier may be tried."""

    async def seal(self, id: int, message: Message) -> None:
        """Fix the text of a claimed delivery before its first attempt: every later attempt sends these very bytes."""

    async def settle(self, id: int, ending: Ending, now: Instant, error: str | None = None) -> None: ...

    async def retry(self, id: int, at: Instant, error: str) -> None:
        """Give a claimed delivery back, to be tried again at an instant."""

    async def release(self) -> int:
        """Give back everything that a process now gone had claimed; returns how many there were."""

    async def save_ack(self, ack: Ack) -> None:
        """Keep an acknowledgement in place of an earlier one of the same ticket and target; mark the ticket."""

    async def acks(self, tickets: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[Ack, ...]]:
        """The acknowledgements of (source, id) pairs; those with none left out."""

    async def save_silence(self, silence: SilenceRow) -> None:
        """Keep a silence, in place of the one with the same id if any; mark every ticket with an open commitment."""

    async def end_silence(self, id: str, now: Instant) -> bool:
        """End a silence before its time and mark as above; False if there is none of that id that is not over."""

    async def silences(self, now: Instant) -> Sequence[SilenceRow]:
        """The silences that are not over, the one that ends first before the others."""

    async def deliveries(self) -> Mapping[tuple[str, str], int]:
        """How many deliveries there are by (notifier, state); states: pending, claimed, and the endings."""

    async def prune(self, before: Instant) -> int:
        """Forget ended deliveries and tickets with no open commitment last touched before an instant."""
