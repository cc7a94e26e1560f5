"""What to alert: from the verdicts on a ticket to the messages that are due. Pure; the flow stores and sends them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from slamon.core.clock import Cycle
from slamon.core.instants import Instant, Span
from slamon.core.match import DIRECTORY, Fields
from slamon.core.routes import Route, RouteStep
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict

BREACHED = "breached"
MET = "met"
MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Moment:
    """A reason to tell somebody: what a commitment has come to, and when it did."""

    name: str  # "warning 75%", breached, met, missed
    at: Instant


@dataclass(frozen=True, slots=True)
class Alert:
    """A moment of a commitment that a line of a route tells a notifier about."""

    identity: str
    route: str
    notifier: str
    moment: Moment
    promise: str


def warning(text: str) -> str:
    """The name of the moment at which a warning, as written in `warn_at`, is passed."""
    return f"warning {text}"


def moments(cycle: Cycle, verdict: Verdict, at: Instant) -> list[Moment]:
    """What a commitment has come to by an instant: of the warnings passed only the highest, none once it is late."""
    seen = cycle.shown or cycle
    found = []
    if seen.breached_at is not None and verdict.status in ("breached", "missed"):
        found.append(Moment(BREACHED, seen.breached_at))
    if seen.ended == "stopped" and seen.stopped_at is not None:
        found.append(Moment(MISSED if verdict.status == "missed" else MET, seen.stopped_at))
    elif verdict.status == "at_risk" and verdict.clock == "running":
        passed = [pair for pair in seen.thresholds() if pair[0] <= (verdict.elapsed or 0)]
        found += [Moment(warning(text), seen.reaches(used) or at) for used, text in passed[-1:]]
    return found


def wakes_at(cycle: Cycle, verdict: Verdict, at: Instant) -> Instant | None:
    """The next instant at which a commitment has something new to tell if nothing happens to it."""
    seen = cycle.shown or cycle
    if verdict.status not in ("on_track", "at_risk") or verdict.clock == "paused":
        return None
    instants = [seen.reaches(used) for used, _ in seen.thresholds() if used > (verdict.elapsed or 0)]
    late = None if seen.due is None else seen.due + 1  # at the due instant itself it is still in time
    return min((instant for instant in [*instants, late] if instant is not None), default=None)


def next_event(ticket: Ticket, at: Instant) -> Instant | None:
    """When something of the history that lies ahead comes true: a source's clock may be ahead of ours."""
    ahead = [event.at for event in ticket.events if event.at > at]
    return min([*ahead, *([ticket.created_at] if ticket.created_at > at else [])], default=None)


def promise_of(cycle: Cycle) -> str:
    """What was promised: the start and the definition of the target, not the due instant, which pauses move."""
    seen = cycle.shown or cycle
    bound = seen.bound
    if bound is None:
        return ""
    return f"{seen.started_at}/{bound.span or bound.instant}/{bound.calendar.name}"


def alerts(
    routes: Sequence[Route], ticket: Ticket, cycle: Cycle, verdict: Verdict, fields: Fields, at: Instant, horizon: Span
) -> Iterator[Alert]:
    """Every alert that has come due for a commitment, whether told before or not. Older than the horizon: none."""
    reached = [moment for moment in moments(cycle, verdict, at) if moment.at >= at - horizon]
    if not reached:
        return
    promise = promise_of(cycle)
    status = (fields.get("status"), verdict.status)  # either may be meant
    seen = {**fields, "policy": verdict.policy, "target": verdict.target, "status": status}
    for route, index, step in _steps(routes, seen):
        for moment in reached:
            if _concerns(step, moment):
                for notifier in step.notify:
                    key = _identity(ticket, verdict, promise, moment, route.name, index, notifier)
                    yield Alert(key, route.name, notifier, moment, promise)


def delivery_id(identity: str) -> str:
    """The id that a notifier shows: equal for every attempt, of a fixed length."""
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def last_fields(ticket: Ticket, at: Instant) -> Mapping[str, Any]:
    """All fields of a ticket as they are at an instant."""
    values = {"status": "new", **ticket.fields}
    for event in sorted(ticket.events, key=lambda event: event.at):
        if event.at <= at and event.set:
            values.update(event.set)
    own = {"source": ticket.source, "id": ticket.id, "subject": ticket.subject, DIRECTORY: ticket.customer}
    return {**own, "created_by": ticket.created_by, "direction": ticket.direction, **values}


def _steps(routes: Iterable[Route], fields: Fields) -> Iterator[tuple[Route, int, RouteStep]]:
    for route in routes:
        if not route.monitor and route.match.holds(fields):
            yield from ((route, index, step) for index, step in enumerate(route.steps))
            if not route.go_on:
                return


def _concerns(step: RouteStep, moment: Moment) -> bool:
    name = moment.name.removeprefix("warning ")
    return name in step.when or (name != moment.name and "at_risk" in step.when)


def _identity(
    ticket: Ticket, verdict: Verdict, promise: str, moment: Moment, route: str, step: int, notifier: str
) -> str:
    parts = (*ticket.key, verdict.policy, verdict.target, verdict.cycle, promise, moment.name, route, step, notifier)
    return msgspec.json.encode(parts).decode()
