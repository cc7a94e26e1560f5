"""What is promised to a clock as fields and policies change, and what that makes of it."""

from __future__ import annotations

import copy

from slamon.core.instants import Instant
from slamon.core.policy import Happening, OnRetarget, Target, Trigger

from .model_clock import Ambiguous, Bound, Clock, Cycle, DueDate, Times, due_date
from .model_steps import Step

InForce = tuple[str, Target]


class Promises:
    """The part of a line that looks at promises. `arrived`: whether the target has been in force."""

    times: Times
    arrived: bool
    frozen: dict[int, Cycle]

    def _clock(self, cycle: Cycle, bound: Bound | None = None) -> Clock:
        return Clock(self.times, cycle, bound)

    def _promise(self, current: InForce | None, step: Step) -> Bound | None:
        """What is promised to a ticket as it now stands."""
        if current is None:
            return None
        target = current[1]
        if target.date_field is not None:
            hours = self.times.of(target.calendar).hours
            due = due_date(step.after.get(target.date_field), hours)
            return None if due is None else DueDate(due, target.calendar)
        assert target.within is not None
        return target.within.choose(step.after)

    def _hit(self, trigger: Trigger, target: Target, step: Step) -> bool:
        bits = trigger.happenings
        if bits & Happening.AGENT_MESSAGE:
            bits |= target.counts
        return bool(bits & step.what) or any(
            match.holds(step.after) and not match.holds(step.before) for match in trigger.becomes
        )

    def _restart(self, cycle: Cycle, at: Instant) -> None:
        cycle.started_at = at
        cycle.stretches = []
        if cycle.runs:
            cycle.runs = False
            cycle.run(at)

    def _rebind(self, cycle: Cycle, current: InForce | None, step: Step, cause: str = "retarget") -> None:
        """See whether the promise still is what it was."""
        mode = cycle.target.on_retarget
        if mode is OnRetarget.PIN and cycle.bound is not None and current is not None:
            if not cycle.applies:
                raise Ambiguous("a pinned target comes back")
            return
        promise = self._promise(current, step)
        handed_over = cycle.target.only_while_open and step.what & cycle.target.stop.happenings & Happening.UNGROUPED
        if handed_over and (promise != cycle.bound or not self.arrived):
            raise Ambiguous("ownership: the update that gives it to another group also changes the promise")
        if promise is None:
            self._note_another_definition(cycle, current)
            if not self._hit(cycle.target.stop, cycle.target, step):
                self._cease(cycle, step)  # else it stops: stop > cancel
            return
        assert current is not None
        if cycle.unclear_gap and not cycle.applies:
            raise Ambiguous("a policy with another pause_while did not cover the ticket for a while")
        cycle.policy, cycle.target = current
        if not cycle.applies:
            self._apply(cycle, promise, step, mode, cause)
        elif promise != cycle.bound:
            self._retarget(cycle, promise, step, mode, cause)

    def _note_another_definition(self, cycle: Cycle, current: InForce | None) -> None:
        """Whose pause_while holds while a new policy has the target and yet does not cover the ticket is not said."""
        if current is not None and current[1].pause_while != cycle.target.pause_while:
            cycle.unclear_gap = True

    def _cease(self, cycle: Cycle, step: Step) -> None:
        if cycle.applies:
            shown = copy.deepcopy(cycle)
            shown.ended, shown.stopped_at = "cancelled", step.at
            self.frozen[cycle.number] = shown
            cycle.applies = False

    def _apply(self, cycle: Cycle, promise: Bound, step: Step, mode: OnRetarget, cause: str) -> None:
        """Newly covered, or covered again."""
        if cycle.bound is not None and promise != cycle.bound and mode is not OnRetarget.RETARGET:
            raise Ambiguous("covered again with another target under a mode other than retarget")
        cycle.bound, cycle.applies = promise, True
        self.frozen.pop(cycle.number, None)
        self._judge(cycle, step.at, cause)

    def _judge(self, cycle: Cycle, at: Instant, cause: str) -> None:
        """A change may have made it late."""
        due = self._clock(cycle).due(at)
        if due.past and cycle.breached_at is None:
            cycle.breached_at, cycle.cause = at, cause

    def _retarget(self, cycle: Cycle, promise: Bound, step: Step, mode: OnRetarget, cause: str) -> None:
        if mode is OnRetarget.RESTART:
            if not self.arrived:
                cycle.moved_before_arrival = step.at
            if cause == "reopen":
                raise Ambiguous("on_retarget: restart, and the target changed while it was ended")
            cycle.bound = promise
            self._restart(cycle, step.at)
            return
        clock = self._clock(cycle, promise)
        late = clock.due(step.at).past
        cycle.bound = promise
        if mode is OnRetarget.RECOMPUTE and cycle.breached_at is not None:
            if late and clock.can_pause and not cycle.runs:
                raise Ambiguous("recompute while paused, more counted than is now promised")
            if not late:
                cycle.breached_at = cycle.cause = None
        self._judge(cycle, step.at, cause)
