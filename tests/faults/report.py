"""The matrix as a table, on the terminal and in the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.row import Row

PAGE = Path(__file__).parents[2] / "docs" / "fault-matrix.md"
HEAD = "row | what must happen | guard | with | without"
_INTRODUCTION = """\
# Fault matrix

Each row is a fault that a test causes: a real server on loopback misbehaves while slamon watches it with its real
collector, store, judge and deliverer. After the fault exactly the alerts that were due must have arrived, at their
instants, none missing, none too many; each is sent twice, and the second time must be the same byte by byte; and the
store must hold what the server holds.

Each row names its guard: the piece of slamon that saves it. Every row is played twice, once as slamon is and once with
that piece taken away. A row counts only if it holds with its guard and *fails* without: a test that cannot fail proves
nothing. `make faults` plays all rows and writes this page.
"""


@dataclass(frozen=True)
class Result:
    """`failed`: what went wrong with the guard, if anything; `noticed`: whether the row failed without, and `how`."""

    row: Row
    failed: str | None
    noticed: bool
    how: str

    @property
    def is_right(self) -> bool:
        return self.failed is None and self.noticed

    @property
    def is_lacking(self) -> bool:
        """Whether it is known that slamon does not do this yet."""
        return self.row.lacking is not None and not self.is_right


def cells(one: Result) -> tuple[str, ...]:
    """The columns of a row."""
    if one.is_lacking:
        return one.row.fault, one.row.must, "none yet", "not yet", "-"
    held = "held" if one.failed is None else "FAILED"
    return one.row.fault, one.row.must, one.row.guard.name, held, "fails" if one.noticed else "NOT NOTICED"


def line(one: Result) -> str:
    return " | ".join(cells(one))


def page(results: Sequence[Result], left_out: Mapping[str, str]) -> str:
    """The page about the group Sources."""
    rows = [f"| {' | '.join(cells(one))} |" for one in results if not one.is_lacking]
    table = ["| Fault | What must happen | Guard | With | Without |", "|---|---|---|---|---|", *rows]
    lacking = [
        f"- {one.row.fault}. Must: {one.row.must}. Today: {one.row.lacking}." for one in results if one.is_lacking
    ]
    open_ones = ["", "Not held yet:\n", *lacking] if lacking else []
    missing = [f"- {fault}: not applicable, {why}." for fault, why in left_out.items()]
    parts = [_INTRODUCTION, "## Sources\n", *table, *open_ones, "", "Without a row:\n", *missing]
    return "\n".join(parts) + "\n"


def write(results: Sequence[Result], left_out: Mapping[str, str]) -> None:
    """Write the page."""
    PAGE.write_text(page(results, left_out))
