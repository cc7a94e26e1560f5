"""What most rows have in common: the usual three tickets, what is due of them, and faults that last for a while."""

from __future__ import annotations

from typing import Any

from tests.faults.clock import at
from tests.faults.redmine import PASS
from tests.faults.world import World, same

USUAL = (
    "12:15:00 2: first response was met",
    "12:30:00 1: first response is due in 30 min",
    "12:52:00 3: first response is due in 30 min",
    "13:00:00 1: first response is overdue",
    "13:22:00 3: first response is overdue",
)

# Where nothing can be read from 12:10 to 12:25.
LATE = ("12:25:00 2: first response was met", *USUAL[1:])
# Where nothing can be read from 12:10 to 13:10: ticket 2 was answered at 12:12, and who is warned is told how blindly.
BLIND = (
    "12:30:00 1: first response is due in 30 min",
    "12:31:00 2: first response is due in 30 min",
    "13:00:00 1: first response is overdue",
    "13:01:00 2: first response is overdue",
    "13:10:00 2: first response was met",
    "13:10:00 3: first response is due in 12 min",
    "13:22:00 3: first response is overdue",
)


def between(world: World, since: str, until: str, said: Any) -> None:
    """Answer everything with the same in a span of time."""
    answered(world, since, until, lambda request: said)


def answered(world: World, since: str, until: str, script: Any) -> None:
    """Let a script answer everything in a span of time."""
    first, last = at(since), at(until)
    world.desk.fault = lambda request: script(request) if first <= world.time.now() < last else PASS


def check_blind(world: World) -> None:
    """What went out without a look said so."""
    same("footers", world.footers("1"), [_stale("25 min"), _stale("55 min")])
    late = "due Fri 2026-06-05 12:12 UTC, sent Fri 2026-06-05 13:10 UTC"
    same("footers", world.footers("2"), [_stale("26 min"), _stale("56 min"), late])


def _stale(age: str) -> str:
    return f"as last known {age} ago: the source desk cannot be read"
