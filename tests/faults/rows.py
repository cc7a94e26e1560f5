"""Rows of the group Sources: a server that slamon watches. What all groups have in common: playing.py and groups.py."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from slamon.core.instants import MINUTE
from tests.faults.redmine import Redmine
from tests.faults.row import Guard, Row
from tests.faults.world import World, world

Play = Callable[[World], Awaitable[None]]
_BUDGET = 60.0  # real seconds; a row takes about one


@dataclass(frozen=True)
class SourceRow(Row):
    """A row that is played before a server that is watched."""

    async def played(self, *, guarded: bool = True) -> None:
        """Play and compare; AssertionError says what differs."""
        with TemporaryDirectory() as folder, nullcontext() if guarded else self.guard.off.applied():
            async with asyncio.timeout(_BUDGET), world(self, Path(folder)) as made:
                try:
                    await self.play(made)
                    await made.check()
                finally:
                    await made.close()


class Rows(list[SourceRow]):
    """The rows of one kind."""

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
            self.append(SourceRow(fault, must, guard, play, due, desk, every, lacking))
            return play

        return added
