"""What is asked at the moment of a scrape, and the metrics made of it; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from slamon.core.instants import SECOND, Instant
from slamon.core.verdict import OPEN_STATUSES
from slamon.metrics.expected import Expected
from slamon.ports import Ending, Figures, Readings, Unclear

_STATES = ("pending", "bound", *Ending)
Values = Iterable[tuple[tuple[str, ...], float]]


@dataclass(frozen=True, slots=True)
class Moment:
    """The service's instant of a scrape, the machine's in seconds, and how much faster the first one runs."""

    now: Instant
    wall: float
    speed: int = 1

    def on_the_wall(self, instant: Instant) -> float:
        """When that was, or will be, by the machine's clock; what is ahead of the service counts as now."""
        return self.wall - max(0, self.now - instant) / SECOND / self.speed

    def seconds_since(self, instant: Instant | None) -> float:
        """In the service's time; 0 for what is ahead, or nothing."""
        return 0.0 if instant is None else max(0, self.now - instant) / SECOND


@dataclass(frozen=True, slots=True)
class SourceState:
    """When a source was last read to its end, the last thing that happened there, and what it says of its server."""

    read_at: Instant | None = None
    newest: Instant | None = None
    readings: Readings = field(default_factory=Readings)


@dataclass(frozen=True, slots=True)
class Scrape:
    """All that is asked. `figures` is None if the store does not answer."""

    moment: Moment
    figures: Figures | None
    sources: Mapping[str, SourceState]
    busy_for: float  # seconds for which the judge has not caught up
    beats: int  # of the scheduler


def of_store(scrape: Scrape, expected: Expected) -> Iterator[Metric]:
    """What is kept. Of promises and notifiers that are configured the zeros are shown too."""
    found, moment = scrape.figures, scrape.moment
    yield _gauge("slamon_store_up", "1 if the database answers.", (), [((), found is not None)])
    if found is None:
        return
    none = {
        (one.source, one.policy, one.target, status): 0 for one in expected.counted_under for status in OPEN_STATUSES
    }
    yield _gauge(
        "slamon_commitments",
        "Commitments by status; unmatched and ahead count tickets: matched by no policy, dated in our future.",
        ("source", "policy", "target", "status"),
        (none | dict(found.commitments)).items(),
    )
    yield _gauge(
        "slamon_nearest_due_seconds",
        "Until the next open commitment of a policy is due that is not broken yet, in the service's time.",
        ("policy",),
        (((policy,), (due_at - moment.now) / SECOND) for policy, due_at in found.nearest_due.items()),
    )
    empty = {(notifier, state): 0 for notifier in expected.notifiers for state in _STATES}
    yield _gauge(
        "slamon_deliveries",
        "Deliveries in the queue by state.",
        ("notifier", "state"),
        (empty | dict(found.deliveries)).items(),
    )
    yield _gauge(
        "slamon_delivery_oldest_seconds",
        "For how long the oldest delivery that still waits might have gone already, in the service's time.",
        ("notifier",),
        (((name,), moment.seconds_since(found.oldest.get(name))) for name in _with(expected.notifiers, found.oldest)),
    )


def of_parts(scrape: Scrape) -> Iterator[Metric]:
    """What the parts of the service know of themselves."""
    due = None if scrape.figures is None else scrape.figures.next_change
    lag = max(scrape.busy_for, scrape.moment.seconds_since(due) / scrape.moment.speed)
    yield _gauge("slamon_judge_lag_seconds", "For how long something has been waiting for the judge.", (), [((), lag)])
    beats = CounterMetricFamily("slamon_scheduler_beats", "Signs of life of the scheduler.")
    beats.add_metric((), scrape.beats)
    yield beats


def of_sources(scrape: Scrape) -> Iterator[Metric]:
    moment, states = scrape.moment, scrape.sources
    instants: list[tuple[str, str, Mapping[str, Instant | None]]] = [
        (
            "slamon_source_last_success_timestamp_seconds",
            "When the source was last read to its end, since the start.",
            {name: one.read_at for name, one in states.items()},
        ),
        (
            "slamon_source_data_timestamp_seconds",
            "When the last thing happened of all that was read since the start.",
            {name: one.newest for name, one in states.items()},
        ),
    ]
    for name, text, of in instants:
        shown = (((source,), moment.on_the_wall(at)) for source, at in of.items() if at is not None)
        yield _gauge(name, text, ("source",), shown)
    skews = {name: one.readings.clock_skew for name, one in states.items()}
    yield _gauge(
        "slamon_source_clock_skew_seconds",
        "By how much the clock of the source's server is ahead of ours.",
        ("source",),
        (((name,), skew / SECOND) for name, skew in skews.items() if skew is not None),
    )
    left = {name: one.readings.requests_left for name, one in states.items()}
    yield _gauge(
        "slamon_source_requests_left",
        "Requests that the source's server still allows for now, where it says so.",
        ("source",),
        (((name,), number) for name, number in left.items() if number is not None),
    )
    unmapped = CounterMetricFamily(
        "slamon_statuses_unmapped", "Times that a status had no meaning here.", labels=("source",)
    )
    for name, state in states.items():
        unmapped.add_metric((name,), state.readings.unmapped)
    yield unmapped


def of_watchers(
    sources: Collection[str],
    conditions: Collection[tuple[str, str]],
    silent: Mapping[str, float],
    unclear: Mapping[str, Unclear],
) -> Iterator[Metric]:
    """What stands right now."""
    yield _gauge(
        "slamon_condition",
        "1 while something is wrong with slamon itself.",
        ("condition", "of"),
        ((key, 1) for key in conditions),
    )
    yield _gauge(
        "slamon_part_silent_seconds",
        "How long a part has given no sign of life.",
        ("part",),
        (((part,), seconds) for part, seconds in silent.items()),
    )
    none = Unclear(0, 0)
    found = {source: unclear.get(source, none) for source in _with(sources, unclear)}
    yield _gauge(
        "slamon_unmatched_tickets",
        "Open tickets that no policy matches.",
        ("source",),
        (((source,), one.unmatched) for source, one in found.items()),
    )
    yield _gauge(
        "slamon_undetermined_commitments",
        "Open commitments that are kept or broken depending on when, between two polls, something happened.",
        ("source",),
        (((source,), one.undetermined) for source, one in found.items()),
    )


def _gauge(name: str, text: str, labels: tuple[str, ...], values: Values) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _with(names: Iterable[str], others: Iterable[str]) -> Iterable[str]:
    """All of them, each once, in their order."""
    return dict.fromkeys([*names, *others])
