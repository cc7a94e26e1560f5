"""Answers that are older than what is known already: from a replica that is behind, or a cache."""

from __future__ import annotations

import string
from collections import OrderedDict

from slamon.core.instants import DAY, Instant, Span
from slamon.core.ticket import Event, Ticket
from slamon.sources.http.cursor import GRAIN
from slamon.sources.http.refusals import Unreadable

BELIEVED_AFTER: Span = DAY  # a system that was put back to a backup shows an older state, and that is the true one
NUMBERED = tuple(string.digits)  # what ids begin with that are numbers
_MOST_REMEMBERED = 5_000  # tickets


class Stale(Unreadable):
    """A ticket comes as it was before something that is known to have happened to it."""


def lacks_known(shown: Ticket, updated: Instant, known: Ticket, ids: tuple[str, ...] = ("",)) -> bool:
    """Whether something that the system itself dated later than `updated`, the shown state's own, is missing in it.

    What went away later is no such thing: that is an update of its own. Nor is an update by a clock that was put right,
    nor what was pushed, and may be ahead: an event that an answer told of has an id that begins with one of `ids`.
    """
    there = {_identity(event) for event in shown.events}
    dated = [event for event in known.events if event.earliest is None and event.kind != "deleted"]
    told = [event for event in dated if (event.id or "").startswith(ids)]
    return any(event.at > updated + GRAIN and _identity(event) not in there for event in told)


def _identity(event: Event) -> tuple[str, str | Instant]:
    return event.kind, event.id or event.at


class Doubts:
    """Which old states were shown since when. One that is shown for a day and none newer is believed."""

    def __init__(self) -> None:
        self._since: OrderedDict[str, tuple[Instant, Instant]] = OrderedDict()  # by id: last update, first seen so

    def holds(self, id: str, updated: Instant, now: Instant) -> bool:
        """Whether an old state, last updated then, is still doubted now."""
        before = self._since.get(id)
        if before is None or before[0] != updated or before[1] > now:
            self._since[id] = before = (updated, now)
            if len(self._since) > _MOST_REMEMBERED:
                self._since.popitem(last=False)
        return now - before[1] < BELIEVED_AFTER

    def end(self, id: str) -> None:
        """It came up to date."""
        self._since.pop(id, None)
