"""Running rule tests by the one engine, and what differs where they fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from slamon.core.explain import explain
from slamon.core.judge import Judge
from slamon.core.telling import moment_text
from slamon.core.verdict import Verdict
from slamon.ruletests.alerting import alert_failure
from slamon.ruletests.cases import Case, Expectation
from slamon.ruletests.outcomes import Difference, Failure, Outcome, about, near
from slamon.ruletests.values import span_text

__all__ = ["Outcome", "run"]

_SPANS = frozenset({"remaining", "elapsed", "target_span"})
_INSTANTS = frozenset({"started_at", "stopped_at", "due_at", "breached_at", "changes_at"})


def run(judge: Judge, case: Case) -> Outcome:
    """Run one test."""
    found = [_expectation(judge, case, one) for one in case.expectations]
    found += [alert_failure(judge, case, one) for one in case.alerts]
    return Outcome(case, tuple(failure for failure in found if failure is not None))


# verdicts


def _expectation(judge: Judge, case: Case, expected: Expectation) -> Failure | None:
    verdicts = judge.verdicts(case.ticket, expected.at)
    found = [one for one in verdicts if one.target == expected.target and expected.cycle in (None, one.cycle)]
    differences = tuple(_differences(expected, found[-1] if found else None, case.zone))
    if not differences:
        return None
    explanation = explain(judge, case.ticket, expected.at, case.zone)
    how = near(explanation, expected.target, found[-1] if found else None)
    return Failure(expected.place, about(expected, case.zone), differences, how)


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


def _shown(attribute: str, value: Any, zone: tzinfo) -> str:
    if value is None:
        return "null"
    if attribute in _INSTANTS:
        return moment_text(value, zone)
    if attribute in _SPANS:
        return span_text(value)
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)
