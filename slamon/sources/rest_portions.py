"""The rows of a list in portions; the next page is asked for while the last portion is worked on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

from slamon.core.instants import Instant

Pages = AsyncGenerator[Sequence[Any], None]
Portion = tuple[Sequence[Any], Instant]  # rows, and an instant before they were asked for


async def portions(pages: Pages, most: int, now: Callable[[], Instant]) -> AsyncGenerator[Portion, None]:
    """Rows of one or more pages, so many at the most. An error comes after the rows that were read before it."""
    rows: list[Any] = []
    begun = now()
    async with aclosing(_ahead(pages, now)) as found:
        async for page, asked_at in found:
            begun = begun if rows else asked_at
            rows += page
            while len(rows) >= most:
                yield rows[:most], begun
                rows, begun = rows[most:], asked_at
    if rows:
        yield rows, begun


async def _ahead(pages: Pages, now: Callable[[], Instant]) -> AsyncGenerator[Portion, None]:
    async def following() -> tuple[Sequence[Any] | None, Instant]:
        asked_at = now()
        return await anext(pages, None), asked_at

    task = asyncio.create_task(following())
    try:
        while True:
            page, asked_at = await task
            if page is None:
                return
            task = asyncio.create_task(following())
            yield page, asked_at
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await pages.aclose()
