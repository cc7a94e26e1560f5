"""Why a verdict is what it is: every choice and every second of it, told from the engine's own trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

import msgspec

from slamon.core.calendars import ALWAYS
from slamon.core.clock import Cycle, Definition
from slamon.core.decided import confidence_words, decided, quality_words
from slamon.core.instants import Instant
from slamon.core.judge import Judge, Trace
from slamon.core.kinds import EVENTS
from slamon.core.match import Fields
from slamon.core.points import Point, points
from slamon.core.policy import Happening, Policy, Rules, Target
from slamon.core.promised import bound_text, promise_text, why_nothing, why_promised
from slamon.core.reasons import wanted, why, why_not
from slamon.core.stretches import Stretch, stretches
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """The policy that matched (None: no policy did), why, and why each one before it in file order did not."""

    policy: str | None
    why: str
    passed_over: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PromiseChoice:
    """What was promised, and which part of `within` said so."""

    promise: str
    why: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """One verdict and everything that led to it."""

    verdict: Verdict
    policy: PolicyChoice
    promise: PromiseChoice
    points: tuple[Point, ...]
    stretches: tuple[Stretch, ...]
    decided: str
    quality: tuple[str, ...]  # in words
    confidence: str | None  # in words; None: exact
    zone: tzinfo  # in which `decided` is told


@dataclass(frozen=True, slots=True)
class Silent:
    """A target in force that gave no commitment, and why."""

    policy: str
    target: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A ticket explained as of an instant. `policies`: what matches it then, the main one first."""

    ticket: Ticket
    at: Instant
    policies: tuple[PolicyChoice, ...]
    commitments: tuple[Commitment, ...]
    silent: tuple[Silent, ...]


def explain(judge: Judge, ticket: Ticket, at: Instant, zone: tzinfo | None = None) -> Explanation:
    """Explain all verdicts on a ticket. `zone`: for the times in sentences; None is that of each calendar."""
    traces = [judge.trace(ticket, at, events) for events in judge.readings(ticket, at)]
    trace = traces[0]
    if not trace.seen.steps:
        return Explanation(ticket, at, (), (), ())
    fields = trace.seen.steps[-1].fields
    read = _readings(traces, ticket, at)
    commitments = tuple(
        _commitment(judge.rules, ticket, at, found, *_read_as(read, found), zone)
        for found in judge.verdicts(ticket, at)
        if found.status != "unmatched"
    )
    silent = tuple(_silent(ticket, trace, fields))
    return Explanation(ticket, at, tuple(_policies(judge.rules, fields)), commitments, silent)


_Readings = dict[tuple[str | None, int | None], list[tuple[Trace, Cycle, Verdict]]]  # by target and cycle


def _readings(traces: Sequence[Trace], ticket: Ticket, at: Instant) -> _Readings:
    """What each reading of the uncertain events makes of each cycle."""
    found: _Readings = {}
    for trace in traces:
        for cycle, verdict in trace.verdicts(ticket, at):
            if cycle is not None:
                found.setdefault((verdict.target, verdict.cycle), []).append((trace, cycle, verdict))
    return found


def _read_as(read: _Readings, found: Verdict) -> tuple[Trace, Cycle]:
    """The reading of uncertain events that a verdict comes from, and its cycle."""
    exact = msgspec.structs.replace(found, confidence="exact")
    for trace, cycle, verdict in read[found.target, found.cycle]:
        if verdict == exact:
            return trace, cycle
    raise AssertionError("a verdict comes from one of the readings")


def _commitment(
    rules: Rules, ticket: Ticket, at: Instant, verdict: Verdict, trace: Trace, cycle: Cycle, zone: tzinfo | None
) -> Commitment:
    seen = cycle.shown or cycle
    assert seen.bound is not None
    calendar = seen.bound.calendar
    zone = zone or (UTC if calendar is ALWAYS else calendar.zone)
    passed = stretches(seen, at)
    moments = points(ticket, cycle, verdict, passed)
    return Commitment(
        verdict,
        _policy_of(rules, trace, seen),
        _promise_of(seen),
        tuple(moments),
        stretches(seen, at, (point.at for point in moments)),
        decided(seen, verdict, at, zone),
        quality_words(verdict.quality),
        confidence_words(verdict),
        zone,
    )


