"""Another target for a clock that runs: same start, same pauses, judged anew at the instant of the change."""

from __future__ import annotations

from slamon.core.clock import Cycle, Definition
from slamon.core.dates import date_value
from slamon.core.match import lookup
from slamon.core.policy import OnRetarget, Promise
from slamon.core.runs import Bound, bind
from slamon.core.steps import Step


def retarget(cycle: Cycle, definition: Definition, step: Step, promise: Promise | None, *, arriving: bool) -> None:
    """Take over the promise of this step. `arriving`: the target is in force for the first time."""
    if cycle.pinned:
        if not arriving and not cycle.off:
            return
    elif promise is None:
        return
    newly = cycle.promise is None or cycle.off or arriving
    before, bound = cycle.definition, cycle.bound
    mode = before.target.on_retarget
    if promise is not None and not cycle.pinned:
        cycle.definition, cycle.promise, cycle.chosen = definition, promise, step
        bound = bind(promise, cycle.started_at)
    if bound is None or (bound == cycle.bound and not newly):
        if cycle.definition is not before:
            cycle.mark("adopted", step, step.at)
        return
    if mode is OnRetarget.RESTART and not newly:
        cycle.begin_again(step.at)
        cycle.mark("restarted", step, step.at)
        return
    forget = mode is OnRetarget.RECOMPUTE and not arriving and bound != cycle.bound  # also after a gap
    _judge_by(cycle, bound, step, forget=forget, arriving=arriving)
    cycle.mark("covered" if newly else "retargeted", step, step.at)


def redate(cycle: Cycle, definition: Definition, step: Step, promise: Promise | None, *, arriving: bool) -> None:
    """The same date under another definition: only the calendar, and so the end of a day, can differ.

    No promise comes with a date; it is there so that both are called alike.
    """
    if cycle.definition is definition and not cycle.off and not arriving:
        return
    cycle.definition, cycle.chosen = definition, step
    calendar = definition.target.calendar
    value = date_value(lookup(step.fields, definition.target.date_field or ""), calendar)
    _judge_by(cycle, Bound(calendar, None, value), step, forget=False, arriving=arriving)
    cycle.mark("adopted", step, step.at)


def _judge_by(cycle: Cycle, bound: Bound, step: Step, *, forget: bool, arriving: bool) -> None:
    """Already late by the new bound: breached by the change. `forget` a breach if the new due has not passed."""
    if arriving:
        cycle.breached_at = cycle.cause = None
    cycle.apply_again()
    cycle.set_bound(bound)
    if cycle.breached_at is None:
        if cycle.late(step.at):
            cycle.breached_at, cycle.cause = step.at, "retarget"
    elif forget and not cycle.late(step.at):
        cycle.mark("forgiven", step, step.at)
        cycle.breached_at = cycle.cause = None
