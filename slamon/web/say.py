"""What people say about alerts: who takes care of a ticket, and what nobody shall be told of for a while."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from slamon.core.instants import Instant, format_instant
from slamon.core.policy import Rules
from slamon.core.standing import Ack
from slamon.ports import SilenceRow, Store
from slamon.rulefile.suggest import did_you_mean, listed, nearest, quoted
from slamon.silences import BadMatch, read_match
from slamon.web.bodies import AckAsked, SilenceAsked
from slamon.web.problems import Problem, Unwilling
from slamon.web.unknown import no_ticket


@dataclass(frozen=True, slots=True)
class Say:
    """Keeps what people say; `changed` wakes whoever decides by it."""

    store: Store
    sources: Callable[[], Sequence[str]]
    rules: Callable[[], Rules]
    now: Callable[[], Instant]
    changed: Callable[[], None]

    async def ack(self, asked: AckAsked) -> Ack:
        """Unwilling: no such ticket (404), no such target (400), or it is not said in which source (409)."""
        source = await self._source(asked.ticket, asked.source)
        if asked.target is not None:
            await self._must_have(source, asked.ticket, asked.target)
        ack = Ack(source, asked.ticket, asked.target, asked.by, self.now(), asked.until)
        await self.store.save_ack(ack)
        self.changed()
        return ack

    async def acks(self, ticket: str | None, source: str | None) -> list[Ack]:
        """The acknowledgements of a ticket, or those of all tickets that are not over; Unwilling (404) if there is no
        such ticket or source."""
        if ticket is None:
            asked = self._asked(source)
            return [ack for ack in await self.store.standing_acks(self.now()) if ack.source in asked]
        homes = await self._homes(ticket, source)
        found = await self.store.acks([(home, ticket) for home in homes])
        return [ack for home in homes for ack in found.get((home, ticket), ())]

    async def silence(self, asked: SilenceAsked) -> SilenceRow:
        """Unwilling (400): its match names a policy, a target, a source or a status that there is not."""
        policies = self.rules().policies
        targets = dict.fromkeys(target.name for policy in policies for target in policy.targets)
        known = {"policy": [policy.name for policy in policies], "target": [*targets], "source": self.sources()}
        try:
            read_match(asked.match, known)
        except BadMatch as mistake:
            raise Unwilling(400, [Problem(message, help, "match") for message, help in mistake.problems]) from None
        id, at = secrets.token_hex(4), self.now()
        row = SilenceRow(id, asked.match, at, asked.until, asked.by, asked.comment)
        await self.store.save_silence(row)
        self.changed()
        return row

    async def silences(self) -> Sequence[SilenceRow]:
        """Those that are not over, the one that ends first before the others."""
        return await self.store.silences(self.now())

    async def end(self, id: str) -> None:
        """End a silence before its time; Unwilling (404) if there is none of that id."""
        if not await self.store.end_silence(id, self.now()):
            message = f"there is no silence {quoted(id)} that is not over"
            raise Unwilling(404, [Problem(message, "see slamon silence list for those that there are")])
        self.changed()

    async def _source(self, ticket: str, source: str | None) -> str:
        homes = await self._homes(ticket, source)
        if len(homes) > 1:
            message = f"there is a ticket {quoted(ticket)} in {listed(homes, 'and')}"
            raise Unwilling(409, [Problem(message, f"say which: {listed(homes)}", "source")])
        return homes[0]

    async def _homes(self, ticket: str, source: str | None) -> list[str]:
        """The sources that have a ticket: at least one."""
        asked = self._asked(source)
        homes = [name for name in asked if await self.store.load(name, [ticket])]
        if not homes:
            raise await no_ticket(self.store, ticket, asked, "ticket")
        return homes

    def _asked(self, source: str | None) -> Sequence[str]:
        """The sources that are meant."""
        known = self.sources()
        if source is None:
            return known
        if source not in known:
            help = did_you_mean(nearest(source, known)) or f"write {listed(known)}"
            raise Unwilling(404, [Problem(f"there is no source {quoted(source)}", help, "source")])
        return (source,)

    async def _must_have(self, source: str, ticket: str, target: str) -> None:
        known = sorted({row.target for row in await self.store.commitments(source, ticket) if row.target})
        if target not in known:
            of = f"ticket {quoted(ticket)} has no target {quoted(target)}"
            near = did_you_mean(nearest(target, known))
            help = near or (f"write {listed(known)}, or leave it out" if known else "leave it out")
            raise Unwilling(400, [Problem(of, help, "target")])


def shown_ack(ack: Ack) -> dict[str, Any]:
    """An acknowledgement as JSON tells it."""
    return {
        "source": ack.source,
        "ticket": ack.ticket,
        "target": ack.target,
        "by": ack.by,
        "at": format_instant(ack.at),
        "until": None if ack.until is None else format_instant(ack.until),
    }


def shown_silence(row: SilenceRow) -> dict[str, Any]:
    """A silence as JSON tells it."""
    return {
        "id": row.id,
        "match": msgspec.Raw(row.match.encode()),
        "at": format_instant(row.at),
        "until": format_instant(row.until),
        "by": row.by,
        "comment": row.comment,
    }
