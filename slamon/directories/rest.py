"""Kind rest: entries that a server answers with as JSON, page by page if it links them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from slamon.addresses import is_web_address
from slamon.core.match import lookup
from slamon.directories.directory import Entry
from slamon.directories.entries import Row, by_key
from slamon.directories.registry import Kind, Surroundings
from slamon.mistakes import check_all, unless
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources.http.client import Client
from slamon.sources.http.paging import linked_pages
from slamon.sources.http.reach import Access, Limits, basic_auth
from slamon.sources.http.settings import Network, check_sendable

_MOST = 1_000_000  # entries
_REMEDY = "are token, or user and password, right, and may they read this?"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings:
    """Keys of a directory of kind rest."""

    url: str = field(metadata={"about": "The address that answers with the entries, as JSON."})
    items: str | None = field(default=None, metadata={"about": "Where in the answer the list stands, such as data."})
    token: Secret | None = field(default=None, metadata={"about": "Sent as Authorization: Bearer."})
    user: str | None = field(default=None, metadata={"about": "A login, with password, instead of a token."})
    password: Secret | None = field(default=None, metadata={"about": "The password of user."})
    network: Network = field(default=Network(), metadata={"about": "How the server is reached."})

    def __post_init__(self) -> None:
        together, beside = (self.user is None) == (self.password is None), self.user and self.token
        check_all(
            partial(_check_address, self.url),
            unless(together, "user: user and password go together: write both or none"),
            unless(not beside, "token: it cannot stand beside user: write one of them"),
            partial(check_sendable, "token", self.token),
        )

    @property
    def headers(self) -> dict[str, Secret | str]:
        """Who asks."""
        if self.token is not None:
            return {"Authorization": Secret(f"Bearer {self.token.reveal()}")}
        return basic_auth(self.user, self.password) if self.user is not None and self.password is not None else {}


def _check_address(url: str) -> None:
    """ValueError that never quotes the address: a key may stand in it."""
    if not is_web_address(url) or urlsplit(url).username is not None or urlsplit(url).fragment:
        raise ValueError("url: this is no address to read from: write one such as https://crm.example/customers")


class RestDirectory:
    """ports.DirectorySource at a server."""

    def __init__(self, name: str, settings: RestSettings, around: Surroundings) -> None:
        self.name = name
        self._settings = settings
        self._key = around.key
        secrets = tuple(one for one in (settings.token, settings.password) if one is not None)
        limits = Limits(seconds=30, bytes=64 << 20, at_once=1)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(settings.url))
        access = Access(origin, settings.headers, _REMEDY, settings.network, limits, secrets)
        self._client = Client(access, around.folder, around.time)
        self._place = urlsplit(settings.url).hostname or name

    async def read(self) -> dict[str, Entry]:
        rows: list[Row] = []
        async for page in linked_pages(self._page, self._settings.url):
            rows += [self._row(len(rows) + number, item) for number, item in enumerate(page, 1)]
            if len(rows) > _MOST:
                raise SourceError(f"{self._place}: more than {_MOST} entries")
        return by_key(rows, self._key, self._place)

    async def _page(self, address: str) -> tuple[list[Any], str | None]:
        answer = await self._client.ask(address, object)
        found = answer.value
        if self._settings.items is not None:
            found = lookup(found, self._settings.items) if isinstance(found, Mapping) else None
        if not isinstance(found, list):
            where = f"items: {self._settings.items}" if self._settings.items else "items, the name of the list in it"
            raise SourceError(f"{self._place} answered with something else than a list of entries: check {where}")
        return found, answer.next_link

    def _row(self, number: int, item: Any) -> Row:
        place = f"{self._place}, item {number}"
        if not isinstance(item, Mapping):
            raise SourceError(f"{place} is no entry with attributes")
        return Row(place, item)

    async def close(self) -> None:
        await self._client.close()


KIND = Kind(RestSettings, RestDirectory)
