"""A service's metrics at a moment, and the text that is exported as something to ask."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from slamon.flow.observe import Promise
from slamon.metrics import Expected, Metrics, Moment, Scrape, SourceState
from slamon.ports import Figures, Readings, Unclear

EXPECTED = Expected(["desk"], ["chat"], ["customers"], [("gold", "first_response")], ["Acme"])
PROMISE = Promise("desk", "gold", "first_response", "Acme")
NOW = 1_000_000_000_000_000  # of the service
WALL = 5_000_000.0  # of the machine, in seconds
FIGURES = Figures(
    {("desk", "gold", "first_response", "at_risk"): 2, ("desk", "", "", "unmatched"): 1},
    {("chat", "pending"): 3},
    {"gold": NOW + 90_000_000},
    {"chat": NOW - 30_000_000},
    NOW - 5_000_000,
)
SOURCE = SourceState(NOW - 60_000_000, NOW - 120_000_000, Readings(2_500_000, 41, 7))


@dataclass(frozen=True)
class Kind:
    """How a metric is exported."""

    type: str
    text: str
    labels: frozenset[str]


def scrape(figures: Figures | None = FIGURES, busy_for: float = 0.0, speed: int = 1) -> Scrape:
    return Scrape(Moment(NOW, WALL, speed), figures, {"desk": SOURCE}, busy_for, 12)


def everything() -> Metrics:
    """Metrics that have seen one of each thing that can be shown."""
    metrics = Metrics()
    metrics.expect(EXPECTED)
    metrics.expect_pushes("desk")
    metrics.standing([("source_stale", "desk")])
    metrics.silent({"judge": 130.0})
    metrics.unclear({"desk": Unclear(4, 5)})
    return metrics


async def exported(metrics: Metrics, at: Scrape | None = None) -> str:
    return (await metrics.exposition(at or scrape())).decode()


async def kinds(metrics: Metrics) -> dict[str, Kind]:
    """Everything that is exported, under the name that stands in queries (without the suffixes of a histogram)."""
    found = {}
    for family in text_string_to_metric_families(await exported(metrics)):
        labels = frozenset(label for sample in family.samples for label in sample.labels) - {"le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = Kind(family.type, family.documentation, labels)
    return found


async def value(metrics: Metrics, line: str, at: Scrape | None = None) -> float | None:
    """Of a series, written as it is exported; None if it is not."""
    lines = dict(one.rsplit(" ", 1) for one in (await exported(metrics, at)).splitlines() if one[:1] != "#")
    return float(lines[line]) if line in lines else None
