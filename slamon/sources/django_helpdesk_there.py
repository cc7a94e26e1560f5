"""Which tickets a django-helpdesk showed, by queue; for those that are not shown any more are deleted, or hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from slamon.core.instants import Instant
from slamon.sources.http import check_not_emptied, emptied_since

There = Mapping[str, set[int]]


class Cursor(Struct, frozen=True, omit_defaults=True):
    """When all was last read, and which tickets there were, by queue: first and last id of each unbroken row.

    `looks`: by id, what could not be read then, and when it last was. `emptied_at`: since when far fewer than these
    are shown.
    """

    looked_at: Instant = 0
    tickets: dict[str, list[tuple[int, int]]] = {}
    looks: dict[str, Instant] = {}
    emptied_at: Instant | None = None

    @property
    def ids(self) -> dict[str, set[int]]:
        """By queue."""
        return {
            queue: {id for one, last in rows for id in range(one, last + 1)} for queue, rows in self.tickets.items()
        }

    def since_emptied(self, there: There, at: Instant) -> Cursor:
        """With `emptied_at` as it is now that these are there."""
        since = emptied_since(_count(self.ids), _count(there), self.emptied_at, at)
        return msgspec.structs.replace(self, emptied_at=since)


def read_cursor(cursor: bytes | None) -> Cursor:
    """Nothing read yet, if it is what another kind of source of that name left behind."""
    try:
        return Cursor() if cursor is None else msgspec.json.decode(cursor, type=Cursor)
    except msgspec.DecodeError:
        return Cursor()


def cursor_of(there: There, looked_at: Instant, looks: dict[str, Instant]) -> Cursor:
    """Once all of these are read."""
    return Cursor(looked_at, {queue: _rows(ids) for queue, ids in there.items()}, looks)


def vanished(before: Cursor, there: There, at: Instant) -> list[str]:
    """The ids of those that were there the last time and are not now. SourceError if rather the account changed."""
    were, now = before.ids, {id for ids in there.values() for id in ids}
    check_not_emptied(_count(were), len(now), before.emptied_at, at)
    for queue, ids in were.items():
        if not ids & now and queue not in there:
            check_not_emptied(len(ids), 0)
    return [str(id) for id in sorted({id for ids in were.values() for id in ids} - now)]


def id_of(told: Mapping[str, Any]) -> int:
    """Of what was told of a ticket; 0 if it has none."""
    id = told.get("id")
    return id if isinstance(id, int) else 0


def _count(there: There) -> int:
    return sum(map(len, there.values()))


def _rows(ids: set[int]) -> list[tuple[int, int]]:
    rows: list[tuple[int, int]] = []
    for id in sorted(ids):
        if rows and rows[-1][1] == id - 1:
            rows[-1] = (rows[-1][0], id)
        else:
            rows.append((id, id))
    return rows
