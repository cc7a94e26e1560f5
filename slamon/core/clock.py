"""The clock of one commitment: when it ran, what it promised, when it was late.

A cycle knows only intervals and instants; what happens to it, and why, is decided in `core.replay`.
"""

from __future__ import annotations

from copy import copy
from typing import Literal

from msgspec import Struct

from slamon.core.instants import LATEST, Instant, Span
from slamon.core.policy import Left, OnRetarget, Promise, Target
from slamon.core.runs import Bound, Runs, bind
from slamon.core.steps import Step
from slamon.core.worktime import FAR

Cause = Literal["retarget", "reopen"]


class Definition(Struct, frozen=True, eq=False):
    """A target in its policy, with what the replay must look at."""

    policy: str
    target: Target
    rank: int  # its place among all targets of all rules, in file order
    interest: int  # bits of Happening that concern it
    reads: frozenset[str]  # fields that concern it


class Mark(Struct, frozen=True):
    """Something that changed a cycle, and what it was bound by and judged to be afterwards: for the explanation."""

    at: Instant
    what: str
    step: Step | None
    definition: Definition
    bound: Bound | None
    breached_at: Instant | None


class Cycle:
    """One run of a target's clock on a ticket, from a start to a stop."""

    __slots__ = (
        "bound",
        "breached_at",
        "by_solve",
        "cause",
        "chosen",
        "definition",
        "due",
        "ended",
        "marks",
        "number",
        "off",
        "paused",
        "promise",
        "runs",
        "shown",
        "since",
        "started_at",
        "stopped_at",
        "unanswered",
    )

    def __init__(self, number: int, definition: Definition, at: Instant, paused: bool) -> None:
        self.number = number
        self.definition = definition
        self.started_at = at
        self.paused = paused
        self.since: Instant | None = None if paused else at  # running since
        self.runs = Runs()
        self.promise: Promise | None = None  # None: no promise covered it so far
        self.bound: Bound | None = None
        self.due: Instant | None = None
        self.breached_at: Instant | None = None
        self.cause: Cause | None = None
        self.ended: Literal["stopped", "cancelled"] | None = None
        self.stopped_at: Instant | None = None
        self.by_solve = False
        self.unanswered = False
        self.off = False  # it does not apply at the moment
        self.shown: Cycle | None = None  # how it looked when it ceased to apply
        self.marks: list[Mark] = []
        self.chosen: Step | None = None  # the step whose fields chose the definition and the promise

    def mark(self, what: str, step: Step | None, at: Instant) -> None:
        """Remember what happened, for the explanation."""
        self.marks.append(Mark(at, what, step, self.definition, self.bound, self.breached_at))

    # what it promises

    @property
    def fixed(self) -> bool:
        return self.bound is not None and self.bound.span is None

    @property
    def is_shown(self) -> bool:
        """Whether a promise covers it, or did until it ceased to apply."""
        return self.bound is not None and (self.shown is not None or not self.off)

    @property
    def pinned(self) -> bool:
        return self.promise is not None and self.definition.target.on_retarget is OnRetarget.PIN

    def promise_now(self, promise: Promise | None) -> None:
        self.promise = promise
        if promise is not None:
            self.set_bound(bind(promise, self.started_at))

    def set_bound(self, bound: Bound) -> None:
        self.bound = bound
        self.reckon()

    def reckon(self) -> None:
        """Find the due instant anew; while paused it is the one that has passed, if any."""
        bound = self.bound
        if bound is None:
            return
        if bound.span is None:
            far = bound.instant is not None and bound.instant > min(self.started_at + FAR, LATEST)
            self.due = None if far else bound.instant
            return
        self.due = self.runs.crossing(bound.calendar, bound.span) if self.runs.starts else None
        if self.due is None and self.since is not None:
            left = bound.span - self.runs.worked(bound.calendar)
            self.due = bound.calendar.due(self.since, max(0, left))

    def late(self, at: Instant) -> bool:
        return self.due is not None and self.due < at

    def settle(self, at: Instant) -> None:
        """Notice a breach that happened before an instant."""
        if self.breached_at is None and self.due is not None and self.due < at and not self.off:
            self.breached_at = max(self.due, self.started_at)

    # what happens to it

    def halt(self, at: Instant) -> None:
        if self.since is not None:
            self.runs.add(self.since, at)
            self.since = None

    def pause(self, at: Instant) -> None:
        self.paused = True
        self.halt(at)
        self.reckon()

    def resume(self, at: Instant) -> None:
        self.paused = False
        self.since = at
        self.reckon()

    def begin_again(self, at: Instant) -> None:
        """Same cycle, elapsed from 0; a breach that happened stays."""
        self.started_at = at
        self.runs = Runs()
        self.since = None if self.paused else at
        self.promise_now(self.promise)

    def stop(self, at: Instant, *, by_solve: bool, unanswered: bool) -> None:
        """End it; the due instant stays as it was."""
        self.halt(at)
        self.ended, self.stopped_at = "stopped", at
        self.by_solve, self.unanswered = by_solve, unanswered

    def cancel(self, at: Instant) -> None:
        self.halt(at)
        self.ended, self.stopped_at = "cancelled", at

    def reopen(self, at: Instant, *, paused: bool, wall: bool) -> None:
        """Go on after a stop: the time between is a pause, or counts with `wall`."""
        stopped_at = self.stopped_at
        self.ended = self.stopped_at = None
        self.by_solve = self.unanswered = False
        self.paused = paused
        self.since = at
        if wall and stopped_at is not None:
            self.since = self.runs.reopen_last(stopped_at)
        if paused:
            self.halt(at)
        self.reckon()

    def withdraw(self, at: Instant) -> None:
        """It ceases to apply: what is shown stands still, the clock goes on unseen."""
        self.shown = self.frozen()
        if self.shown.ended is None:
            self.shown.cancel(at)
        self.off = True

    def apply_again(self) -> None:
        self.off, self.shown = False, None

    def frozen(self) -> Cycle:
        other = copy(self)
        other.runs = self.runs.copy()
        other.shown = None
        return other

    # what was counted

    def elapsed(self, at: Instant) -> Span:
        """Working time counted up to an instant."""
        bound = self.bound
        if bound is None:
            return 0
        if bound.span is None:
            return bound.calendar.elapsed(self.started_at, at if self.stopped_at is None else self.stopped_at)
        worked = self.runs.worked(bound.calendar) if self.runs.starts else 0
        return worked + (bound.calendar.elapsed(self.since, at) if self.since is not None else 0)

    def whole(self) -> Span | None:
        """The working time that the shares of warnings are of; None if there is none."""
        bound = self.bound
        if bound is None or bound.span is not None or self.due is None:
            return bound.span if bound else None
        return bound.calendar.elapsed(self.started_at, self.due)

    def thresholds(self) -> list[tuple[Span, str]]:
        """(working time used, the warning as written), in the order in which they are reached."""
        whole = self.whole()
        if not whole:
            return []
        found = []
        for warning in self.definition.target.warn_at:
            if isinstance(warning, Left):
                used = whole - warning.span
            else:
                used = -(-whole * warning.numerator // warning.denominator)
            if used > 0:
                found.append((used, warning.text))
        return sorted(found)

    def reaches(self, used: Span) -> Instant | None:
        """When this much will have been used if the clock runs on; None while it does not."""
        bound = self.bound
        if bound is None:
            return None
        if bound.span is None:
            return bound.calendar.due(self.started_at, used)
        if self.since is None:
            return None
        return bound.calendar.due(self.since, max(0, used - self.runs.worked(bound.calendar)))
