"""A scrape of the metrics, as Prometheus does it: how long it takes, and for how long it holds up the event loop.

`python -m tests.bench.scrape FOLDER` is the service that is scraped: slamon.yml stands in FOLDER. It says its address on
one line; at a line of its input it begins to watch its event loop, at the next it says the longest stall since, in
seconds, and at the end of its input it ends.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import IO
from urllib.parse import urlsplit

from slamon.app import Service
from slamon.commands.load import load
from slamon.commands.run import keep_what_is_loaded
from slamon.logs import set_up
from slamon.operation import Configured
from tests.bench.lag import Lag
from tests.bench.measure import Row
from tests.bench.standing import fill

_TICKETS = (0, 1_000, 100_000)
_SERIES = range(1_900, 2_101)
_SOURCES, _POLICIES, _NOTIFIERS = 5, 12, 3
_ROUNDS, _SCRAPES, _PAUSE = 10, 24, 0.03  # seconds between two
_WANTED_SECONDS, _WANTED_STALL, _WANTED_RATIO = 0.05, 0.01, 0.67
_ROOT = Path(__file__).parents[2]
_AS_PROMETHEUS = {
    "Accept": "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
    "Accept-Encoding": "gzip",
    "User-Agent": "Prometheus/2.53.0",
}


@dataclass(frozen=True, slots=True)
class Scraped:
    """Of each round the seconds of its scrapes, and of the longest stall; `idle`: that of a round without a scrape."""

    series: int
    seconds: list[list[float]]
    stalls: list[float]
    idle: float

    @property
    def slowest(self) -> list[float]:
        return [max(one) for one in self.seconds]

    @property
    def median(self) -> float:
        return median(seconds for one in self.seconds for seconds in one)


def rows() -> Iterator[Row]:
    found: dict[int, Scraped] = {}
    for tickets in _TICKETS:
        with TemporaryDirectory() as folder:
            found[tickets] = _scraped(Path(folder), tickets)
        yield from _measured(tickets, found[tickets])
    yield _compared(found)


def _measured(tickets: int, one: Scraped) -> Iterator[Row]:
    """Of several rounds the best counts, as with all that is short here: the machine has other work, too."""
    title = f"a scrape of {one.series:,} series with {tickets:,} open tickets"
    ours = f"{_ms(min(one.slowest))} (in the worst round {_ms(max(one.slowest))}, median {_ms(one.median)})"
    yield Row(
        f"{title}: the slowest of {_SCRAPES}",
        ours,
        f"at most {_ms(_WANTED_SECONDS)}",
        _WANTED_SECONDS / min(one.slowest),
        1,
    )
    ours = f"{_ms(min(one.stalls))} (in the worst round {_ms(max(one.stalls))}, with no scrape {_ms(one.idle)})"
    wanted = _WANTED_STALL / min(one.stalls)
    yield Row(f"{title}: longest stall of the event loop", ours, f"at most {_ms(_WANTED_STALL)}", wanted, 1)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"


def _compared(found: Mapping[int, Scraped]) -> Row:
    few, many = _TICKETS[1:]
    ours, theirs = found[many].median, found[few].median
    what = f"a scrape with {many:,} open tickets, against one with {few:,}: times as fast"
    return Row(what, _ms(ours), _ms(theirs), theirs / ours, _WANTED_RATIO)


# --- scraping --------------------------------------------------------------------------------------------------------


def _scraped(folder: Path, tickets: int) -> Scraped:
    _write(folder)
    loaded = load(folder / "slamon.yml")
    fill(folder, tickets, rules=loaded.digest.hex()[:16], digest=loaded.digest)
    with _service(folder) as (url, says, asks):
        parts = urlsplit(url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        _until_ready(connection)
        series = _series(_scrape(connection))
        assert series in _SERIES, f"{series} series are shown"
        idle = _stall(says, asks, lambda: sleep(_SCRAPES * _PAUSE))
        seconds: list[list[float]] = []
        stalls = [_stall(says, asks, lambda: seconds.append(list(_round(connection)))) for _ in range(_ROUNDS)]
        connection.close()
        return Scraped(series, seconds, stalls, idle)


def _round(connection: HTTPConnection) -> Iterator[float]:
    for _ in range(_SCRAPES):
        begun = perf_counter()
        _scrape(connection)
        yield perf_counter() - begun
        sleep(_PAUSE)


def _scrape(connection: HTTPConnection) -> bytes:
    status, body, packed = _ask(connection, "/metrics")
    assert status == 200
    return gzip.decompress(body) if packed else body


def _ask(connection: HTTPConnection, path: str) -> tuple[int, bytes, bool]:
    connection.request("GET", path, headers=_AS_PROMETHEUS)
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers["Content-Encoding"] == "gzip"


def _until_ready(connection: HTTPConnection) -> None:
    while _ask(connection, "/readyz")[0] != 200:
        sleep(0.05)


def _series(text: bytes) -> int:
    return sum(1 for line in text.splitlines() if not line.startswith(b"#"))


def _stall(says: IO[str], asks: IO[str], work: Callable[[], object]) -> float:
    """The longest stall of the service's event loop while something is done."""
    asks.write("\n")
    asks.flush()
    work()
    asks.write("\n")
    asks.flush()
    return float(says.readline())


# --- the service -----------------------------------------------------------------------------------------------------


@contextmanager
def _service(folder: Path) -> Iterator[tuple[str, IO[str], IO[str]]]:
    """Its address, what it says and what it is asked."""
    command = [sys.executable, "-m", "tests.bench.scrape", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=_ROOT, text=True, stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process.stdout, process.stdin
        finally:
            process.stdin.close()


def _write(folder: Path) -> None:
    """Settings and rules that make about 2,000 series, with one source, `desk`, and one policy for all tickets."""
    names = ["desk", *(f"desk{number}" for number in range(2, _SOURCES + 1))]
    for name in names:
        (folder / f"{name}.jsonl").touch()
    settings = {
        "version": 1,
        "rules": "rules.yml",
        "storage": {"path": "slamon.db"},
        "web": {"listen": "127.0.0.1:0"},
        "sources": {name: {"kind": "file", "path": f"{name}.jsonl"} for name in names},
        "notifiers": {f"out{number}": {"kind": "console"} for number in range(1, _NOTIFIERS + 1)},
    }
    (folder / "slamon.yml").write_text(json.dumps(settings), "utf-8")
    targets = {"first_response": "4h", "resolution": "24h"}
    policies = [
        {"name": f"p{number}", "match": {"group": f"g{number}"}, "calendar": "24x7", "targets": targets}
        for number in range(2, _POLICIES + 1)
    ]
    policies.append({"name": "everyone", "match": "all", "calendar": "24x7", "targets": targets})
    (folder / "rules.yml").write_text(json.dumps({"version": 1, "policies": policies}), "utf-8")


async def _serve(folder: Path) -> None:
    loaded = load(folder / "slamon.yml")
    assert loaded.settings is not None, loaded.render()
    assert loaded.rules is not None, loaded.render()
    service = Service(Configured(loaded.settings, loaded.rules, loaded.digest))
    running = asyncio.create_task(service.run())
    while not service.url:  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(0.02)
    print(service.url, flush=True)
    while await _asked():
        async with Lag() as lag:
            await _asked()
        print(lag.percentile(100), flush=True)
    service.stop()
    await running


async def _asked() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    set_up("console", "error")
    keep_what_is_loaded()
    asyncio.run(_serve(Path(sys.argv[1])))
