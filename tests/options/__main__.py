"""`python -m tests.options`: a line for each option and row, and what shows that the option is not ignored."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from tests.options.inventory import Item, inventory
from tests.options.proof import Outcome, prove, stays_green
from tests.options.rows import Row, table

_WIDTH = 110


def main(items: Mapping[str, Item]) -> int:
    """Print the proof; 1 if anything stays green."""
    rows = table()
    results = {item: prove(item, rows) for item in items.values()}
    for item, outcomes in results.items():
        for line in _lines(item, outcomes):
            print(line)
    failed = [item.name for item, outcomes in results.items() if stays_green(outcomes)]
    tried = sum(len(outcomes) for outcomes in results.values())
    print(f"\n{len(items)} options and values, {len(rows)} rows, overlooked in {tried} ways: ", end="")
    print(f"{len(failed)} stay green: {', '.join(failed)}" if failed else "every row turns red")
    return 1 if failed else 0


def _lines(item: Item, outcomes: list[Outcome]) -> Iterator[str]:
    if not outcomes:
        yield f"{item.name} | no row names it | NO"
    by_row: dict[str, tuple[Row, list[Outcome]]] = {}
    for one in outcomes:
        by_row.setdefault(one.row.says, (one.row, []))[1].append(one)
    for says, (_, found) in by_row.items():
        shown = next((one for one in found if not one.red), found[0])
        ways = f" and {len(found) - 1} more" if len(found) > 1 else ""
        verdict = f"{'yes' if shown.red else 'NO'}: {shown.how}{ways}: {shown.why}"
        yield f"{item.name} | {says} | {verdict if len(verdict) <= _WIDTH else verdict[: _WIDTH - 1] + '…'}"


if __name__ == "__main__":
    sys.exit(main(inventory()))
