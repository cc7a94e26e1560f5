"""Collecting rows, and playing one: with what saves slamon, and with that taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from slamon.core.instants import MINUTE
from tests.faults.redmine import Redmine
from tests.faults.row import Guard, Row
from tests.faults.world import World, world

Play = Callable[[World], Awaitable[None]]
_BUDGET = 60.0  # real seconds; a row takes about one


class Rows(list[Row]):
    """The rows of one group."""

    def add(
        self,
        fault: str,
        must: str,
        guard: Guard,
        due: Sequence[str],
        *,
        desk: Callable[..., Any] = Redmine,
        every: int = 5 * MINUTE,
        lacking: str | None = None,
    ) -> Callable[[Play], Play]:
        """Make a row of a function; see Row."""

        def added(play: Play) -> Play:
            self.append(Row(fault, must, guard, play, due, desk, every, lacking))
            return play

        return added


def with_guard(row: Row) -> str | None:
    """What went wrong; None: what must happen did."""
    try:
        asyncio.run(played(row))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def without_guard(row: Row) -> tuple[bool, str]:
    """Whether the row noticed that the guard was off, and how; any other error than foreseen is no notice."""
    try:
        asyncio.run(played(row, guarded=False))
    except AssertionError as error:
        return row.guard.escapes is None, f"{error}"
    except Exception as error:
        foreseen = row.guard.escapes is not None and isinstance(error, row.guard.escapes)
        return foreseen, f"{type(error).__name__}: {error}"
    return False, "nothing went wrong"


async def played(row: Row, *, guarded: bool = True) -> None:
    """Play a row and compare; AssertionError says what differs."""
    with TemporaryDirectory() as folder, nullcontext() if guarded else row.guard.off.applied():
        async with asyncio.timeout(_BUDGET), world(row, Path(folder)) as made:
            try:
                await row.play(made)
                await made.check()
            finally:
                await made.close()
