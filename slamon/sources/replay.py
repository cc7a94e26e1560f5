"""Kind replay: a past log played as if it happened now."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, Span
from slamon.core.ticket import ENDED, GONE, Ticket
from slamon.mistakes import check_all, unless
from slamon.ports import Batch, SourceError, Time
from slamon.sources.jsonl import read
from slamon.sources.registry import Kind, Surroundings

WEEK: Span = 7 * DAY
SINCE: Span = 30 * DAY
BATCH = 500  # tickets
FASTEST = 86_400  # faster, and the calendar comes to its end while somebody watches


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """Keys of a source of kind replay. `since`: seconds; what ended longer ago than that at the start is left out."""

    path: str
    speed: int = 1
    since: float = SINCE / SECOND

    def __post_init__(self) -> None:
        slow = f"speed: {self.speed} is not 1 or more: 1 is the real clock, 60 is an hour a minute"
        fast = f"speed: {self.speed} is more than {FASTEST}, a day a second: write 3600 or less"
        check_all(
            unless(self.speed >= 1, slow),
            unless(self.speed <= FASTEST, fast),
            unless(self.since >= 0, f"since: {self.since} is negative: write 30d"),
        )


@dataclass(frozen=True, slots=True)
class Anchor:
    """The instant of a log that is played at an instant of the service: whole weeks lie between them."""

    log_instant: Instant
    service_instant: Instant

    @property
    def shift(self) -> Span:
        """What is added to every instant of the log: so weekdays and hours stay true."""
        return self.service_instant - self.log_instant


def plan(tickets: Iterable[Ticket], now: Instant) -> Anchor:
    """Where to begin a replay that is free to choose: the busiest minute of the log, at its last return before now."""
    arrivals = _arrivals(tickets)
    if not arrivals:
        return Anchor(now, now)
    busiest = max(arrivals, key=lambda at: (_work(arrivals, at), -at))
    log_instant = busiest - busiest % MINUTE
    return Anchor(log_instant, now - (now - log_instant) % WEEK)


def align(tickets: Iterable[Ticket], service_instant: Instant) -> Anchor:
    """Where to begin a replay whose instant is given: in the week of the log that is then the busiest."""
    arrivals = _arrivals(tickets)
    if not arrivals:
        return Anchor(service_instant, service_instant)
    first = arrivals[0] + (service_instant - arrivals[0]) % WEEK - WEEK  # so that none is too far for the first week
    weeks = range(first, arrivals[-1] + 1, WEEK)
    return Anchor(max(weeks, key=lambda at: (_work(arrivals, at), -at)), service_instant)


def _arrivals(tickets: Iterable[Ticket]) -> list[Instant]:
    """When work came in: tickets and what customers wrote. What agents do comes in heaps that nobody waited for."""
    found: list[Instant] = []
    for ticket in tickets:
        found.append(ticket.created_at)
        found += [event.at for event in ticket.events if event.kind == "message" and event.by == "customer"]
    return sorted(found)


def _work(arrivals: Sequence[Instant], at: Instant) -> int:
    """How much came in during the hour from the minute of an instant on."""
    start = at - at % MINUTE
    return bisect_right(arrivals, start + HOUR - 1) - bisect_right(arrivals, start - 1)


class ReplaySource:
    """At an instant of the service, the tickets of the log created by then, with what had happened to them by then.

    The cursor is the instant of the service that was reached. The first time, tickets that ended more than `since`
    before are left out.
    """

    def __init__(
        self,
        name: str,
        tickets: Iterable[Ticket],
        anchor: Anchor,
        time: Time,
        *,
        since: Span = SINCE,
        problems: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.problems = problems
        self._time = time
        self._since = since
        self._tickets = [_moved(ticket, name, anchor.shift) for ticket in tickets]
        changes = sorted((at, index) for index, ticket in enumerate(self._tickets) for at in _instants(ticket))
        self._instants = [at for at, _ in changes]
        self._changed = [index for _, index in changes]

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """The tickets that changed since the cursor, each as it stands now."""
        now = self._time.now()
        problems = self.problems if cursor is None else ()
        found = self._since_cursor(_reached(cursor), now)
        if problems and not found:
            yield Batch([], str(now).encode(), problems)
        for first in range(0, len(found), BATCH):
            part = found[first : first + BATCH]
            # Ordered by their last change: with it, all before are covered. Others of that very instant may follow.
            covered = now if first + BATCH >= len(found) else _last_change(part[-1]) - 1
            yield Batch(part, str(covered).encode(), problems)
            problems = ()

    def _since_cursor(self, reached: Instant | None, now: Instant) -> list[Ticket]:
        first = 0 if reached is None else bisect_right(self._instants, reached)
        indexes = set(self._changed[first : bisect_right(self._instants, now)])
        found = [_until(self._tickets[index], now) for index in indexes]
        if reached is None:
            found = [ticket for ticket in found if _last_change(ticket) > now - self._since or _is_open(ticket)]
        return sorted(found, key=lambda ticket: (_last_change(ticket), ticket.id))

    async def close(self) -> None:
        """Nothing is held open."""


def _reached(cursor: bytes | None) -> Instant | None:
    try:
        return None if cursor is None else int(cursor)
    except ValueError:  # of a source of another kind that had this name: all is new
        return None


def _moved(ticket: Ticket, source: str, shift: Span) -> Ticket:
    """The ticket by the service's clock, its events in order."""
    events = [
        msgspec.structs.replace(
            event, at=event.at + shift, earliest=None if event.earliest is None else event.earliest + shift
        )
        for event in sorted(ticket.events, key=lambda event: event.at)
    ]
    return msgspec.structs.replace(ticket, source=source, created_at=ticket.created_at + shift, events=events)


def _instants(ticket: Ticket) -> Iterable[Instant]:
    """When something about the ticket became known."""
    return {ticket.created_at, *(max(ticket.created_at, event.at) for event in ticket.events)}


def _until(ticket: Ticket, now: Instant) -> Ticket:
    return msgspec.structs.replace(ticket, events=[event for event in ticket.events if event.at <= now])


def _last_change(ticket: Ticket) -> Instant:
    return max(ticket.created_at, ticket.events[-1].at if ticket.events else ticket.created_at)


def _is_open(ticket: Ticket) -> bool:
    """By its last status; whether it was deleted and restored is for the judge to say."""
    status = ticket.fields.get("status")
    for event in ticket.events:
        if event.set and "status" in event.set:
            status = event.set["status"]
    return status not in ENDED | GONE


def load_log(path: Path) -> tuple[list[Ticket], list[str]]:
    """The tickets of a log and what in it is none; SourceError if it cannot be read."""
    try:
        found = list(read(path, set()))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}", permanent=True) from error
    return [one for one in found if isinstance(one, Ticket)], [str(one) for one in found if not isinstance(one, Ticket)]


def _open(name: str, settings: ReplaySettings, surroundings: Surroundings) -> ReplaySource:
    tickets, problems = load_log(surroundings.folder / settings.path)
    anchor = align(tickets, surroundings.anchored_at)
    since = round(settings.since * SECOND)
    return ReplaySource(name, tickets, anchor, surroundings.time, since=since, problems=problems)


KIND = Kind(ReplaySettings, _open)
