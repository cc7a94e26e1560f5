"""What people have said about alerts: acknowledgements and silences."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.core.instants import Instant
from slamon.core.match import Match


@dataclass(frozen=True, slots=True)
class Ack:
    """Somebody has taken care of a ticket's alerts, of one target or of all, until an instant (None: for good)."""

    source: str
    ticket: str
    target: str | None
    by: str
    at: Instant
    until: Instant | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Silence:
    """Nobody is told of what matches, from an instant up to another."""

    id: str
    match: Match
    at: Instant
    until: Instant
    by: str
    comment: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What holds for one ticket: its acknowledgements, and all silences that are not over."""

    acks: tuple[Ack, ...] = ()
    silences: tuple[Silence, ...] = ()


NOTHING_SAID = Standing()
