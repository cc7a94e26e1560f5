"""Kind roundup: issues of a Roundup tracker. Messages are dated; of all else only the present can be seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from slamon.core.instants import SECOND, Instant, Span
from slamon.core.ticket import OPEN, Ticket
from slamon.ports import Batch, Finding
from slamon.sources.http import Feed, Found, HttpSource, Mark, NoneRead, NotFound, Page, Stale, Unexpected, Window
from slamon.sources.http.client import Params
from slamon.sources.http.refusals import Forbidden, Unreadable
from slamon.sources.registry import Kind, Surroundings
from slamon.sources.roundup_api import Issue, Items, Message, Names, OneItem, Row, Rows, instant, items, sound, window
from slamon.sources.roundup_cursor import read_cursor
from slamon.sources.roundup_history import carried_on
from slamon.sources.roundup_settings import RoundupSettings, usual
from slamon.sources.roundup_ticket import Shown, Translator, further
from slamon.sources.roundup_users import Users

FIELDS = ("title", "status", "priority", "assignedto", "creator", "creation", "activity", "messages")
PAGE = 200  # rows; what a batch takes must fit into a rate limit
GRAIN = 2 * SECOND  # a last look may be dated later than it was: dates are whole seconds


class RoundupSource(HttpSource):
    """One tracker."""

    def __init__(self, name: str, settings: RoundupSettings, around: Surroundings) -> None:
        super().__init__(name, settings, around, usual(settings))
        self._settings = settings
        of_users = further(settings, "creator.") + further(settings, "assignedto.")
        self._wanted = (*FIELDS, *further(settings, "property."))
        self._users = Users(self.client, around.time, of_users)
        self._translator = Translator(self, settings, self._users)
        self._feed = Feed(self._page, _mark, self._tickets, self.fetch, around.time.now, self.since)
        self._looked_at: Instant = 0
        self._unread: dict[str, Instant] = {}

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """What was updated since the cursor."""
        before, began = read_cursor(cursor), self.around.time.now()
        self._looked_at, self._unread = max(self._looked_at, before.looked_at), before.unread
        feed = before.feed
        async for batch in self._feed.batches(feed):
            feed = batch.cursor
            yield replace(batch, cursor=before.at(feed))
        after = before.read_to_its_end(feed, began)
        self._looked_at, self._unread = began, after.unread
        yield Batch((), after.at(feed))

    async def _page(self, span: Window, offset: int) -> Page[Row]:
        params = {
            "status": await self._open_statuses() if span.open_only else None,
            "activity": window(span.since, span.until),
            "@fields": "activity",
            "@sort": "activity,id",
            "@page_size": offset + PAGE,  # pages begin at multiples of their size only
        }
        found = await self.client.get("rest/data/issue", Rows, params)
        return Page(found.data.collection[offset:], found.more)

    async def _open_statuses(self) -> str:
        """The ids of all statuses that are no end, and of having none."""
        natives = await self._native_statuses()
        unknown = self.statuses.unknown(natives.values())
        still = [id for id, name in natives.items() if name in unknown or self.statuses.fields(name)["status"] in OPEN]
        return ",".join(["-1", *still])

    async def _native_statuses(self) -> dict[str, str]:
        found = await self.client.get("rest/data/status", Names, {"@verbose": 2})
        return {one.id: one.name or one.id for one in found.data.collection}

    async def _tickets(self, rows: Sequence[Row]) -> Found:
        return await self.tickets([row.id for row in rows])

    async def tickets(self, ids: Sequence[str]) -> Found:
        """Many at once, in few requests: the server takes long over each login. NoneRead if not one can be read."""
        found = await self._halved(ids)
        if found.unread and not found.tickets:
            raise NoneRead(found)
        return found

    async def _halved(self, ids: Sequence[str]) -> Found:
        """Together; where that cannot be, in ever smaller parts. The first parts that can be had by no means decide."""
        try:
            return (await self._look_at(ids))[0]
        except Unreadable as mistake:
            if isinstance(mistake, Forbidden):
                raise
            if len(ids) == 1:
                return Found((), [f"issue {ids[0]}: {mistake}"], ids)
        middle = (len(ids) + 1) // 2
        one, rest = await self._halved(ids[:middle]), ids[middle:]
        other = Found((), (), rest) if one.unread and not one.tickets and middle > 1 else await self._halved(rest)
        problems, unread = [*one.problems, *other.problems], [*one.unread, *other.unread]
        return Found([*one.tickets, *other.tickets], problems, unread)

    async def fetch(self, ids: Sequence[str]) -> list[Ticket]:
        """ports.Rereads."""
        found, absent = await self._look_at(ids)
        if found.problems and not found.tickets:
            raise Unexpected(found.problems[0])
        for id in absent:
            await self._check_gone(id)
        return [*found.tickets, *await self.deleted(absent)]

    async def ticket(self, id: str) -> Ticket:
        """One issue."""
        found = await self.tickets([id])
        if not found.tickets:
            raise NotFound(f"there is no issue {id}")
        return found.tickets[0]

    async def _check_gone(self, id: str) -> None:
        """SourceError if it may only not be seen. A retired item is in no list, yet can be read by its id."""
        with suppress(NotFound):
            await self.client.get(f"rest/data/issue/{quote(id, safe='')}", OneItem, {"@fields": "activity"})

    async def _look_at(self, ids: Sequence[str]) -> tuple[Found, list[str]]:
        """The issues as they stand, and the ids of those that are in no list."""
        margin, now = self._margin(), self.around.time.now()
        known = await self.around.known(ids)  # first: what is shown must not be older than what is known
        given = await items(self.client, "issue", ids, self._wanted)
        shown, wrong, problems = await self._shown(given)
        await self._users.learn(link for one in shown for link in one.people)
        tickets = []
        for one in shown:
            if unknown := self._users.wrong(one.people):
                wrong[one.issue.id] = f"issue {one.issue.id}: {unknown}"
                continue
            ticket, changed_at = self._translator.ticket(one), instant(one.issue.activity)
            try:
                await self.up_to_date(ticket, changed_at)
            except Stale as mistake:
                wrong[ticket.id] = str(mistake)
            else:
                looked_at = self._unread.get(ticket.id, self._looked_at) + margin
                tickets.append(carried_on(known.get(ticket.id), ticket, changed_at, looked_at, now))
        there = {str(one.get("id")) for one in given}
        return Found(tickets, [*wrong.values(), *problems], [*wrong]), [id for id in ids if id not in there]

    def _margin(self) -> Span:
        """From when something was looked at to the server's clock, and rather too early than too late."""
        return min(self.client.reading.skew or 0, 0) - GRAIN

    async def _shown(self, given: Sequence[dict[str, Any]]) -> tuple[list[Shown], dict[str, str], list[str]]:
        """Issues with their messages, what is wrong with others, by their ids, and with messages."""
        issues, wrong = sound(given, Issue)
        ids = sorted({link.id for issue, _ in issues for link in issue.messages})
        found, bad = sound(await items(self.client, "msg", ids, ("author", "creation", "creator")), Message)
        messages = {message.id: message for message, _ in found}
        shown = [
            Shown(issue, properties, [messages[link.id] for link in issue.messages if link.id in messages])
            for issue, properties in issues
        ]
        return shown, wrong, [*bad.values()]

    async def check(self) -> list[Finding]:
        """The account, the statuses, and whether it can be told who is an agent."""
        await self.client.get(f"rest/data/user/username={quote(self._settings.user, safe='')}", OneItem)
        natives = (await self._native_statuses()).values()
        findings = [Finding("ok", f"reading as {self._settings.user}")]
        for native in self.statuses.strangers(natives):
            findings.append(Finding("warning", f"status: there is no status {native!r}", "correct its name"))
        for native in self.statuses.unknown(natives):
            findings.append(Finding("warning", f"{native!r} means nothing here and counts as open", "add it to status"))
        return [*findings, *await self._unseen()]

    async def _unseen(self) -> list[Finding]:
        agents = self._settings.agents
        if not (agents.roles or agents.domains):
            return []
        params: Params = {"@fields": "username,roles", "@page_size": 10}
        others = (await self.client.get("rest/data/user", Items, params)).data.collection
        if any("roles" in one for one in others if one.get("username") != self._settings.user):
            return []
        text = "the account does not see the roles and addresses of others"
        return [Finding("warning", text, "read with an account of the role Admin, or name the agents under users")]


def _mark(row: Row) -> Mark:
    return Mark(instant(row.activity), row.id)


KIND = Kind(RoundupSettings, RoundupSource)
