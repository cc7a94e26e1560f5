"""What tests of the watchers need: parts whose state is set by hand, and an observer that remembers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from slamon.core.instants import Instant


@dataclass
class Source:
    """As a collector shows itself."""

    read_at: Instant | None = None
    standing_fault: str | None = None
    is_refused: bool = False


@dataclass
class Chat:
    """As a deliverer shows itself."""

    failing: str | None = None
    is_broken: bool = False


@dataclass
class Seen:
    """Everything that observers of the watchers are told."""

    conditions: list[tuple[str, str]] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)
    jumps: list[float] = field(default_factory=list)
    stalls: list[float] = field(default_factory=list)
    beats: list[str] = field(default_factory=list)
    audits: list[tuple[int, int, int]] = field(default_factory=list)

    def standing(self, conditions: Collection[tuple[str, str]]) -> None:
        self.conditions = sorted(conditions)

    def silent(self, parts: Mapping[str, float]) -> None:
        self.parts = dict(parts)

    def clock_jumped(self, seconds: float) -> None:
        self.jumps.append(seconds)

    def stalled(self, seconds: float) -> None:
        self.stalls.append(seconds)

    def heartbeat(self, outcome: str) -> None:
        self.beats.append(outcome)

    def audited(self, tickets: int, missing: int, unexplained: int) -> None:
        self.audits.append((tickets, missing, unexplained))
