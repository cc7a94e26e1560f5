"""Whether sources are known to be silent before the first warning that their silence could hide."""

from __future__ import annotations

from collections.abc import Mapping

from slamon.core.leads import Lead, shortest_lead
from slamon.core.policy import Place, Rules
from slamon.rulefile import Diagnostic
from slamon.rulefile.amounts import format_amount
from slamon.rulefile.suggest import quoted
from slamon.settings import Settings, SourceSettings


def check_freshness(settings: Settings, rules: Rules, places: Mapping[str, Place]) -> tuple[Diagnostic, ...]:
    """A warning for every source whose data counts as fresh for too long; `places` is where that is said of each."""
    shortest = shortest_lead(rules)
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
