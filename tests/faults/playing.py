"""What rows of all groups have in common, and playing one: with what saves slamon, and with that taken away."""

from __future__ import annotations

import asyncio
from typing import Protocol

from tests.faults.row import Guard


class Playable(Protocol):
    """A row of any group. Each group has worlds of its own in which its rows are played."""

    @property
    def fault(self) -> str:
        """What happens, in a few words; unique."""

    @property
    def must(self) -> str:
        """What slamon must do then."""

    @property
    def guard(self) -> Guard:
        """What in slamon sees to it: `guard.off.applied()` takes it away while a block lasts."""

    @property
    def lacking(self) -> str | None:
        """Why slamon does not do it yet; such a row is played and shown, and held against nobody."""

    async def played(self, *, guarded: bool = True) -> None:
        """Make a world anew, cause the fault, compare what came of it with what was due, and clean up.

        AssertionError says what differs. Not `guarded`: all of it while `guard.off` is applied.
        """


def with_guard(row: Playable) -> str | None:
    """What went wrong; None: what must happen did."""
    try:
        asyncio.run(row.played())
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def without_guard(row: Playable) -> tuple[bool, str]:
    """Whether the row noticed that the guard was off, and how; any other error than foreseen is no notice."""
    try:
        asyncio.run(row.played(guarded=False))
    except AssertionError as error:
        return row.guard.escapes is None, f"{error}"
    except Exception as error:
        foreseen = row.guard.escapes is not None and isinstance(error, row.guard.escapes)
        return foreseen, f"{type(error).__name__}: {error}"
    return False, "nothing went wrong"
