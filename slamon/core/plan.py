"""Looking ahead: who would be told what, and when, if nothing happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from slamon.core.alerts import Alert, Reaches, canonical, is_named
from slamon.core.assess import Assessor
from slamon.core.instants import Instant
from slamon.core.known import next_event
from slamon.core.moments import BREACHED
from slamon.core.standing import NOTHING_SAID, Standing
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict

_MOST_LOOKS = 10_000  # at one ticket: a repetition each minute over a year is no plan


@dataclass(frozen=True, slots=True)
class Planned:
    """An alert that lies ahead: when it would go out, and the verdict on its commitment as it comes due."""

    at: Instant
    ticket: Ticket
    verdict: Verdict
    alert: Alert  # alert.place is the line of the step


def plan(
    assessor: Assessor,
    tickets: Iterable[Ticket],
    start: Instant,
    end: Instant,
    standing: Callable[[Ticket], Standing] = lambda ticket: NOTHING_SAID,
    most: int = 100,
    reaches: Reaches = is_named,
) -> list[Planned]:
    """What would go out after `start` and up to `end`, in that order, if nothing happened; at most so many a ticket.

    `reaches` says who has an address.
    """
    found: list[Planned] = []
    for ticket in tickets:
        said = standing(ticket)
        ahead = (one for one in looks(assessor, ticket, start, end, said, reaches) if start < one.at <= end)
        going = (one for one in ahead if _is_still_true(assessor, one, said))
        found += islice((one for one in going if not _was_told(assessor, one, start, said)), most)
    return sorted(found, key=lambda one: (one.at, one.ticket.key, one.alert.identity))


def _is_still_true(assessor: Assessor, one: Planned, standing: Standing) -> bool:
    """Whether what was held is looked at again and told as the quiet ends: of several warnings only the highest is."""
    if one.alert.held_until is None:
        return True
    return bool(assessor.tell(one.ticket, {one.alert.identity}, one.at, _said(standing, one.at)))


def _was_told(assessor: Assessor, one: Planned, by: Instant, standing: Standing) -> bool:
    """Whether it went out by an instant already: what came due before it may have been held, or silenced."""
    if one.alert.due_at > by:
        return False
    seen_at = one.alert.due_at + (one.alert.moment.name == BREACHED)
    before = looks(assessor, one.ticket, seen_at, by, standing)
    return any(told.alert.identity == one.alert.identity and told.at <= by for told in before)


def looks(
    assessor: Assessor,
    ticket: Ticket,
    start: Instant,
    end: Instant,
    standing: Standing = NOTHING_SAID,
    reaches: Reaches = is_named,
) -> Iterator[Planned]:
    """Every alert of a ticket as the service finds it that looks whenever something can have changed.

    With what has come due by `start` already, at its time; each identity once. It looks at what happens, what was said
    and whatever comes due in between, up to `end`. What is found late then (a silence ended) goes out as it is found.
    """
    known: set[str] = set()
    heard = _Heard(assessor, ticket, start, standing)
    at: Instant | None = start
    for _ in range(_MOST_LOOKS):
        if at is None or at > end:
            return
        wakes = [_next_said(standing, at), next_event(ticket, at)]
        for one in assessor.assess(ticket, at, _said(standing, at), reaches):
            wakes.append(one.wakes_at)
            for alert in sorted(one.due, key=lambda alert: alert.update):
                late = at > start and at > alert.due_at + 1  # a breach shows right after it came due
                goes_at = max(alert.goes_at, at) if late else alert.goes_at
                planned = Planned(goes_at, ticket, one.verdict, alert)
                if alert.identity not in known and heard.takes(planned):
                    known.add(alert.identity)
                    yield planned
        at = min((wake for wake in wakes if wake is not None), default=None)


class _Heard:
    """Who has been told something of each commitment: an update goes only there."""

    def __init__(self, assessor: Assessor, ticket: Ticket, start: Instant, standing: Standing) -> None:
        self._before: Callable[[], Iterator[Planned]] = lambda: looks(
            assessor, ticket, ticket.created_at, start, standing
        )
        self._is_whole = start <= ticket.created_at
        self._lines: set[tuple[object, ...]] = set()

    def takes(self, one: Planned) -> bool:
        """Whether it goes out, and what follows it may update it."""
        line = _line(one)
        if not one.alert.update:
            self._lines.add(line)
            return True
        if line not in self._lines and not self._is_whole:
            self._lines |= {_line(told) for told in self._before()}
            self._is_whole = True
        return line in self._lines


def _line(one: Planned) -> tuple[object, ...]:
    """A commitment and to whom it is told."""
    found, alert = one.verdict, one.alert
    return found.policy, found.target, found.cycle, alert.notifier, canonical(alert.who)


def _said(standing: Standing, at: Instant) -> Standing:
    """What had been said by an instant."""
    return Standing(tuple(ack for ack in standing.acks if ack.at <= at), standing.silences)


def _next_said(standing: Standing, at: Instant) -> Instant | None:
    said = [*(ack.at for ack in standing.acks), *(silence.at for silence in standing.silences)]
    return min((instant for instant in said if instant > at), default=None)
