from __future__ import annotations

import asyncio
import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import pytest

from slamon.notifiers.console import ConsoleNotifier, ConsoleSettings, payload
from slamon.ports import Reason, SendError
from tests.notifiers.hostile import HOSTILE, message
from tests.notifiers.test_text import is_safe

Pipe = tuple[int, TextIO]


@contextmanager
def piped(monkeypatch: pytest.MonkeyPatch, encoding: str = "utf-8") -> Iterator[Pipe]:
    """Standard output as a pipe: the descriptor to read from, and the stream that is written to.

    No fixture: between a test and its setting up, pytest puts its own standard output in place.
    """
    reading, writing = os.pipe()
    before = set(threading.enumerate())
    with open(writing, "w", encoding=encoding) as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        yield reading, stream
        with suppress(OSError):  # the test may have closed it
            os.close(reading)
        for thread in set(threading.enumerate()) - before:  # without a reader the one that hangs ends
            thread.join(5)


def console(timeout: float = 5.0) -> ConsoleNotifier:
    return ConsoleNotifier("console", ConsoleSettings(timeout=timeout))


def test_a_message_reads_as_a_title_and_facts_in_columns() -> None:
    shown = message(
        title="#4711 Printer on fire: first response is overdue",
        facts=(("Customer", "Nordwind AG"), ("Due", "Mon 14:00")),
        footer="due 14:00, sent 14:20",
    )
    assert payload(shown) == (
        "BREACHED  #4711 Printer on fire: first response is overdue\n"
        "          Customer: Nordwind AG\n"
        "          Due:      Mon 14:00\n"
        "          https://desk.example/issues/4711?a=1&b=2\n"
        "          due 14:00, sent 14:20\n"
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_adds_no_line_and_no_escape(name: str) -> None:
    lines = payload(message(HOSTILE[name])).split("\n")
    assert len(lines) == 7  # a title, three facts, an address, a footer, and what follows the last end of line
    assert all(map(is_safe, lines))
    assert "\n".join(lines).encode()
    assert max(map(len, lines)) < 700


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert payload(message(), colour=True).startswith("\x1b[1;31mBREACHED")
    assert "\x1b" not in payload(message())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert console()._coloured(Terminal())
    assert not console()._coloured(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not console()._coloured(Terminal())


@pytest.mark.asyncio
async def test_messages_sent_at_once_do_not_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    notifier = console()
    wanted = [message(title=f"number {number}") for number in range(20)]
    with piped(monkeypatch) as (reading, _):
        await asyncio.gather(*map(notifier.send, wanted))
        await notifier.close()
        await notifier.close()
        assert os.read(reading, 1_000_000).decode() == "".join(map(payload, wanted))


@pytest.mark.asyncio
async def test_a_reader_that_has_gone_is_a_failure_that_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    with piped(monkeypatch) as (reading, _):
        os.close(reading)
        with pytest.raises(SendError, match=r"^standard output cannot be written: Broken pipe$") as caught:
            await console().send(message())
    assert (caught.value.reason, caught.value.permanent, caught.value.unknown) == (Reason.UNREACHABLE, False, False)


def fill(descriptor: int) -> None:
    os.set_blocking(descriptor, False)
    with suppress(BlockingIOError):
        while os.write(descriptor, b"x" * 65_536):
            pass
    os.set_blocking(descriptor, True)


@pytest.mark.asyncio
async def test_a_reader_that_does_not_read_costs_no_more_than_the_time_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    notifier = console(timeout=0.05)
    with piped(monkeypatch) as (_, stream):
        fill(stream.fileno())
        with pytest.raises(SendError, match="does not take the message") as caught:
            await notifier.send(message())
        assert (caught.value.reason, caught.value.permanent, caught.value.unknown) == (Reason.TIMEOUT, False, True)
        with pytest.raises(SendError, match="still does not take an earlier message"):
            await notifier.send(message())


@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [None, io.StringIO()], ids=["none", "closed"])
async def test_a_closed_standard_output_is_a_failure_that_may_pass(
    stream: TextIO | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if stream is not None:
        stream.close()
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(SendError, match=r"^standard output is closed$") as caught:
        await console().send(message())
    assert not caught.value.permanent


@pytest.mark.asyncio
async def test_an_output_that_knows_only_ascii_gets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    with piped(monkeypatch, encoding="ascii") as (reading, _):
        await console().send(message(HOSTILE["umlauts"]))
        assert b"\\xc4rger" in os.read(reading, 10_000)


@pytest.mark.asyncio
async def test_a_stream_in_memory_is_written_to_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", stream := io.StringIO())
    await console().send(message())
    assert stream.getvalue() == payload(message())


def test_a_timeout_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^timeout: 0 is not between 0 and 300 seconds: write 5s$"):
        ConsoleSettings(timeout=0)
