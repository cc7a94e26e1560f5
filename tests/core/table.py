"""What tables of tests are read with: a verdict in short words."""

from __future__ import annotations

from slamon.core.instants import HOUR, MINUTE, Instant, Span, to_datetime
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict

from .build import BERLIN, at


def verdicts(rules: Rules, ticket: Ticket, when: str | Instant) -> list[Verdict]:
    return Judge(rules).verdicts(ticket, at(when) if isinstance(when, str) else when)


def only(rules: Rules, ticket: Ticket, when: str | Instant) -> Verdict:
    """The one verdict that there is."""
    found = verdicts(rules, ticket, when)
    assert len(found) == 1, found
    return found[0]


def shown(instant: Instant | None) -> str:
    """Weekday and time in Berlin; a dash for none."""
    if instant is None:
        return "-"
    moment = to_datetime(instant).astimezone(BERLIN)
    return moment.strftime("%a %H:%M:%S" if moment.second else "%a %H:%M")


def length(span: Span | None) -> str:
    """Hours and minutes; a dash for none."""
    if span is None:
        return "-"
    sign, whole = ("-" if span < 0 else ""), abs(span)
    hours, rest = divmod(whole, HOUR)
    return f"{sign}{hours}h{rest // MINUTE:02}" if rest else f"{sign}{hours}h"


def said(verdict: Verdict) -> str:
    """A verdict in one line; what is none is left out.

    `missed/stopped Mon 09:00-12:00 3h of 2h due 11:00`: status and clock, start and stop, elapsed and promised, due,
    then when and why it was late.
    """
    parts = [f"{verdict.status}/{verdict.clock}", shown(verdict.started_at)]
    if verdict.stopped_at is not None:
        parts.append(f"to {shown(verdict.stopped_at)}")
    parts.append(f"{length(verdict.elapsed)} of {length(verdict.target_span)}")
    if verdict.due_at is not None:
        parts.append(f"due {shown(verdict.due_at)}")
    if verdict.breached_at is not None:
        parts.append(f"late {shown(verdict.breached_at)}")
    return " ".join(parts + ([verdict.cause] if verdict.cause else []) + list(verdict.quality))
