"""What the flow reports about itself: counted by the metrics, logged once a fault and once its recovery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

from slamon.core.instants import Span
from slamon.ports import Ending, Reason

log = structlog.get_logger()

_MOST_KINDS = 20  # of one fault, told


Outcome = Literal["breached", "met", "missed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Promise:
    """What a commitment is counted under; `customer` is None where nobody counts by customer."""

    source: str
    policy: str
    target: str
    customer: str | None = None


class Observer(Protocol):
    """Who wants to know what the flow does; the metrics do."""

    def collected(self, source: str, changed: int, problems: int) -> None: ...

    def source_up(self, source: str, up: bool) -> None: ...

    def judged(self, tickets: int, deliveries: int) -> None: ...

    def started(self, promise: Promise) -> None: ...

    def became(self, promise: Promise, outcome: Outcome, elapsed: Span | None) -> None:
        """A commitment was broken, or ended after so much working time; one that ends broken was told as broken too."""

    def corrected(self, promise: Promise, was: Outcome) -> None:
        """What was told of a commitment is not true any more."""

    def attempted(self, notifier: str, failure: Reason | None, *, unknown: bool = False) -> None:
        """`unknown`: it may have been accepted all the same."""

    def delivered(self, notifier: str, ending: Ending, lateness: Sequence[Span]) -> None:
        """Some deliveries ended so; how long each took from the instant that its alert was due."""

    def swept(self, found: int) -> None: ...


class Fault:
    """Something that can be broken: said once when it breaks, once when it works again."""

    def __init__(self, what: str, **context: object) -> None:
        self._what = what
        self._context = context
        self.standing: str | None = None
        self._told: set[str] = set()

    def broke(self, error: str, kind: str | None = None) -> None:
        """`kind`: what it is called once however its text varies; until it works each kind is said once."""
        known = self.standing == error if kind is None else kind in self._told or len(self._told) >= _MOST_KINDS
        if not known:
            log.error(f"{self._what} failed", error=error, **self._context)
            self._told |= {kind} if kind else set()
        self.standing = error

    def works(self) -> None:
        if self.standing is not None:
            log.info(f"{self._what} works again", **self._context)
        self.standing = None
        self._told.clear()
