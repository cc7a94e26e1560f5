"""The Prometheus metrics: the only place that knows prometheus_client. Names and labels are interface.

Labels are closed sets known from the configuration; never a ticket's id, subject or requester.
"""

from __future__ import annotations

from collections.abc import Iterator

import prometheus_client
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from slamon.metrics import scrape as scraping
from slamon.metrics.asking import ask
from slamon.metrics.delivering import DeliveryCounts
from slamon.metrics.expected import Expected, expected_of
from slamon.metrics.promises import PromiseCounts
from slamon.metrics.scrape import Moment, Scrape, SourceState
from slamon.metrics.sources import SourceCounts
from slamon.metrics.watching import WatchCounts

__all__ = ["CONTENT_TYPE", "Expected", "Metrics", "Moment", "Scrape", "SourceState", "ask", "expected_of"]

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST


class Metrics(PromiseCounts, SourceCounts, DeliveryCounts, WatchCounts):
    """All metrics of one process; also the flow's observer."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._expected = Expected()
        for part in (PromiseCounts, SourceCounts, DeliveryCounts, WatchCounts):
            part.__init__(self, self._registry)

    def expect(self, expected: Expected) -> None:
        """Make the label sets of what there is from now on; what is there no more is shown no more."""
        self._expected = expected
        self.expect_promises(expected)
        self.expect_sources(expected)
        self.expect_deliveries(expected)

    def exposition(self, scrape: Scrape) -> bytes:
        """The whole as text. Takes milliseconds, and may be called in another thread than the rest."""
        return generate_latest(_Both(self._registry, [*self._families(scrape)]))

    def _families(self, scrape: Scrape) -> Iterator[Metric]:
        yield from scraping.of_store(scrape, self._expected)
        yield from scraping.of_parts(scrape)
        yield from scraping.of_sources(scrape)
        yield from scraping.of_watchers(
            self._expected.sources, self.conditions, self.silent_parts, self.unclear_sources
        )


class _Both(Collector):
    """What is counted all along, and what was asked for just now."""

    def __init__(self, counted: CollectorRegistry, asked: list[Metric]) -> None:
        self._counted = counted
        self._asked = asked

    def collect(self) -> Iterator[Metric]:
        yield from self._counted.collect()
        yield from self._asked
