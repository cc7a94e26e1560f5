"""Collecting rows of the group Notifiers, and playing one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from slamon.flow.deliver import Manners
from tests.faults.notifiers.row import NotifierRow, manners
from tests.faults.notifiers.world import World, world
from tests.faults.row import Guard

Play = Callable[[World], Awaitable[None]]
_BUDGET = 60.0  # real seconds; a row takes about one


@dataclass(frozen=True)
class PlayedRow(NotifierRow):
    """A row that is played before servers that are told."""

    async def played(self, *, guarded: bool = True) -> None:
        """Play and compare; AssertionError says what differs."""
        with TemporaryDirectory() as folder, nullcontext() if guarded else self.guard.off.applied():
            async with asyncio.timeout(_BUDGET), world(self, Path(folder)) as made:
                await self.play(made)
                await made.check()


class Rows(list[PlayedRow]):
    """The rows of one kind of fault."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def add(
        self,
        fault: str,
        must: str,
        guard: Guard,
        due: Sequence[str],
        *,
        kind: str | None = None,
        used: Mapping[str, Manners] | None = None,
        **more: Any,
    ) -> Callable[[Play], Play]:
        """Make a row of a function; see NotifierRow. `kind` where it is another notifier than in other rows here."""

        def added(play: Play) -> Play:
            which = kind or self.kind
            self.append(PlayedRow(fault, must, guard, play, due, which, used or manners(which), **more))
            return play

        return added
