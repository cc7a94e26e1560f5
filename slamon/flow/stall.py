"""A thread that notices when the event loop is blocked, and says where it stands: code only, no data."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import PurePath
from types import FrameType
from typing import Protocol

from slamon.flow.observe import log
from slamon.logs import drain

EVERY = 1.0  # seconds between looks
BLOCKED_AFTER = 3  # looks without a beat
GIVES_UP_AFTER = 600  # looks: nobody else could end a process whose loop stands still
STATUS = 3  # of the process that ends so
_MOST_FRAMES = 12
_SAYING = 1.0  # seconds that the log may take


class StallObserver(Protocol):
    """Who wants to know of a blocked loop; called in the thread."""

    def stalled(self, seconds: float) -> None:
        """The loop was blocked, and goes on."""


def end_process() -> None:
    """Without asking the loop, which does not answer."""
    drain()
    os._exit(STATUS)


class StallWatch:
    """Call `beat` from the loop at least once a second. Patience is counted in looks, as the watchdog does."""

    def __init__(self, observer: StallObserver, end: Callable[[], None] = end_process) -> None:
        self._observer = observer
        self._end = end
        self._beats = 0
        self._seen = 0
        self._looks = 0
        self._loop = threading.get_ident()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stall watch", daemon=True)

    def beat(self) -> None:
        self._beats += 1

    def start(self) -> None:
        """To be called in the loop's thread."""
        self._loop = threading.get_ident()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            self.look()

    def look(self) -> None:
        """One look of the thread."""
        if self._beats != self._seen:
            self._goes_on()
            self._seen, self._looks = self._beats, 0
            return
        self._looks += 1
        if self._looks == BLOCKED_AFTER:
            at = _where(sys._current_frames().get(self._loop))
            _say(lambda: log.error("the event loop is blocked", at=at))
        if self._looks == GIVES_UP_AFTER:
            _say(lambda: log.critical("the event loop stays blocked: the process ends, to be started anew"))
            self._end()

    def _goes_on(self) -> None:
        if self._looks >= BLOCKED_AFTER:
            seconds = self._looks * EVERY
            self._observer.stalled(seconds)
            _say(lambda: log.warning("the event loop goes on", blocked_seconds=seconds))


def _say(line: Callable[[], None]) -> None:
    """A log that blocks, as the loop may do in it, must not stop the watch."""
    saying = threading.Thread(target=line, name="stall watch says", daemon=True)
    saying.start()
    saying.join(_SAYING)


def _where(frame: FrameType | None) -> list[str]:
    """The innermost calls, the innermost first: file, line and function, never a value."""
    found: list[str] = []
    while frame is not None and len(found) < _MOST_FRAMES:
        code = frame.f_code
        place = "/".join(PurePath(code.co_filename).parts[-2:])
        found.append(f"{place}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return found
