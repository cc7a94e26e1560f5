"""Replaying a ticket's steps through the clock of one target: what starts, stops, pauses, retargets and reopens it.

Within one step the order is: stop, cancel, reset, pause, resume, start. A changed target is looked at before, so that
the new one judges the answer; only what ends a cycle by its own value (another group, another date) comes first.
"""

from __future__ import annotations

from collections.abc import Sequence

from slamon.core.clock import Cycle, Definition
from slamon.core.dates import date_value
from slamon.core.match import lookup
from slamon.core.policy import Happening, OnReopen, OnRetarget, Promise, Trigger
from slamon.core.retarget import redate, retarget
from slamon.core.runs import Bound, bind
from slamon.core.steps import Step
from slamon.core.ticket import Ticket

_CREATED = int(Happening.CREATED)
_SOLVED = int(Happening.SOLVED)
_REOPENED = int(Happening.REOPENED)
_UNGROUPED = int(Happening.UNGROUPED)
_SOLVED_OR_CLOSED = int(Happening.SOLVED | Happening.CLOSED)


def replay(ticket: Ticket, steps: Sequence[Step], definitions: Sequence[Definition | None]) -> list[Cycle]:
    """The cycles of one target. `definitions`: for each step the one then in force, None where the policy lacks it."""
    clock = _Clock(ticket, next(definition for definition in definitions if definition is not None))
    for step, definition in zip(steps, definitions, strict=True):
        clock.take(step, definition)
    return clock.cycles


