"""Kind redmine: issues of a Redmine, their history taken from the journals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from slamon.core.instants import SECOND, Instant, parse_instant
from slamon.core.ticket import Event, Ticket
from slamon.mistakes import check_all, unless
from slamon.ports import Batch, Finding
from slamon.secrets import Secret
from slamon.sources import redmine_api as api
from slamon.sources.http import (
    NUMBERED,
    Feed,
    Found,
    HttpSettings,
    HttpSource,
    Mark,
    NotFound,
    Page,
    Stale,
    Usual,
    Window,
    check_fields,
    current_fields,
)
from slamon.sources.http.client import Params
from slamon.sources.http.settings import check_sendable
from slamon.sources.http.undoing import State, Untraced
from slamon.sources.redmine_api import Issue, Row, User
from slamon.sources.redmine_history import Past, Step, unfold
from slamon.sources.redmine_names import Names
from slamon.sources.registry import Kind, Surroundings

STATUSES = {
    "New": "new",
    "In Progress": "open",
    "Feedback": "waiting_customer",
    "Resolved": "solved",
    "Closed": "closed",
    "Rejected": "cancelled",
}
PRIORITIES = {name: name.lower() for name in ("Low", "Normal", "High", "Urgent", "Immediate")}
_PEOPLE = ("assigned_to", "assigned_to.login", "author", "author.login")
NATIVE = ("project", "tracker", "category", "version", "due_date", *_PEOPLE)
PAGE = 100  # more is cut by the server


@dataclass(frozen=True, slots=True, kw_only=True)
class RedmineSettings(HttpSettings):
    """Keys of a source of kind redmine."""

    key: Secret = field(metadata={"about": "The API key of an account that sees the issues and private notes."})
    project: str | None = field(default=None, metadata={"about": "Only this project and those below it."})

    def __post_init__(self) -> None:
        check_all(
            partial(HttpSettings.__post_init__, self),
            partial(check_sendable, "key", self.key),
            partial(check_fields, self.fields, NATIVE, ("custom_field.",)),
            unless(not self.agents.groups, "agents: Redmine tells nobody's groups: write roles, users or domains"),
        )


class RedmineSource(HttpSource):
    """One Redmine, or one project of it."""

    def __init__(self, name: str, settings: RedmineSettings, around: Surroundings) -> None:
        super().__init__(name, settings, around, _usual(settings))
        self._settings = settings
        self._names = Names(self.client, around.time)
        self._listed: dict[str, Instant] = {}  # last updates, of the page that was read last
        self._feed = Feed(self._page, _mark, self._tickets, self.fetch, around.time.now, self.since)

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """What was updated since the cursor."""
        await self._account()
        async for batch in self._feed.batches(cursor):
            yield batch

    async def _account(self) -> User:
        """Who we are: with a key that is wrong, Redmine shows what is public and says nothing."""
        return (await self.client.get("users/current.json", api.OneUser)).user

    async def _page(self, window: Window, offset: int) -> Page[Row]:
        params = {
            "project_id": self._settings.project,
            "status_id": "open" if window.open_only else "*",
            "sort": "updated_on,id",
            "updated_on": api.updated_filter(window),
            "limit": PAGE,
            "offset": offset,
        }
        found = await self.client.get("issues.json", api.Rows, params)
        return Page(found.issues, offset + len(found.issues) < found.total_count, found.total_count)

    async def _tickets(self, rows: Sequence[Row]) -> Found:
        self._listed = {str(row.id): parse_instant(row.updated_on) for row in rows}
        return await self.tickets([*self._listed])

    async def ticket(self, id: str) -> Ticket:
        """An issue with its journals."""
        if not (id.isascii() and id.isdigit()):
            raise NotFound(f"{id[:20]!r} is no id of a Redmine's")
        await self._names.refresh()
        try:
            issue = (await self.client.get(f"issues/{id}.json", api.OneIssue, {"include": "journals"})).issue
        except NotFound:
            await self._account()
            raise
        updated = parse_instant(issue.updated_on)
        if updated < self._listed.get(id, 0):
            raise Stale(f"issue {id} comes older than the list says it is: is a cache in between?")
        if self._settings.project is not None and self._listed.get(id) != updated:
            await self._check_inside(self._settings.project, issue)
        past = unfold(issue)
        await self._names.learn(issue, past)
        return await self.up_to_date(self._translated(issue, past), updated)

    async def _check_inside(self, project: str, issue: Issue) -> None:
        """NotFound if an issue was moved out of a project: it names another than before, and is not listed there."""
        known = await self._known(str(issue.id))
        if known is None or current_fields(known).get("project") == issue.project.name:
            return
        params: Params = {"project_id": project, "issue_id": issue.id, "status_id": "*", "offset": 0, "limit": 1}
        try:
            found = await self.client.get("issues.json", api.Rows, params)
        except NotFound:  # of the project, which tells nothing of the issue
            return
        if not found.total_count:
            raise NotFound(f"issue {issue.id} was moved out of {project}")

    def _translated(self, issue: Issue, past: Past) -> Ticket:
        author = self.people.classify(self._names.person(issue.author, past.initial["project_id"]))
        events = [event for step in past.steps for event in self._events(issue, step)]
        events += [self._untraced(issue, one) for one in past.untraced]
        return Ticket(
            str(issue.id),
            self.name,
            parse_instant(issue.created_on),
            self._fields(issue, past.initial, whole=True),
            events,
            issue.subject,
            f"{self._settings.url.rstrip('/')}/issues/{issue.id}",
            author,
            history="partial" if past.untraced else "full",
        )

    def _events(self, issue: Issue, step: Step) -> list[Event]:
        journal, events = step.journal, []
        by = self.people.classify(self._names.person(journal.user, step.project))
        opening = journal.created_on == issue.created_on and journal.user == issue.author
        if (journal.notes or "").strip() and not opening:
            events.append(Event(journal.at, "message", f"{journal.id}", by, public=not journal.private_notes))
        changed = self._fields(issue, step.set)
        if changed:
            events.append(Event(journal.at, "change", f"{journal.id}.set", by, set=changed))
        return events

    def _untraced(self, issue: Issue, one: Untraced) -> Event:
        changed = self._fields(issue, {one.key: one.value})
        return Event(one.latest, "change", f"{one.key}.{one.earliest // SECOND}", set=changed, earliest=one.earliest)

    def _fields(self, issue: Issue, state: State, *, whole: bool = False) -> dict[str, Any]:
        """Our fields of what a state says; `whole`: it says everything."""
        native = self._native(issue, state)
        ours: dict[str, Any] = {}
        if "status" in native:
            ours |= self.statuses.fields(native["status"])
        if "priority" in native:
            ours["priority"] = self.priorities.value(native["priority"])
        names = {"assignee": "assigned_to", "project": "project", "type": "tracker", "due_at": "due_date"}
        ours |= {one: native[theirs] for one, theirs in names.items() if theirs in native}
        if not whole:
            return ours | self.fields.changed(native)
        author = {"author": issue.author.name if issue.author else None}
        author["author.login"] = self._names.login(str(issue.author.id)) if issue.author else None
        return ours | self.fields.fields(native | author)

    def _native(self, issue: Issue, state: State) -> dict[str, Any]:
        """A state with names for ids."""
        custom = {f"cf.{one.id}": f"custom_field.{one.name}" for one in issue.custom_fields}
        native: dict[str, Any] = {}
        for key, value in state.items():
            what = key.removesuffix("_id")
            native[custom.get(key) or what] = self._names.name(what, value) if what != key else value
        if "fixed_version" in native:
            native["version"] = native.pop("fixed_version")
        if "assigned_to_id" in state:
            native["assigned_to.login"] = self._names.login(state["assigned_to_id"])
        return native

    async def check(self) -> list[Finding]:
        """The account, and whether the configured statuses exist."""
        account = await self._account()
        await self._names.refresh()
        findings = [Finding("ok", f"the key is that of {account.login or account.name}")]
        for native in self.statuses.strangers(self._names.statuses):
            findings.append(Finding("warning", f"status: there is no status {native!r}", "correct its name"))
        for native in self.statuses.unknown(self._names.statuses):
            findings.append(Finding("warning", f"{native!r} means nothing here and counts as open", "add it to status"))
        return findings


def _usual(settings: RedmineSettings) -> Usual:
    remedy = "is the key right, is the REST API enabled (Administration, Settings, API), may the account see it?"
    cannot_tell = (
        "private notes are seen only with the permission to view them",
        "custom fields that the account may not see are missing",
        "deleted issues are noticed when they are read again, before an alert",
        "an issue that an agent opened counts as opened for a customer, never towards one",
    )
    return Usual({"X-Redmine-API-Key": settings.key}, remedy, STATUSES, PRIORITIES, cannot_tell, ids=NUMBERED)


def _mark(row: Row) -> Mark:
    return Mark(parse_instant(row.updated_on), str(row.id))


KIND = Kind(RedmineSettings, RedmineSource)
