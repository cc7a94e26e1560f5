"""Following a list in the order of its rows' last update, without missing a row and without reading all again.

The next page is asked for by where the last one ended, never by a count: rows that are updated meanwhile move to the
end of the list, where they are met again. A little of what lies before the cursor is read each time, for rows that
appear late; of those, only what was not read yet counts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from slamon.core.instants import MINUTE, SECOND, Instant, Span, format_instant
from slamon.core.ticket import Ticket
from slamon.ports import Batch, SourceError
from slamon.sources.http.paging import Page

R = TypeVar("R")

OVERLAP: Span = 2 * MINUTE
GRAIN: Span = 2 * SECOND  # instants of updates are whole seconds: within one there may be a second update
_MOST_IDLE = 20  # pages with nothing new in a row
_MOST_REMEMBERED = 5_000  # rows


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows are asked for: those last updated at `since` or later, and at `until` or earlier (None: no bound).

    A system that knows no upper bound may ignore it. `open_only`: only tickets that are not ended.
    """

    since: Instant | None = None
    until: Instant | None = None
    open_only: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """What orders rows: the last update, then the id."""

    at: Instant
    id: str


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets, and what is none as PLACE: what is wrong."""

    tickets: Sequence[Ticket]
    problems: Sequence[str] = ()


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the list was read. `open_until`: still reading the old ones that are open, up to this instant.

    `seen`: rows shortly before `at`, by id: their update, and our instant at which they were first read.
    """

    at: Instant | None = None
    open_until: Instant | None = None
    seen: dict[str, tuple[Instant, Instant]] = {}


def read_cursor(cursor: bytes | None) -> Cursor | None:
    """None: the first time, or what another kind of source of that name left behind."""
    try:
        return None if cursor is None else msgspec.json.decode(cursor, type=Cursor)
    except msgspec.DecodeError:
        return None


@dataclass(frozen=True, slots=True)
class Feed(Generic[R]):
    """What is needed to follow a list.

    `page`: rows of a window in ascending order of update, after passing over some; `mark`: of a row; `tickets`: of
    rows; `reread`: tickets by id, those that are gone as deleted.
    """

    page: Callable[[Window, int], Awaitable[Page[R]]]
    mark: Callable[[R], Mark]
    tickets: Callable[[Sequence[R]], Awaitable[Found]]
    reread: Callable[[Sequence[str]], Awaitable[Sequence[Ticket]]]
    now: Callable[[], Instant]
    since: Span

    async def batches(self, before: bytes | None) -> AsyncIterator[Batch]:
        """What is new since the cursor, a batch a page. The first time: old tickets that are open, then all others."""
        cursor = read_cursor(before)
        if cursor is None:
            cursor = Cursor(open_until=self.now() - self.since)
        if cursor.open_until is not None:
            async for batch, cursor in self._follow(cursor, Window(cursor.at, cursor.open_until, True), "old open ones"):
                yield batch
            cursor = Cursor(at=cursor.open_until)
            yield Batch((), msgspec.json.encode(cursor))
        async for batch, _ in self._follow(cursor, Window(_earlier(cursor.at)), "updated ones"):
            yield batch

    async def _follow(self, cursor: Cursor, window: Window, what: str) -> AsyncIterator[tuple[Batch, Cursor]]:
        walk = _Walk(self, window)
        done = 0
        async for page, rows in walk.pages():
            if page is None:
                ...
            wanted = [row for row in rows if not _is_settled(cursor, self.mark(row), self.now())]
            found = await self.tickets(wanted) if wanted else Found(())
            done += len(rows)
            ...
