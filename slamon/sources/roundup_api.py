"""What a Roundup answers with, and how lists of it are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from slamon.core.instants import Instant, format_instant, parse_instant
from slamon.sources.http import Client, together
from slamon.sources.http.client import Params

T = TypeVar("T")

AT_ONCE = 100  # ids in an address


class Link(Struct):
    """A reference to another item, with what people call it."""

    id: str
    name: str | None = None
    username: str | None = None


def name_of(link: Link | None) -> str | None:
    """What people call it."""
    return None if link is None else link.name


class Issue(Struct):
    """An issue as it stands. `activity`: when anything of it changed last."""

    id: str
    creation: str
    activity: str
    title: str | None = None
    creator: Link | None = None
    status: Link | None = None
    priority: Link | None = None
    assignedto: Link | None = None
    messages: list[Link] = []

    @property
    def created_at(self) -> Instant:
        """The instant of creation."""
        return instant(self.creation)


class Message(Struct):
    """A message, which may hang on several issues. `creation` is when the server got it, whatever its author claims."""

    id: str
    creation: str
    author: Link | None = None
    creator: Link | None = None

    @property
    def at(self) -> Instant:
        """When the server got it."""
        return instant(self.creation)

    @property
    def by(self) -> Link | None:
        """Who wrote it."""
        return self.author or self.creator


class Row(Struct):
    """An issue in a list."""

    id: str
    activity: str


class _RowList(Struct, rename={"links": "@links"}):
    collection: list[Row]
    links: dict[str, Any] = {}


class Rows(Struct):
    """A page of a list of issues."""

    data: _RowList

    @property
    def more(self) -> bool:
        """Whether there are others after them."""
        return "next" in self.data.links


class _NameList(Struct):
    collection: list[Link]


class Names(Struct):
    """A list of statuses."""

    data: _NameList


class _ItemList(Struct):
    collection: list[dict[str, Any]]


class Items(Struct):
    """Items of any class; what the account may not see of one is missing."""

    data: _ItemList


class _Attributes(Struct):
    id: str
    attributes: dict[str, Any]


class OneItem(Struct):
    """One item of any class, even if it is retired."""

    data: _Attributes


async def items(client: Client, of: str, ids: Sequence[str], fields: Sequence[str]) -> list[dict[str, Any]]:
    """The items of a class with these ids; those that are retired or may not be seen are left out."""
    shown: Params = {"@fields": ",".join(fields), "@verbose": 2}

    async def some(part: Sequence[str]) -> list[dict[str, Any]]:
        wanted = urlencode([("id", id) for id in part])
        return (await client.get(f"rest/data/{of}?{wanted}", Items, shown)).data.collection

    parts = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
    return [item for part in await together(some(part) for part in parts) for item in part]


def sound(given: Iterable[dict[str, Any]], shape: type[T]) -> tuple[list[tuple[T, dict[str, Any]]], dict[str, str]]:
    """(items with all that was told of them, what is wrong with the others by their ids)."""
    found: list[tuple[T, dict[str, Any]]] = []
    wrong: dict[str, str] = {}
    for one in given:
        try:
            found.append((_checked(one, shape), one))
        except ValueError as mistake:
            wrong[str(one.get("id"))] = f"{shape.__name__.lower()} {one.get('id')}: {mistake}"
    return found, wrong


def _checked(one: dict[str, Any], shape: type[T]) -> T:
    value = msgspec.convert(one, shape)
    for name in ("creation", "activity"):
        instant(getattr(value, name, "1970-01-01.00:00:00"))
    return value


def instant(text: str) -> Instant:
    """The instant of a date such as 2026-03-02.13:34:00, which is UTC and says so nowhere. ValueError for any other."""
    return parse_instant(text.replace(".", "T", 1) + "Z")


def window(since: Instant | None, until: Instant | None) -> str | None:
    """A range of dates as filters take it: with offsets, for bare dates are read in the time zone of the account."""
    if since is None and until is None:
        return None
    return ";".join("" if one is None else _bound(one) for one in (since, until))


def _bound(at: Instant) -> str:
    return format_instant(at)[:19].replace("T", ".") + "+0000"
