"""What a source of kind roundup remembers from poll to poll."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from slamon.core.instants import Instant
from slamon.sources.http import cursor as list_cursor
from slamon.sources.http.unread import last_looks


class Cursor(Struct, frozen=True):
    """Where the list was followed to, when it was last read to its end, and when what cannot be read was, by id."""

    feed: bytes | None = None
    looked_at: Instant = 0
    unread: dict[str, Instant] = {}

    def at(self, feed: bytes | None) -> bytes:
        """Once the list was followed to there."""
        return msgspec.json.encode(msgspec.structs.replace(self, feed=feed))

    def read_to_its_end(self, feed: bytes | None, began: Instant) -> Cursor:
        """Once it was read to its end by a poll that began then."""
        followed = list_cursor.read_cursor(feed)
        return Cursor(feed, began, last_looks(self.unread, followed.unread if followed else (), self.looked_at))


def read_cursor(cursor: bytes | None) -> Cursor:
    """Nothing read yet, if it is what another kind of source of that name left behind."""
    try:
        return Cursor() if cursor is None else msgspec.json.decode(cursor, type=Cursor)
    except msgspec.DecodeError:
        return Cursor()
