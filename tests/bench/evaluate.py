"""The whole of `slamon evaluate` on real incidents, against the floor: reading and writing the same JSON, no more."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from slamon.core.history import decode
from slamon.core.verdict import Verdict, as_json
from tests.bench.measure import Row, a_second

SAMPLE = Path(__file__).parents[2] / "slamon" / "samples" / "incidents.jsonl.gz"
_COPIES = 4
_WANTED_A_SECOND = 10_000
RULES = """
version: 1
calendars: {log-clock: {time_zone: UTC, hours: {mon-fri: 14:00-23:00}}}
policies:
  - name: incidents
    match: {type: incident}
    calendar: log-clock
    targets:
      closure:
        {kind: custom, start_on: created, stop_on: closed, on_retarget: recompute,
         within: {critical: 9h, high: 9h, moderate: 62h, low: 135h}}
"""


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        count = _write(folder)
        took = min(_evaluate(folder) for _ in range(3))
        floor = min(_decode_and_encode(folder) for _ in range(3))
    rate = count / took
    what = f"slamon evaluate, {count:,} incidents, whole process, one core: at least {_WANTED_A_SECOND:,} a second"
    yield Row(
        what, a_second(took, count), f"{a_second(floor, count)} (decode and encode alone)", rate / _WANTED_A_SECOND, 1
    )


def _write(folder: Path) -> int:
    lines = gzip.decompress(SAMPLE.read_bytes()).splitlines()
    copies = [line.replace(b'"id":"INC', b'"id":"%d-INC' % copy, 1) for copy in range(_COPIES) for line in lines]
    (folder / "tickets.jsonl").write_bytes(b"\n".join(copies) + b"\n")
    (folder / "rules.yml").write_text(RULES, "utf-8")
    return len(copies)


def _evaluate(folder: Path) -> float:
    command = [sys.executable, "-m", "slamon", "evaluate", "--rules", "rules.yml", "--tickets", "tickets.jsonl"]
    begun = perf_counter()
    subprocess.run([*command, "--at", "2017-06-01T00:00:00Z"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - begun


def _decode_and_encode(folder: Path) -> float:
    """Read every ticket and write one verdict for it, judging none."""
    verdict = Verdict("desk", "1", "policy", "target", 1, "met", "stopped", 0, 0, 0, None, None, 0, 0, 0)
    begun = perf_counter()
    for line in (folder / "tickets.jsonl").read_bytes().splitlines():
        decode(line, "desk")
        as_json(verdict)
    return perf_counter() - begun
