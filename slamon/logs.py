"""Logging: one line an event, for people on a terminal or as JSON; never a secret, never a ticket's text."""

from __future__ import annotations

import atexit
import io
import logging
import os
import sys
import threading
from collections import deque
from typing import Literal, TextIO

import structlog

LogFormat = Literal["console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

MOST_HELD = 4 << 20  # characters that wait to be written
_GRACE = 1.0  # seconds for them at the end

log = structlog.get_logger()


def set_up(format: LogFormat, level: LogLevel) -> None:
    """Send everything to standard error; the libraries' own records take the same way."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor
    if format == "json":
        shared.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # the others show local variables, and so tokens
        )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("apscheduler").setLevel(max(logging.WARNING, root.level))
    logging.getLogger("aiosqlite").setLevel(max(logging.WARNING, root.level))


def never_wait() -> None:
    """From now on nobody waits for standard error, not even for one that nobody reads. To be called before `set_up`."""
    if sys.stderr is not None and not isinstance(sys.stderr, Outflow):
        sys.stderr = Outflow(sys.stderr)
        atexit.register(drain)


def drain() -> None:
    """Wait until what was said is written, a second at the most."""
    if isinstance(sys.stderr, Outflow):
        sys.stderr.drain(_GRACE)


class Outflow(io.TextIOBase):
    """A stream whose writers never wait: a thread writes, in order. What does not fit is dropped, counted, and told."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._held: deque[str] = deque()
        self._characters = 0
        self._writes = self._is_full = False
        self._dropped = 0  # lines that nobody was told of
        # It can be entered again: what a garbage collection ends may be logged in the midst of a write.
        self._turn = threading.Condition(threading.RLock())
        # A daemon: one that hangs in a full pipe must not keep the process from ending.
        threading.Thread(target=self._run, name="standard error", daemon=True).start()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):  # some try out so what kind of stream it is
            raise TypeError(f"a text is written here, not {type(text).__name__}")
        with self._turn:
            self._is_full |= bool(self._held) and self._characters + len(text) > MOST_HELD
            if self._is_full:
                self._dropped += text.count("\n")
            else:
                self._held.append(text)
                self._characters += len(text)
                self._turn.notify_all()
        return len(text)

    def drain(self, seconds: float) -> bool:
        """Wait for so long until everything is written; whether it is."""
        with self._turn:
            return self._turn.wait_for(lambda: not (self._held or self._writes), seconds)

    def _run(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: bool(self._held))
                text = self._held.popleft()
                self._characters -= len(text)
                self._writes = True
            dropped = self._written(text)
            if dropped:
                log.error("lines of the log were dropped", count=dropped)
            with self._turn:
                self._writes = False
                self._turn.notify_all()

    def _written(self, text: str) -> int:
        """Write; how many lines were lost before, now that there is room to tell it."""
        try:
            put(self._stream, text)
        except (OSError, ValueError):  # its reader has gone, or its disk is full
            lost = text.count("\n")
        else:
            lost = 0
        with self._turn:
            self._dropped += lost
            self._is_full &= self._characters > MOST_HELD // 2
            if lost or self._is_full:
                return 0
            dropped, self._dropped = self._dropped, 0
            return dropped


def put(stream: TextIO, text: str) -> None:
    """Write past Python's own buffer where there is one: its lock, held by a thread that hangs, breaks the exit."""
    try:
        descriptor = stream.fileno()
    except OSError:  # a stream in memory
        stream.write(text)
        stream.flush()
        return
    left = memoryview(text.encode(stream.encoding or "utf-8", "backslashreplace"))
    while left:
        left = left[os.write(descriptor, left) :]
