"""The Prometheus metrics: the only place that knows prometheus_client. Names and labels are interface.

Labels are closed sets known from the configuration; never a ticket's id, subject or requester.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import get_args

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from slamon import __version__
from slamon.core.instants import SECOND, Instant, Span
from slamon.flow.receive import PushOutcome
from slamon.ports import Ending, Reason
from slamon.web.access import Lapse

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST
_LATENESS = (0.1, 0.5, 1, 5, 30, 60, 300, 1800, 3600, 14400, 86400)


class Metrics:
    """All metrics of one process; also the flow's observer."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._add_judging()
        self._add_sources()
        self._add_delivering()
        self._add_directories()
        self._add_watching()
        self._add_service()

    def expect(self, sources: Collection[str], notifiers: Collection[str], directories: Collection[str]) -> None:
        """Make the label sets of what there is from now on; what is there no more is shown no more."""
        _only(self._up, sources)
        _only(self._directory_up, directories)
        for source in sources:
            self._collect.labels(source)
            self._problems.labels(source)
            self._up.labels(source)
        for notifier in notifiers:
            self._prepare_notifier(notifier)
        for directory in directories:
            self._missing.labels(directory)
            self._directory_up.labels(directory)

    def _add_judging(self) -> None:
        registry = self._registry
        build = Gauge("slamon_build_info", "Version of the running service; always 1.", ["version"], registry=registry)
        build.labels(__version__).set(1)
        self._commitments = Gauge(
            "slamon_commitments",
            "Commitments by status; unmatched and ahead count tickets: matched by no policy, dated in our future.",
            ["source", "policy", "target", "status"],
            registry=registry,
        )
        self._judged = Counter("slamon_tickets_judged", "Tickets judged.", registry=registry)
        self._queued = Counter("slamon_deliveries_queued", "Deliveries queued by the judge.", registry=registry)
        self._sweeps = Counter(
            "slamon_sweep_finds", "Overdue judgements found by the safety sweep; should stay 0.", registry=registry
        )

    def _add_sources(self) -> None:
        registry = self._registry
        self._collect = Counter(
            "slamon_tickets_collected", "Tickets read that were new or changed.", ["source"], registry=registry
        )
        self._problems = Counter(
            "slamon_items_quarantined", "Items read that are no tickets.", ["source"], registry=registry
        )
        self._up = Gauge("slamon_source_up", "1 if the last poll succeeded.", ["source"], registry=registry)
        self._pushes = Counter("slamon_pushes", "Pushes, by outcome.", ["source", "outcome"], registry=registry)

    def _add_delivering(self) -> None:
        registry = self._registry
        self._deliveries = Gauge(
            "slamon_deliveries", "Deliveries in the queue by state.", ["notifier", "state"], registry=registry
        )
        self._attempts = Counter(
            "slamon_delivery_attempts", "Attempts to deliver, by outcome.", ["notifier", "outcome"], registry=registry
        )
        self._ended = Counter(
            "slamon_deliveries_ended", "Deliveries ended, by ending.", ["notifier", "ending"], registry=registry
        )
        self._lateness = Histogram(
            "slamon_delivery_lateness_seconds",
            "From the instant that an alert was due to its acceptance, in the service's time.",
            ["notifier"],
            buckets=_LATENESS,
            registry=registry,
        )

    def _add_directories(self) -> None:
        registry = self._registry
        self._missing = Counter(
            "slamon_directory_missing", "Names that the directory does not know.", ["directory"], registry=registry
        )
        self._directory_up = Gauge(
            "slamon_directory_up", "1 if the directory was read the last time.", ["directory"], registry=registry
        )

    def _add_watching(self) -> None:
        registry = self._registry
        self._conditions = Gauge(
            "slamon_condition", "1 while something is wrong with slamon itself.", ["condition", "of"], registry=registry
        )
        self._silent = Gauge(
            "slamon_part_silent_seconds", "How long a part has given no sign of life.", ["part"], registry=registry
        )
        self._jumps = Counter("slamon_clock_jumps", "Jumps of the machine's clock.", registry=registry)
        self._stalls = Counter("slamon_loop_stalled_seconds", "Time in which the loop was blocked.", registry=registry)
        self._heartbeats = Counter("slamon_heartbeats", "Heartbeats, by outcome.", ["outcome"], registry=registry)
        for outcome in ("sent", "withheld", "failed"):
            self._heartbeats.labels(outcome)
        self._audited = Counter("slamon_tickets_audited", "Tickets looked at by the audit.", registry=registry)
        self._missing_alerts = Counter(
            "slamon_alerts_missing",
            "Alerts that were due and not queued, found by the audit; should stay 0.",
            registry=registry,
        )
        self._unexplained = Gauge(
            "slamon_alerts_unexplained", "Alerts that reached nobody while nobody was told of that.", registry=registry
        )

    def _add_service(self) -> None:
        registry = self._registry
        self._loaded = Gauge(
            "slamon_config_last_load_successful",
            "1 if settings and rules could be used the last time.",
            registry=registry,
        )
        self._loaded_at = Gauge(
            "slamon_config_last_load_success_timestamp_seconds", "When they were last loaded.", registry=registry
        )
        self._denials = Counter(
            "slamon_web_denials", "Requests that were not let in, by reason.", ["reason"], registry=registry
        )
        for reason in get_args(Lapse):
            self._denials.labels(reason)

    def _prepare_notifier(self, notifier: str) -> None:
        for outcome in ("accepted", *Reason):
            self._attempts.labels(notifier, outcome)
        for ending in Ending:
            self._ended.labels(notifier, ending)
        self._lateness.labels(notifier)

    def exposition(
        self,
        commitments: Mapping[tuple[str, str, str, str], int],
        deliveries: Mapping[tuple[str, str], int],
    ) -> bytes:
        """The whole as text, with the counts that the store gave for this moment."""
        _replace(self._commitments, commitments.items())
        _replace(self._deliveries, deliveries.items())
        return generate_latest(self._registry)

    # flow.observe.Observer

    def collected(self, source: str, changed: int, problems: int) -> None:
        self._collect.labels(source).inc(changed)
        self._problems.labels(source).inc(problems)

    def source_up(self, source: str, up: bool) -> None:
        self._up.labels(source).set(up)

    def judged(self, tickets: int, deliveries: int) -> None:
        self._judged.inc(tickets)
        self._queued.inc(deliveries)

    def attempted(self, notifier: str, failure: Reason | None) -> None:
        self._attempts.labels(notifier, failure or "accepted").inc()

    def delivered(self, notifier: str, ending: Ending, lateness: Sequence[Span]) -> None:
        self._ended.labels(notifier, ending).inc(len(lateness))
        if ending is Ending.SENT:
            for one in lateness:
                self._lateness.labels(notifier).observe(max(0, one) / SECOND)

    def loaded(self, successful: bool, at: Instant) -> None:
        """Settings and rules were read, at the start or for a reload."""
        self._loaded.set(successful)
        if successful:
            self._loaded_at.set(at / SECOND)

    def denied(self, lapse: Lapse) -> None:
        self._denials.labels(lapse).inc()

    def swept(self, found: int) -> None:
        self._sweeps.inc(found)

    # flow.watch.WatchObserver

    def standing(self, conditions: Collection[tuple[str, str]]) -> None:
        _replace(self._conditions, ((key, 1) for key in conditions))

    def silent(self, parts: Mapping[str, float]) -> None:
        _replace(self._silent, (((part,), seconds) for part, seconds in parts.items()))

    def clock_jumped(self, seconds: float) -> None:
        self._jumps.inc()

    def stalled(self, seconds: float) -> None:
        self._stalls.inc(seconds)

    def heartbeat(self, outcome: str) -> None:
        self._heartbeats.labels(outcome).inc()

    def audited(self, tickets: int, missing: int, unexplained: int) -> None:
        self._audited.inc(tickets)
        self._missing_alerts.inc(missing)
        self._unexplained.set(unexplained)

    # flow.receive.PushObserver

    def expect_pushes(self, source: str) -> None:
        for outcome in get_args(PushOutcome):
            self._pushes.labels(source, outcome)

    def pushed(self, source: str, outcome: PushOutcome) -> None:
        self._pushes.labels(source, outcome).inc()

    # directories.keeper.DirectoryObserver

    def directory_missed(self, directory: str) -> None:
        self._missing.labels(directory).inc()

    def directory_read(self, directory: str, entries: int | None) -> None:
        self._directory_up.labels(directory).set(entries is not None)


def _only(gauge: Gauge, names: Collection[str]) -> None:
    """Forget the values of whoever is not among these."""
    for metric in gauge.collect():
        for sample in metric.samples:
            if (name := next(iter(sample.labels.values()))) not in names:
                gauge.remove(name)


def _replace(gauge: Gauge, values: Iterable[tuple[tuple[str, ...], float]]) -> None:
    gauge.clear()
    for labels, value in values:
        gauge.labels(*labels).set(value)
