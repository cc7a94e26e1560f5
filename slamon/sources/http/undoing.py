"""The past of a ticket whose server keeps what changed: its present with every change undone, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from slamon.core.instants import Instant

State = dict[str, Any]  # by the server's own keys; values as text, a list of texts, or None
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Untraced:
    """A value that no record tells of: it was set after one instant, and by another."""

    key: str
    value: Any
    earliest: Instant
    latest: Instant


@dataclass(frozen=True, slots=True)
class Past(Generic[S]):
    """What a ticket was at creation, and the steps since, oldest first."""

    initial: State
    steps: list[S]
    untraced: list[Untraced]


class Undoing(Generic[S]):
    """Goes back from the present, a change at a time: whoever undoes sets `state` and appends to `steps`."""

    def __init__(self, present: State, updated_at: Instant) -> None:
        self.state = present
        self.steps: list[S] = []
        self._untraced: list[Untraced] = []
        self._updated_at = updated_at
        self._known_until: dict[str, Instant] = {}  # by key, the record after the one being undone that changed it

    def was_set(self, key: str, at: Instant) -> None:
        """A record set it at `at`: what stood there before is not known from later ones."""
        self._known_until[key] = at

    def found_gap(self, key: str, at: Instant) -> None:
        """What a record set at `at` is not what stands there now: something changed it and left none that we see."""
        until = self._known_until.get(key)
        latest = max(self._updated_at, at + 1) if until is None else until - 1
        if latest > at:
            self._untraced.append(Untraced(key, self.state[key], at, latest))

    def past(self) -> Past[S]:
        """What is found, once all is undone."""
        return Past(self.state, self.steps[::-1], self._untraced[::-1])
