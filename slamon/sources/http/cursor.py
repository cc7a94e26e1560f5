"""How far a list was read, and what of it is still to be read: what a feed remembers from poll to poll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from slamon.core.instants import MINUTE, SECOND, Instant, Span
from slamon.sources.http.unread import Unread

OVERLAP: Span = 15 * MINUTE  # more than a server's clock may be set back without an update being missed
GRAIN: Span = 2 * SECOND  # instants of updates are whole seconds: within one there may be a second update
_MOST_REMEMBERED = 5_000  # rows


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """What orders rows: the last update, then the id."""

    at: Instant
    id: str


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """A row that was read: its update, and our instant of reading it; None once nothing can follow in that second."""

    at: Instant
    read_at: Instant | None


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the list was read, and our instant of doing so. `seen`: by id, the rows shortly before.

    `open_until`: the old ones that are open are still being read, up to this instant. `unread`: by id, what could not
    be read, however long ago it was updated.
    """

    at: Instant | None = None
    read_at: Instant = 0
    open_until: Instant | None = None
    seen: dict[str, Seen] = {}
    unread: dict[str, Unread] = {}

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


def is_settled(cursor: Cursor, mark: Mark) -> bool:
    """Whether the row was read in this state already, and later than the second of its update."""
    seen = cursor.seen.get(mark.id)
    return seen is not None and seen.at == mark.at and seen.read_at is None


def is_put_off(cursor: Cursor, mark: Mark) -> bool:
    """Whether the row could not be read in this state: it is asked for again in its turn."""
    unread = cursor.unread.get(mark.id)
    return unread is not None and unread.at == mark.at


def moved_on(cursor: Cursor, marks: Sequence[Mark], read_at: Instant, now: Instant) -> Cursor:
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
    after = msgspec.structs.replace(cursor, at=at, read_at=read_at, open_until=None, seen=seen)
    kept = [(id, one) for id, one in seen.items() if one.at >= (after.floor or at)]
    changed = after.at != cursor.at or dict(kept) != cursor.seen
    return msgspec.structs.replace(after, seen=dict(kept[-_MOST_REMEMBERED:])) if changed else cursor
