"""Lists of a JSON API, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import urlencode, urljoin
from zoneinfo import ZoneInfo

from slamon.core.instants import SECOND, Instant, format_instant, to_datetime
from slamon.ports import SourceError
from slamon.sources.http import Client, Page, linked_pages, offset_pages
from slamon.sources.http.paging import MOST_PAGES
from slamon.sources.rest_expressions import Expression, Unmapped
from slamon.sources.rest_settings import ListMapping, Paging

SINCE = "{since}"
_PASSES = 3  # over a list by numbers of pages


@dataclass(frozen=True, slots=True)
class Lister:
    """One list. `items`, `id` of a row, `next` and `total` find in an answer what their keys say."""

    client: Client
    url: str
    paging: Paging
    items: Expression
    id: Expression
    next: Expression | None
    total: Expression | None

    def key(self, row: Any) -> str:
        """What tells a row from others; one that has no id is its own."""
        try:
            return self.id.string(row) or repr(row)
        except Unmapped:
            return repr(row)

    async def pages(self, path: str, parameters: Mapping[str, str]) -> AsyncIterator[Sequence[Any]]:
        """The rows of each page; some may come twice. SourceError, Unmapped."""
        size = {self.paging.size_parameter: str(self.paging.size)} if self.paging.size_parameter else {}
        first = _with(urljoin(self.url.rstrip("/") + "/", path.lstrip("/")), {**parameters, **size})
        async for rows in self._ways()[self.paging.by](first):
            yield rows

    def _ways(self) -> dict[str, Callable[[str], AsyncIterator[Sequence[Any]]]]:
        return {
            "none": self._single,
            "link": self._linked,
            "cursor": self._by_cursor,
            "offset": self._by_offset,
            "page": self._by_number,
        }

    def _at(self, first: str, value: str | int) -> str:
        return _with(first, {self.paging.parameter or "": str(value)})

    async def _single(self, first: str) -> AsyncIterator[Sequence[Any]]:
        yield self.items.items(await self.client.get(first, Any))

    async def _linked(self, first: str) -> AsyncIterator[Sequence[Any]]:
        async def read(address: str) -> tuple[Sequence[Any], str | None]:
            answer = await self.client.ask(address, Any)
            link = self.next.string(answer.value) if self.next else answer.next_link
            return self.items.items(answer.value), urljoin(address, link) if link else None

        async for rows in linked_pages(read, first):
            yield rows

    async def _by_cursor(self, first: str) -> AsyncIterator[Sequence[Any]]:
        async def read(cursor: str) -> tuple[Sequence[Any], str | None]:
            found = await self.client.get(self._at(first, cursor) if cursor else first, Any)
            return self.items.items(found), (self.next.string(found) if self.next else None) or None

        async for rows in linked_pages(read, ""):
            yield rows

    async def _by_offset(self, first: str) -> AsyncIterator[Sequence[Any]]:
        async def read(offset: int) -> Page[Any]:
            found = await self.client.get(self._at(first, offset), Any)
            rows, total = self.items.items(found), self._total(found)
            return Page(rows, bool(rows) if total is None else offset + len(rows) < total, total)

        async for rows in offset_pages(read, self.key):
            yield rows

    async def _by_number(self, first: str) -> AsyncIterator[Sequence[Any]]:
        """A row that goes away moves the next page's first one to a page that was read: so it is read once more."""
        seen: set[str] = set()
        for _ in range(_PASSES):
            before, pages = len(seen), 0
            async for rows in self._numbered(first):
                pages += 1
                fresh = [row for row in rows if self.key(row) not in seen]
                seen |= {self.key(row) for row in fresh}
                yield fresh
            if pages < 2 or len(seen) == before:
                return

    async def _numbered(self, first: str) -> AsyncIterator[Sequence[Any]]:
        """Up to the first page that has nothing new, for some servers show the last one for ever."""
        seen: set[str] = set()
        for number in range(self.paging.first, self.paging.first + MOST_PAGES):
            found = await self.client.get(self._at(first, number), Any)
            rows, total = self.items.items(found), self._total(found)
            keys = {self.key(row) for row in rows}
            if not keys - seen:
                return
            seen |= keys
            yield rows
            if total is not None and len(seen) >= total:
                return
        raise SourceError("a list has no end: its pages go on and on")

    def _total(self, found: Any) -> int | None:
        text = self.total.string(found) if self.total else None
        return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _with(address: str, parameters: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}" if parameters else address


def filled(of: ListMapping, since: Instant, zone: ZoneInfo | None) -> dict[str, str]:
    """The parameters of the list with the instant in them, in its form."""
    whole = since - since % SECOND
    moment = to_datetime(whole).astimezone(zone or UTC)
    texts = {
        "rfc3339": format_instant(whole),
        "date": moment.strftime("%Y-%m-%d"),
        "plain": moment.strftime("%Y-%m-%d %H:%M:%S"),
        "seconds": str(whole // SECOND),
        "milliseconds": str(whole // SECOND * 1000),
    }
    return {name: value.replace(SINCE, texts[of.since_format]) for name, value in of.parameters.items()}
