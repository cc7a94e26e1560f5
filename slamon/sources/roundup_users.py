"""Who is who in a Roundup."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from slamon.ports import SourceError, Time
from slamon.sources.http import Client, Person
from slamon.sources.roundup_api import Link, OneItem, items, sound

FRESH_FOR = 600.0  # seconds
_FIELDS = ("username", "address", "roles")


class User(Struct):
    """What a record tells of a user; what the account may not see is missing."""

    id: str
    username: str | None = None
    address: str | None = None
    roles: str | None = None


class Users:
    """What is known of users. `learn` of those that an answer names, then ask without waiting."""

    def __init__(self, client: Client, time: Time, further: Sequence[str]) -> None:
        """`further`: properties of users that are wanted beside login, address and roles."""
        self._client = client
        self._time = time
        self._fields = sorted({*_FIELDS, *further})
        self._learning = asyncio.Lock()
        self._read_at = 0.0
        self._records: dict[str, tuple[User, Mapping[str, Any]]] = {}
        self._wrong: dict[str, str] = {}  # by id, what is wrong with records that cannot be read

    async def learn(self, links: Iterable[Link | None]) -> None:
        """Read about those not known yet, and about all again once in a while."""
        wanted = {link.id for link in links if link}
        async with self._learning:
            if self._time.monotonic() - self._read_at > FRESH_FOR:
                self._records, self._wrong, self._read_at = {}, {}, self._time.monotonic()
            missing = sorted(wanted - self._records.keys())
            self._note(await items(self._client, "user", missing, self._fields))
            for id in sorted(wanted - self._records.keys() - self._wrong.keys()):
                self._note([await self._retired(id) | {"id": id}])

    def _note(self, told: Sequence[dict[str, Any]]) -> None:
        found, wrong = sound(told, User)
        self._records |= {user.id: (user, record) for user, record in found}
        self._wrong = {id: what for id, what in (self._wrong | wrong).items() if id not in self._records}

    async def _retired(self, id: str) -> dict[str, Any]:
        """A user who is in no list any more, but wrote what is still there."""
        path = f"rest/data/user/{quote(id, safe='')}"
        try:
            found = await self._client.get(path, OneItem, {"@fields": ",".join(self._fields)})
        except SourceError as error:
            if error.permanent:
                return {}
            raise
        return found.data.attributes

    def wrong(self, links: Iterable[Link | None]) -> str | None:
        """Why one of these cannot be known, as `user 5: what is wrong`."""
        return next((self._wrong[link.id] for link in links if link and link.id in self._wrong), None)

    def property(self, link: Link | None, name: str) -> Any:
        """A property of a user; None where the account may not see it."""
        return None if link is None or link.id not in self._records else self._records[link.id][1].get(name)

    def person(self, link: Link | None) -> Person | None:
        """The author that a link stands for."""
        if link is None:
            return None
        user, _ = self._records.get(link.id, (User(link.id), {}))
        roles = frozenset(role.strip() for role in (user.roles or "").split(",") if role.strip())
        return Person(link.id, login=link.username or user.username or "", mail=user.address or "", roles=roles)
