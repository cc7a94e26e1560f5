"""The Prometheus metrics: the only place that knows prometheus_client. Names and labels are interface.

Labels are closed sets known from the configuration; never a ticket's id, subject or requester.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import prometheus_client
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

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
_AT_ONCE = 100  # samples: less than a millisecond

Part = tuple[list[Sample], bytes]
Rendered = dict[tuple[str, int], Part]  # by a metric's name, and which of its samples is the first there


class Metrics(PromiseCounts, SourceCounts, DeliveryCounts, WatchCounts):
    """All metrics of one process; also the flow's observer."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._expected = Expected()
        self._rendered: Rendered = {}  # at the last scrape
        for part in (PromiseCounts, SourceCounts, DeliveryCounts, WatchCounts):
            part.__init__(self, self._registry)

    def expect(self, expected: Expected) -> None:
        """Make the label sets of what there is from now on.

        Of what is there no more nothing says whether it is up; what was counted of it is shown as long as this runs.
        """
        self._expected = expected
        self.expect_promises(expected)
        self.expect_sources(expected)
        self.expect_deliveries(expected)

    async def exposition(self, scrape: Scrape) -> bytes:
        """The whole as text, made in short turns: however much there is to show, nobody waits for long."""
        parts, known, shown = [], self._rendered, Rendered()
        for metric in self._all(scrape):
            for start in range(0, max(1, len(metric.samples)), _AT_ONCE):
                key = metric.name, start
                samples, text = _rendered(metric, start, known.get(key))
                shown[key] = samples, text
                parts.append(text)
                await asyncio.sleep(0)
        self._rendered = shown
        return b"".join(parts)

    def _all(self, scrape: Scrape) -> Iterator[Metric]:
        """What was counted all along, and what is asked for just now."""
        yield from self._registry.collect()
        yield from scraping.of_store(scrape, self._expected)
        yield from scraping.of_parts(scrape)
        yield from scraping.of_sources(scrape)
        yield from scraping.of_watchers(
            self._expected.sources, self.conditions, self.silent_parts, self.unclear_sources
        )


class _One(Collector):
    """A metric with some of its samples."""

    def __init__(self, metric: Metric, samples: Sequence[Sample]) -> None:
        self._part = Metric(metric.name, metric.documentation, metric.type, metric.unit)
        self._part.samples = list(samples)

    def collect(self) -> Iterator[Metric]:
        yield self._part


def _rendered(metric: Metric, start: int, known: Part | None) -> Part:
    """Some samples of a metric as text; what it is called and means stands before its first one only.

    `known`: how it was the last time. Most samples are as they were then, and to compare them is far cheaper.
    """
    samples = metric.samples[start : start + _AT_ONCE]
    if known is not None and known[0] == samples:
        return known
    text = generate_latest(_One(metric, samples))
    return samples, text if start == 0 else text.split(b"\n", 2)[2]
