"""The console: each message as a few lines on standard output, to try slamon out or to read in a journal."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

from slamon.core.message import Message, Tone
from slamon.logs import put
from slamon.notifiers.registry import Kind
from slamon.notifiers.templates import Template, worded
from slamon.notifiers.text import facts, mark, one_line, rows, tickets, web_url
from slamon.ports import Reason, SendError

_COLOURS: dict[Tone, str] = {"warning": "33", "breach": "31", "good": "32", "info": "36"}
_INDENT = " " * 10


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """Keys of a notifier of kind console. `colour`: None asks the terminal; `timeout` is seconds for a whole send."""

    colour: bool | None = None
    timeout: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.timeout <= 300:
            raise ValueError(f"timeout: {self.timeout} is not between 0 and 300 seconds: write 5s")


def payload(message: Message, *, colour: bool = False) -> str:
    """A title line behind a word of fixed width, the facts below it in two columns, the lines of a digest below them.

    What follows an earlier message has the title alone.
    """
    shown = [] if message.update else facts(message, 60, 500)
    width = max((len(label) for label, _ in shown), default=0) + 1
    word, title = f"{mark(message) + ' ':<10}", one_line(message.title, 300)
    first = f"\x1b[1;{_COLOURS[message.tone]}m{word}\x1b[0m\x1b[1m{title}\x1b[0m" if colour else word + title
    lines = [f"{label + ':':<{width}} {value}" for label, value in shown]
    lines += [row.line for row in rows(message, 200, 500)]
    ids = tickets(message, 10_000)
    lines += filter(None, (ids and f"Tickets: {ids}", web_url(message.url), one_line(message.footer or "", 300)))
    return "".join(f"{line.rstrip()}\n" for line in [first, *(_INDENT + line for line in lines)])


class ConsoleNotifier:
    """Writes to what is standard output at that moment, a message in one call, without ever blocking the service.

    A reader that does not read, or has gone, is a failure that may pass: after a restart there is a new one.
    """

    def __init__(self, name: str, settings: ConsoleSettings, template: Template | None = None) -> None:
        self.name = name
        self._settings = settings
        self._template = template
        self._turn = asyncio.Lock()
        self._writing = threading.Lock()  # held by the thread that writes: one that hangs must not gather more

    async def send(self, message: Message) -> None:
        """Return once the operating system has taken the text."""
        stream = sys.stdout
        if stream is None or stream.closed:  # None is what Python makes of a closed descriptor
            raise SendError(Reason.UNREACHABLE, "standard output is closed")
        text = payload(worded(message, self._template).message, colour=self._coloured(stream))
        async with self._turn:
            await self._print(stream, text)

    async def _print(self, stream: TextIO, text: str) -> None:
        if not self._writing.acquire(blocking=False):
            raise SendError(Reason.TIMEOUT, "standard output still does not take an earlier message")
        written: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        # A thread of its own, as a daemon: one that hangs in a full pipe would keep a pool from ending, and us with it.
        threading.Thread(target=self._write, args=(stream, text, written), daemon=True).start()
        done, _ = await asyncio.wait([written], timeout=self._settings.timeout)
        if not done:
            raise SendError(Reason.TIMEOUT, "standard output does not take the message: who reads it?", unknown=True)
        if problem := written.result():
            raise SendError(Reason.UNREACHABLE, f"standard output cannot be written: {problem}")

    def _coloured(self, stream: TextIO) -> bool:
        if self._settings.colour is not None:
            return self._settings.colour
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def _write(self, stream: TextIO, text: str, written: asyncio.Future[str | None]) -> None:
        problem: str | None = None
        try:
            put(stream, text)
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or type(error).__name__
        finally:
            self._writing.release()
        _settle(written, problem)

    async def close(self) -> None:
        """Standard output is not ours to close."""


def _settle(written: asyncio.Future[str | None], problem: str | None) -> None:
    def settle() -> None:
        if not written.done():
            written.set_result(problem)

    with suppress(RuntimeError):  # the loop has ended meanwhile: nobody waits any more
        written.get_loop().call_soon_threadsafe(settle)


KIND = Kind(ConsoleSettings, ConsoleNotifier, templates=("text",))
