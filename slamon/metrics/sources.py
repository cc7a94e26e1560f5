"""Counters of what is read: from sources, by pushes, and from directories."""

from __future__ import annotations

from collections.abc import Collection
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from slamon.flow.receive import PushOutcome
from slamon.metrics.expected import Expected


class SourceCounts:
    """The parts of the flow's observers about sources and directories."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._collect = Counter(
            "slamon_tickets_collected", "Tickets read that were new or changed.", ["source"], registry=registry
        )
        self._problems = Counter(
            "slamon_items_quarantined", "Items read that are no tickets.", ["source"], registry=registry
        )
        self._up = Gauge("slamon_source_up", "1 if the last poll succeeded.", ["source"], registry=registry)
        self._pushes = Counter("slamon_pushes", "Pushes, by outcome.", ["source", "outcome"], registry=registry)
        self._missing = Counter(
            "slamon_directory_missing", "Names that the directory does not know.", ["directory"], registry=registry
        )
        self._directory_up = Gauge(
            "slamon_directory_up", "1 if the directory was read the last time.", ["directory"], registry=registry
        )

    def expect_sources(self, expected: Expected) -> None:
        """Of what is there no more nothing says whether it is up; what was counted of it stays."""
        _only(self._up, expected.sources)
        _only(self._directory_up, expected.directories)
        for source in expected.sources:
            self._collect.labels(source)
            self._problems.labels(source)
            self._up.labels(source)
        for directory in expected.directories:
            self._missing.labels(directory)
            self._directory_up.labels(directory)

    # flow.observe.Observer

    def collected(self, source: str, changed: int, problems: int) -> None:
        self._collect.labels(source).inc(changed)
        self._problems.labels(source).inc(problems)

    def source_up(self, source: str, up: bool) -> None:
        self._up.labels(source).set(up)

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
