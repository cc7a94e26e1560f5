"""What the ids in transactions of Request Tracker stand for: queues, people, and who is in which group."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from urllib.parse import quote

import msgspec
from msgspec import Struct

from slamon.ports import SourceError, Time
from slamon.sources.http import Client, Person
from slamon.sources.rt_lists import Rows, all_pages
from slamon.sources.rt_shapes import Reference

FRESH_FOR = 600.0  # seconds
SYSTEM = "RT_System"
NOBODY = "Nobody"
_ANYBODY = "1"  # Request Tracker itself: a person that is always there


class User(Struct, frozen=True, rename="pascal"):
    """A person, as a privileged account is shown one."""

    name: str | None = None
    real_name: str | None = None
    email_address: str | None = None
    privileged: int | str | None = None


class Names:
    """What ids stand for. `refresh` at the start of a poll, `learn` what a ticket needs, then ask without waiting."""

    def __init__(self, client: Client, time: Time, groups: Sequence[str]) -> None:
        self._client = client
        self._time = time
        self._groups = groups
        self._learning = asyncio.Lock()
        self._read_at: float | None = None
        self._queues: dict[str, str] = {}
        self._users: dict[str, User] = {}  # by id, and by name
        self._members: dict[str, frozenset[str]] = {}  # by the name of a group, ids of people
        self.sees_people = False  # whether the account is shown who is privileged

    @property
    def queues(self) -> list[str]:
        """The names of all queues that the account sees."""
        return list(self._queues.values())

    async def refresh(self, *, force: bool = False) -> bool:
        """Read queues and groups, and forget the rest, once in a while; whether it was done now."""
        async with self._learning:
            now = self._time.monotonic()
            if not force and self._read_at is not None and now - self._read_at <= FRESH_FOR:
                return False
            queues = await self._named("REST/2.0/queues/all", {"find_disabled_rows": 1})
            self.sees_people = await self._user(_ANYBODY) is not None
            self._members = {group: await self._members_of(group) for group in self._groups}
            self._queues, self._users, self._read_at = queues, {}, now
            return True

    async def _named(self, path: str, params: dict[str, str | int]) -> dict[str, str]:
        pages = all_pages(self._client, path, Rows[Reference], {"fields": "Name", **params})
        return {one.id: one.name or one.id async for page in pages for one in page.items}

    async def _members_of(self, group: str) -> frozenset[str]:
        wanted = [{"field": "Name", "value": group}, {"field": "Domain", "value": "UserDefined"}]
        found = await self._named("REST/2.0/groups", {"query": msgspec.json.encode(wanted).decode()})
        if not found:
            raise SourceError(
                f"agents: no group {group!r} is seen: correct its name, or grant the account SeeGroup", permanent=True
            )
        members: set[str] = set()
        for id in found:
            params: dict[str, str | int] = {"recursively": 1, "groups": 0}
            async for page in all_pages(self._client, f"REST/2.0/group/{id}/members", Rows[Reference], params):
                members |= {one.id for one in page.items}
        return frozenset(members)

    async def learn(self, people: Iterable[Reference], owners: Iterable[str | None]) -> None:
        """Whoever is among these, and whom these ids of owners stand for."""
        async with self._learning:
            for one in sorted(people, key=lambda one: not one.id.isdigit()):  # those with an id tell their names too
                await self._learn_user(one.id, one.name)
            for owner in owners:
                if owner is not None:
                    await self._learn_user(owner, None)

    async def _learn_user(self, id: str, name: str | None) -> None:
        if id in self._users:
            return
        user = (await self._user(id) if self.sees_people else None) or User()
        name = user.name or name
        self._users[id] = msgspec.structs.replace(user, name=name)
        if name:
            self._users[name] = self._users[id]

    async def _user(self, id: str) -> User | None:
        """None if the account is not shown this person."""
        try:
            return await self._client.get(f"REST/2.0/user/{quote(id, safe='')}", User)
        except SourceError as error:
            if error.permanent:
                return None
            raise

    def queue(self, id: str | None) -> str | None:
        """The name of a queue."""
        return None if id is None else self._queues.get(id, f"queue {id}")

    def owner(self, id: str | None) -> str | None:
        """The name of an owner; None for nobody."""
        if id is None or id == NOBODY:
            return None
        user = self._users.get(id)
        name = (user.name or user.real_name if user else None) or (f"user {id}" if id.isdigit() else id)
        return None if name == NOBODY else name

    def mail(self, reference: Reference | None) -> str | None:
        """The address of a person."""
        if reference is None:
            return None
        user = self._users.get(reference.id)
        return reference.email_address or (user.email_address if user else None) or None

    def person(self, reference: Reference | str, requestors: Iterable[Reference]) -> Person | None:
        """An author. Who asked for something is none of the desk in that ticket, privileged or not."""
        if isinstance(reference, str):
            return None
        user = self._users.get(reference.id, User())
        login = reference.name or user.name or reference.id
        asked = login in {one.name or one.id for one in requestors}
        groups = frozenset(group for group, members in self._members.items() if reference.id in members)
        mail = self.mail(reference) or ""
        agent = bool(user.privileged) and str(user.privileged) != "0" and not asked
        return Person(reference.id, user.real_name or "", login, mail, groups=groups, agent=agent)


def is_system(reference: Reference | str) -> bool:
    """Whether it is Request Tracker itself."""
    return isinstance(reference, Reference) and SYSTEM in (reference.id, reference.name)
