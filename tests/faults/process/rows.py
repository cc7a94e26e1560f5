"""Rows in which slamon lives as a whole: in a process of its own, or in the one that plays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.process.house import House
from tests.faults.process.service import Inside, Outside
from tests.faults.row import Guard

Play = Callable[[House], Awaitable[None]]
_BUDGET = 60.0  # real seconds; a row takes a few


@dataclass(frozen=True)
class LivingRow:
    """A fault. `play` causes it and compares; `due` are all messages that must have arrived in the end.

    `alone`: slamon is a process of its own, in which the runner takes the guard away.
    """

    fault: str
    must: str
    guard: Guard
    play: Play
    due: Sequence[str]
    alone: bool
    checked: bool = True
    lacking: str | None = None

    async def played(self, *, guarded: bool = True) -> None:
        """Play and compare; AssertionError says what differs."""
        off = nullcontext() if guarded or self.alone else self.guard.off.applied()
        with TemporaryDirectory() as folder, off:
            house = self._house(Path(folder), guarded=guarded)
            if not guarded:  # whatever breaks then is no news
                asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
            try:
                async with asyncio.timeout(_BUDGET):
                    await self.play(house)
                    if self.checked:
                        await house.check()
            finally:
                await house.close()

    def _house(self, folder: Path, *, guarded: bool) -> House:
        without = [] if guarded else ["--without", self.play.__module__, self.fault]
        living = Outside(folder, without) if self.alone else Inside(folder)
        return House(folder, self.due, living, guarded=guarded)


class LivingRows(list[LivingRow]):
    """Rows of one kind."""

    def add(
        self,
        fault: str,
        must: str,
        guard: Guard,
        due: Sequence[str],
        *,
        alone: bool = False,
        checked: bool = True,
        lacking: str | None = None,
    ) -> Callable[[Play], Play]:
        """Make a row of a function; `checked`: False where the function itself looks at the end of slamon."""

        def added(play: Play) -> Play:
            self.append(LivingRow(fault, must, guard, play, due, alone, checked, lacking))
            return play

        return added
