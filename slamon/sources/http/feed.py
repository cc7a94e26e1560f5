"""Following a list in the order of its rows' last update, without missing a row and without reading all again.

The next page is asked for by where the last one ended, never by a count: rows that are updated meanwhile move to the
end of the list, where they are met again. A little of what lies before the cursor is read each time, for rows that
appear late; of those, only what was not read yet counts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Generic, TypeVar

import msgspec

from slamon.core.instants import Instant, Span
from slamon.core.ticket import Ticket
from slamon.ports import Batch, SourceError
from slamon.sources.http.cursor import Cursor, Mark, is_put_off, is_settled, moved_on, read_cursor
from slamon.sources.http.paging import Page
from slamon.sources.http.refusals import Unreadable
from slamon.sources.http.unread import MOST, due, put_off, without

R = TypeVar("R")
Reread = Callable[[Sequence[str]], Awaitable[Sequence[Ticket]]]

_STEP_BACK = 5  # rows, within an instant that fills pages
_MOST_IDLE = 50  # pages in a row with nothing new
_LOOKED_FOR = 5  # tickets, where none is shown
_ASKED_INSTEAD = 3  # tickets, where none of some can be read
_TOO_MANY = f"{MOST:,} tickets or more cannot be read: those tried most often wait until they are updated"


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows are asked for: those last updated at `since` or later, and at `until` or earlier (None: no bound).

    A system that knows no upper bound may ignore it. `open_only`: only tickets that are not ended.
    """

    since: Instant | None = None
    until: Instant | None = None
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets, what is none as PLACE: what is wrong, and the ids of what could not be read."""

    tickets: Sequence[Ticket]
    problems: Sequence[str] = ()
    unread: Sequence[str] = ()


class NoneRead(SourceError):
    """Of several tickets not one can be read: by itself the source's fault. `found`: what is wrong with each."""

    def __init__(self, found: Found) -> None:
        super().__init__(f"no ticket can be read: {found.problems[0]}")
        self.found = found


async def excused(failed: NoneRead, others: Sequence[str], reread: Reread) -> Found:
    """What could not be read, if another ticket, known from before, can be; else the source is at fault: NoneRead."""
    for id in list(others)[-_ASKED_INSTEAD:]:
        with suppress(Unreadable):
            if not all(one.is_deleted for one in await reread([id])):
                return failed.found
    raise failed


@dataclass(frozen=True, slots=True)
class _Step:
    """What was found, and the cursor that stands for having found it."""

    cursor: Cursor
    found: Found = Found(())
    progress: str | None = None

    @property
    def batch(self) -> Batch:
        problems = [*self.found.problems, *([_TOO_MANY] if len(self.cursor.unread) >= MOST else [])]
        return Batch(self.found.tickets, msgspec.json.encode(self.cursor), problems, self.progress)


@dataclass(frozen=True, slots=True)
class Feed(Generic[R]):
    """What it takes to follow a list.

    `page`: rows of a window in ascending order of update, after passing over some, two to 500 of them; `mark`: of a
    row; `tickets`: of rows; `reread`: tickets by id, those that are gone as deleted, those never known left out.
    """

    page: Callable[[Window, int], Awaitable[Page[R]]]
    mark: Callable[[R], Mark]
    tickets: Callable[[Sequence[R]], Awaitable[Found]]
    reread: Reread
    now: Callable[[], Instant]
    since: Span

    async def batches(self, before: bytes | None) -> AsyncIterator[Batch]:
        """What is new since the cursor, a batch a page. The first time: old tickets that are open, then all later.

        Last, what could not be read before is asked for again, less and less often.
        """
        cursor = read_cursor(before) or Cursor(open_until=self.now() - self.since)
        if cursor.open_until is not None:
            async for step in self._old(cursor):
                yield step.batch
                cursor = step.cursor
            cursor = Cursor(cursor.open_until, cursor.open_until or 0, unread=cursor.unread)
            yield _Step(cursor).batch
        async for step in self._later(cursor):
            yield step.batch
            cursor = step.cursor
        if waiting := due(cursor.unread, self.now()):
            yield (await self._again(cursor, waiting)).batch

    async def _old(self, cursor: Cursor) -> AsyncIterator[_Step]:
        done = 0
        async for page, fresh in _walk(self, Window(cursor.at, cursor.open_until, open_only=True)):
            if fresh:
                found = await self._read(fresh, cursor)
                cursor = msgspec.structs.replace(self._noted(cursor, fresh, found), at=self.mark(fresh[-1]).at)
                yield _Step(cursor, found, _progress("old tickets that are open", done, page, fresh))
            done += len(fresh)

    async def _later(self, cursor: Cursor) -> AsyncIterator[_Step]:
        done, read_at = 0, self.now()
        async for page, fresh in _walk(self, Window(cursor.floor)):
            if not fresh and done == 0 and cursor.seen and not page.rows:
                yield await self._nothing(cursor)
                return
            marks = [self.mark(row) for row in fresh]
            wanted = [row for row, mark in zip(fresh, marks, strict=True) if not self._is_done(cursor, mark)]
            found = await self._read(wanted, cursor) if wanted else Found(())
            after = moved_on(self._noted(cursor, wanted, found), marks, read_at, self.now())
            done += len(fresh)
            if found.tickets or found.problems or after != cursor:
                yield _Step(after, found, _progress("updated tickets", done - len(fresh), page, fresh))
            cursor = after

    def _is_done(self, cursor: Cursor, mark: Mark) -> bool:
        return is_settled(cursor, mark) or is_put_off(cursor, mark)

    async def _read(self, rows: Sequence[R], cursor: Cursor) -> Found:
        try:
            return await self.tickets(rows)
        except NoneRead as failed:
            tried = {self.mark(row).id for row in rows} | cursor.unread.keys()
            return await excused(failed, [id for id in cursor.seen if id not in tried], self.reread)

    def _noted(self, cursor: Cursor, rows: Sequence[R], found: Found) -> Cursor:
        """The cursor with what could not be read of these rows, and without what could."""
        updates = {mark.id: mark.at for mark in map(self.mark, rows)}
        left = without(cursor.unread, updates.keys() - set(found.unread))
        unread = put_off(left, {id: updates.get(id, 0) for id in found.unread}, self.now())
        return cursor if unread == cursor.unread else msgspec.structs.replace(cursor, unread=unread)

    async def _again(self, cursor: Cursor, waiting: Sequence[str]) -> _Step:
        """What can be read by now, or is gone. That the rest still cannot be was told when it was first tried."""
        tickets, failed = list[Ticket](), dict[str, Instant]()
        for id in waiting:
            try:
                tickets += await self.reread([id])
            except Unreadable:
                failed[id] = cursor.unread[id].at
        left = without(cursor.unread, set(waiting) - failed.keys())
        unread = put_off(left, failed, self.now())
        return _Step(msgspec.structs.replace(cursor, unread=unread), Found(tickets))

    async def _nothing(self, cursor: Cursor) -> _Step:
        """The list must show what it showed last, unless that is deleted; else the account sees nothing any more."""
        ids = list(cursor.seen)[-_LOOKED_FOR:]
        tickets = await self.reread(ids)
        if there := [ticket.id for ticket in tickets if not ticket.is_deleted]:
            raise SourceError(f"the list shows nothing, yet there is {there[0]}: has the account lost a right?")
        seen = {id: one for id, one in cursor.seen.items() if id not in ids}
        return _Step(msgspec.structs.replace(cursor, seen=seen), Found(tickets))


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
