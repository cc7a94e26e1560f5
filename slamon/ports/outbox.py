"""What people must be told, from the judge's finding to its end: deliveries, and the notifications that carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from slamon.core.bundles import Waiting
from slamon.core.instants import Instant
from slamon.core.message import Message

Home = tuple[str, str]  # source and id of a ticket
NOTHING_TO_UPDATE = "nothing to update"  # why an update was superseded for good


class Ending(StrEnum):
    """How a delivery, and a notification, ended."""

    SENT = "sent"
    SUPERSEDED = "superseded"  # not true any more when it was about to be sent
    DEAD = "dead"  # refused for good
    EXPIRED = "expired"  # older than the horizon
    DRY = "dry"  # would have been sent, if sending were not switched off


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One alert for one recipient. `identity` is unique for ever: a second one is ignored, unless the first was
    superseded and so nobody was told."""

    identity: str
    source: str
    ticket: str
    policy: str
    target: str
    cycle: int
    route: str
    notifier: str
    moment: str  # "warning 75%", "breached", "missed", …
    promise: str  # which promise the moment belongs to; see core.alerts
    due_at: Instant  # when it should have gone out at the earliest
    not_before: Instant
    bundle: str = "[]"  # what may become one message with it, of its route and address
    address: str | None = None  # of the one person it is for; None: the notifier's own recipients
    collective: bool = False  # never told at once, but together with its like
    update: bool = False  # told only where an earlier message of its commitment went
    remark: str | None = None  # what the recipient must know of how it came to him


@dataclass(frozen=True, slots=True)
class Delivery(NewDelivery):
    """A delivery as kept."""

    id: int = 0
    turn: int = 0  # grows each time the judge finds it again: what was looked at before is then not the last word
    put_off: int = 0  # how often it had to wait because there was too much about its ticket


@dataclass(frozen=True, slots=True)
class Notification:
    """A message on its way, rendered once; it carries one or more deliveries."""

    id: int
    notifier: str
    message: Message
    made_at: Instant
    attempts: int  # before this one
    doubtful: bool  # whether an earlier attempt may have been accepted
    is_copy: bool  # of one that another notifier could not deliver
    seen: bool = False  # whether an earlier attempt got as far as the message: the same id must be the same words


@dataclass(frozen=True, slots=True)
class Copy:
    """What another notifier is given in place of one that ended badly."""

    notifier: str
    message: Message


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the earlier messages of a commitment."""

    sent: bool
    until: Instant | None  # when one may go that still waits; None: none does


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What reached nobody there. `what`: the title of the message; of what could not be made into one the ticket's id.

    `copied`: the fallback has it, or still tries.
    """

    what: str
    notifier: str
    route: str
    ending: Ending
    ended_at: Instant
    error: str | None
    copied: bool


class Outbox(Protocol):
    """Deliveries and notifications. A delivery is pending, bound to a notification, or ended; a notification is
    pending, sending, or ended. Every method is one whole transaction; all may raise StoreError."""

    async def queue(self, deliveries: Sequence[NewDelivery], now: Instant) -> int:
        """Deliveries that come with no judgement: slamon's own, or what the audit found missing; how many were new."""

    async def waiting(self, notifier: str, now: Instant) -> Sequence[Waiting]:
        """The pending deliveries whose time has come, counted by what may become one message."""

    async def next_waiting(self, notifier: str, after: Instant) -> Instant | None:
        """When the next pending delivery of a notifier may go that may not yet."""

    async def take(self, notifier: str, bundles: Sequence[Waiting], now: Instant, limit: int) -> Sequence[Delivery]:
        """The deliveries behind some of `waiting`, at most so many, oldest first within a bundle. Changes nothing."""

    async def bind(
        self, notifier: str, message: Message, deliveries: Sequence[int], now: Instant
    ) -> Notification | None:
        """Make the notification that carries these pending deliveries, being sent; None if one was not pending."""

    async def bound(self, notification: int, limit: int) -> Sequence[Delivery]:
        """The deliveries that a notification carries."""

    async def due(self, notifier: str, now: Instant) -> Notification | None:
        """Take the first pending notification whose time has come; from now on it is being sent."""

    async def next_due(self, notifier: str) -> Instant | None:
        """When the next pending notification may be tried."""

    async def clock_set_back(self, notifier: str, now: Instant) -> None:
        """Call back what was queued or tried at an instant that is still to come: it is not to wait for that."""

    async def tried(self, notifier: str, since: Instant) -> Sequence[Instant]:
        """When notifications were last tried since an instant, in order: what a rate has used up."""

    async def settle(
        self, id: int, ending: Ending, now: Instant, error: str | None = None, copy: Copy | None = None
    ) -> Sequence[Instant]:
        """End a notification and the deliveries it carries; their `due_at`. With a copy, if it is not one itself."""

    async def retry(self, id: int, at: Instant, error: str, *, doubtful: bool, seen: bool = True) -> None:
        """Give a notification back, to be tried again at an instant; once doubtful, or seen, it stays so."""

    async def reword(self, id: int, message: Message) -> None:
        """Give a notification that is being sent other words; nothing happens if it is doubtful or seen."""

    async def supersede(self, id: int, looked_at: Mapping[int, int], now: Instant) -> Sequence[Instant] | None:
        """End a notification none of whose deliveries, given as {id: turn}, is true any more; their `due_at`.

        None, and nothing changed, if the judge found one of them again meanwhile. The tickets are judged again.
        """

    async def drop(
        self, deliveries: Mapping[int, int], ending: Ending, now: Instant, error: str | None = None
    ) -> Sequence[Instant]:
        """End those pending deliveries, given as {id: turn}, that were not found again meanwhile; their `due_at`.

        The tickets of superseded ones are judged again: what comes true once more must be told.
        """

    async def put_off(self, deliveries: Sequence[int], until: Instant, bundle: str | None = None) -> None:
        """Let pending deliveries wait; with a bundle they become a collective one of that name."""

    async def release(self) -> int:
        """Give back everything that a process now gone was sending, as doubtful; returns how many there were."""

    async def told(self, delivery: Delivery) -> Told:
        """Whether an earlier message of its commitment went to the same notifier and address, or is to go."""

    async def told_and_open(self, notifier: str, after: int, limit: int) -> Sequence[Delivery]:
        """Deliveries that were sent, by id and after one, of commitments that are at risk or breached still."""

    async def lately(
        self, notifier: str, address: str | None, tickets: Sequence[Home], since: Instant
    ) -> Mapping[Home, Sequence[Instant]]:
        """When each ticket was told about there since an instant, in order; those with nothing are left out."""

    async def dead_letters(self, after: Instant, limit: int) -> Sequence[DeadLetter]:
        """What was refused, expired or could not be made after an instant, the last one first."""

    async def message(self, id: str) -> Message | None:
        """A message as it was sent, by the id that it showed."""
