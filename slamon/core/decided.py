"""The last line of an explanation: what decided that a commitment was kept, broken, or how much is left."""

from __future__ import annotations

from datetime import tzinfo

from slamon.core.clock import Cycle
from slamon.core.instants import Instant
from slamon.core.promised import exact_text
from slamon.core.telling import short_text
from slamon.core.verdict import Verdict

_VERBS = {
    "first_response": "answered",
    "next_response": "answered",
    "periodic_update": "updated",
    "time_to_own": "taken",
    "ownership": "passed on",
    "custom": "stopped",
}
_QUALITIES = {
    "duplicate_event": "one event id came with two contents: the earliest counts",
    "event_before_creation": "an event dated before the creation counts as at the creation",
    "history_partial": "the history is not complete: what is missing in it is not judged",
    "no_due": "due more than ten years away: there is no due instant",
    "solved_without_reply": "solved without a reply",
    "unmapped_status": "a status that is not known counts as open",
}
_CONFIDENCES = {
    "bounded": "a transition is known only to an interval; wherever in it, the status is the same",
    "undetermined": "a transition is known only to an interval, and it matters where: this is the worst reading",
}


def quality_words(codes: tuple[str, ...]) -> tuple[str, ...]:
    """What was repaired or odd, in words."""
    return tuple(_QUALITIES.get(code, code) for code in codes)


def confidence_words(verdict: Verdict) -> str | None:
    """What is uncertain; None if nothing is."""
    return _CONFIDENCES.get(verdict.confidence)


def decided(cycle: Cycle, verdict: Verdict, at: Instant, zone: tzinfo) -> str:
    """One sentence about the verdict of a cycle as it is shown."""
    if verdict.status in ("met", "missed"):
        remark = ", solved without a reply" if "solved_without_reply" in verdict.quality else ""
        return (_met(cycle, verdict) if verdict.status == "met" else _missed(cycle, verdict, zone)) + remark
    if verdict.status == "cancelled":
        late = f", breached since {_at(verdict.breached_at, zone)}" if verdict.breached_at is not None else ""
        return f"cancelled at {_at(verdict.stopped_at, zone)}{late}"
    if verdict.status == "breached":
        return _breached(cycle, verdict, at, zone)
    return _open(verdict, at, zone)


def _met(cycle: Cycle, verdict: Verdict) -> str:
    if verdict.remaining is not None:
        return f"met with {exact_text(verdict.remaining)} left"
    if cycle.due is None or verdict.stopped_at is None:
        return "met"
    return f"met {exact_text(cycle.due - verdict.stopped_at)} before it was due"


def _missed(cycle: Cycle, verdict: Verdict, zone: tzinfo) -> str:
    stopped, due = verdict.stopped_at, cycle.due
    if verdict.cause is not None and verdict.breached_at is not None:
        return f"missed: {_by_cause(cycle, verdict, zone)}"
    if due is None or stopped is None or due >= stopped:
        return f"missed: breached at {_at(verdict.breached_at, zone)} under an earlier target, and a breach stays"
    verb = _VERBS.get(cycle.definition.target.kind, "solved")
    return f"missed by {_late(verdict, stopped - due)}; would have been met if {verb} by {_at(due, zone)}"


def _breached(cycle: Cycle, verdict: Verdict, at: Instant, zone: tzinfo) -> str:
    if verdict.cause is not None:
        return f"breached: {_by_cause(cycle, verdict, zone)}"
    since = _at(verdict.breached_at, zone)
    if cycle.due is None or cycle.due >= at:
        return f"breached at {since} under an earlier target, and a breach stays"
    return f"breached since {since}: late by {_late(verdict, at - cycle.due)}"


def _by_cause(cycle: Cycle, verdict: Verdict, zone: tzinfo) -> str:
    when = _at(verdict.breached_at, zone)
    change = "it was reopened" if verdict.cause == "reopen" else "the target changed"
    if cycle.definition.target.date_field is not None:
        change = "the date was set"
    due = "" if cycle.due is None else f"; it was due {_at(cycle.due, zone)}"
    return f"already late when {change} at {when}{due}"


def _late(verdict: Verdict, wall: int) -> str:
    """Late by the wall clock, and in working time where that is another span."""
    over = None if verdict.remaining is None else max(0, -verdict.remaining)
    if over is None or over == wall:
        return exact_text(wall)
    return f"{exact_text(wall)} by the wall clock, {exact_text(over)} of working time"


def _open(verdict: Verdict, at: Instant, zone: tzinfo) -> str:
    left = None if verdict.remaining is None else f"{exact_text(verdict.remaining)} of working time left"
    if verdict.clock == "paused":
        return f"paused: {left}, and counted again once it resumes"
    if verdict.due_at is None:
        return "no due instant: it is more than ten years away"
    due = f"due {_at(verdict.due_at, zone)}"
    return f"{due}: {left or f'{exact_text(verdict.due_at - at)} left by the wall clock'}"


def _at(instant: Instant | None, zone: tzinfo) -> str:
    return "" if instant is None else short_text(instant, zone)
