"""What the ids in a Redmine's journals stand for: statuses, priorities, trackers, projects, people and their roles."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TypeVar

from slamon.ports import SourceError, Time
from slamon.sources import redmine_api as api
from slamon.sources.http import Client, Page, Person, offset_pages
from slamon.sources.redmine_api import Issue, Reference, User
from slamon.sources.redmine_history import Past

T = TypeVar("T")

FRESH_FOR = 600.0  # seconds
_WORKS_ON_ISSUES = "edit_issues"  # reporters may only add and comment
_PAGE = 100
_ATTRIBUTES = ("project", "status", "priority", "tracker", "category", "fixed_version")
_BY_ID = {"project": "projects", "category": "issue_categories", "fixed_version": "versions"}


class Names:
    """What ids stand for. `refresh` at the start of a poll, `learn` what an issue needs, then ask without waiting."""

    def __init__(self, client: Client, time: Time) -> None:
        self._client = client
        self._time = time
        self._learning = asyncio.Lock()
        self._read_at: float | None = None
        self._names: dict[tuple[str, str], str] = {}  # by what it is, and its id
        self._users: dict[str, User] = {}
        self._members: dict[str, dict[str, frozenset[str]]] = {}  # by project and user, the names of roles
        self._working: frozenset[str] = frozenset()  # names of roles

    @property
    def statuses(self) -> list[str]:
        """The names of all statuses."""
        return [name for (what, _), name in self._names.items() if what == "status"]

    async def refresh(self) -> None:
        """Read the short lists, and forget the rest, once in a while."""
        async with self._learning:
            now = self._time.monotonic()
            if self._read_at is None or now - self._read_at > FRESH_FOR:
                await self._read_lists()
                self._read_at = now

    async def _read_lists(self) -> None:
        statuses = await self._client.get("issue_statuses.json", api.Statuses)
        priorities = await self._client.get("enumerations/issue_priorities.json", api.Priorities)
        trackers = await self._client.get("trackers.json", api.Trackers)
        roles = await self._client.get("roles.json", api.Roles)
        rights = [(await self._client.get(f"roles/{one.id}.json", api.OneRole)).role for one in roles.roles]
        self._working = frozenset(role.name for role in rights if _WORKS_ON_ISSUES in role.permissions)
        self._users, self._members, self._names = {}, {}, {}
        self._note("status", statuses.issue_statuses)
        self._note("priority", priorities.issue_priorities)
        self._note("tracker", trackers.trackers)

    async def learn(self, issue: Issue, past: Past) -> None:
        """Whatever is needed to translate an issue, each thing once, however many issues are read at once."""
        async with self._learning:
            people = [issue.author, issue.assigned_to, *(journal.user for journal in issue.journals)]
            self._note("assigned_to", filter(None, people))
            for what in _ATTRIBUTES:
                self._note(what, filter(None, [getattr(issue, what)]))
            await self._learn_names(past)
            for project in {step.project for step in past.steps} | {past.initial["project_id"]}:
                if project not in self._members:
                    self._members[project] = await self._members_of(project)
            wanted = {str(one.id) for one in people if one} | {id for what, id in _ids(past) if what == "assigned_to"}
            for user in wanted - self._users.keys():
                self._users[user] = await self._user(user)

    async def _learn_names(self, past: Past) -> None:
        for what, id in _ids(past):
            if what in _BY_ID and (what, id) not in self._names:
                self._names[what, id] = await self._name_of(what, id)

    def _note(self, what: str, references: Iterable[Reference]) -> None:
        self._names |= {(what, str(one.id)): one.name for one in references if one.name}

    async def _name_of(self, what: str, id: str) -> str:
        try:
            found = await self._client.get(f"{_BY_ID[what]}/{id}.json", api.Named)
        except SourceError as error:
            return _unless_temporary(error, f"{what} {id}")
        named = found.project or found.version or found.issue_category
        return named.name if named else f"{what} {id}"

    async def _user(self, id: str) -> User:
        try:
            return (await self._client.get(f"users/{id}.json", api.OneUser)).user
        except SourceError as error:
            return _unless_temporary(error, User(int(id)))

    async def _members_of(self, project: str) -> dict[str, frozenset[str]]:
        async def read(offset: int) -> Page[api.Membership]:
            params = {"limit": _PAGE, "offset": offset}
            page = await self._client.get(f"projects/{project}/memberships.json", api.Memberships, params)
            rows = page.memberships
            return Page(rows, offset + len(rows) < page.total_count)

        found: dict[str, frozenset[str]] = {}
        try:
            async for rows in offset_pages(read, lambda one: one.id):
                found |= {str(one.user.id): frozenset(role.name for role in one.roles) for one in rows if one.user}
        except SourceError as error:
            return _unless_temporary(error, {})
        return found

    def name(self, what: str, id: str | None) -> str | None:
        """What people call it; where that cannot be known, what it is and its id."""
        if id is None:
            return None
        known = self._names.get((what, id)) or (what == "assigned_to" and self._users[id].name) or None
        return known or f"{'user' if what == 'assigned_to' else what} {id}"

    def login(self, id: str | None) -> str | None:
        """The login of a user, where the account may see it."""
        return None if id is None or id not in self._users else self._users[id].login or None

    def person(self, reference: Reference | None, project: str) -> Person | None:
        """An author, as a member of a project."""
        if reference is None:
            return None
        id = str(reference.id)
        user = self._users[id]
        roles = self._members.get(project, {}).get(id, frozenset())
        agent = user.admin or bool(roles & self._working)
        return Person(id, reference.name or user.name, user.login, user.mail, roles, agent=agent)


def _ids(past: Past) -> set[tuple[str, str]]:
    """(what, id) of everything that an issue ever referred to by id."""
    states = [past.initial, *(step.set for step in past.steps), *({one.key: one.value} for one in past.untraced)]
    return {
        (key.removesuffix("_id"), value)
        for state in states
        for key, value in state.items()
        if key.endswith("_id") and isinstance(value, str)
    }


def _unless_temporary(error: SourceError, instead: T) -> T:
    """What cannot be seen is not worth failing for; what cannot be seen now is."""
    if error.permanent:
        return instead
    raise error