class _Clock:
    """The cycles of one target, so far."""

    def __init__(self, ticket: Ticket, definition: Definition) -> None:
        self.ticket = ticket
        self.cycles: list[Cycle] = []
        self.definition = definition  # before it is first in force, it counts as if it always had been
        self.arrived = False  # whether it has been in force yet
        self.applies = True
        self.answered = ticket.direction == "outbound"
        self.skipped = False
        self.undated = False
        self.opening_answers = False  # an agent opened it, and that counts

    @property
    def cycle(self) -> Cycle | None:
        """The cycle that is open."""
        return self.cycles[-1] if self.cycles and self.cycles[-1].ended is None else None

    def take(self, step: Step, found: Definition | None) -> None:
        definition = found or self.definition
        arriving = found is not None and not self.arrived
        applies = found is not None or not self.arrived
        if (
            definition is self.definition
            and applies is self.applies
            and not arriving
            and (not self.cycles or self.cycles[-1].definition is definition)
            and not step.happenings & definition.interest
            and (not step.changed or definition.reads.isdisjoint(step.changed))
        ):
            return
        self.definition, self.applies = definition, applies
        promise = self._promise(step) if applies else None
        if (cycle := self.cycle) is not None:
            cycle.settle(step.at)
            self._end_by_value(cycle, step)
        if (cycle := self.cycle) is not None:
            if applies:
                take_over = retarget if definition.target.date_field is None else redate
                take_over(cycle, definition, step, promise, arriving=arriving)
            self._conditions(cycle, step, promise)
        elif step.happenings & _REOPENED:
            self._reopen(step, promise)
        if self.cycle is None:
            self._start(step, promise)
        if definition.target.after_first_response:
            self.answered |= bool(step.happenings & (definition.target.counts | _SOLVED))
        self.arrived |= arriving

    def _promise(self, step: Step) -> Promise | None:
        within = self.definition.target.within
        return within.choose(step.fields) if within is not None else None

    # a cycle's own value

    def _end_by_value(self, cycle: Cycle, step: Step) -> None:
        """Another group or another date ends the cycle of the old one, before anything is judged anew."""
        target = cycle.definition.target
        if target.stop.happenings & step.happenings & _UNGROUPED:
            self._stop(cycle, step)
        elif target.date_field is not None and cycle.bound is not None:
            value = date_value(lookup(step.fields, target.date_field), cycle.bound.calendar)
            if value == cycle.bound.instant:
                return
            if cycle.late(step.at):
                self._stop(cycle, step)
            else:
                cycle.cancel(step.at)
                cycle.mark("moved", step, step.at)

    # the conditions of a step

    def _conditions(self, cycle: Cycle, step: Step, promise: Promise | None) -> None:
        target = cycle.definition.target
        if _fires(target.stop, step):
            self._stop(cycle, step)
        elif _fires(target.cancel, step):
            cycle.cancel(step.at)
            cycle.mark("cancelled", step, step.at)
        else:
            self._withdraw(cycle, step, promise)
            if _fires(target.reset, step):
                cycle.begin_again(step.at)
                cycle.mark("reset", step, step.at)
            self._pause_or_resume(cycle, step)

    def _withdraw(self, cycle: Cycle, step: Step, promise: Promise | None) -> None:
        covered = promise is not None or self.definition.target.date_field is not None or cycle.pinned
        if cycle.bound is not None and not cycle.off and not (self.applies and covered):
            cycle.withdraw(step.at)
            cycle.mark("withdrawn", step, step.at)

    def _pause_or_resume(self, cycle: Cycle, step: Step) -> None:
        paused = _is_paused(cycle.definition, step)
        if paused and not cycle.paused:
            cycle.pause(step.at)
            cycle.mark("paused", step, step.at)
        elif cycle.paused and not paused:
            cycle.resume(step.at)
            cycle.mark("resumed", step, step.at)

    def _stop(self, cycle: Cycle, step: Step) -> None:
        solved = bool(step.happenings & _SOLVED_OR_CLOSED)
        target = cycle.definition.target
        unanswered = solved and target.agent_answers and not step.happenings & target.counts
        cycle.stop(step.at, by_solve=solved, unanswered=unanswered)
        cycle.mark("stopped", step, step.at)

    # reopening

    def _reopen(self, step: Step, promise: Promise | None) -> None:
        if not self.cycles or self.cycles[-1].ended != "stopped" or not self.cycles[-1].by_solve:
            return
        cycle = self.cycles[-1]
        target = (cycle.definition if cycle.pinned else self.definition).target
        mode = target.on_reopen
        if mode is OnReopen.ONCE:
            return
        if target.reopen_window is not None and step.at - (step.solved_at or step.at) > target.reopen_window:
            mode = OnReopen.RESTART
        if mode is OnReopen.RESTART:
            self._new_cycle(step, promise)
        else:
            self._go_on(cycle, step, promise, wall=mode is OnReopen.CONTINUE_WALL)

    def _go_on(self, cycle: Cycle, step: Step, promise: Promise | None, *, wall: bool) -> None:
        """The ended verdict becomes open again, judged by the target of this moment."""
        covered = self.applies and (promise is not None or cycle.pinned)
        if covered:
            cycle.apply_again()
        elif cycle.bound is not None and not cycle.off:  # if off, it is shown as it was when it ceased to apply
            cycle.withdraw(step.at)
        pinned, mode = cycle.pinned, cycle.definition.target.on_retarget
        before = cycle.bound
        rules = cycle.definition if pinned else self.definition
        cycle.reopen(step.at, paused=_is_paused(rules, step), wall=wall)
        if not pinned and promise is not None:
            cycle.definition, cycle.promise, cycle.chosen = self.definition, promise, step
            cycle.set_bound(bind(promise, cycle.started_at))
        cycle.mark("reopened", step, step.at)
        if cycle.off:
            cycle.mark("withdrawn", step, step.at)
        if cycle.off or cycle.bound is None:
            return
        if cycle.breached_at is None:
            if cycle.late(step.at):
                cycle.breached_at, cycle.cause = step.at, "reopen"
        elif mode is OnRetarget.RECOMPUTE and cycle.bound != before and not cycle.late(step.at):
            cycle.mark("forgiven", step, step.at)
            cycle.breached_at = cycle.cause = None

    # starting

    def _start(self, step: Step, promise: Promise | None) -> None:
        target = self.definition.target
        if step.happenings & _CREATED and self.ticket.created_by == "agent" and target.agent_created != "start":
            self.skipped = target.agent_created == "skip"
            self.opening_answers = target.agent_created == "met"
            self.answered |= self.opening_answers
        if target.date_field is not None:
            self._start_by_date(step, target.date_field)
        elif (
            _fires(target.start, step)
            and not self.skipped
            and (target.repeat or not self.cycles)
            and (self.answered or not target.after_first_response)
            and not (target.only_while_open and step.solved)
        ):
            cycle = self._new_cycle(step, promise)
            if step.happenings & _CREATED and self.opening_answers and not target.repeat:
                cycle.stop(step.at, by_solve=False, unanswered=False)
                cycle.mark("stopped", step, step.at)

    def _start_by_date(self, step: Step, field: str) -> None:
        calendar = self.definition.target.calendar
        value = date_value(lookup(step.fields, field), calendar)
        last = self.cycles[-1].bound if self.cycles else None
        if value is None:
            self.undated = True  # the same date again will be a new one
        if value is None or step.solved or (last is not None and last.instant == value and not self.undated):
            return
        self.undated = False
        cycle = self._new_cycle(step, None)
        cycle.set_bound(Bound(calendar, None, value))
        if cycle.late(step.at):
            cycle.breached_at, cycle.cause = step.at, "retarget"

    def _new_cycle(self, step: Step, promise: Promise | None) -> Cycle:
        cycle = Cycle(len(self.cycles) + 1, self.definition, step.at, _is_paused(self.definition, step))
        cycle.off = not self.applies
        cycle.promise_now(promise)
        cycle.chosen = step
        cycle.mark("started", step, step.at)
        self.cycles.append(cycle)
        return cycle


def _is_paused(definition: Definition, step: Step) -> bool:
    match = definition.target.pause_while
    return match is not None and match.holds(step.fields)


def _fires(trigger: Trigger, step: Step) -> bool:
    """Whether a step does what the trigger waits for."""
    if trigger.happenings & step.happenings:
        return True
    if not trigger.becomes or step.before is step.fields:
        return False
    return any(match.holds(step.fields) and not match.holds(step.before) for match in trigger.becomes)
