"""A service with much that is open: a new start, the memory, and a tick of the judge in which nothing is due."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.error import URLError
from urllib.request import urlopen

from slamon.commands.load import load
from slamon.core.history import encode
from slamon.core.instants import DAY, SECOND, from_datetime
from slamon.core.ticket import Event, Ticket
from slamon.flow.judge import JudgeLoop
from slamon.ports import StoredTicket
from slamon.store import SqliteStore
from slamon.store.database import connect
from tests.bench.measure import Row, most_memory
from tests.bench.parts import judging, workshop
from tests.bench.settings import write_settings

_OPEN, _COMMITMENTS = 100_000, 1_000_000
_START_SECONDS, _MEMORY, _TIMES_CHEAPER = 5, 300, 1000
_SAMPLE = 2_000  # tickets judged, to tell what judging all would cost
_TICKS = 200
_ROOT = Path(__file__).parents[2]
_TICKETS = """
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :count)
INSERT INTO tickets (source, id, body, version, touched_at)
SELECT 'desk', 'T' || n, CAST(replace(:body, 'ID', 'T' || n) AS BLOB), 1, :now FROM counted
"""
_OF_TICKETS = """
INSERT INTO commitments
  (source, ticket, policy, target, cycle, status, clock, started_at, due_at, changes_at, rules)
SELECT source, id, 'everyone', :target, 1, 'on_track', 'running', :now, :due + rowid, :due + rowid, :rules FROM tickets
"""


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as name:
        yield from _restarted(Path(name))
    with TemporaryDirectory() as name:
        yield asyncio.run(_idle(Path(name)))


# --- a restart -------------------------------------------------------------------------------------------------------


def _restarted(folder: Path) -> Iterator[Row]:
    address = _free_address()
    write_settings(folder, address=address)
    (folder / "tickets.jsonl").touch()
    loaded = load(folder / "slamon.yml")
    fill(folder, _OPEN, rules=loaded.digest.hex()[:16], digest=loaded.digest)
    seconds, memory = min(_start(folder, address) for _ in range(3))
    title = f"restart with {_OPEN:,} open tickets"
    wanted = f"at most {_START_SECONDS} s"
    yield Row(f"{title}: until it is ready", f"{seconds:.2f} s", wanted, _START_SECONDS / seconds, 1)
    yield Row(f"{title}: memory (VmHWM)", f"{memory:.0f} MB", f"at most {_MEMORY} MB", _MEMORY / memory, 1)


def _start(folder: Path, address: str) -> tuple[float, float]:
    """Seconds from the start of `slamon run` until it is ready; then its most memory, with the metrics read once."""
    begun = perf_counter()
    command = [sys.executable, "-m", "slamon", "run", "--config", str(folder / "slamon.yml")]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while not _answers(f"http://{address}/readyz"):
                assert process.poll() is None, "slamon run ended"
                sleep(0.01)
            took = perf_counter() - begun
            assert _answers(f"http://{address}/metrics")
            return took, most_memory(process.pid)
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except URLError:
        return False


def _free_address() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{found.getsockname()[1]}"


# --- nothing is due --------------------------------------------------------------------------------------------------


async def _idle(folder: Path) -> Row:
    write_settings(folder)
    loaded = load(folder / "slamon.yml")
    tickets = _COMMITMENTS // 2
    fill(folder, tickets, rules=loaded.digest.hex()[:16], digest=loaded.digest)
    store = SqliteStore(folder / "slamon.db")
    await store.open()
    try:
        loop = judging(await workshop(loaded, store))
        all_again = _judge_some(loop) * tickets
        tick = await _tick(loop, store)
    finally:
        await store.close()
    what = f"a tick of the judge with {_COMMITMENTS:,} open commitments and none due: times cheaper than judging all"
    ours, theirs = f"{tick * 1e6:.0f} µs", f"{all_again:.0f} s (from a sample of {_SAMPLE:,} tickets)"
    return Row(what, ours, theirs, all_again / tick, _TIMES_CHEAPER)


async def _tick(loop: JudgeLoop, store: SqliteStore) -> float:
    """Seconds of what the loop does between two sleeps."""
    begun = perf_counter()
    for _ in range(_TICKS):
        assert await loop.catch_up() == 0
        assert await store.next_change() is not None
    return (perf_counter() - begun) / _TICKS


def _judge_some(loop: JudgeLoop) -> float:
    """Seconds that judging one ticket takes, without the database."""
    now = from_datetime(datetime.now(UTC))
    begun = perf_counter()
    for _ in range(_SAMPLE):
        assert loop.judgement(StoredTicket("desk", "ID", _body(now).encode(), 1), now).commitments
    return (perf_counter() - begun) / _SAMPLE


# --- rows ------------------------------------------------------------------------------------------------------------


def fill(folder: Path, tickets: int, *, rules: str, digest: bytes) -> None:
    """So many tickets, each with two open commitments that change tomorrow, as the service itself leaves them."""
    now = from_datetime(datetime.now(UTC))
    db = connect(folder / "slamon.db")
    db.execute("BEGIN")
    db.execute(_TICKETS, {"count": tickets, "body": _body(now), "now": now})
    for target in ("first_response", "resolution"):
        db.execute(_OF_TICKETS, {"target": target, "now": now, "due": now + DAY, "rules": rules})
    db.execute("INSERT INTO named_values VALUES ('rules', ?)", (digest,))
    db.execute("COMMIT")
    sqlite3.Connection.close(db)


def _body(now: int) -> str:
    events = [
        Event(now - number * 600 * SECOND, "message", f"message.{number}", by, public=True)
        for number, by in zip(range(7, 0, -1), ("customer", "third_party", "bot") * 3, strict=False)
    ]
    fields = {"status": "open", "priority": "normal", "group": "network", "customer": "Customer 17"}
    return encode(Ticket("ID", "desk", now - 5000 * SECOND, fields, events, "Connection drops")).decode()
