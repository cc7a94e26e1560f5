"""Counters of what became of commitments, and how long they took."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from slamon.core.instants import SECOND, Span
from slamon.core.verdict import ENDED_STATUSES
from slamon.flow.observe import Outcome, Promise
from slamon.metrics.expected import BEGAN_OR_ENDED, Expected

_MINUTE, _HOUR = 60, 3600
# Working time: an eight-hour day is 28,800 s, a week of them 144,000 s.
_WORKING = (
    *(_MINUTE, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 16 * _HOUR, 24 * _HOUR, 40 * _HOUR, 80 * _HOUR, 160 * _HOUR),
)
_PROMISE = ("source", "policy", "target")
_CUSTOMER = ("sla_customer", "policy", "target")


class PromiseCounts:
    """The part of flow.observe.Observer about commitments."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._started = Counter("slamon_commitments_started", "Commitments that began.", _PROMISE, registry=registry)
        self._breached = Counter(
            "slamon_commitments_breached",
            "Commitments that were broken, counted when it happened.",
            _PROMISE,
            registry=registry,
        )
        self._ended = Counter(
            "slamon_commitments_ended",
            "Commitments that ended, by outcome; one that was answered too late is missed.",
            [*_PROMISE, "outcome"],
            registry=registry,
        )
        self._corrected = Counter(
            "slamon_commitments_corrected",
            "What was counted of a commitment and was taken back by later news.",
            [*_PROMISE, "was"],
            registry=registry,
        )
        self._working = Histogram(
            "slamon_commitment_working_seconds",
            "Working time from the start of a commitment until it was met, in time or late.",
            ["policy", "target"],
            buckets=_WORKING,
            registry=registry,
        )
        self._of_customers = Counter(
            "slamon_customer_commitments",
            "What became of commitments, for the customers named in slamon.yml; the rest is other.",
            [*_CUSTOMER, "outcome"],
            registry=registry,
        )
        self._corrected_of_customers = Counter(
            "slamon_customer_commitments_corrected",
            "What was counted for a customer and was taken back by later news.",
            [*_CUSTOMER, "was"],
            registry=registry,
        )

    def expect_promises(self, expected: Expected) -> None:
        """From zero on: what is counted for the first time is then a rise, too."""
        for one in expected.counted_under:
            labels = _labels(one)
            self._started.labels(*labels)
            self._breached.labels(*labels)
            for ended in ENDED_STATUSES:
                self._ended.labels(*labels, ended)
            for outcome in BEGAN_OR_ENDED:
                self._corrected.labels(*labels, outcome)
        for policy, target in expected.promises:
            self._working.labels(policy, target)
            for customer in expected.shown_customers:
                for outcome in BEGAN_OR_ENDED:
                    self._of_customers.labels(customer, policy, target, outcome)
                    self._corrected_of_customers.labels(customer, policy, target, outcome)

    def started(self, promise: Promise) -> None:
        self._started.labels(*_labels(promise)).inc()

    def became(self, promise: Promise, outcome: Outcome, elapsed: Span | None) -> None:
        if outcome == "breached":
            self._breached.labels(*_labels(promise)).inc()
        else:
            self._ended.labels(*_labels(promise), outcome).inc()
        if outcome in ("met", "missed") and elapsed is not None:
            self._working.labels(promise.policy, promise.target).observe(elapsed / SECOND)
        if promise.customer is not None:
            self._of_customers.labels(promise.customer, promise.policy, promise.target, outcome).inc()

    def corrected(self, promise: Promise, was: Outcome) -> None:
        self._corrected.labels(*_labels(promise), was).inc()
        if promise.customer is not None:
            self._corrected_of_customers.labels(promise.customer, promise.policy, promise.target, was).inc()


def _labels(promise: Promise) -> tuple[str, str, str]:
    return promise.source, promise.policy, promise.target
