"""Whether sources are known to be silent before the first warning that their silence could hide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slamon.core.instants import Span
from slamon.core.policy import Always, ByValue, Duration, Left, Place, Policy, Promise, Rows, Rules, Target, Warning
from slamon.rulefile import Diagnostic
from slamon.rulefile.amounts import format_amount
from slamon.rulefile.suggest import quoted
from slamon.settings import Settings, SourceSettings


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before a promise is broken a warning of it comes, at the least."""

    span: Span
    warning: Warning
    target: Target
    policy: Policy


def check_freshness(settings: Settings, rules: Rules, places: Mapping[str, Place]) -> tuple[Diagnostic, ...]:
    """A warning for every source whose data counts as fresh for too long; `places` is where that is said of each."""
    shortest = min(_leads(rules), key=lambda lead: lead.span, default=None)
    found = []
    for source in settings.sources:
        place = places.get(source.name, Place("", 1, 1))
        if source.poll > source.max_data_age:
            found.append(_read_too_seldom(source, place))
        elif shortest is not None and source.max_data_age > shortest.span:
            found.append(_fresh_too_long(source, shortest, place))
    return tuple(found)


def _read_too_seldom(source: SourceSettings, place: Place) -> Diagnostic:
    poll, age = format_amount(source.poll), format_amount(source.max_data_age)
    message = f"{quoted(source.name)} is read every {poll}, and what is known of it counts as stale after {age}"
    help = f"write max_data_age: {format_amount(2 * source.poll)}, or a shorter poll"
    return Diagnostic(place, "stale-between-polls", message, help, "warning")


def _fresh_too_long(source: SourceSettings, lead: Lead, place: Place) -> Diagnostic:
    what = f"the warning {lead.warning.text} of {lead.target.name} ({lead.policy.name})"
    early = format_amount(lead.span)
    message = (
        f"{quoted(source.name)} may be silent for {format_amount(source.max_data_age)} before anybody is told, "
        f"and {what} comes only {early} before its promise is broken"
    )
    return Diagnostic(place, "stale-too-late", message, f"write max_data_age: {early} or less", "warning")


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
