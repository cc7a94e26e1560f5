"""Routes: who is told what about which commitments. Read from the rules files, beside the policies."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.core.match import Match
from slamon.core.policy import Place


@dataclass(frozen=True, slots=True, eq=False)
class RouteStep:
    """A line of a route. `when` holds moments: at_risk, one warning such as "90%" or "30m", breached, met, missed."""

    when: tuple[str, ...]
    notify: tuple[str, ...]  # names of notifiers
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """The first route that matches a commitment is taken; `go_on` looks at the next ones too."""

    name: str
    match: Match
    steps: tuple[RouteStep, ...]
    go_on: bool = False
    monitor: bool = False  # about slamon itself, not about commitments
    place: Place = Place("", 1, 1)
