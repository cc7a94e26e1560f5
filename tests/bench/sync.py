"""A first reading of 100,000 tickets over HTTP into the database, against SQLite writing the same rows and no more."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec

from slamon.store.database import connect
from tests.bench.measure import Row, a_second
from tests.bench.settings import write_settings
from tests.bench.syncing import Synced

COUNT = 100_000
_AT_ONCE = 1_000  # rows of a transaction of the floor
_WANTED_RATIO, _WANTED_LAG, _WANTED_MEMORY = 0.25, 0.020, 300
_ROOT = Path(__file__).parents[2]
_UPSERT = """
INSERT INTO tickets (source, id, body, version, marked) VALUES (?, ?, ?, 1, ?)
ON CONFLICT DO UPDATE SET body = excluded.body, version = version + 1 WHERE body <> excluded.body
"""


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as name, _desk(COUNT) as url:
        for what in ("", "judged"):
            folder = Path(name) / (what or "stored")
            folder.mkdir()
            write_settings(folder, url)
            synced = _sync(folder, what)
            floor = _upsert(Path(name), _stored(folder))
            yield from _rows(what, synced, floor)


def _rows(what: str, synced: Synced, floor: float) -> Iterator[Row]:
    title = f"first reading of {COUNT:,} tickets by a rest source" + (", all judged" if what else "")
    ours, theirs = a_second(synced.seconds, COUNT), f"{a_second(floor, COUNT)} (SQLite alone, the same rows)"
    yield Row(title, ours, theirs, floor / synced.seconds, _WANTED_RATIO)
    lag, memory = f"{synced.lag * 1e3:.1f} ms", f"{synced.memory:.0f} MB"
    wanted_lag, wanted_memory = f"at most {_WANTED_LAG * 1e3:.0f} ms", f"at most {_WANTED_MEMORY} MB"
    yield Row(f"{title}: lag of the event loop, p99", lag, wanted_lag, _WANTED_LAG / synced.lag, 1)
    yield Row(f"{title}: memory (VmHWM)", memory, wanted_memory, _WANTED_MEMORY / synced.memory, 1)


@contextmanager
def _desk(count: int) -> Iterator[str]:
    """The address of a helpdesk with so many tickets, in another process."""
    command = [sys.executable, "-m", "tests.bench.desk", str(count)]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def _sync(folder: Path, *more: str) -> Synced:
    command = [sys.executable, "-m", "tests.bench.syncing", str(folder), *filter(None, more)]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE)
    return msgspec.json.decode(done.stdout, type=Synced)


def _stored(folder: Path) -> Sequence[tuple[str, bytes]]:
    """What was read; it must be all."""
    db = sqlite3.connect(folder / "slamon.db")
    found = db.execute("SELECT id, body FROM tickets ORDER BY rowid").fetchall()
    db.close()
    assert len(found) == COUNT, f"{len(found)} tickets were stored"
    return found


def _upsert(folder: Path, bodies: Sequence[tuple[str, bytes]]) -> float:
    """Seconds that SQLite takes for these rows in an equal table, in one thread: the best of three."""
    return min(_upserted(folder / f"floor-{repeat}.db", bodies) for repeat in range(3))


def _upserted(path: Path, bodies: Sequence[tuple[str, bytes]]) -> float:
    db = connect(path)  # the same tables and the same pragmas
    begun = perf_counter()
    for at in range(0, len(bodies), _AT_ONCE):
        db.execute("BEGIN IMMEDIATE")
        db.executemany(_UPSERT, [("desk", id, body, at) for id, body in bodies[at : at + _AT_ONCE]])
        db.execute("COMMIT")
    took = perf_counter() - begun
    db.close()
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return took
