"""python -m tests.faults: every row with its guard and without, as a table; docs/fault-matrix.md is written from it."""

from __future__ import annotations

import sys
from time import perf_counter

from tests.faults import report
from tests.faults.rows import with_guard, without_guard
from tests.faults.sources import NOT_APPLICABLE, ROWS


def main() -> int:
    """Play all rows; 1 if any fails with its guard, or does not notice that it is missing.

    Rows of what slamon is known not to do yet count neither way.
    """
    begun, results = perf_counter(), []
    print(report.HEAD)
    for row in ROWS:
        failed, (noticed, how) = with_guard(row), without_guard(row)
        results.append(report.Result(row, failed, noticed, how))
        print(report.line(results[-1]), flush=True)
    report.write(results, NOT_APPLICABLE)
    wrong = [one for one in results if not one.is_right and not one.is_lacking]
    for one in wrong:
        print(f"\n{one.row.fault}:\n  with the guard: {one.failed or 'right'}\n  without: {one.how}", file=sys.stderr)
    held = [one for one in results if one.is_right]
    for one in held:
        if one.row.lacking is not None:
            print(f"\n{one.row.fault}: is held now, its `lacking` can go")
    print(f"\n{len(held)} of {len(results)} rows are held, {len(wrong)} wrong, in {perf_counter() - begun:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
