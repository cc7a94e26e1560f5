"""python -m tests.faults [GROUP...]: every row with its guard and without, as a table; without names of groups all are
played, and if nothing is wrong docs/fault-matrix.md is written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from time import perf_counter

from tests.faults import report
from tests.faults.groups import Group, groups
from tests.faults.lanes import outcomes

_LONGEST = 2_000  # characters of what went wrong


def main(names: Sequence[str]) -> int:
    """Play rows; 1 if any fails with its guard, or does not notice that it is missing.

    Rows of what slamon is known not to do yet count neither way.
    """
    wanted, begun = groups(names), perf_counter()
    results = {group.title: _played(group) for group in wanted}
    code = _summed([one for found in results.values() for one in found], perf_counter() - begun)
    if not names and code == 0:
        report.write(results, wanted)
    return code


def _played(group: Group) -> list[report.Result]:
    """In the order of the group, though printed as they are done."""
    print(f"\n{group.title}\n{report.HEAD}")
    found = []
    for outcome in outcomes(group.rows):
        found.append(report.Result(*outcome))
        print(report.line(found[-1]), flush=True)
    place = {id(row): number for number, row in enumerate(group.rows)}
    return sorted(found, key=lambda one: place[id(one.row)])


def _summed(results: Sequence[report.Result], seconds: float) -> int:
    wrong = [one for one in results if not one.is_right and not one.is_lacking]
    for one in wrong:
        held, how = (one.failed or "right")[-_LONGEST:], one.how[-_LONGEST:]
        print(f"\n{one.row.fault}:\n  with the guard: {held}\n  without: {how}", file=sys.stderr)
    right = [one for one in results if one.is_right]
    for one in right:
        if one.row.lacking is not None:
            print(f"\n{one.row.fault}: is held now, its `lacking` can go")
    print(f"\n{len(right)} of {len(results)} rows are held, {len(wrong)} wrong, in {seconds:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main([name.lower() for name in sys.argv[1:]]))
