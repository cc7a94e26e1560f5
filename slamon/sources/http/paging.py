"""Pages of a list that is too long for one answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from slamon.ports import SourceError

R = TypeVar("R")

MOST_PAGES = 10_000  # of one list


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows of a list. `more`: whether the server has others after them. `total`: of the whole list, if it says so."""

    rows: Sequence[R]
    more: bool
    total: int | None = None


async def offset_pages(
    read: Callable[[int], Awaitable[Page[R]]], key: Callable[[R], Hashable], overlap: int = 5
) -> AsyncIterator[list[R]]:
    """New rows of each page of a list whose rows may move while it is read; `read` takes how many rows to pass over.

    Pages overlap: if none of the overlap was seen, more rows went away than it covers, and reading goes back.
    """
    seen: set[Hashable] = set()
    offset = idle = 0
    for _ in range(MOST_PAGES):
        page = await read(offset)
        keys = [key(row) for row in page.rows]
        fresh = [row for row, one in zip(page.rows, keys, strict=True) if one not in seen]
        connected = offset == 0 or not keys or keys[0] in seen
        seen.update(keys)
        if fresh:
            yield fresh
        if connected and (not page.more or not page.rows):
            return
        idle = 0 if fresh else idle + 1
        if idle > 50:
            break
        offset = max(offset + 1, offset + len(keys) - overlap) if connected else offset // 2
    raise SourceError("a list has no end: the same rows come again and again")


async def linked_pages(
    read: Callable[[str], Awaitable[tuple[Sequence[R], str | None]]], first: str
) -> AsyncIterator[Sequence[R]]:
    """The rows of each page; `read` gives those of an address or token, and the next one (None: it was the last)."""
    seen: set[str] = set()
    at: str | None = first
    while at is not None:
        if at in seen or len(seen) >= MOST_PAGES:
            raise SourceError("a list has no end: it goes on to where it was before")
        seen.add(at)
        rows, at = await read(at)
        yield rows
