"""All cycles of one target's name over a ticket's history, walked tick by tick and step by step."""

from __future__ import annotations

import copy

from slamon.core.instants import Instant
from slamon.core.policy import Happening, OnReopen, OnRetarget, Target
from slamon.core.ticket import Ticket

from .model_clock import Ambiguous, Cycle, Times, due_date
from .model_promises import InForce, Promises
from .model_steps import Step


class Line(Promises):
    def __init__(self, ticket: Ticket, times: Times, in_force: list[InForce | None]) -> None:
        self.ticket = ticket
        self.times = times
        self.in_force = in_force
        self.definition: InForce = next(one for one in in_force if one)
        self.arrived = False  # whether it has been in force; until then it counts as if it always had been
        self.cycles: list[Cycle] = []
        self.frozen: dict[int, Cycle] = {}  # by number: how a cycle stood as it stopped applying, or ended
        self.past: list[Step] = []
        self.solved_at: Instant | None = None
        self.now: Instant = ticket.created_at

    # time

    def walk_to(self, at: Instant) -> None:
        """Tick by tick, then see what became late on the way."""
        while self.now < at:
            for cycle in self.cycles:
                if cycle.ended:
                    cycle.gap.append(self.now)
                elif cycle.runs:
                    cycle.stretches[-1].ticks.append(self.now)
            self.now += self.times.tick
        for cycle in self.cycles:
            cycle.now = at
            if cycle.applies and not cycle.ended and cycle.breached_at is None:
                due = self._clock(cycle).due(at)
                if due.past and due.at is not None:
                    cycle.breached_at = max(due.at, cycle.started_at)

    # what comes out

    def shown(self) -> list[Cycle]:
        live = {cycle.number: cycle for cycle in self.cycles if cycle.applies}
        both = {**self.frozen, **live}
        return [both[number] for number in sorted(both)]

    def cancel_all(self) -> None:
        for cycle in self.cycles:
            if cycle.applies and not cycle.ended:
                self._end(cycle, "cancelled", self.now)

    # one step

    def take(self, step: Step, index: int) -> None:
        found = self.in_force[index]
        self.definition = found or self.definition
        current = self.definition if not self.arrived else found
        self._date_moved(step)
        for cycle in self.cycles:
            if not cycle.ended:
                self._rebind(cycle, current, step)
        if found is not None and not self.arrived:
            self._arrive(step)
        for cycle in self.cycles:
            if not cycle.ended:
                self._stop_cancel_reset(cycle, step)
        for cycle in self.cycles:
            if not cycle.ended:
                self._pause(cycle, step)
        self._start(step, current)
        self.past.append(step)
        if step.solved and self.solved_at is None:
            self.solved_at = step.at
        elif not step.solved:
            self.solved_at = None

    def _arrive(self, step: Step) -> None:
        """In force from now on: what is late by the present promise becomes so now; nothing was late before."""
        self.arrived = True
        if any(cycle.moved_before_arrival == step.at for cycle in self.cycles):
            raise Ambiguous("on_retarget: restart, and the promise changed in the update that brought the policy")
        for cycle in self.cycles:
            if not cycle.ended and cycle.applies:
                cycle.breached_at = cycle.cause = None
                self._judge(cycle, step.at, "retarget")

    def _stop_cancel_reset(self, cycle: Cycle, step: Step) -> None:
        target = cycle.target
        if self._hit(target.stop, target, step):
            answered = bool(step.what & target.counts)
            cycle.unanswered = target.kind in ("first_response", "next_response") and not answered
            cycle.stopped_by_end_of_ticket = step.ended_the_ticket
            self._end(cycle, "stopped", step.at)
        elif self._hit(target.cancel, target, step):
            self._end(cycle, "cancelled", step.at)
        elif self._hit(target.reset, target, step):
            self._restart(cycle, step.at)

    def _end(self, cycle: Cycle, how: str, at: Instant) -> None:
        cycle.ended, cycle.stopped_at, cycle.gap = how, at, []
        if cycle.applies:
            self.frozen.pop(cycle.number, None)

    def _paused(self, target: Target, step: Step) -> bool:
        return target.pause_while is not None and target.pause_while.holds(step.after)

    def _pause(self, cycle: Cycle, step: Step) -> None:
        if self._paused(cycle.target, step):
            cycle.runs = False
        else:
            cycle.run(step.at)

    # starting

    def _start(self, step: Step, current: InForce | None) -> None:
        target = self.definition[1]
        if step.what & Happening.REOPENED and self._reopen(step, current):
            return
        if any(not cycle.ended for cycle in self.cycles):
            return
        if target.date_field is not None:
            self._start_by_date(step, current)
            return
        if self.cycles and not target.repeat:
            return
        if not self._hit(target.start, target, step):
            return
        if (target.only_while_open and step.solved) or (target.after_first_response and not self._opened(target)):
            return
        if step.what & Happening.CREATED and self.ticket.created_by == "agent" and target.agent_created != "start":
            if target.agent_created == "met":
                self._end(self._begin(step, current), "stopped", step.at)
            return
        self._begin(step, current)

    def _opened(self, target: Target) -> bool:
        """Whether somebody answered before, or there was nothing to answer."""
        if target.agent_created == "skip" and self.ticket.created_by == "agent":
            raise Ambiguous("agent_created: skip on next_response")
        opened = self.ticket.direction == "outbound"
        opened |= target.agent_created == "met" and self.ticket.created_by == "agent"
        return opened or any(step.what & (target.counts | Happening.SOLVED) for step in self.past)

    def _begin(self, step: Step, current: InForce | None) -> Cycle:
        cycle = Cycle(len(self.cycles) + 1, *self.definition, step.at, now=step.at)
        if not self._paused(cycle.target, step):
            cycle.run(step.at)
        self.cycles.append(cycle)
        promise = self._promise(current, step)
        if promise is not None:
            cycle.bound, cycle.applies = promise, True
        return cycle

    def _date_moved(self, step: Step) -> None:
        """Another value of a date field ends the cycle of the old one, by the promise it had."""
        for cycle in self.cycles:
            if cycle.target.date_field is None or cycle.ended:
                continue
            hours = self.times.of(cycle.target.calendar).hours
            field = cycle.target.date_field
            if due_date(step.before.get(field), hours) != due_date(step.after.get(field), hours):
                self._end(cycle, "cancelled" if cycle.breached_at is None else "stopped", step.at)

    def _start_by_date(self, step: Step, current: InForce | None) -> None:
        target = self.definition[1]
        assert target.date_field is not None
        hours = self.times.of(target.calendar).hours
        old, new = (due_date(fields.get(target.date_field), hours) for fields in (step.before, step.after))
        if step.what & Happening.REOPENED and new is not None:
            raise Ambiguous("due: a reopening with a value in place")
        if old == new or new is None or step.what & Happening.CREATED:
            return
        if step.solved:
            raise Ambiguous("due: a value given while the ticket is solved")
        cycle = self._begin(step, current)
        if new < step.at and cycle.applies:
            cycle.breached_at, cycle.cause = step.at, "retarget"

    # reopening

    def _reopen(self, step: Step, current: InForce | None) -> bool:
        """Take up or replace a cycle that ended with the ticket; whether one was concerned."""
        if not self.cycles or not self.cycles[-1].ended:
            return False
        cycle = self.cycles[-1]
        if cycle.target.repeat or cycle.ended != "stopped" or not cycle.stopped_by_end_of_ticket:
            return False
        mode = cycle.target.on_reopen
        if current is not None and (current[1].on_reopen, current[1].reopen_window) != (
            mode,
            cycle.target.reopen_window,
        ):
            raise Ambiguous("another policy's on_reopen at the reopening")
        if mode is OnReopen.ONCE:
            return False
        assert self.solved_at is not None
        window = cycle.target.reopen_window
        if mode is OnReopen.RESTART or (window is not None and step.at - self.solved_at > window):
            self._begin(step, current)
            return True
        self._go_on(cycle, step, current, mode)
        return True

    def _go_on(self, cycle: Cycle, step: Step, current: InForce | None, mode: OnReopen) -> None:
        promise = self._promise(current, step)
        pinned = cycle.target.on_retarget is OnRetarget.PIN and current is not None
        if cycle.applies and promise is None and not pinned:  # nobody promises it any more: the ended verdict stays
            self.frozen[cycle.number] = copy.deepcopy(cycle)
            cycle.applies = False
        if cycle.stopped_at == step.at:
            raise Ambiguous("solved and reopened at one instant")
        if mode is OnReopen.CONTINUE_WALL:
            self._count_the_gap(cycle)
        cycle.ended, cycle.stopped_at, cycle.unanswered = None, None, False
        cycle.runs = cycle.runs and mode is OnReopen.CONTINUE_WALL
        before = copy.copy(cycle.bound)
        self._rebind(cycle, current, step, "reopen")
        if cycle.applies and before == cycle.bound:
            self._judge(cycle, step.at, "reopen")
        self._pause(cycle, step)

    def _count_the_gap(self, cycle: Cycle) -> None:
        if cycle.bound is not None:
            due = self._clock(cycle).due(cycle.now)
            if due.at == cycle.stopped_at:
                raise Ambiguous("continue_wall: solved at the due instant and reopened")
        assert cycle.stopped_at is not None
        cycle.run(cycle.stopped_at)
        cycle.stretches[-1].ticks += cycle.gap
