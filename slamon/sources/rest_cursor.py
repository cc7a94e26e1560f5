"""What a source of kind rest remembers from poll to poll."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from slamon.core.instants import Instant
from slamon.sources.http import emptied_since
from slamon.sources.http.unread import Unread, last_looks, put_off, without

LOOKED_FOR = 5  # tickets, where none is shown; and looked at by a probe


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a list was read: its latest update, our instant of beginning, how many it showed, the last of them.

    `unread`: by id, what could not be read, `looks`: when it last was. `emptied_at`: since when it has shown far fewer
    than `count`.
    """

    newest: Instant | None = None
    begun: Instant | None = None
    count: int = 0
    last: list[str] = []
    unread: dict[str, Unread] = {}
    looks: dict[str, Instant] = {}
    emptied_at: Instant | None = None


def read_cursor(cursor: bytes | None) -> Cursor:
    """Nothing read yet, if it is what another kind of source of that name left behind."""
    try:
        return Cursor() if cursor is None else msgspec.json.decode(cursor, type=Cursor)
    except msgspec.DecodeError:
        return Cursor()


class Shown:
    """What the list shows while it is read."""

    def __init__(self, before: Cursor) -> None:
        self.before = before
        self.newest, self.count, self.last = before.newest, 0, list(before.last)
        self.unread = before.unread

    def add(self, id: str, updated: Instant | None) -> None:
        """A row."""
        self.count += 1
        if updated is not None and updated >= (self.newest or updated):
            self.newest = updated
            self.last = [*self.last, id][-LOOKED_FOR:]

    def is_put_off(self, id: str, updated: Instant | None) -> bool:
        """Whether it could not be read in this state: it is asked for again in its turn."""
        return id in self.unread and self.unread[id].at == updated

    def tried(self, updates: Mapping[str, Instant | None], failed: set[str], now: Instant) -> None:
        """Tickets that were asked for, by id their updates, and which of them could not be read."""
        left = without(self.unread, updates.keys() - failed)
        self.unread = put_off(left, {id: updates.get(id) or 0 for id in failed}, now)

    def standing(self, at: Instant) -> Cursor:
        """The cursor as it was, and since when fewer are shown than it counts."""
        since = emptied_since(self.before.count, self.count, self.before.emptied_at, at)
        return msgspec.structs.replace(self.before, emptied_at=since)

    def cursor(self, begun: Instant) -> Cursor:
        """Once all of it is read."""
        looks = last_looks(self.before.looks, self.unread, self.before.begun or 0)
        return Cursor(self.newest, begun, self.count, self.last, self.unread, looks)
