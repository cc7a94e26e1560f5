"""When a source is polled: at intervals, and shortly before somebody would be told something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from slamon.core.instants import SECOND, Instant, Span

MARGIN: Span = 5 * SECOND  # between a poll out of turn and what comes due
SHORTEST: Span = 2 * SECOND
_OFTENER = 4  # times as often as usual, at the most
_SHORTEST_INTERVAL = 0.2  # seconds
_LOOK = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Real seconds between two polls, and between two looks whether to poll; the former as a span of the service's."""

    every: float
    look: float
    span: Span

    @classmethod
    def of(cls, poll: Span, speed: int) -> Rhythm:
        """Of a source's `poll`, with a service's time of such a speed."""
        every = max(_SHORTEST_INTERVAL, poll / SECOND / speed)
        return cls(every, min(every, _LOOK), round(every * SECOND) * speed)

    def is_over(self, seconds: float) -> bool:
        """Whether so many real seconds after a poll it is time for the next one, rather than a look later."""
        return seconds >= self.every - self.look / 2


def shortest(poll: Span) -> Span:
    """Between two polls, however much comes due."""
    return max(poll // _OFTENER, SHORTEST)


def next_poll(polled_at: Instant, poll: Span, changes: Iterable[Instant]) -> Instant:
    """When to poll next: `poll` later, or shortly before the first of these instants that is worth it.

    So no poll before such an instant is longer ago than a quarter of `poll`, or seven seconds.
    """
    first = polled_at + shortest(poll)
    early = [max(at - MARGIN, first) for at in changes if at - MARGIN > polled_at and first < at]
    return min([polled_at + poll, *early])
