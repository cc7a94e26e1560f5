"""Counters of how slamon itself is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from slamon import __version__
from slamon.core.instants import SECOND, Instant
from slamon.ports import Unclear
from slamon.web.access import Lapse


class WatchCounts:
    """flow.watch.WatchObserver, and what the service says of itself; what comes and goes is kept for the scrape."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.conditions: Collection[tuple[str, str]] = ()  # that stand: name and subject
        self.silent_parts: Mapping[str, float] = {}
        self.unclear_sources: Mapping[str, Unclear] = {}
        build = Gauge("slamon_build_info", "Version of the running service; always 1.", ["version"], registry=registry)
        build.labels(__version__).set(1)
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

    def standing(self, conditions: Collection[tuple[str, str]]) -> None:
        self.conditions = tuple(conditions)

    def silent(self, parts: Mapping[str, float]) -> None:
        self.silent_parts = dict(parts)

    def unclear(self, sources: Mapping[str, Unclear]) -> None:
        self.unclear_sources = dict(sources)

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

    def loaded(self, successful: bool, at: Instant) -> None:
        """Settings and rules were read, at the start or for a reload; `at` is the machine's time."""
        self._loaded.set(successful)
        if successful:
            self._loaded_at.set(at / SECOND)

    def denied(self, lapse: Lapse) -> None:
        self._denials.labels(lapse).inc()
