"""The order of changes that an API tells of in whatever order, and ids that keep it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from slamon.core.instants import Instant


class Change(NamedTuple):
    """A field of ours that was changed; its values as the system calls them."""

    at: Instant
    id: str
    by: str | None
    field: str
    before: Any
    value: Any


def in_order(told: Sequence[Sequence[Change]], present: Mapping[str, Any]) -> list[Change]:
    """The changes of all entries, oldest first.

    Of one instant as the list has them, or the other way round, whichever leads from value to value and to the present
    ones; where that does not tell, the other way round if the whole list runs backwards.
    """
    entries = [changes for changes in told if changes]
    forward = _by_instant(entries)
    if len({(one.at, one.field) for one in forward}) == len(forward):
        return forward
    ways = [forward, _by_instant(entries[::-1])]
    if entries[0][0].at > entries[-1][0].at:
        ways.reverse()
    return _numbered(min(ways, key=lambda way: _gaps(way, present)))


def _by_instant(entries: Sequence[Sequence[Change]]) -> list[Change]:
    return sorted((one for changes in entries for one in changes), key=attrgetter("at"))


def _gaps(changes: Sequence[Change], present: Mapping[str, Any]) -> int:
    """How often what stood there before a change, or stands there now, is not what the change before it says."""
    last, gaps = dict[str, Any](), 0
    for one in changes:
        gaps += bool(one.field in last and last[one.field] != one.before)
        last[one.field] = one.value
    return gaps + sum(bool(present.get(field) != value) for field, value in last.items())


def _numbered(changes: Sequence[Change]) -> list[Change]:
    """With ids that tell those of one field and instant apart, and keep their order."""
    several = Counter((one.at, one.field) for one in changes)
    places, found = Counter[tuple[Instant, str]](), []
    for one in changes:
        place = one.at, one.field
        places[place] += 1
        id = f"change.{one.at}.{places[place]}.{one.field}" if several[place] > 1 else one.id
        found.append(one._replace(id=id))
    return found
