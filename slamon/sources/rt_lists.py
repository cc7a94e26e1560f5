"""Lists of Request Tracker, which are cut into pages before the account's rights are applied.

A page may be short, or empty, with others after it; how many pages there are is said only to an account that may see
everything. The ETag of a ticket is the number of its last transaction: it tells where a history ends.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from typing import Generic, TypeVar

from msgspec import Struct

from slamon.ports import SourceError
from slamon.sources.http import Client
from slamon.sources.rt_shapes import Transaction

R = TypeVar("R")

PER_PAGE = 100  # more is cut by the server
MOST_PAGES = 1_000
_MOST_EMPTY = 10  # pages in a row where a list is known to go on
_KEPT = 256  # histories
_TAG = re.compile(r'(?:W/)?"?(\d+)(?:-gzip)?"?')  # a proxy may have changed it


class Rows(Struct, Generic[R]):
    """One page. `pages` and `total` are null for an account whose rights are looked at row by row."""

    items: list[R]
    pages: float | None = None
    total: int | None = None

    def is_last(self, number: int) -> bool:
        """Whether there is no page after this one, the `number`th."""
        return not self.items if self.pages is None else number >= self.pages


async def all_pages(
    client: Client, path: str, shape: type[Rows[R]], params: Mapping[str, str | int]
) -> AsyncIterator[Rows[R]]:
    """Every page of a list, the empty one at its end included."""
    for number in range(1, MOST_PAGES + 1):
        found = await client.get(path, shape, {**params, "per_page": PER_PAGE, "page": number})
        yield found
        if found.is_last(number):
            return
    raise SourceError(f"{path} has no end: {MOST_PAGES} pages were read")


def last_transaction(etag: str | None) -> int | None:
    """The number of a ticket's last transaction, by its ETag; None if that says something else."""
    tag = _TAG.fullmatch(etag or "")
    return int(tag[1]) if tag else None


class Histories:
    """The transactions of tickets; those of a ticket with nothing new are not asked for again."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._kept: OrderedDict[str, tuple[int, list[Transaction]]] = OrderedDict()

    def forget(self) -> None:
        """From now on everything is asked for again: with other rights, a history may be another."""
        self._kept.clear()

    async def read(self, id: str, last: int | None) -> list[Transaction]:
        """Transactions up to the last one (None: unknown), those of tickets merged into this one included."""
        kept = self._kept.get(id)
        if last is not None and kept is not None and kept[0] == last:
            return kept[1]
        found = await self._read(id, last)
        if last is not None:
            self._kept[id] = last, found
            self._kept.move_to_end(id)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    async def _read(self, id: str, last: int | None) -> list[Transaction]:
        path, found = f"REST/2.0/ticket/{id}/history", dict[int, Transaction]()
        params: dict[str, str | int] = {
            "fields": "Type,Field,OldValue,NewValue,Creator,Created,ObjectId",
            "fields[Creator]": "id,Name,EmailAddress",
            "per_page": PER_PAGE,
        }
        empty = number = 0
        while number < MOST_PAGES:
            number += 1
            page = await self._client.get(path, Rows[Transaction], {**params, "page": number})
            found |= {int(one.id): one for one in page.items}
            empty = 0 if page.items else empty + 1
            by_tag = last is not None and page.pages is None
            ended = last in found and len(page.items) < PER_PAGE if by_tag else page.is_last(number)
            if ended or empty == _MOST_EMPTY:
                return [one for id_, one in found.items() if last is None or id_ <= last]
        raise SourceError(f"{path} has no end: {MOST_PAGES} pages were read")
