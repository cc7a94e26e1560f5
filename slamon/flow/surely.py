"""Work that must be done: what was sent must be marked, and nothing may be sent twice because a mark was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from slamon.flow.observe import Fault
from slamon.ports import StoreError

T = TypeVar("T")

PAUSE = 1.0  # seconds
_GRACE = 10.0  # for the message under way when the service stops


class Surely:
    """A store that cannot do it now is asked again until it can; the fault is told once."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self.failures = 0  # of all calls

    @property
    def standing_fault(self) -> str | None:
        return self._fault.standing

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                answer = await call()
            except StoreError as error:
                self._fault.broke(str(error))
                self.failures += 1
                await asyncio.sleep(PAUSE)
            else:
                self._fault.works()
                return answer


async def to_its_end(work: Coroutine[None, None, T]) -> T:
    """Await; when cancelled meanwhile let the work finish first, so that nothing is sent and left unmarked."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_GRACE)
        raise
