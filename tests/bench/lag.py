"""How late an event loop is."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import perf_counter

_EVERY = 0.005  # seconds


class Lag:
    """While the block lasts, a task wakes every 5 ms and notes how many seconds too late it did."""

    def __init__(self) -> None:
        self._found: list[float] = []

    async def __aenter__(self) -> Lag:
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _watch(self) -> None:
        while True:
            begun = perf_counter()
            await asyncio.sleep(_EVERY)
            self._found.append(perf_counter() - begun - _EVERY)

    def percentile(self, percent: int) -> float:
        """The lag that so many in a hundred do not exceed, in seconds."""
        found = sorted(self._found)
        return found[min(len(found) - 1, len(found) * percent // 100)]
