"""A last look at what is about to be told: read the tickets again, and render what is still true."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from slamon.core.assess import Assessor
from slamon.core.history import decode
from slamon.core.instants import Instant
from slamon.core.message import Message, footer_of, notes_of
from slamon.core.standing import Standing
from slamon.flow.judge import Join
from slamon.flow.observe import log
from slamon.flow.standing import Standings
from slamon.flow.surely import Surely
from slamon.ports import Delivery, Home, Store, StoredTicket, Time

_AT_ONCE = 50  # tickets loaded together
_REREAD = 20  # tickets of one message that their sources are asked for again
_REREAD_BUDGET = 5.0  # seconds for all of them


class Knowledge(Protocol):
    """How well the sources are known."""

    async def reread(self, source: str, ticket: str) -> None:
        """Look at a ticket again if its source can be asked; never fails, never takes long."""

    def staleness(self, source: str) -> str | None:
        """A remark for people if what is known of a source is too old."""

    def settled(self) -> bool:
        """Whether every source has been read since the start, and nothing is left to be judged."""


class Teller(Protocol):
    """Renders what is not about a ticket of the store: slamon's own alerts."""

    async def tell(self, subject: str, identities: Collection[str], at: Instant) -> Mapping[str, Message]:
        """By identity the messages of those alerts that are still true; `subject` stands where others have a ticket."""


@dataclass(slots=True)
class Found:
    """What a look has shown: `true` with the messages of now, `gone` what is true no more, `broken` our own defects."""

    true: list[tuple[Delivery, Message]] = field(default_factory=list)
    gone: list[Delivery] = field(default_factory=list)
    broken: list[Delivery] = field(default_factory=list)


class Looker:
    """Looks at deliveries ticket by ticket, and lets others have their turn in between."""

    def __init__(
        self,
        assessor: Assessor,
        store: Store,
        time: Time,
        standings: Standings,
        knowledge: Knowledge,
        join: Join,
        tellers: Mapping[str, Teller],
        surely: Surely,
    ) -> None:
        self._assessor = assessor
        self._store = store
        self._time = time
        self._standings = standings
        self._knowledge = knowledge
        self._join = join
        self._tellers = tellers  # by what stands where others have a source
        self._surely = surely

    async def look(self, deliveries: Sequence[Delivery], *, first: bool = False, reread: bool = True) -> Found:
        """At all of them, or no further than to the first that is true; `reread`: some are read again before."""
        found, left = Found(), _REREAD if reread else 0
        for tickets in _slices(deliveries, 1 if first else _AT_ONCE):
            if left > 0:
                await self._reread([*tickets][:left])
                left -= len(tickets)
            await self._look_at(tickets, found)
            if first and found.true:
                break
        return found

    async def _reread(self, homes: Sequence[Home]) -> None:
        try:
            async with asyncio.timeout(_REREAD_BUDGET):
                for source, ticket in homes:
                    await self._knowledge.reread(source, ticket)
        except TimeoutError:
            log.debug("not every ticket was looked at again", count=len(homes))

    async def _look_at(self, tickets: Mapping[Home, Sequence[Delivery]], found: Found) -> None:
        stored = await self._surely(lambda: self._load(list(tickets)))
        now = self._time.now()
        standing = await self._surely(lambda: self._standings.of(list(tickets), now))
        for home, deliveries in tickets.items():
            if home[0] in self._tellers:
                await self._ask(self._tellers[home[0]], deliveries, now, found)
            elif home in stored:
                self._tell(stored[home], deliveries, now, standing(home), found)
            else:
                found.gone += deliveries
            await asyncio.sleep(0)

    async def _load(self, homes: Sequence[Home]) -> dict[Home, StoredTicket]:
        loaded: dict[Home, StoredTicket] = {}
        for source in dict.fromkeys(source for source, _ in homes):
            tickets = await self._store.load(source, [id for home, id in homes if home == source])
            loaded |= {(source, id): ticket for id, ticket in tickets.items()}
        return loaded

    def _tell(
        self, stored: StoredTicket, deliveries: Sequence[Delivery], now: Instant, standing: Standing, found: Found
    ) -> None:
        try:
            ticket = self._join(decode(stored.body, stored.source))
            remark = self._knowledge.staleness(stored.source)
            told = self._assessor.tell(ticket, _identities(deliveries), now, standing, remark)
        except Exception:
            log.exception("alert cannot be rendered", source=stored.source, ticket=stored.id)
            found.broken += deliveries
        else:
            _sort(deliveries, told, found)

    async def _ask(self, teller: Teller, deliveries: Sequence[Delivery], now: Instant, found: Found) -> None:
        subject = deliveries[0].ticket
        try:
            told = await self._surely(lambda: teller.tell(subject, _identities(deliveries), now))
        except Exception:
            log.exception("alert cannot be rendered", subject=subject)
            found.broken += deliveries
        else:
            _sort(deliveries, told, found)


def _identities(deliveries: Sequence[Delivery]) -> list[str]:
    return [one.identity for one in deliveries]


def _sort(deliveries: Sequence[Delivery], told: Mapping[str, Message], found: Found) -> None:
    found.true += [(one, _addressed(told[one.identity], one)) for one in deliveries if one.identity in told]
    found.gone += [one for one in deliveries if one.identity not in told]


def with_note(message: Message, note: str | None) -> Message:
    """The message with one more remark below it."""
    if note is None:
        return message
    return msgspec.structs.replace(message, footer=footer_of(*notes_of(message.footer), note))


def _addressed(message: Message, delivery: Delivery) -> Message:
    return with_note(msgspec.structs.replace(message, to=delivery.address, update=delivery.update), delivery.remark)


def _slices(deliveries: Sequence[Delivery], size: int) -> Iterator[dict[Home, list[Delivery]]]:
    """The deliveries by their tickets, so many tickets at a time, in their order."""
    tickets: dict[Home, list[Delivery]] = {}
    for one in deliveries:
        tickets.setdefault((one.source, one.ticket), []).append(one)
    homes = list(tickets)
    for start in range(0, len(homes), size):
        yield {home: tickets[home] for home in homes[start : start + size]}
