"""Following a list in the order of its rows' last update, without missing a row and without reading all again.

The next page is asked for by where the last one ended, never by a count: rows that are updated meanwhile move to the
end of the list, where they are met again. A little of what lies before the cursor is read each time, for rows that
appear late; of those, only what was not read yet counts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Generic, TypeVar

import msgspec

from slamon.core.instants import MINUTE, SECOND, Instant, Span
from slamon.core.ticket import Ticket
from slamon.ports import Batch, SourceError
from slamon.sources.http.paging import Page

R = TypeVar("R")

OVERLAP: Span = 15 * MINUTE  # more than a server's clock may be set back without an update being missed
GRAIN: Span = 2 * SECOND  # instants of updates are whole seconds: within one there may be a second update
_STEP_BACK = 5  # rows, within an instant that fills pages
_MOST_IDLE = 50  # pages in a row with nothing new
_MOST_REMEMBERED = 5_000  # rows
_LOOKED_FOR = 5  # tickets, where none is shown


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


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """A row that was read: its update, and our instant of reading it; None once nothing can follow in that second."""

    at: Instant
    read_at: Instant | None


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the list was read, and our instant of doing so. `seen`: by id, the rows shortly before.

    `open_until`: the old ones that are open are still being read, up to this instant.
    """

    at: Instant | None = None
    read_at: Instant = 0
    open_until: Instant | None = None
    seen: dict[str, Seen] = {}

    @property
    def floor(self) -> Instant | None:
        """From where on to read: with a clock that was ahead and was put right, updates go on before the last one."""
        return None if self.at is None else min(self.at, self.read_at) - OVERLAP


def read_cursor(cursor: bytes | None) -> Cursor | None:
    """None: the first time, or what another kind of source of that name left behind."""
    try:
        return None if cursor is None else msgspec.json.decode(cursor, type=Cursor)
    except msgspec.DecodeError:
        return None


@dataclass(frozen=True, slots=True)
class Feed(Generic[R]):
    """What it takes to follow a list.

    `page`: rows of a window in ascending order of update, after passing over some, two to 500 of them; `mark`: of a
    row; `tickets`: of rows; `reread`: tickets by id, those that are gone as deleted, those never known left out.
    """

    page: Callable[[Window, int], Awaitable[Page[R]]]
    mark: Callable[[R], Mark]
    tickets: Callable[[Sequence[R]], Awaitable[Found]]
    reread: Callable[[Sequence[str]], Awaitable[Sequence[Ticket]]]
    now: Callable[[], Instant]
    since: Span

    async def batches(self, before: bytes | None) -> AsyncIterator[Batch]:
        """What is new since the cursor, a batch a page. The first time: old tickets that are open, then all later."""
        cursor = read_cursor(before) or Cursor(open_until=self.now() - self.since)
        if cursor.open_until is not None:
            async for batch in self._old(cursor):
                yield batch
            cursor = Cursor(cursor.open_until, cursor.open_until)
            yield Batch((), msgspec.json.encode(cursor))
        async for batch in self._later(cursor):
            yield batch

    async def _old(self, cursor: Cursor) -> AsyncIterator[Batch]:
        done = 0
        async for page, fresh in _walk(self, Window(cursor.at, cursor.open_until, open_only=True)):
            if fresh:
                found = await self.tickets(fresh)
                cursor = msgspec.structs.replace(cursor, at=self.mark(fresh[-1]).at)
                progress = _progress("old tickets that are open", done, page, fresh)
                yield Batch(found.tickets, msgspec.json.encode(cursor), found.problems, progress)
            done += len(fresh)

    async def _later(self, cursor: Cursor) -> AsyncIterator[Batch]:
        done, read_at = 0, self.now()
        async for page, fresh in _walk(self, Window(cursor.floor)):
            if not fresh and done == 0 and cursor.seen and not page.rows:
                yield await self._nothing(cursor)
                return
            wanted = [row for row in fresh if not _is_settled(cursor, self.mark(row))]
            found = await self.tickets(wanted) if wanted else Found(())
            after = _after(cursor, [self.mark(row) for row in fresh], read_at, self.now())
            done += len(fresh)
            if found.tickets or found.problems or after != cursor:
                progress = _progress("updated tickets", done - len(fresh), page, fresh)
                yield Batch(found.tickets, msgspec.json.encode(after), found.problems, progress)
            cursor = after

    async def _nothing(self, cursor: Cursor) -> Batch:
        """The list must show what it showed last, unless that is deleted; else the account sees nothing any more."""
        ids = list(cursor.seen)[-_LOOKED_FOR:]
        tickets = await self.reread(ids)
        there = [ticket.id for ticket in tickets if not (ticket.events and ticket.events[-1].kind == "deleted")]
        if there:
            raise SourceError(f"the list shows nothing, yet there is {there[0]}: has the account lost a right?")
        seen = {id: one for id, one in cursor.seen.items() if id not in ids}
        return Batch(tickets, msgspec.json.encode(msgspec.structs.replace(cursor, seen=seen)))


