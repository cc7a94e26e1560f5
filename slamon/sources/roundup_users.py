"""Who is who in a Roundup."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from slamon.ports import SourceError, Time
from slamon.sources.http import Client, Person
from slamon.sources.roundup_api import Link, OneItem, items

FRESH_FOR = 600.0  # seconds
_FIELDS = ("username", "address", "roles")


class Users:
    """What is known of users. `learn` of those that an answer names, then ask without waiting."""

    def __init__(self, client: Client, time: Time, further: Sequence[str]) -> None:
        """`further`: properties of users that are wanted beside login, address and roles."""
        self._client = client
        self._time = time
        self._fields = sorted({*_FIELDS, *further})
        self._learning = asyncio.Lock()
        self._read_at = 0.0
        self._records: dict[str, dict[str, Any]] = {}

    async def learn(self, links: Iterable[Link | None]) -> None:
        """Read about those not known yet, and about all again once in a while."""
        wanted = {link.id for link in links if link}
        async with self._learning:
            if self._time.monotonic() - self._read_at > FRESH_FOR:
                self._records, self._read_at = {}, self._time.monotonic()
            missing = sorted(wanted - self._records.keys())
            for record in await items(self._client, "user", missing, self._fields):
                self._records[record["id"]] = record
            for id in sorted(wanted - self._records.keys()):
                self._records[id] = await self._retired(id)

    async def _retired(self, id: str) -> dict[str, Any]:
        """A user who is in no list any more, but wrote what is still there."""
        try:
            found = await self._client.get(f"rest/data/user/{id}", OneItem, {"@fields": ",".join(self._fields)})
        except SourceError as error:
            if error.permanent:
                return {}
            raise
        return found.data.attributes

    def property(self, link: Link | None, name: str) -> Any:
        """A property of a user; None where the account may not see it."""
        return None if link is None else self._records.get(link.id, {}).get(name)

    def person(self, link: Link | None) -> Person | None:
        """The author that a link stands for."""
        if link is None:
            return None
        roles = str(self.property(link, "roles") or "").split(",")
        login = link.username or self.property(link, "username") or ""
        mail = self.property(link, "address") or ""
        return Person(link.id, login=login, mail=mail, roles=frozenset(role.strip() for role in roles if role.strip()))
