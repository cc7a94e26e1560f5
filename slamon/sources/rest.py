"""Kind rest: tickets of any JSON API, as its mapping says."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from collections.abc import Mapping as AnyMapping
from contextlib import aclosing
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

import msgspec

from slamon.core.instants import MINUTE, SECOND, Instant
from slamon.core.ticket import Ticket
from slamon.ports import Batch, Finding, SourceError
from slamon.sources.http import (
    Found,
    HttpSource,
    NoneRead,
    Unexpected,
    Unreadable,
    check_not_emptied,
    continued,
    excused,
)
from slamon.sources.http.unread import due
from slamon.sources.registry import Kind, Surroundings
from slamon.sources.rest_cursor import LOOKED_FOR, Cursor, Shown, read_cursor
from slamon.sources.rest_expressions import Unmapped
from slamon.sources.rest_mapping import Mapping, Names, idle
from slamon.sources.rest_portions import portions
from slamon.sources.rest_reading import Reading
from slamon.sources.rest_settings import RestSettings
from slamon.sources.rest_usual import usual

OVERLAP = 15 * MINUTE
GRAIN = 2 * SECOND
TOGETHER = 100  # tickets of a batch, each read by a request or more
TOGETHER_WHOLE = 500  # of which the list tells all
_IN_A_ROW = 20  # tickets mapped before anybody else has a turn: about a millisecond
_REMEMBERED = 50_000  # tickets, and when they were updated
# Whole tickets of the batch being read; whoever asks for one of them meanwhile is another task, and asks the server.
_listed: ContextVar[AnyMapping[str, Any]] = ContextVar("listed", default=MappingProxyType({}))


class RestSource(HttpSource):
    """A system whose answers are mapped by the configuration."""

    def __init__(self, name: str, settings: RestSettings, around: Surroundings) -> None:
        super().__init__(name, settings, around, usual(settings))
        self._settings = settings
        self._mapping = Mapping(name, settings, Names(self.people, self.statuses, self.priorities))
        self._together = TOGETHER_WHOLE if settings.is_told_whole else TOGETHER
        self._reading = Reading(self.client, settings, self._mapping.all)
        self._settled: OrderedDict[str, Instant] = OrderedDict()  # by id, the update that was read for certain
        self._known_before: AnyMapping[str, Ticket] | None = None  # of the batch being read, once looked up
        self._polled_at: Instant | None = None  # when the last finished poll began
        self._looks: dict[str, Instant] = {}  # by id, what could not be read then: the last time that it was

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """What was updated since the cursor; all, if the list cannot be asked for that."""
        before, begun = read_cursor(cursor), self.around.time.now()
        self._polled_at, self._looks, shown = before.begun, before.looks, Shown(before)
        for since, open_only in self._windows(before, begun):
            pages = self._reading.pages(since, open_only=open_only)
            async with aclosing(portions(pages, self._together, self.around.time.now)) as found:
                async for rows, asked_at in found:
                    read = await self._batch(rows, asked_at, shown)
                    progress = f"{shown.count:,} tickets of the list read"
                    yield Batch(read.tickets, msgspec.json.encode(before), read.problems, progress)
        if not self._reading.follows:
            before, asked = shown.standing(begun), before
            if before != asked:
                yield Batch((), msgspec.json.encode(before))
        late = [*await self._look_for_emptiness(before, shown), *await self._again(shown)]
        after = shown.cursor(begun)
        self._polled_at, self._looks = begun, after.looks
        yield Batch(late, msgspec.json.encode(after))

    def _windows(self, before: Cursor, begun: Instant) -> list[tuple[Instant, bool]]:
        """Since when to read the list, and whether only what is open."""
        if not self._reading.follows:
            return [(0, False)]
        if before.begun is None:
            return [(0, True), (begun - self.since, False)] if self._settings.listing.open_parameters else [(0, False)]
        return [(min(before.newest or before.begun, before.begun) - OVERLAP, False)]

    async def _batch(self, rows: Sequence[Any], begun: Instant, shown: Shown) -> Found:
        wanted, problems = dict[str, tuple[Any, Instant | None]](), list[str]()
        for row in rows:
            try:
                id, updated = self._mapping.id(row), self._mapping.updated_at(row)
            except Unmapped as mistake:
                problems.append(f"{self.name}: {mistake}")
                continue
            shown.add(id, updated)
            if updated is None or not (self._settled.get(id) == updated or self._waits(shown, id, updated)):
                wanted[id] = row, updated
        if len(problems) == len(rows):
            raise SourceError(f"nothing on the page can be read: {problems[0]}")
        others = [id for id in shown.before.last if id not in wanted and id not in shown.unread]
        found = await self._tickets({id: row for id, (row, _) in wanted.items()}, others)
        shown.tried({id: updated for id, (_, updated) in wanted.items()}, set(found.unread), begun)
        for ticket in found.tickets:
            self._settle(ticket.id, wanted[ticket.id][1], begun)
        return Found(found.tickets, [*problems, *found.problems])

    async def _tickets(self, rows: dict[str, Any], others: Sequence[str]) -> Found:
        reset = _listed.set(rows if self._settings.listing.complete else {})
        try:
            return await self.tickets(list(rows))
        except NoneRead as failed:
            return await excused(failed, others, self.fetch)
        finally:
            _listed.reset(reset)
            self._known_before = None

    async def _gathered(self, ids: Sequence[str]) -> list[Ticket | Unreadable | None]:
        """Without a task for each where the list told all; the loop is not kept from its other work for long."""
        if not (_listed.get() and self._settings.is_told_whole):
            return await super()._gathered(ids)
        self._known_before = await self.around.known(ids)
        found = []
        for number, id in enumerate(ids, 1):
            found.append(await self._ticket_or_problem(id))
            if number % _IN_A_ROW == 0:
                await asyncio.sleep(0)
        return found

    async def _known(self, id: str) -> Ticket | None:
        if self._known_before is None or id not in _listed.get():
            return await super()._known(id)
        return self._known_before.get(id)

    async def _again(self, shown: Shown) -> list[Ticket]:
        """What could not be read before and can by now."""
        found, now = list[Ticket](), self.around.time.now()
        for id in due(shown.unread, now) if self._reading.follows else ():  # else all is read each time
            updated = shown.unread[id].at
            try:
                found += await self.fetch([id])
            except Unreadable:
                shown.tried({id: updated}, {id}, now)
            else:
                shown.tried({id: updated}, set(), now)
                self._settle(id, updated, now)
        return found

    def _waits(self, shown: Shown, id: str, updated: Instant) -> bool:
        return self._reading.follows and shown.is_put_off(id, updated)

    def _settle(self, id: str, updated: Instant | None, read_at: Instant) -> None:
        """Remember what need not be read again. In the second of an update there may be another one."""
        if updated is not None and updated + GRAIN <= read_at + (self.client.reading.skew or 0):
            self._settled[id] = updated
            self._settled.move_to_end(id)
            if len(self._settled) > _REMEMBERED:
                self._settled.popitem(last=False)

    async def _look_for_emptiness(self, before: Cursor, shown: Shown) -> list[Ticket]:
        """A list that suddenly shows nothing is a fault, unless what it showed last is deleted."""
        if not self._reading.follows:
            check_not_emptied(before.count, shown.count, before.emptied_at, self.around.time.now())
        if not self._reading.follows or shown.count or not before.last:
            return []
        tickets = await self.fetch(before.last)
        if there := [one.id for one in tickets if not one.is_deleted]:
            raise SourceError(f"the list shows nothing, yet there is {there[0]}: has the account lost a right?")
        shown.last = []
        return tickets

    async def ticket(self, id: str) -> Ticket:
        """A ticket with its messages and changes; without changes, as it differs from what is stored."""
        try:
            listed = _listed.get()
            item = listed[id] if id in listed else await self._reading.item(id)
            changes = await self._reading.changes(id, item)
            shown = self._mapping.ticket(item, await self._reading.messages(id, item), changes)
            updated = self._mapping.updated_at(item)
        except Unmapped as mistake:
            raise Unexpected(f"{self.name} {id}: {mistake}") from None
        if shown.id != id:
            raise Unexpected(f"{self.name} {id}: the answer is about {shown.id!r}")
        if updated is not None:
            await self.up_to_date(shown, updated)
        return shown if changes is not None else await self._continued(shown, updated)

    async def _continued(self, shown: Ticket, updated: Instant | None) -> Ticket:
        """The stored history with what has changed: by the last update, if that was after the last poll."""
        known, now = (await self.around.known([shown.id])).get(shown.id), self.around.time.now()
        looked_at = self._looks.get(shown.id, self._polled_at)
        last = max([one.at for one in known.events if one.at <= now] if known else (), default=shown.created_at)
        looked_at = last if looked_at is None else looked_at
        at = max(updated, last) if updated is not None and looked_at < updated <= now else now
        return continued(known, shown, earliest=looked_at, at=at)

    async def check(self) -> list[Finding]:
        """Whether every expression finds something in some tickets, and whether their statuses mean something."""
        rows = await self._reading.first_page()
        if not rows:
            return [Finding("warning", "the list shows no ticket", "may the account see any?")]
        findings = [Finding("ok", f"the list shows tickets: {len(rows)} on its first page")]
        try:
            items = [await self._reading.item(self._mapping.id(row)) for row in rows[:LOOKED_FOR]]
            return findings + self._looked_at(items)
        except Unmapped as mistake:
            raise SourceError(str(mistake)) from None

    def _looked_at(self, items: Sequence[Any]) -> list[Finding]:
        findings = []
        for one in idle(self._mapping.of_ticket, items):
            text = f"{one.where}: {one.text!r} finds nothing in {len(items)} tickets"
            findings.append(Finding("warning", text, "is it right?"))
        for native in sorted(self.statuses.unknown(self._mapping.statuses(items))):
            findings.append(Finding("warning", f"{native!r} means nothing here and counts as open", "add it to status"))
        return findings


KIND = Kind(RestSettings, RestSource)
