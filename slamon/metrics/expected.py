"""What there is to be counted, known from settings and rules: the label sets that are there from the start."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from slamon.core.policy import Rules
from slamon.core.verdict import ENDED_STATUSES
from slamon.flow.observe import Promise
from slamon.flow.tally import OTHER
from slamon.settings import Settings

BEGAN_OR_ENDED = ("breached", *ENDED_STATUSES)


@dataclass(frozen=True, slots=True)
class Expected:
    """Names of what is configured. `promises` are policies and their targets; `customers` those counted by name."""

    sources: Collection[str] = ()
    notifiers: Collection[str] = ()
    directories: Collection[str] = ()
    promises: Collection[tuple[str, str]] = ()
    customers: Collection[str] = ()

    @property
    def counted_under(self) -> Iterator[Promise]:
        """Every promise of every source."""
        for source in self.sources:
            for policy, target in self.promises:
                yield Promise(source, policy, target)

    @property
    def shown_customers(self) -> tuple[str, ...]:
        return (*self.customers, OTHER) if self.customers else ()


def expected_of(settings: Settings, rules: Rules) -> Expected:
    """What settings and rules name."""
    return Expected(
        settings.source_names,
        [one.name for one in settings.notifiers],
        [one.name for one in settings.directories],
        [(policy.name, target.name) for policy in rules.policies for target in policy.targets],
        settings.metrics.customers,
    )
