"""A slow, plain model of the specification: a ticket's clocks are walked tick by tick and every tick is remembered.

A tick is the unit of which every instant, window and duration of a test is a multiple (a second, or a quarter of an
hour where days are looked at). Nothing of the engine is used but the plain data types. Where the specification can be
read in two ways the model says so by raising Ambiguous instead of guessing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slamon.core.instants import Instant, Span
from slamon.core.policy import Rules, Target
from slamon.core.ticket import Ticket

from .build import Hours
from .model_clock import Ambiguous, Clock, Cycle, Due, Times
from .model_line import Line
from .model_steps import Seen, see

__all__ = ["Ambiguous", "Model", "Said"]


@dataclass(frozen=True)
class Said:
    """What the model says about one commitment; the fields of a verdict."""

    policy: str
    target: str
    cycle: int
    status: str
    clock: str
    started_at: Instant
    stopped_at: Instant | None
    due_at: Instant | None
    breached_at: Instant | None
    cause: str | None
    target_span: Span | None
    elapsed: Span
    remaining: Span | None
    changes_at: Instant | None
    quality: tuple[str, ...]


class Model:
    """Rules made ready for the slow walk; `hours` are all calendars that the rules name."""

    def __init__(self, rules: Rules, hours: Iterable[Hours], tick: Span) -> None:
        self.rules = rules
        self.times = Times(hours, tick)

    def verdicts(self, ticket: Ticket, at: Instant) -> dict[str, list[Said] | Ambiguous]:
        """Per name of a target its commitments in the order of their cycles, or why nobody can say."""
        if ticket.created_at > at:
            return {}
        seen = see(ticket, at)
        in_force = [self._in_force(step.after) for step in seen.steps]
        names = sorted({name for found in in_force for name in found})
        found: dict[str, list[Said] | Ambiguous] = {}
        for name in names:
            try:
                found[name] = self._line(ticket, seen, [one.get(name) for one in in_force], at)
            except Ambiguous as reason:
                found[name] = reason
        return {name: said for name, said in found.items() if said}

    def unmatched(self, ticket: Ticket, at: Instant) -> bool:
        """Whether no policy matches the ticket as it stands; those that only stand beside others do not count."""
        seen = see(ticket, at)
        fields = seen.steps[-1].after if seen.steps else {}
        return not any(policy.match.holds(fields) for policy in self.rules.policies if not policy.also)

    def _in_force(self, fields: dict[str, Any]) -> dict[str, tuple[str, Target]]:
        """The targets for some fields: those of the first policy that matches, and of all that stand beside."""
        matching = [policy for policy in self.rules.policies if policy.match.holds(fields)]
        main = [policy for policy in matching if not policy.also][:1]
        beside = [policy for policy in matching if policy.also]
        return {target.name: (policy.name, target) for policy in main + beside for target in policy.targets}

    def _line(self, ticket: Ticket, seen: Seen, in_force: list[tuple[str, Target] | None], at: Instant) -> list[Said]:
        line = Line(ticket, self.times, in_force)
        for index, step in enumerate(seen.steps):
            line.walk_to(step.at)
            line.take(step, index)
        line.walk_to(at if seen.gone_at is None else seen.gone_at)
        if seen.gone_at is not None:
            line.cancel_all()
        return [self._said(cycle, seen.quality) for cycle in line.shown()]

    def _said(self, cycle: Cycle, quality: set[str]) -> Said:
        now = cycle.stopped_at if cycle.stopped_at is not None else cycle.now
        clock = Clock(self.times, cycle)
        elapsed = clock.elapsed(now)
        due = clock.due(now)
        status, changes_at = self._status(cycle, clock, elapsed, due, now)
        length = clock.length
        own = {"solved_without_reply"} if cycle.unanswered else set()
        return Said(
            policy=cycle.policy,
            target=cycle.target.name,
            cycle=cycle.number,
            status=status,
            clock="stopped" if cycle.ended else "running" if cycle.runs or not clock.can_pause else "paused",
            started_at=cycle.started_at,
            stopped_at=cycle.stopped_at,
            due_at=self._due_at(cycle, clock, due),
            breached_at=cycle.breached_at,
            cause=cycle.cause,
            target_span=length,
            elapsed=elapsed,
            remaining=None if length is None else length - elapsed,
            changes_at=changes_at,
            quality=tuple(sorted(quality | own)),
        )

    def _due_at(self, cycle: Cycle, clock: Clock, due: Due) -> Instant | None:
        if cycle.ended == "cancelled":
            return None
        if not clock.can_pause or cycle.runs:
            return due.at
        if not cycle.ended or cycle.breached_at is None:
            return None
        if not due.past:
            raise Ambiguous("breached under an earlier target, stopped while paused: due under the new one or null")
        return due.at

    def _status(self, cycle: Cycle, clock: Clock, elapsed: Span, due: Due, now: Instant) -> tuple[str, Instant | None]:
        if cycle.ended:
            late = cycle.breached_at is not None
            return ("cancelled" if cycle.ended == "cancelled" else "missed" if late else "met"), None
        if cycle.breached_at is not None:
            return "breached", None
        steps = clock.thresholds()
        still = not cycle.runs and clock.can_pause
        if any(elapsed >= step for step in steps):
            return "at_risk", None if still else due.at
        if still:
            return "on_track", None
        return "on_track", clock.reaches(min(steps), now) if steps else due.at
