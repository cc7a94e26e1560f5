"""Kind django_helpdesk: tickets of a django-helpdesk. It dates no update, so that all is read each time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from slamon.core.instants import SECOND, Instant, Span
from slamon.core.ticket import ENDED, GONE, Creator, Event, Ticket
from slamon.ports import Batch, Finding
from slamon.sources.django_helpdesk_api import FollowUp, Item, Items, read_item, read_items, status_name
from slamon.sources.django_helpdesk_history import carried_on, created_at, opening, subject
from slamon.sources.django_helpdesk_settings import DjangoHelpdeskSettings, usual
from slamon.sources.django_helpdesk_there import cursor_of, id_of, read_cursor, vanished
from slamon.sources.http import Found, HttpSource, NoneRead, NotFound, Person, Unexpected
from slamon.sources.http.unread import last_looks
from slamon.sources.registry import Kind, Surroundings

PAGE = 1000  # tickets; each page takes the server as long as all of them
OPEN_STATUS = 1


class DjangoHelpdeskSource(HttpSource):
    """One helpdesk."""

    def __init__(self, name: str, settings: DjangoHelpdeskSettings, around: Surroundings) -> None:
        super().__init__(name, settings, around, usual(settings))
        self._settings = settings
        self._opened = self.statuses.fields(status_name(OPEN_STATUS))
        self._looked_at: Instant = 0
        self._looks: dict[str, Instant] = {}  # by id, what could not be read then: the last time that it was
        self._reread: set[str] = set()  # tickets that were read by id since the page was asked for

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """All that is not as it is known."""
        before, began = read_cursor(cursor), self.around.time.now()
        self._looked_at, self._looks = max(self._looked_at, before.looked_at), before.looks
        there, unread = dict[str, set[int]](), set[str]()
        page, more = 1, True
        while more:
            answer, more = await self._page(page)
            for one in answer.results:
                there.setdefault(str(one.get("queue")), set()).add(id_of(one))
            found = await self._changed(answer.results)
            unread |= set(found.unread)
            progress = f"tickets: {sum(map(len, there.values())):,} of {answer.count:,} read" if more else None
            yield Batch(found.tickets, cursor or msgspec.json.encode(before), found.problems, progress)
            page += 1
        standing = before.since_emptied(there, began)
        if standing != before:
            yield Batch((), msgspec.json.encode(standing))
        gone, looked_at = await self.fetch(vanished(standing, there, began)), self._by_server(began, -SECOND)
        looks = last_looks(before.looks, unread, before.looked_at)
        yield Batch(gone, msgspec.json.encode(cursor_of(there, looked_at, looks)))
        self._looked_at, self._looks = looked_at, looks

    def _by_server(self, at: Instant, margin: Span) -> Instant:
        """An instant of ours by the server's clock, where that is behind: its dates are whole seconds."""
        return at + min((self.client.reading.skew or 0) + margin, 0)

    async def _page(self, page: int) -> tuple[Items, bool]:
        """A page, and whether others follow. Where tickets are deleted meanwhile, the last page may be gone."""
        self._reread.clear()
        try:
            found = await self.client.get("api/tickets/", Items, {"page_size": PAGE, "page": page})
        except NotFound:
            if page == 1:
                raise
            return Items(0, []), False
        return found, found.next is not None

    async def _changed(self, given: Sequence[Mapping[str, Any]]) -> Found:
        items, problems = read_items(given)
        known = await self.around.known([str(item.id) for item, _ in items])
        unread = {str(id_of(one)) for one in given} - {str(item.id) for item, _ in items}
        found: list[Ticket] = []
        for item, told in items:
            before = known.get(str(item.id))
            if str(item.id) in self._reread:  # what is known may be newer than the page
                again = await self._again(str(item.id))
                found += again.tickets
                problems += again.problems
                unread |= set(again.unread)
            elif before is not None or self._is_wanted(item):
                found.append(self._ticket(item, told, before))
        return Found([ticket for ticket in found if ticket != known.get(ticket.id)], problems, sorted(unread))

    async def _again(self, id: str) -> Found:
        try:
            return await self.tickets([id])
        except NoneRead as failed:
            return failed.found

    def _is_wanted(self, item: Item) -> bool:
        """Not what ended long ago, and was not known then."""
        if self.statuses.fields(item.native_status)["status"] not in ENDED | GONE:
            return True
        return any(one.at >= self.around.time.now() - self.since for one in item.followup_set)

    async def ticket(self, id: str) -> Ticket:
        """One ticket."""
        known = await self._known(id)
        told = await self.client.get(f"api/tickets/{id}/", dict[str, Any])
        self._reread.add(id)
        try:
            return self._ticket(read_item(told), told, known)
        except ValueError as mistake:
            raise Unexpected(f"ticket {id}: {mistake}") from None

    def _ticket(self, item: Item, told: Mapping[str, Any], known: Ticket | None) -> Ticket:
        now = self._by_server(self.around.time.now(), SECOND)
        created = created_at(item, known, now)
        first = opening(item, created)
        shown = Ticket(
            str(item.id),
            self.name,
            created,
            self._fields(item, told),
            [event for one in item.follow_ups if one not in first for event in self._events(one)],
            subject(item, known),
            f"{self._settings.url.rstrip('/')}/tickets/{item.id}/",
            self._creator(first),
        )
        looked_at = self._looks.get(shown.id, self._looked_at)
        return carried_on(known, shown, item.merged_to, self._opened, looked_at, now)

    def _creator(self, first: Sequence[FollowUp]) -> Creator:
        """A customer who is logged in is named like one of staff: without configured agents nobody is taken for one."""
        if not first or first[0].user is None:
            return "customer"
        return self.people.classify(self._person(first[0].user, agent=False))

    def _person(self, user: int, *, agent: bool) -> Person:
        return Person(str(user), login=self._settings.users.get(str(user), ""), agent=agent)

    def _events(self, one: FollowUp) -> list[Event]:
        by = "system" if one.is_by_server else self._author(one)
        events = []
        if (one.comment or "").strip():
            events.append(Event(one.at, "message", str(one.id), by, public=one.public))
        if one.new_status is not None:
            set_here = self.statuses.fields(status_name(one.new_status))
            events.append(Event(one.at, "change", f"{one.id}.set", by, set=set_here))
        return events

    def _author(self, one: FollowUp) -> Creator:
        return self.people.classify(None if one.user is None else self._person(one.user, agent=True))

    def _fields(self, item: Item, told: Mapping[str, Any]) -> dict[str, Any]:
        group, assignee = _named(item.queue, self._settings.queues), _named(item.assigned_to, self._settings.users)
        native = {**told, "queue": group, "assigned_to": assignee}
        ours = {"group": group, "assignee": assignee, "due_at": item.due_date}
        ours["priority"] = self.priorities.value(None if item.priority is None else str(item.priority))
        return self.statuses.fields(item.native_status) | ours | self.fields.fields(native)

    async def check(self) -> list[Finding]:
        """What the account sees."""
        found = await self.client.get("api/tickets/", Items, {"page_size": 1})
        if not found.count:
            text = f"{self._settings.user} sees no ticket"
            return [Finding("warning", text, "give the account the right to the queues, if there are tickets")]
        return [Finding("ok", f"{self._settings.user} sees {found.count:,} tickets")]


def _named(id: int | None, names: Mapping[str, str]) -> str | None:
    return None if id is None else names.get(str(id), str(id))


KIND = Kind(DjangoHelpdeskSettings, DjangoHelpdeskSource)
