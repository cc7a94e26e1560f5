"""A list of rows that move while it is read, and whoever follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant
from slamon.core.ticket import Event, Ticket
from slamon.ports import Batch, SourceError
from slamon.sources.http import Feed, Found, Mark, Page, Window

START = 1_780_000_000 * SECOND
OURS = 5 * MINUTE  # how far our clock is ahead of the server's


@dataclass
class Row:
    id: str
    at: Instant  # exact; shown, filtered and compared by whole seconds
    open: bool = True
    version: int = 0

    @property
    def shown_at(self) -> Instant:
        return self.at - self.at % SECOND


@dataclass
class World:
    """A system with a list, which changes while it is read, and which somebody follows."""

    size: int = 3
    now: Instant = START
    skew: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    stored: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    cursor: bytes | None = None
    asked: list[tuple[Window, int]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    blind: bool = False
    since: int = 30 * DAY
    oldest: Instant = 0

    def touch(self, id: str, *, open: bool = True) -> None:
        row = self.rows.get(id)
        self.rows[id] = Row(id, self.now + self.skew, open, row.version + 1 if row else 0)

    def feed(self) -> Feed[Row]:
        return Feed(self.page, _mark, self.tickets, self.reread, lambda: self.now + OURS, self.since)

    def meanwhile(self) -> None:
        """What happens between two requests."""

    def shown(self, window: Window) -> list[Row]:
        found = [row for row in self.rows.values() if not window.open_only or row.open]
        since, until = window.since or 0, window.until if window.until is not None else 2**62
        return sorted((row for row in found if since <= row.shown_at <= until), key=lambda row: (row.at, row.id))

    async def page(self, window: Window, offset: int) -> Page[Row]:
        self.meanwhile()
        self.asked.append((window, offset))
        found = [] if self.blind else self.shown(window)
        part = [Row(row.id, row.at, row.open, row.version) for row in found[offset : offset + self.size]]
        return Page(part, offset + len(part) < len(found), len(found))

    async def tickets(self, rows: Sequence[Row]) -> Found:
        self.meanwhile()
        self.read += [row.id for row in rows]
        return Found([_ticket(self.rows[row.id]) for row in rows if row.id in self.rows])

    async def reread(self, ids: Sequence[str]) -> list[Ticket]:
        deleted = Event(0, "deleted", id="deleted")
        known = [id for id in ids if id in self.rows or id in self.stored]
        return [_ticket(self.rows[id]) if id in self.rows else Ticket(id, "desk", 0, {}, [deleted]) for id in known]

    async def poll(self) -> list[Batch]:
        batches: list[Batch] = []
        if self.cursor is None:
            self.oldest = self.now - self.since
        async for batch in self.feed().batches(self.cursor):
            self.cursor = batch.cursor
            batches.append(batch)
            for one in batch.tickets:
                if one.events:
                    self.gone.add(one.id)
                else:
                    self.stored[one.id] = one.fields["version"]
        return batches

    def versions(self) -> dict[str, int]:
        return {row.id: row.version for row in self.rows.values()}


def _mark(row: Row) -> Mark:
    return Mark(row.shown_at, row.id)


def _ticket(row: Row) -> Ticket:
    return Ticket(row.id, "desk", row.at, {"version": row.version}, [])


class NotNow(SourceError):
    def __init__(self) -> None:
        super().__init__("not now")


class RestlessWorld(World):
    """Changes at random between requests, a little or by hundreds, and sometimes does not answer."""

    def __init__(self, random: Random) -> None:
        super().__init__(size=random.choice([2, 3, 10]))
        self.random = random
        self.restless = True
        self.now = START - random.randrange(60 * DAY)
        pauses = random.choice([[0, 1], [SECOND, HOUR, 3 * DAY], [0, 1, SECOND, HOUR, 3 * DAY]])
        for id in range(random.randrange(30)):
            self.now += random.choice(pauses)
            self.touch(str(id), open=random.random() < 0.5)
        self.now += random.choice([0, DAY])
        self.since = random.choice([0, HOUR, 30 * DAY])

    def excused(self) -> dict[str, int]:
        """What need not be read: ended before what is read the first time."""
        return {row.id: row.version for row in self.rows.values() if not row.open and row.at < self.oldest}

    def meanwhile(self) -> None:
        if not self.restless:
            return
        self.now += self.random.choice([1, 1000, SECOND])
        for _ in range(self.random.choice([0, 0, 0, 1, 1, 2, 8])):
            self.change()
        if self.random.random() < 0.08:
            raise NotNow

    def change(self) -> None:
        ids = [*self.rows]
        if ids and self.random.random() < 0.8:
            self.touch(self.random.choice(ids), open=self.random.random() < 0.5)
        else:
            self.touch(f"n{len(ids)}")

    async def settle(self) -> None:
        self.restless = False
        for _ in range(3):
            self.now += 30 * SECOND
            await self.poll()
