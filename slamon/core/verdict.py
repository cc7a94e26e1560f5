"""Verdicts: what is said about one commitment at one instant."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from slamon.core.clock import Cause, Cycle
from slamon.core.instants import Instant, Span, format_instant, seconds
from slamon.core.ticket import Ticket

Status = Literal["on_track", "at_risk", "breached", "met", "missed", "cancelled", "unmatched"]
ClockState = Literal["running", "paused", "stopped"]
Confidence = Literal["exact", "bounded", "undetermined"]

NOT_YET_BROKEN = ("on_track", "at_risk")
OPEN_STATUSES = (*NOT_YET_BROKEN, "breached")
ENDED_STATUSES: tuple[Literal["met", "missed", "cancelled"], ...] = ("met", "missed", "cancelled")
_BADNESS = {"missed": 5, "breached": 5, "at_risk": 4, "on_track": 3, "met": 2, "cancelled": 1, "unmatched": 0}


class Verdict(Struct, frozen=True, gc=False):
    """All that is said; instants and spans in microseconds. For a ticket that nothing matches most is None."""

    source: str
    ticket: str
    policy: str | None = None
    target: str | None = None
    cycle: int | None = None
    status: Status = "unmatched"
    clock: ClockState | None = None
    started_at: Instant | None = None
    stopped_at: Instant | None = None
    due_at: Instant | None = None
    breached_at: Instant | None = None
    cause: Cause | None = None
    target_span: Span | None = None
    elapsed: Span | None = None
    remaining: Span | None = None
    changes_at: Instant | None = None
    confidence: Confidence = "exact"
    quality: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def badness(self) -> int:
        return _BADNESS[self.status]


def verdict(ticket: Ticket, cycle: Cycle, at: Instant, quality: set[str]) -> Verdict:
    """The verdict on a cycle that some promise covered, all its steps up to the instant replayed."""
    seen = cycle.shown or cycle
    bound = seen.bound
    assert bound is not None
    elapsed = seen.elapsed(at)
    if seen.ended is None:
        seen.settle(at)
        status, changes_at = _open_status(seen, elapsed)
        clock: ClockState = "running" if seen.fixed or not seen.paused else "paused"
    else:
        status, changes_at, clock = _ended_status(seen), None, "stopped"
    due_at = None if status == "cancelled" or (clock == "paused") else seen.due
    return Verdict(
        ticket.source,
        ticket.id,
        seen.definition.policy,
        seen.definition.target.name,
        seen.number,
        status,
        clock,
        seen.started_at,
        seen.stopped_at,
        due_at,
        seen.breached_at,
        seen.cause,
        bound.span,
        elapsed,
        None if bound.span is None else bound.span - elapsed,
        changes_at,
        "exact",
        _quality(seen, quality),
    )


def _open_status(cycle: Cycle, elapsed: Span) -> tuple[Status, Instant | None]:
    """The status of an open cycle, and when it changes with no new event."""
    if cycle.breached_at is not None:
        return "breached", None
    running = cycle.since is not None or cycle.fixed
    due = cycle.due if running else None
    first = min(cycle.thresholds(), default=None)
    if first is None:
        return "on_track", due
    if elapsed >= first[0]:
        return "at_risk", due
    return "on_track", cycle.reaches(first[0]) if running else None


def _ended_status(cycle: Cycle) -> Status:
    if cycle.ended == "cancelled":
        return "cancelled"
    return "met" if cycle.breached_at is None else "missed"


def _quality(cycle: Cycle, quality: set[str]) -> tuple[str, ...]:
    own = set()
    if cycle.unanswered:
        own.add("solved_without_reply")
    if cycle.due is None and cycle.ended != "cancelled" and (cycle.fixed or not cycle.paused):
        own.add("no_due")
    return tuple(sorted(quality | own)) if quality or own else ()


_ENCODER = msgspec.json.Encoder()


def as_json(found: Verdict) -> bytes:
    """One line of `slamon evaluate`, without the line's end."""
    return _ENCODER.encode(as_dict(found))


def as_dict(found: Verdict) -> dict[str, Any]:
    """The verdict in the words of the format: instants as RFC 3339, spans in seconds."""
    return {
        "source": found.source,
        "ticket": found.ticket,
        "policy": found.policy,
        "target": found.target,
        "cycle": found.cycle,
        "status": found.status,
        "clock": found.clock,
        "started_at": _text(found.started_at),
        "stopped_at": _text(found.stopped_at),
        "due_at": _text(found.due_at),
        "breached_at": _text(found.breached_at),
        "cause": found.cause,
        "target_seconds": _seconds(found.target_span),
        "elapsed_seconds": _seconds(found.elapsed),
        "remaining_seconds": _seconds(found.remaining),
        "changes_at": _text(found.changes_at),
        "confidence": found.confidence,
        "quality": found.quality,
    }


def _text(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _seconds(span: Span | None) -> int | float | None:
    return None if span is None else seconds(span)
