"""The one engine: a ticket, the rules and an instant give the verdicts. Everything that judges calls this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from slamon.core.clock import Cycle, Definition
from slamon.core.instants import Instant
from slamon.core.match import EVERYTHING, Match
from slamon.core.order import without_copies
from slamon.core.policy import Happening, OnReopen, Policy, Rules, Target
from slamon.core.replay import replay
from slamon.core.steps import Step, Timeline
from slamon.core.ticket import Event, Ticket
from slamon.core.timeline import timeline
from slamon.core.verdict import Verdict, verdict

_MOST_REPLAYED_STEPS = 50_000  # beyond this much work uncertain events are not tried one by one
_InForce = dict[str, Definition]  # by the target's name
_Key = tuple[str | None, int | None]  # a verdict's target and cycle


class Trace(Struct):
    """What judging one ticket went through: its steps, the targets in force after each, and every cycle."""

    seen: Timeline
    in_force: list[_InForce]
    cycles: list[Cycle]  # those that no promise ever covered too
    unmatched: bool  # no policy (but `also` ones) matches in the end

    def verdicts(self, ticket: Ticket, at: Instant) -> list[tuple[Cycle | None, Verdict]]:
        """The verdict on every cycle that is shown, or a single one that says that nothing matches."""
        found: list[tuple[Cycle | None, Verdict]] = [
            (cycle, verdict(ticket, cycle, at, self.seen.quality)) for cycle in self.cycles if cycle.is_shown
        ]
        if not found and self.unmatched:
            return [(None, Verdict(ticket.source, ticket.id, quality=tuple(sorted(self.seen.quality))))]
        return found


class Judge:
    """Rules made ready for judging. Pure: the same ticket and instant always give the same verdicts."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._policies = [(policy.match, policy.also, _definitions(policy)) for policy in rules.policies]
        rank = 0
        for index, (match, also, definitions) in enumerate(self._policies):
            ranked = [msgspec.structs.replace(one, rank=rank + place) for place, one in enumerate(definitions)]
            self._policies[index] = match, also, ranked
            rank += len(ranked)
        matched = frozenset[str]().union(*(policy.match.reads for policy in rules.policies))
        self._match_reads = matched
        self._reads = matched.union(*(one.reads for _, _, definitions in self._policies for one in definitions))
        self._in_force: dict[tuple[int, ...], _InForce] = {}

    def verdicts(self, ticket: Ticket, at: Instant) -> list[Verdict]:
        """The verdicts on a ticket at an instant, in the order in which they are written."""
        if any(event.earliest is not None and event.at <= at for event in ticket.events):
            return self._with_confidence(ticket, at)
        return [found for _, found in self.judged(ticket, at)]

    def judged(
        self, ticket: Ticket, at: Instant, events: Sequence[Event] | None = None
    ) -> list[tuple[Cycle | None, Verdict]]:
        """The same with the cycle behind each verdict; every event is taken as certain."""
        return self.trace(ticket, at, events).verdicts(ticket, at)

    def trace(self, ticket: Ticket, at: Instant, events: Sequence[Event] | None = None) -> Trace:
        """Everything that the verdicts come from: what an explanation tells."""
        seen = timeline(ticket, at, self._reads, events)
        if not seen.steps:
            return Trace(seen, [], [], False)
        matched, unmatched = self._matched(seen.steps)
        cycles = [cycle for name in _names(matched) for cycle in self._cycles(ticket, seen, matched, name)]
        return Trace(seen, matched, cycles, unmatched)

    def _cycles(self, ticket: Ticket, seen: Timeline, matched: list[_InForce], name: str) -> list[Cycle]:
        cycles = replay(ticket, seen.steps, [in_force.get(name) for in_force in matched])
        if seen.gone_at is not None:
            for cycle in cycles:
                if cycle.ended is None:
                    cycle.settle(seen.gone_at)
                    cycle.cancel(seen.gone_at)
                    cycle.mark("gone", None, seen.gone_at)
        return cycles

    # which policies

    def _matched(self, steps: list[Step]) -> tuple[list[_InForce], bool]:
        """For each step the targets in force after it; and whether no policy (but `also` ones) matches in the end."""
        found: list[_InForce] = []
        main: int | None = None
        current: _InForce = {}
        fields = None
        for step in steps:
            if fields is None or (fields is not step.fields and not self._match_reads.isdisjoint(step.changed)):
                main, current = self._match(step)
            fields = step.fields
            found.append(current)
        return found, main is None

    def _match(self, step: Step) -> tuple[int | None, _InForce]:
        main: int | None = None
        taken = []
        for index, (match, also, _) in enumerate(self._policies):
            if (also or main is None) and (match is EVERYTHING or match.holds(step.fields)):
                taken.append(index)
                if not also:
                    main = index
        return main, self._together(tuple(taken))

    def _together(self, taken: tuple[int, ...]) -> _InForce:
        known = self._in_force.get(taken)
        if known is None:
            known = {one.target.name: one for index in taken for one in self._policies[index][2]}
            self._in_force[taken] = known
        return known

    # uncertain events

    def _with_confidence(self, ticket: Ticket, at: Instant) -> list[Verdict]:
        """Judge by every reading of the uncertain events, and say the worst where they differ."""
        runs: list[dict[_Key, Verdict]] = []
        ranks: dict[str, int] = {}
        for events in self.readings(ticket, at):
            trace = self.trace(ticket, at, events)
            runs.append({(found.target, found.cycle): found for _, found in trace.verdicts(ticket, at)})
            ranks = {**_ranks(trace.in_force), **ranks}
        keys = sorted({key for run in runs for key in run}, key=lambda key: (ranks.get(key[0] or "", -1), key[1] or 0))
        verdicts = [_combined([run.get(key) for run in runs]) for key in keys]
        return [found for found in verdicts if found.status != "unmatched"] or verdicts

    def readings(self, ticket: Ticket, at: Instant) -> Iterator[Sequence[Event]]:
        """The events with all uncertain ones at their latest, all at their earliest, and each alone at its earliest."""
        yield ticket.events
        kept, other_contents = without_copies([event for event in ticket.events if event.at <= at])
        uncertain = [event for event in kept if event.earliest is not None]
        earlier = {id(event): _at_earliest(event, ticket.created_at) for event in uncertain}
        if uncertain:
            yield [*(earlier.get(id(event), event) for event in kept), *other_contents]
        if len(uncertain) > 1 and len(uncertain) * len(kept) <= _MOST_REPLAYED_STEPS:
            for one in uncertain:
                yield [*(earlier[id(one)] if event is one else event for event in kept), *other_contents]


