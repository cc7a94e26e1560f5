"""What is kept of how slamon itself is, and what an auditor asks of the store. Every method may raise StoreError."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from slamon.core.conditions import Raised
from slamon.core.instants import Instant
from slamon.ports.outbox import Home

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lost:
    """What a notifier did not bring to anybody: refused for good, expired, or not to be rendered."""

    count: int
    last_at: Instant


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: pending, bound, an Ending, or `spent` if only its identity is still known.

    `copied`: another notifier was given what this one could not deliver.
    """

    state: str
    notifier: str
    copied: bool


@dataclass(frozen=True, slots=True)
class Unclear:
    """Open tickets of a source that no policy matches, and open commitments of which two readings differ."""

    unmatched: int
    undetermined: int


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of what there is; `place` is where the next page begins, None after the last."""

    items: Sequence[T]
    place: Home | None


class Watching(Protocol):
    """The part of a store that watches over the rest."""

    async def raised(self) -> Sequence[Raised]:
        """Of each condition and subject the last time that it was raised."""

    async def save_raised(self, changed: Iterable[Raised]) -> None: ...

    async def lost(self, since: Instant) -> Mapping[str, Lost]:
        """By notifier, what nobody got and ended since an instant; notifiers without any left out."""

    async def overdue(self, before: Instant) -> Mapping[str, int]:
        """By notifier, how many deliveries and notifications might have gone before an instant and still wait."""

    async def unclear(self) -> Mapping[str, Unclear]:
        """By source; those with nothing unclear left out."""

    async def current_tickets(self, after: Home, ended: Instant, limit: int) -> Page[Home]:
        """Tickets behind one, in their order, that have an open commitment or one that ended since an instant.

        A page may be empty though it is not the last.
        """

    async def outcomes(self, source: str, ticket: str, identities: Iterable[str]) -> Mapping[str, Outcome]:
        """What became of deliveries about a ticket; those that were never queued are left out."""
