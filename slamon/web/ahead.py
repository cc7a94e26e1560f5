"""What lies ahead, for whoever asks the running service: who would be told what, if nothing happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

import msgspec

from slamon.core.alerts import Reaches, is_named, sender
from slamon.core.assess import Assessor
from slamon.core.history import decode
from slamon.core.instants import Instant, Span, format_instant
from slamon.core.plan import Planned, plan
from slamon.core.standing import Ack, Silence, Standing
from slamon.core.ticket import Ticket
from slamon.ports import Store
from slamon.silences import silences_of
from slamon.web.unknown import no_ticket

_PAGE = 500  # tickets
MOST = 1_000  # alerts that are told of


@dataclass(frozen=True, slots=True)
class Ahead:
    """`join` adds to a ticket what directories know of its customer; `reaches` tells who has an address in them."""

    store: Store
    sources: Sequence[str]
    assessor: Assessor
    now: Callable[[], Instant]
    join: Callable[[Ticket], Ticket]
    reaches: Reaches = is_named

    async def look(self, at: Instant | None, span: Span, ticket: str | None) -> list[dict[str, Any]]:
        """The first alerts after an instant (None: now) and up to a span later, of one ticket or of all open ones.

        Unwilling (404): there is no such ticket.
        """
        if ticket is not None and not any([await self.store.load(one, [ticket]) for one in self.sources]):
            raise await no_ticket(self.store, ticket, self.sources, "ticket")
        start = self.now() if at is None else at
        silences = silences_of(await self.store.silences(self.now()))
        found: list[Planned] = []
        async for page in self._pages(ticket):
            acks = await self.store.acks([one.key for one in page])
            new = await asyncio.to_thread(self._of_page, page, start, start + span, acks, silences)
            found = nsmallest(MOST, [*found, *new], key=lambda one: one.at)
        return [shown(one, self.reaches) for one in found]

    def _of_page(
        self,
        page: Sequence[Ticket],
        start: Instant,
        end: Instant,
        acks: Mapping[tuple[str, str], tuple[Ack, ...]],
        silences: tuple[Silence, ...],
    ) -> list[Planned]:
        def standing(ticket: Ticket) -> Standing:
            return Standing(acks.get(ticket.key, ()), silences)

        return plan(self.assessor, as_of(page, start), start, end, standing, MOST, self.reaches)

    async def _pages(self, ticket: str | None) -> AsyncIterator[list[Ticket]]:
        for source in self.sources:
            ids: Sequence[str] = [ticket] if ticket is not None else await self.store.open_tickets(source, "", _PAGE)
            while ids:
                stored = await self.store.load(source, ids)
                yield [self.join(decode(one.body, one.source)) for one in stored.values()]
                ids = [] if ticket is not None else await self.store.open_tickets(source, ids[-1], _PAGE)


def as_of(tickets: Iterable[Ticket], at: Instant) -> Iterator[Ticket]:
    """Those that were there by an instant, without what happened to them later."""
    for one in tickets:
        if one.created_at <= at:
            yield msgspec.structs.replace(one, events=[event for event in one.events if event.at <= at])


def shown(one: Planned, reaches: Reaches = is_named) -> dict[str, Any]:
    """What lies ahead as JSON tells it: when, of which commitment, why, to whom, and by which line."""
    alert, verdict = one.alert, one.verdict
    notifier = sender(alert.recipient, alert.who, reaches)
    to = alert.recipient.to if notifier == alert.recipient.notifier else None  # else another one tells
    return {
        "at": format_instant(one.at),
        "source": one.ticket.source,
        "ticket": one.ticket.id,
        "policy": verdict.policy,
        "target": verdict.target,
        "due_at": None if verdict.due_at is None else format_instant(verdict.due_at),
        "moment": alert.moment.name,
        "notifier": notifier,
        "to": to,
        "who": None if to is None or alert.who is None else str(alert.who),
        "route": alert.route,
        "line": str(alert.place),
    }
