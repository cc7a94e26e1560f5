"""Counters of what is judged and told."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram

from slamon.core.instants import SECOND, Span
from slamon.metrics.expected import Expected
from slamon.ports import Ending, Reason

_LATENESS = (0.1, 0.5, 1, 5, 30, 60, 300, 1800, 3600, 14400, 86400)


class DeliveryCounts:
    """The parts of flow.observe.Observer about the judge's work and about deliveries."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._judged = Counter("slamon_tickets_judged", "Tickets judged.", registry=registry)
        self._queued = Counter("slamon_deliveries_queued", "Deliveries queued by the judge.", registry=registry)
        self._sweeps = Counter(
            "slamon_sweep_finds", "Overdue judgements found by the safety sweep; should stay 0.", registry=registry
        )
        self._attempts = Counter(
            "slamon_delivery_attempts", "Attempts to deliver, by outcome.", ["notifier", "outcome"], registry=registry
        )
        self._unknown = Counter(
            "slamon_delivery_attempts_unknown",
            "Attempts that failed and may have been accepted all the same.",
            ["notifier"],
            registry=registry,
        )
        self._deliveries_ended = Counter(
            "slamon_deliveries_ended", "Deliveries ended, by ending.", ["notifier", "ending"], registry=registry
        )
        self._lateness = Histogram(
            "slamon_delivery_lateness_seconds",
            "From the instant that an alert was due to its acceptance, in the service's time.",
            ["notifier"],
            buckets=_LATENESS,
            registry=registry,
        )

    def expect_deliveries(self, expected: Expected) -> None:
        for notifier in expected.notifiers:
            for outcome in ("accepted", *Reason):
                self._attempts.labels(notifier, outcome)
            for ending in Ending:
                self._deliveries_ended.labels(notifier, ending)
            self._unknown.labels(notifier)
            self._lateness.labels(notifier)

    def judged(self, tickets: int, deliveries: int) -> None:
        self._judged.inc(tickets)
        self._queued.inc(deliveries)

    def swept(self, found: int) -> None:
        self._sweeps.inc(found)

    def attempted(self, notifier: str, failure: Reason | None, *, unknown: bool = False) -> None:
        self._attempts.labels(notifier, failure or "accepted").inc()
        self._unknown.labels(notifier).inc(unknown)

    def delivered(self, notifier: str, ending: Ending, lateness: Sequence[Span]) -> None:
        self._deliveries_ended.labels(notifier, ending).inc(len(lateness))
        if ending is Ending.SENT:
            for one in lateness:
                self._lateness.labels(notifier).observe(max(0, one) / SECOND)
