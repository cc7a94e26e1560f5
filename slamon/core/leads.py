"""How early warnings come: how long a source may be silent before that could hide a broken promise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slamon.core.instants import Span
from slamon.core.policy import Always, ByValue, Duration, Left, Policy, Promise, Rows, Rules, Target, Warning


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before a promise is broken a warning of it comes, at the least."""

    span: Span
    warning: Warning
    target: Target
    policy: Policy


def shortest_lead(rules: Rules) -> Lead | None:
    """Of the warning that comes the shortest time before its promise is broken; None if there is no warning."""
    return min(_leads(rules), key=lambda lead: lead.span, default=None)


def _leads(rules: Rules) -> Iterator[Lead]:
    for policy in rules.policies:
        for target in policy.targets:
            for warning in target.warn_at:
                yield from (Lead(span, warning, target, policy) for span in _spans(warning, target))


def _spans(warning: Warning, target: Target) -> Iterator[Span]:
    """How early a warning comes, for every length that a target promises. By the wall clock it is never less."""
    if isinstance(warning, Left):
        yield warning.span
        return
    if warning.numerator >= warning.denominator:
        return  # it is no warning: it comes with the breach
    for promise in _promises(target):
        if isinstance(promise, Duration):
            yield promise.span * (warning.denominator - warning.numerator) // warning.denominator


def _promises(target: Target) -> Iterator[Promise]:
    within = target.within
    if isinstance(within, Always):
        yield within.promise
    elif isinstance(within, ByValue):
        yield from (promise for _, promise in within.entries)
        if within.other is not None:
            yield within.other
    elif isinstance(within, Rows):
        yield from (promise for _, promise in within.rows)