# which policy


def _policy_of(rules: Rules, trace: Trace, cycle: Cycle) -> PolicyChoice:
    """The choice of a cycle's policy, at the step that made it or, if it was in force only later, then."""
    policy = next(one for one in rules.policies if one.name == cycle.definition.policy)
    fields: Fields = cycle.chosen.fields if cycle.chosen is not None else {}
    if not policy.match.holds(fields):
        fields = _first_in_force(trace, cycle.definition) or fields
    return _choice(rules, policy, fields)


def _first_in_force(trace: Trace, definition: Definition) -> Fields | None:
    pairs = zip(trace.seen.steps, trace.in_force, strict=True)
    return next((step.fields for step, found in pairs if found.get(definition.target.name) is definition), None)


def _policies(rules: Rules, fields: Fields) -> Iterator[PolicyChoice]:
    """What matches these fields: the first that does, or that none does; then those taken beside it."""
    main = next((one for one in rules.policies if not one.also and one.match.holds(fields)), None)
    if main is None:
        yield PolicyChoice(None, "no policy matches", tuple(_passed_over(rules.policies, fields)))
    else:
        yield _choice(rules, main, fields)
    yield from (_choice(rules, one, fields) for one in rules.policies if one.also and one.match.holds(fields))


def _choice(rules: Rules, policy: Policy, fields: Fields) -> PolicyChoice:
    reason = why(policy.match, fields)
    if not policy.targets:
        reason += "; it promises nothing (targets: none)"
    if policy.also:
        return PolicyChoice(policy.name, f"{reason}; taken beside the one that matches", ())
    earlier = rules.policies[: rules.policies.index(policy)]
    return PolicyChoice(policy.name, reason, tuple(_passed_over(earlier, fields)))


def _passed_over(policies: Sequence[Policy], fields: Fields) -> Iterator[tuple[str, str]]:
    for one in policies:
        if not one.also and not one.match.holds(fields):
            yield one.name, why_not(one.match, fields)


# which promise


def _promise_of(cycle: Cycle) -> PromiseChoice:
    target = cycle.definition.target
    fields = cycle.chosen.fields if cycle.chosen is not None else {}
    text = bound_text(cycle.bound) if cycle.promise is None else promise_text(cycle.promise)
    return PromiseChoice(text, why_promised(target.within, target.date_field, fields))


# targets that give no verdict


def _silent(ticket: Ticket, trace: Trace, fields: Fields) -> Iterator[Silent]:
    shown = {cycle.definition.target.name for cycle in trace.cycles if cycle.is_shown}
    started = {cycle.definition.target.name for cycle in trace.cycles}
    for name, definition in trace.in_force[-1].items():
        if name not in shown:
            target = definition.target
            reason = f"does not apply: {why_nothing(target.within, target.date_field, fields)}"
            yield Silent(definition.policy, name, reason if name in started else _not_started(ticket, target, fields))


def _not_started(ticket: Ticket, target: Target, fields: Fields) -> str:
    if target.date_field is not None:
        return f"has not started: {why_nothing(None, target.date_field, fields)}"
    if target.start.happenings & Happening.CREATED_INBOUND and ticket.direction == "outbound":
        return "has not started: nobody waits for a first response to an outbound ticket"
    if target.agent_created == "skip" and ticket.created_by == "agent":
        return "has not started: an agent created the ticket, and agent_created is skip"
    names = [name for name, bits in EVENTS.items() if target.start.happenings & bits]
    names += ["a group"] if target.start.happenings & Happening.GROUPED else []
    names += [f"a change that makes {wanted(match)}" for match in target.start.becomes]
    after = ", once there was a first response" if target.after_first_response else ""
    return f"has not started: it waits for {' or '.join(names) or 'its start'}{after}"
