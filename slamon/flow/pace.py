"""How fast a notifier may be sent messages: its rate, the pauses it asks for, and a breaker for when it is broken.

On the monotonic clock: no jump of the wall's makes anybody wait or hurry.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from slamon.core.bundles import UNLIMITED
from slamon.core.instants import SECOND, Span
from slamon.ports import Rate

BREAKS_AFTER = 5  # failures in a row
LONGEST_PAUSE = 300.0  # seconds
_FIRST_PAUSE = 5.0


class Pace:
    """Seconds of the monotonic clock throughout."""

    def __init__(self, rate: Rate | None) -> None:
        self._rate = rate
        self._sent: deque[float] = deque(maxlen=rate.count if rate else 0)
        self._asked_until = 0.0
        self._broken_until = 0.0
        self._failures = 0

    @property
    def is_broken(self) -> bool:
        """Whether so much failed in a row that only one message at a time tries whether it works again."""
        return self._failures >= BREAKS_AFTER

    def remember(self, times: Iterable[float]) -> None:
        """What was sent before the start, in order."""
        self._sent.extend(times)

    def free_at(self) -> float:
        """When the next message may be sent."""
        return max(self._asked_until, self._broken_until, self._next_slot())

    def room(self, now: float, within: Span) -> int:
        """How many messages may be sent within a span from now."""
        if self._rate is None:
            return UNLIMITED
        end, span = now + within / SECOND, self._rate.span / SECOND
        kept = [at + span for at in self._sent if at + span > now]  # when each place becomes free
        free_now = self._rate.count - len(kept)
        rounds = int(within / self._rate.span) * self._rate.count
        return max(1, free_now + sum(at <= end for at in kept) + max(0, rounds - len(kept)))

    def sends(self, now: float) -> None:
        """A message is sent now, accepted or not."""
        self._sent.append(now)

    def worked(self) -> None:
        self._failures, self._broken_until = 0, 0.0

    def failed(self, now: float) -> None:
        """An attempt failed for a reason that is the notifier's, not the message's."""
        self._failures += 1
        if self.is_broken:
            pause = min(LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(self._failures - BREAKS_AFTER, 16))
            self._broken_until = now + pause

    def asked(self, now: float, pause: Span) -> None:
        """The other side wants no message for a while."""
        self._asked_until = max(self._asked_until, now + pause / SECOND)

    def _next_slot(self) -> float:
        if self._rate is None or len(self._sent) < self._rate.count:
            return 0.0
        return self._sent[0] + self._rate.span / SECOND
