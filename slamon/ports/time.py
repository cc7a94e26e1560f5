"""The clock that the flow lives by."""

from __future__ import annotations

import asyncio
from typing import Protocol

from slamon.core.instants import Instant


class Time(Protocol):
    """The service's clock. A replay may run faster than the wall; `monotonic` is always real."""

    def now(self) -> Instant: ...

    def monotonic(self) -> float:
        """Seconds of a clock that no jump can move."""

    async def sleep_until(self, instant: Instant | None, wake: asyncio.Event) -> None:
        """Return at the instant (None: never) or once `wake` is set, whichever is first. Clears `wake`."""
