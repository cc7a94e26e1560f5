"""`make bench`: every measurement as a ratio, printed and written to docs/performance.md; 1 if one is too small."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from tests.bench import calendars, evaluate, latency, mapping, scrape, standing, sync
from tests.bench.measure import Row

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
_INTRO = """# Performance

Ratios measured in one run on one machine by `make bench`, which writes this page. The absolute numbers are that
machine's ({machine}); the ratios are what we claim.

| what | slamon | compared with | ratio | at least |
| --- | --- | --- | --- | --- |
"""
_NOTES = """
## How the first reading is measured

A helpdesk in a process of its own serves the tickets, five to ten events each, as pages of 100 of a JSON API. The
service's own parts read them by a source of kind `rest`, whose mapping has 30 expressions, and store them in a file, with
every commit flushed to the disk. "All judged" is the same with the judge at work beside it, until nothing is left for it:
what somebody waits for who starts slamon for the first time. It is compared with SQLite alone, which puts the very rows
that were stored into an equal table, 1,000 a transaction. A task that wakes every 5 ms tells how late the event loop is;
memory is the most that the reading process ever held.

SQLite alone has no answer to read, no expression to evaluate and nothing to judge: what is missing to its rate is the
mapping, most of all, and, where all is judged, the judging.

A restart counts from `slamon run` to the first 200 of `/readyz`, with rows as the service itself leaves them. What judging
everything would cost is told from a sample, without the database's part in it.
"""


def main() -> int:
    rows: list[Row] = []
    for part in (calendars, evaluate, mapping, sync, standing, scrape, latency):
        for row in part.rows():
            rows.append(row)
            print(
                f"{'ok  ' if row.ok else 'FAIL'} {row.what}: {row.ours} against {row.theirs}: {row.ratio:.2f}",
                flush=True,
            )
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    PAGE.write_text(_INTRO.format(machine=machine) + "".join(map(_line, rows)) + _NOTES, "utf-8")
    return int(not all(row.ok for row in rows))


def _line(row: Row) -> str:
    wanted = "" if row.wanted is None else f"{row.wanted:g}"
    return f"| {row.what} | {row.ours} | {row.theirs} | {row.ratio:.2f} | {wanted} |\n"


if __name__ == "__main__":
    sys.exit(main())
