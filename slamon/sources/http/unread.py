"""Tickets that could not be read: which they are, and when each is asked for again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from slamon.core.instants import MINUTE, SECOND, Instant, Span

FIRST_PAUSE: Span = 30 * SECOND  # doubled each time that it cannot be read again
LONGEST_PAUSE: Span = 15 * MINUTE
AT_ONCE = 50  # asked for again in one poll
MOST = 1_000  # remembered


class Unread(msgspec.Struct, frozen=True, array_like=True):
    """A ticket that could not be read: its last update then (0: not known), the times tried, when it is next."""

    at: Instant
    tries: int
    again_at: Instant


def put_off(unread: Mapping[str, Unread], failed: Mapping[str, Instant], now: Instant) -> dict[str, Unread]:
    """`unread` with those that failed, by id their last updates. Of too many, those that failed most often go."""
    found = dict(unread)
    for id, at in failed.items():
        before = found.pop(id, None)
        tries = before.tries + 1 if before is not None and before.at == at else 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE << min(tries - 1, 16))
        found[id] = Unread(at, tries, now + pause)
    for id in sorted(found, key=lambda one: -found[one].tries)[: max(0, len(found) - MOST)]:
        del found[id]
    return found


def without(unread: Mapping[str, Unread], ids: Iterable[str]) -> dict[str, Unread]:
    """What is left once these were read, or are gone for certain."""
    left = dict(unread)
    for id in ids:
        left.pop(id, None)
    return left


def last_looks(before: Mapping[str, Instant], unread: Iterable[str], looked_at: Instant) -> dict[str, Instant]:
    """When each unread ticket was last looked at: what changed since did so after that, and not after the last poll.

    `before`: those of the polls before; `looked_at`: when all that could be read was, before this poll.
    """
    return {id: before.get(id, looked_at) for id in unread}


def due(unread: Mapping[str, Unread], now: Instant) -> list[str]:
    """Whose turn it is, those first that have waited longest. A clock of ours that was set back delays none."""
    waiting = [(one.again_at, id) for id, one in unread.items() if not now < one.again_at <= now + LONGEST_PAUSE]
    return [id for _, id in sorted(waiting)[:AT_ONCE]]