def _at_earliest(event: Event, created_at: Instant) -> Event:
    """The event as early as it may have happened; not before the creation, unless it certainly did."""
    assert event.earliest is not None
    return msgspec.structs.replace(event, at=max(event.earliest, min(event.at, created_at)))


def _combined(runs: list[Verdict | None]) -> Verdict:
    """One verdict out of those of several runs; the first is the one with everything at its latest."""
    present = [found for found in runs if found is not None]
    first = present[0]
    if len(present) == len(runs) and all(found == first for found in present):
        return first
    if len(present) == len(runs) and all(found.status == first.status for found in present):
        return msgspec.structs.replace(first, confidence="bounded")
    worst = max(present, key=lambda found: found.badness)
    return msgspec.structs.replace(worst, confidence="undetermined")


def _names(matched: list[_InForce]) -> list[str]:
    """The names of all targets that were ever in force, in the order of the rules."""
    ranks = _ranks(matched)
    return sorted(ranks, key=ranks.__getitem__)


def _ranks(matched: list[_InForce]) -> dict[str, int]:
    """The place of each target that was ever in force, by its name."""
    ranks: dict[str, int] = {}
    previous: _InForce | None = None
    for in_force in matched:
        if in_force is not previous:
            ranks.update((name, one.rank) for name, one in in_force.items())
            previous = in_force
    return ranks


def _definitions(policy: Policy) -> list[Definition]:
    return [Definition(policy.name, target, 0, _interest(target), _reads(target)) for target in policy.targets]


def _interest(target: Target) -> int:
    bits = int(Happening.CREATED)
    for trigger in (target.start, target.stop, target.reset, target.cancel):
        bits |= trigger.happenings
    if target.on_reopen is not OnReopen.ONCE or target.date_field is not None:
        bits |= Happening.REOPENED
    if target.after_first_response:
        bits |= target.counts | Happening.SOLVED
    return int(bits)


def _reads(target: Target) -> frozenset[str]:
    matches: list[Match] = [
        match for trigger in (target.start, target.stop, target.reset, target.cancel) for match in trigger.becomes
    ]
    if target.pause_while is not None:
        matches.append(target.pause_while)
    found = frozenset[str]().union(*(match.reads for match in matches))
    if target.within is not None:
        found |= target.within.reads
    return found | {target.date_field} if target.date_field is not None else found