def _is_settled(cursor: Cursor, mark: Mark) -> bool:
    """Whether the row was read in this state already, and later than the second of its update."""
    seen = cursor.seen.get(mark.id)
    return seen is not None and seen.at == mark.at and seen.read_at is None


def _after(cursor: Cursor, marks: Sequence[Mark], read_at: Instant, now: Instant) -> Cursor:
    """The cursor once these rows are read. A row is settled if the server's clock, or ours, has gone on since."""
    if not marks:
        return cursor
    at = max(marks[-1].at, cursor.at or marks[-1].at)
    seen = dict(cursor.seen)
    for mark in marks:
        before = cursor.seen.get(mark.id)
        same = before is not None and before.at == mark.at
        first = before.read_at if before is not None and same else read_at
        settled = first is None or marks[-1].at - mark.at >= GRAIN or (now - first >= GRAIN and same)
        seen.pop(mark.id, None)
        seen[mark.id] = Seen(mark.at, None if settled else first)
    after = Cursor(at, read_at, None, seen)
    kept = [(id, one) for id, one in seen.items() if one.at >= (after.floor or at)]
    changed = after.at != cursor.at or dict(kept) != cursor.seen
    return msgspec.structs.replace(after, seen=dict(kept[-_MOST_REMEMBERED:])) if changed else cursor


def _progress(what: str, done: int, page: Page[R], fresh: Sequence[R]) -> str | None:
    """Where there is more to come; the page's total is of what was left, with the rows that were met before."""
    if not page.more:
        return None
    left = "" if page.total is None else f" of about {done + page.total - (len(page.rows) - len(fresh)):,}"
    return f"{what}: {done + len(fresh):,}{left} read"


def _marks(feed: Feed[R], page: Page[R]) -> list[Mark]:
    try:
        return [feed.mark(row) for row in page.rows]
    except ValueError as mistake:  # what cannot be put in order cannot be followed
        raise SourceError(f"the list holds an update that is dated wrongly: {mistake}") from None


async def _walk(feed: Feed[R], window: Window) -> AsyncIterator[tuple[Page[R], list[R]]]:
    """Each page, and its rows that were not met on an earlier one."""
    offset, idle, met = 0, 0, set[Mark]()
    while True:
        page = await feed.page(window, offset)
        marks = _marks(feed, page)
        _check_order(marks)
        if offset and not (marks and marks[0] in met):
            # Rows before it went away meanwhile, so that some may have moved to where we have been already.
            offset, idle = 0, idle + 1
            _check_end(idle)
            continue
        inside = [mark for mark in marks if window.until is None or mark.at <= window.until]
        fresh = [row for row, mark in zip(page.rows, inside, strict=False) if mark not in met]
        yield page, fresh
        if not page.more or not marks or len(inside) < len(marks):
            return
        idle = 0 if fresh else idle + 1
        _check_end(idle)
        if window.since is None or marks[-1].at > window.since:
            window, offset = replace(window, since=marks[-1].at), 0
            met = {one for one in marks if one.at == marks[-1].at}
        else:  # more of one instant than a page holds: by count, beginning with a row that was met
            offset += max(1, len(marks) - _STEP_BACK)
            met |= set(marks)


def _check_end(idle: int) -> None:
    if idle > _MOST_IDLE:
        raise SourceError("the list has no end: the same tickets come again and again")


def _check_order(marks: Sequence[Mark]) -> None:
    if any(one.at > other.at for one, other in pairwise(marks)):
        raise SourceError("the list is not in the order of updates, as it was asked for")
