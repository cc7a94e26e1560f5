"""The log: nothing in it that a program holds, and nobody who waits for its reader."""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

import slamon.logs
from slamon.logs import LogFormat, Outflow
from tests.e2e.process import ROOT

FAILS = """
import logging, sys
from slamon.logs import set_up

set_up(sys.argv[1], "info")
headers = {"Authorization": "Bearer " + "CANA" + "RY"}
try:
    raise RuntimeError("out of the blue")
except RuntimeError:
    logging.getLogger("aiohttp.server").exception("Error handling request", extra={"held": len(headers)})
"""

ENDS = """
import sys
from slamon.logs import never_wait, set_up
from slamon.logs import log

sys.stderr.write("first\\n")
never_wait()
set_up("json", "info")
log.info("second")
sys.stderr.write("third\\n")
for number in range(int(sys.argv[1])):
    log.info("filling", number=number)
raise SystemError("last")
"""


def process(script: str, argument: str, stderr: int) -> subprocess.Popen[bytes]:
    """Python with a script: what is set up there is not set up in the tests."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", script, argument], stderr=stderr, env=environment)


@pytest.mark.parametrize("format", ["console", "json"])
def test_a_traceback_in_the_log_shows_no_values_of_variables(format: LogFormat) -> None:
    with process(FAILS, format, subprocess.PIPE) as failing:
        said = failing.communicate(timeout=60)[1]
    assert b"out of the blue" in said
    assert b"CANARY" not in said


def test_what_was_said_is_written_in_order_before_the_process_ends() -> None:
    with process(ENDS, "2000", subprocess.PIPE) as ending:
        lines = ending.communicate(timeout=60)[1].decode().splitlines()
    assert (lines[0], lines[2], lines[-1]) == ("first", "third", "SystemError: last")
    assert [f'"number": {number},' in line for number, line in enumerate(lines[3:2003])] == [True] * 2000
    assert lines[2003].startswith("Traceback")  # nothing is there twice


def test_a_process_whose_standard_error_nobody_reads_ends_all_the_same() -> None:
    reading, writing = small_pipe()
    try:
        with process(ENDS, "2000", writing) as ending:
            assert ending.wait(timeout=60) == 1
    finally:
        os.close(reading)
        os.close(writing)


def small_pipe() -> tuple[int, int]:
    """Two ends of one that holds a page."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    return reading, writing


def test_what_does_not_fit_is_dropped_and_counted_and_told_once_writing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int]] = []
    done = Event()
    monkeypatch.setattr(slamon.logs, "MOST_HELD", 10_000)
    monkeypatch.setattr(slamon.logs, "log", Teller(told, done))
    reading, writing = small_pipe()
    with open(writing, "w", encoding="utf-8") as stream, open(reading, "rb") as reader:
        outflow = Outflow(stream)
        for number in range(1_000):
            outflow.write(f"{number:99}\n")
        assert not outflow.drain(0)
        read = b""
        while not done.is_set():
            read += reader.read(100)
        [(event, dropped)] = told
        read += reader.read((1_000 - dropped) * 100 - len(read))
        outflow.write("after\n")
        assert outflow.drain(30)
        stream.close()
        lines = (read + reader.read()).decode().splitlines()
    assert event == "lines of the log were dropped"
    kept = [line.strip() for line in lines]
    assert kept == [*(str(number) for number in range(1_000 - dropped)), "after"]
    assert 0 < dropped < 1_000


def test_it_takes_texts_only_and_goes_on_after_anything_else() -> None:
    written = io.StringIO()
    outflow = Outflow(written)
    with pytest.raises(TypeError, match="not bytes"):
        outflow.write(b"")  # type: ignore[arg-type]
    outflow.write("text\n")
    assert outflow.drain(30)
    assert written.getvalue() == "text\n"


class Teller:
    """A log that keeps what it is told."""

    def __init__(self, told: list[tuple[str, int]], done: Event) -> None:
        self._told, self._done = told, done

    def error(self, event: str, count: int) -> None:
        self._told.append((event, count))
        self._done.set()
