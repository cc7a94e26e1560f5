"""`make bench`: every measurement as a ratio, printed and written to docs/performance.md; 1 if one is too small."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from tests.bench import calendars, evaluate
from tests.bench.measure import Row

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
_INTRO = """# Performance

Ratios measured in one run on one machine by `make bench`, which writes this page. The absolute numbers are that
machine's ({machine}); the ratios are what we claim.

| what | slamon | compared with | ratio | at least |
| --- | --- | --- | --- | --- |
"""


def main() -> int:
    rows: list[Row] = []
    for part in (calendars, evaluate):
        for row in part.rows():
            rows.append(row)
            print(
                f"{'ok  ' if row.ok else 'FAIL'} {row.what}: {row.ours} against {row.theirs}: {row.ratio:.2f}",
                flush=True,
            )
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    PAGE.write_text(_INTRO.format(machine=machine) + "".join(map(_line, rows)), "utf-8")
    return int(not all(row.ok for row in rows))


def _line(row: Row) -> str:
    wanted = "" if row.wanted is None else f"{row.wanted:g}"
    return f"| {row.what} | {row.ours} | {row.theirs} | {row.ratio:.2f} | {wanted} |\n"


if __name__ == "__main__":
    sys.exit(main())
