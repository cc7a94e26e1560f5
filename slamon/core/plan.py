"""Looking ahead: who would be told what, and when, if nothing happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from slamon.core.alerts import Alert
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
) -> list[Planned]:
    """What would go out after `start` and up to `end`, in that order, if nothing happened; at most so many a ticket."""
    found: list[Planned] = []
    for ticket in tickets:
        said = standing(ticket)
        ahead = (one for one in looks(assessor, ticket, start, end, said) if start < one.at <= end)
        found += islice((one for one in ahead if one.alert.due_at > start or _is_held(assessor, one, said)), most)
    return sorted(found, key=lambda one: (one.at, one.ticket.key, one.alert.identity))


def _is_held(assessor: Assessor, one: Planned, standing: Standing) -> bool:
    """Whether what came due before was held then, and was not sent at once."""
    seen_at = one.alert.due_at + (one.alert.moment.name == BREACHED)
    due = (alert for found in assessor.assess(one.ticket, seen_at, _said(standing, seen_at)) for alert in found.due)
    return any(alert.identity == one.alert.identity and alert.goes_at == one.at for alert in due)


def looks(
    assessor: Assessor, ticket: Ticket, start: Instant, end: Instant, standing: Standing = NOTHING_SAID
) -> Iterator[Planned]:
    """Every alert of a ticket as the service finds it that looks whenever something can have changed.

    With what has come due by `start` already; each identity once. It looks at what happens, what was said and
    whatever comes due in between, up to `end`.
    """
    known: set[str] = set()
    at: Instant | None = start
    for _ in range(_MOST_LOOKS):
        if at is None or at > end:
            return
        wakes = [_next_said(standing, at), next_event(ticket, at)]
        for one in assessor.assess(ticket, at, _said(standing, at)):
            wakes.append(one.wakes_at)
            for alert in one.due:
                if alert.identity not in known:
                    known.add(alert.identity)
                    yield Planned(alert.goes_at, ticket, one.verdict, alert)
        at = min((wake for wake in wakes if wake is not None), default=None)


def _said(standing: Standing, at: Instant) -> Standing:
    """What had been said by an instant."""
    return Standing(tuple(ack for ack in standing.acks if ack.at <= at), standing.silences)


def _next_said(standing: Standing, at: Instant) -> Instant | None:
    said = [*(ack.at for ack in standing.acks), *(silence.at for silence in standing.silences)]
    return min((instant for instant in said if instant > at), default=None)
