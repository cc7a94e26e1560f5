"""A rule test after reading: a ticket, and what is expected of its verdicts and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from slamon.core.instants import Instant
from slamon.core.policy import Place
from slamon.core.standing import Ack
from slamon.core.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Wanted:
    """One key of a verdict by the name it was written under, the verdict's attribute, and the value it must have."""

    key: str
    attribute: str
    value: Any


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be said at an instant. No target: that no policy matches. No cycle: the last one that has started."""

    place: Place
    at: Instant
    target: str | None
    cycle: int | None
    absent: bool  # there must be no such commitment
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class AlertExpectation:
    """Who must be told of a moment at an instant, by a step without `after` or with one, and nobody else."""

    place: Place
    at: Instant
    target: str
    cycle: int | None
    when: str  # at_risk, a single warning as `warn_at` keeps it, breached, met, missed, paused, resumed, cancelled
    notify: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """One rule test."""

    name: str
    place: Place
    zone: tzinfo
    ticket: Ticket
    expectations: tuple[Expectation, ...]
    alerts: tuple[AlertExpectation, ...]
    acks: tuple[Ack, ...] = ()
