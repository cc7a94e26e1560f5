"""Running rule tests by the one engine, and what differs where they fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from slamon.core.alerts import BREACHED, Moment, alerts, last_fields, moments
from slamon.core.explain import Commitment, Explanation, explain
from slamon.core.instants import Instant
from slamon.core.judge import Judge
from slamon.core.policy import Place
from slamon.core.routes import Route
from slamon.core.telling import moment_text, stretch_text
from slamon.core.verdict import Verdict
from slamon.core.worktime import FAR
from slamon.ruletests.cases import AlertExpectation, Case, Expectation
from slamon.ruletests.values import span_text

_SPANS = frozenset({"remaining", "elapsed", "target_span"})
_INSTANTS = frozenset({"started_at", "stopped_at", "due_at", "breached_at", "changes_at"})
_TOLD = frozenset({"warning", "due", "breached", "stopped"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as expected; both as text."""

    key: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An entry of `expect` or `alerts` that does not hold; `near` tells how it came to that."""

    place: Place
    about: str
    differences: tuple[Difference, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A test that was run."""

    case: Case
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        return not self.failures


def run(judge: Judge, case: Case) -> Outcome:
    """Run one test."""
    found = [_expectation(judge, case, one) for one in case.expectations]
    found += [_alert(judge, case, one) for one in case.alerts]
    return Outcome(case, tuple(failure for failure in found if failure is not None))


# verdicts


def _expectation(judge: Judge, case: Case, expected: Expectation) -> Failure | None:
    verdicts = judge.verdicts(case.ticket, expected.at)
    found = [one for one in verdicts if one.target == expected.target and expected.cycle in (None, one.cycle)]
    differences = tuple(_differences(expected, found[-1] if found else None, case.zone))
    if not differences:
        return None
    explanation = explain(judge, case.ticket, expected.at, case.zone)
    near = _near(explanation, expected.target, found[-1] if found else None)
    return Failure(expected.place, _about(expected, case.zone), differences, near)


def _differences(expected: Expectation, verdict: Verdict | None, zone: tzinfo) -> Iterator[Difference]:
    if verdict is None:
        if expected.target is None:
            yield Difference("status", "unmatched", "a policy matches")
        elif not expected.absent:
            yield Difference("commitment", "there", "absent")
        return
    if expected.absent:
        yield Difference("commitment", "absent", f"there, {verdict.status}")
        return
    for wanted in expected.wanted:
        got = getattr(verdict, wanted.attribute)
        if got != wanted.value:
            attribute = wanted.attribute
            yield Difference(wanted.key, _shown(attribute, wanted.value, zone), _shown(attribute, got, zone))


def _about(expected: Expectation | AlertExpectation, zone: tzinfo) -> str:
    cycle = "" if expected.cycle is None else f", cycle {expected.cycle}"
    return f"{expected.target or 'the ticket'}{cycle} at {moment_text(expected.at, zone)}"


def _shown(attribute: str, value: Any, zone: tzinfo) -> str:
    if value is None:
        return "null"
    if attribute in _INSTANTS:
        return moment_text(value, zone)
    if attribute in _SPANS:
        return span_text(value)
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)


# how it came to that


def _near(explanation: Explanation, target: str | None, verdict: Verdict | None) -> tuple[str, ...]:
    """The last stretch and what decided; or why there is no such commitment."""
    for one in explanation.commitments:
        if verdict is not None and one.verdict == verdict:
            return (*(stretch_text(stretch, one.zone) for stretch in one.stretches[-1:]), one.decided)
    silent = [f"{one.target} {one.why}" for one in explanation.silent if one.target == target]
    return tuple(silent or [_policies(explanation)])


def _policies(explanation: Explanation) -> str:
    if not explanation.policies:
        return "the ticket did not exist yet"
    main = explanation.policies[0]
    passed_over = "".join(f"; not {name}: {reason}" for name, reason in main.passed_over)
    return f"{main.policy + ': ' if main.policy else ''}{main.why}{passed_over}"


# alerts


def _alert(judge: Judge, case: Case, expected: AlertExpectation) -> Failure | None:
    found, told = _told(judge, case, expected)
    if told == expected.notify and (found or not expected.notify):
        return None
    about = f"{_about(expected, case.zone)}: {expected.when}"
    differences = []
    if not found:
        differences.append(Difference("when", expected.when, "nothing at this instant"))
    else:
        differences.append(Difference("notify", _names(expected.notify), _names(told)))
    return Failure(expected.place, about, tuple(differences), _near_alert(judge, case, expected))


def _told(judge: Judge, case: Case, expected: AlertExpectation) -> tuple[list[Moment], frozenset[str]]:
    """The moments that come at the very instant, and who is told of them."""
    # At the due instant itself a commitment is still in time: a breach shows right after it.
    look = expected.at + 1 if expected.when == BREACHED else expected.at
    fields = last_fields(case.ticket, look)
    routes: Sequence[Route] = judge.rules.routes
    found: list[Moment] = []
    told: set[str] = set()
    for cycle, verdict in judge.judged(case.ticket, look):
        if cycle is None or verdict.target != expected.target or expected.cycle not in (None, verdict.cycle):
            continue
        here = [one for one in moments(cycle, verdict, look) if one.at == expected.at and _is(expected.when, one)]
        due = alerts(routes, case.ticket, cycle, verdict, fields, look, FAR)
        found += here
        told |= {alert.notifier for alert in due if alert.moment in here}
    return found, frozenset(told)


def _is(when: str, moment: Moment) -> bool:
    name = moment.name.removeprefix("warning ")
    return when == name or (when == "at_risk" and name != moment.name)


def _names(notifiers: frozenset[str]) -> str:
    return f"[{', '.join(sorted(notifiers))}]"


def _near_alert(judge: Judge, case: Case, expected: AlertExpectation) -> tuple[str, ...]:
    """The moment of the target that lies nearest to the instant."""
    explanation = explain(judge, case.ticket, expected.at + 1, case.zone)
    commitments = [one for one in explanation.commitments if one.verdict.target == expected.target]
    if not commitments:
        return _near(explanation, expected.target, None)
    lines = [_nearest(one, expected.at, case.zone) for one in commitments[-1:]]
    return tuple(line for line in lines if line)


def _nearest(one: Commitment, at: Instant, zone: tzinfo) -> str:
    told = [point for point in one.points if point.what in _TOLD]
    if not told:
        return one.decided
    point = min(told, key=lambda point: abs(point.at - at))
    return f"nearest: {moment_text(point.at, zone)} {point.words}"
