"""Kind rt: tickets of a Request Tracker 5, their history taken from the transactions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

import msgspec
from msgspec import Struct

from slamon.core.instants import parse_instant
from slamon.core.ticket import OPEN, Ticket
from slamon.mistakes import check_all, unless
from slamon.ports import Batch, Finding, SourceError
from slamon.secrets import Secret
from slamon.sources.http import (
    NUMBERED,
    Feed,
    Found,
    HttpSettings,
    HttpSource,
    NoneRead,
    NotFound,
    Usual,
    check_fields,
    current_fields,
)
from slamon.sources.http.settings import check_sendable
from slamon.sources.registry import Kind, Surroundings
from slamon.sources.rt_feed import Row, Updates
from slamon.sources.rt_history import Past, merges, unfold, unfold_merged
from slamon.sources.rt_lists import Histories, last_transaction
from slamon.sources.rt_names import Names
from slamon.sources.rt_shapes import Reference, Shown, Transaction
from slamon.sources.rt_ticket import NATIVE, Translation

STATUSES = {
    "new": "new",
    "open": "open",
    "stalled": "waiting_customer",
    "resolved": "solved",
    "rejected": "cancelled",
    "deleted": "cancelled",
}
CANNOT_TELL = (
    "comments are seen only with the right ShowTicketComments",
    "queues and custom fields that the account may not see are missing",
    "deleted tickets are noticed when they are read again, before an alert",
    "who is privileged, in a group, or a requestor is known as of now, not as of then",
    "what was changed without a transaction is dated by what was around it, or seems to have been so from the start",
    "which statuses there are: a wrong name under status is not noticed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RtSettings(HttpSettings):
    """Keys of a source of kind rt."""

    token: Secret = field(metadata={"about": "An authentication token of a privileged account that sees the tickets."})

    def __post_init__(self) -> None:
        wrong = "agents: roles belong to single tickets here: write groups, users or domains"
        check_all(
            partial(HttpSettings.__post_init__, self),
            partial(check_sendable, "token", self.token),
            partial(check_fields, self.fields, NATIVE, ("custom_field.",)),
            unless(not self.agents.roles, wrong),
        )


class _About(Struct):
    version: str = msgspec.field(name="Version")


class RtSource(HttpSource):
    """One Request Tracker, as far as the account sees it."""

    def __init__(self, name: str, settings: RtSettings, around: Surroundings) -> None:
        remedy = "is the token right, and has its account the rights SeeQueue and ShowTicket?"
        header = {"Authorization": Secret(f"token {settings.token.reveal()}")}
        usual = Usual(header, remedy, STATUSES, {}, CANNOT_TELL, ids=NUMBERED)
        super().__init__(name, settings, around, usual)
        self._agents_given = bool(settings.agents)
        self._names = Names(self.client, around.time, settings.agents.groups)
        self._histories = Histories(self.client)
        self._translation = Translation(self, self._names, settings.url)
        self._merged: dict[str, set[str]] = {}  # by id, the tickets that are now part of it
        also_open = [native for native, status in settings.status.items() if status in OPEN]
        self._updates = Updates(self.client, around.time, also_open)
        self._feed = Feed(
            self._updates.page, attrgetter("mark"), self._tickets, self.fetch, around.time.now, self.since
        )

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """What was updated since the cursor."""
        await self._look_around()
        async for batch in self._feed.batches(cursor):
            yield batch

    async def _look_around(self, *, force: bool = False) -> None:
        """Queues, groups, and whether agents can be told from customers at all."""
        if await self._names.refresh(force=force):
            self._histories.forget()
        if not (self._names.sees_people or self._agents_given):
            problem = "the account is not privileged, so it is not shown who else is"
            remedy = "make it privileged, or say under agents whose message answers"
            raise SourceError(f"{problem}: {remedy}", permanent=True)

    async def _tickets(self, rows: Sequence[Row]) -> Found:
        """The tickets of these rows, and those that were merged into them: they are in no list any more."""
        ids = [row.id for row in rows]
        found = await self.tickets(ids)
        merged = sorted({part for id in ids for part in self._merged.pop(id, ())} - set(ids))
        known = await self.around.known(merged) if merged else {}
        parts = await self._parts([id for id in merged if id in known and not _is_merged(known[id])])
        tickets, problems = [*found.tickets, *parts.tickets], [*found.problems, *parts.problems]
        return Found(tickets, problems, [*found.unread, *parts.unread])

    async def _parts(self, ids: Sequence[str]) -> Found:
        try:
            return await self.tickets(ids)
        except NoneRead as failed:  # others were read before
            return failed.found

    async def ticket(self, id: str) -> Ticket:
        """A ticket with its transactions."""
        await self._look_around()
        params = {"fields[Owner]": "id,Name", "fields[Creator]": "id,Name,EmailAddress"}
        try:
            answer = await self.client.ask(f"REST/2.0/ticket/{id}", Shown, params, keep=True)
        except SourceError as error:
            raise await self._refused(id, error) from None
        shown = answer.value
        transactions = await self._histories.read(shown.id, last_transaction(answer.headers.get("ETag")))
        if shown.id != id:
            return await self._part(id, shown, transactions)
        if parts := merges(transactions):
            self._merged[id] = set(parts)
        past = unfold(shown, transactions)
        await self._learn(past, [*shown.requestors[:1], shown.creator, shown.owner])
        return await self.up_to_date(self._translation.ticket(shown, past), parse_instant(shown.last_updated))

    async def _refused(self, id: str, error: SourceError) -> SourceError:
        """A ticket that went to where we may not look is gone, if others of the queue it was in can still be seen."""
        if not error.permanent or isinstance(error, NotFound):
            return error
        known = await self._known(id)
        queue = current_fields(known).get("group") if known else None
        seen = queue is not None and await self._updates.shows(queue)
        return NotFound(f"ticket {id} went out of the account's sight") if seen else error

    async def _part(self, id: str, shown: Shown, transactions: Sequence[Transaction]) -> Ticket:
        known = await self._known(id)
        merge = merges(transactions).get(id)
        if known is None or merge is None:
            raise NotFound(f"ticket {id} is part of ticket {shown.id}")
        past = unfold_merged(id, transactions)
        await self._learn(past, [merge[0].creator])
        return self._translation.merged(known, past, merge, shown.requestors)

    async def _learn(self, past: Past, people: Iterable[Reference | str]) -> None:
        everybody = [*people, *(step.done.creator for step in past.steps)]
        states = [past.initial, *(step.set for step in past.steps), *({one.key: one.value} for one in past.untraced)]
        owners = [state["Owner"] for state in states if "Owner" in state]
        await self._names.learn([one for one in everybody if isinstance(one, Reference)], owners)

    async def check(self) -> list[Finding]:
        """Which version it is, and what the account sees."""
        version = (await self.client.get("REST/2.0/rt", _About)).version
        findings = [Finding("ok", f"this is Request Tracker {version}")]
        if not version.startswith("5."):
            findings.append(Finding("warning", f"only version 5 was tried, not {version}"))
        await self._look_around(force=True)
        if not self._names.sees_people:
            remedy = "make it privileged"
            findings.append(Finding("warning", "the account is not privileged: names of owners are missing", remedy))
        queues = self._names.queues
        if not queues:
            return [*findings, Finding("error", "the account sees no queue", "grant it SeeQueue and ShowTicket")]
        return [*findings, Finding("ok", f"queues seen: {', '.join(sorted(queues))}")]


def _is_merged(ticket: Ticket) -> bool:
    return any(event.kind == "merged" for event in ticket.events)


KIND = Kind(RtSettings, RtSource)
