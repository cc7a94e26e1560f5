"""The instants that matter in a commitment's life: what changed its clock, its warnings, when it is due, its breach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slamon.core.clock import Cycle, Mark
from slamon.core.instants import Instant, Span
from slamon.core.policy import OnReopen
from slamon.core.promised import bound_text, exact_text, why_nothing
from slamon.core.reasons import value_text
from slamon.core.steps import Step
from slamon.core.stretches import Stretch, paused_by
from slamon.core.ticket import GONE, Event, Ticket
from slamon.core.verdict import NOT_YET_BROKEN, Verdict

_ENDING = frozenset({"stopped", "cancelled", "moved", "gone", "withdrawn"})
_CREATORS = {"customer": "the customer", "agent": "an agent", "bot": "a bot", "system": "the system"}
_CAUSES = {
    "retarget": "late by the changed target",
    "reopen": "late as it was reopened",
}


@dataclass(frozen=True, slots=True)
class Point:
    """What happened at an instant: `what` is a fixed word, `words` a sentence, `events` what brought it about."""

    at: Instant
    what: str
    words: str
    events: tuple[Event, ...] = ()


def points(ticket: Ticket, cycle: Cycle, verdict: Verdict, passed: Sequence[Stretch]) -> list[Point]:
    """All of them in order; `passed` are the cycle's stretches. Warnings and due may lie ahead."""
    seen = cycle.shown or cycle
    found = [*_marked(ticket, cycle), *_warnings(seen, verdict, passed), *_due(seen, verdict)]
    return sorted(found, key=lambda point: (point.at, _rank(point.what)))


def event_words(event: Event, only: frozenset[str] | None = None) -> str:
    """`agent message e1`, `change e2 (status: 'open')`; of a change only some fields if they are given."""
    name = f" {value_text(event.id)[1:-1]}" if event.id is not None else ""
    if event.kind == "message":
        how = "" if event.public else " (internal)"
        return f"{'automated ' if event.automated else ''}{event.by} message{name}{how}"
    if event.kind == "change":
        values = {key: value for key, value in (event.set or {}).items() if only is None or key in only}
        shown = ", ".join(f"{key}: {value_text(value)}" for key, value in values.items())
        by = f" by {value_text(event.by)[1:-1]}" if event.by else ""
        return f"change{name}{by} ({shown})"
    return f"{event.kind}{name}" + (f" into {value_text(event.into)[1:-1]}" if event.into else "")


# what the engine marked while it replayed


def _marked(ticket: Ticket, cycle: Cycle) -> Iterator[Point]:
    previous: Mark | None = None
    for mark in cycle.marks:
        events = _events(ticket, mark)
        words = _words(mark, previous, cycle)
        yield Point(mark.at, mark.what, f"{words}: {_cause(ticket, mark, events)}", events)
        previous = mark


def _events(ticket: Ticket, mark: Mark) -> tuple[Event, ...]:
    """The events of a step that brought about what it did."""
    if mark.step is not None:
        return tuple(event for event in mark.step.events if _concerns(event, mark.step))
    gone = [event for event in ticket.events if _takes_away(event) and max(event.at, ticket.created_at) == mark.at]
    return tuple(gone[-1:])


def _concerns(event: Event, step: Step) -> bool:
    return event.kind != "change" or not step.changed.isdisjoint(event.set or ())


def _takes_away(event: Event) -> bool:
    return event.kind in ("deleted", "merged") or (event.set or {}).get("status") in GONE


def _cause(ticket: Ticket, mark: Mark, events: tuple[Event, ...]) -> str:
    if events:
        only = None if mark.step is None else mark.step.changed
        return "; ".join(event_words(event, only) for event in events)
    if mark.step is None:
        return f"status {value_text(ticket.fields.get('status'))} from the creation on"
    return f"ticket created by {_CREATORS[ticket.created_by]}"


def _words(mark: Mark, previous: Mark | None, cycle: Cycle) -> str:
    """What a mark means, in words."""
    policy = _policy(mark, previous)
    what = mark.what
    if what in ("retargeted", "restarted"):
        afresh = ", counted anew from here" if what == "restarted" else ""
        return f"{policy}target {_target(previous)} → {bound_text(mark.bound)}{afresh}"
    if what == "covered":
        return f"{policy}applies, counted from its start: {bound_text(mark.bound)}"
    if what == "adopted":
        return f"{policy}the promise stays"
    if what == "paused":
        useless = ", which does not move a fixed instant" if cycle.fixed else ""
        return f"paused, as {paused_by(mark)}{useless}"
    if what == "stopped":
        return f"stopped, {'met' if mark.breached_at is None else 'missed'}"
    if what == "reopened":
        counts = mark.definition.target.on_reopen is OnReopen.CONTINUE_WALL
        return f"{policy}reopened, the time in between {'counts' if counts else 'is a pause'}"
    if what == "withdrawn":
        return f"does not apply any more, {_why_withdrawn(mark)}"
    return _PLAIN.get(what, what)


_PLAIN = {
    "reset": "counted anew from here",
    "moved": "cancelled, as the date moved",
    "gone": "cancelled, as the ticket is gone",
    "forgiven": "the earlier breach is forgotten (on_retarget: recompute)",
}


def _policy(mark: Mark, previous: Mark | None) -> str:
    if previous is None or previous.definition.policy == mark.definition.policy:
        return ""
    return f"policy {previous.definition.policy} → {mark.definition.policy}, "


def _target(mark: Mark | None) -> str:
    return bound_text(None if mark is None else mark.bound)


def _why_withdrawn(mark: Mark) -> str:
    target = mark.definition.target
    if mark.step is None or (target.within is not None and target.within.choose(mark.step.fields) is not None):
        return "the policy that matches now lacks this target"
    return why_nothing(target.within, target.date_field, mark.step.fields)


# warnings, due and breach


def _warnings(cycle: Cycle, verdict: Verdict, passed: Sequence[Stretch]) -> Iterator[Point]:
    open_ = verdict.status in NOT_YET_BROKEN
    for used, text in cycle.thresholds():
        at = _used_up(cycle, used, passed)
        if at is None and open_ and (cycle.since is not None or cycle.fixed):
            at = cycle.reaches(used)
        if at is not None:
            yield Point(at, "warning", f"warning {text} ({exact_text(used)} used)")


def _used_up(cycle: Cycle, used: Span, passed: Sequence[Stretch]) -> Instant | None:
    """When so much had been counted."""
    within = next((one for one in passed if one.total >= used and one.counted), None)
    if within is None or cycle.bound is None:
        return None
    return cycle.bound.calendar.due(within.start, used - (within.total - within.counted))


def _due(cycle: Cycle, verdict: Verdict) -> Iterator[Point]:
    due = cycle.due if verdict.status in ("breached", "missed") else verdict.due_at
    if due is not None:
        yield Point(due, "due", "due")
    if cycle.breached_at is not None:
        cause = _CAUSES.get(cycle.cause or "")
        yield Point(cycle.breached_at, "breached", f"breached: {cause}" if cause else "breached")


def _rank(what: str) -> int:
    if what in _ENDING or what == "paused":
        return 4
    return {"warning": 1, "due": 2, "breached": 3}.get(what, 0)
