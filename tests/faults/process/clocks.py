"""A wall clock that is set forward or back while slamon runs. The monotonic one goes on, as it does on any machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from unittest.mock import patch

_time, _time_ns = time.time, time.time_ns
_LIBRARY = ("apscheduler.schedulers.base", "apscheduler.triggers.interval", "apscheduler.executors.base")


@dataclass
class Shift:
    """How far the wall clock is from the right one: set by so much, and running so much too fast."""

    seconds: float = 0.0
    drift: float = 0.0  # seconds a second
    since: float = 0.0  # of the monotonic clock

    def now(self) -> float:
        return self.seconds + (self.drift and self.drift * (time.monotonic() - self.since))


@contextmanager
def shifted(shift: Shift) -> Iterator[None]:
    """While the block lasts the clock shows a time that is off."""

    class Shown(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(_time() + shift.now(), tz)

    with ExitStack() as stack:
        stack.enter_context(patch.object(time, "time", lambda: _time() + shift.now()))
        stack.enter_context(patch.object(time, "time_ns", lambda: _time_ns() + int(shift.now() * 1e9)))
        for module in _LIBRARY:  # it asks the C library's clock through datetime
            stack.enter_context(patch(f"{module}.datetime", Shown))
        yield
