"""The matrix as a table, on the terminal and in the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.groups import Group
from tests.faults.playing import Playable

PAGE = Path(__file__).parents[2] / "docs" / "fault-matrix.md"
HEAD = "row | what must happen | guard | with | without"
_INTRODUCTION = """\
# Fault matrix

Each row is a fault that a test causes: real servers on loopback, real processes and real files misbehave while slamon
watches with its real collector, store, judge, deliverers and notifiers. After the fault exactly the alerts that were due
must have arrived, at their instants, none missing, none too many; each row has a literal list of them.

Each row names its guard: the piece of slamon that saves it. Every row is played twice, once as slamon is and once with
that piece taken away. A row counts only if it holds with its guard and *fails* without: a test that cannot fail proves
nothing. `make faults` plays all rows, and writes this page if every one is right.
"""


@dataclass(frozen=True)
class Result:
    """`failed`: what went wrong with the guard, if anything; `noticed`: whether the row failed without, and `how`."""

    row: Playable
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


def page(results: Mapping[str, Sequence[Result]], groups: Sequence[Group]) -> str:
    """The page: the results of each group by its title."""
    parts = [_INTRODUCTION, *_sums(results)]
    for group in groups:
        parts += _section(group, results[group.title])
    return "\n".join(parts) + "\n"


def _sums(results: Mapping[str, Sequence[Result]]) -> Iterator[str]:
    yield from ("| Group | Rows | Held |", "|---|---|---|")
    for title, found in results.items():
        yield f"| {title} | {len(found)} | {sum(one.is_right for one in found)} |"


def _section(group: Group, results: Sequence[Result]) -> Iterator[str]:
    yield from ("", f"## {group.title}", "", group.about, "")
    yield from ("| Fault | What must happen | Guard | With | Without |", "|---|---|---|---|---|")
    yield from (f"| {' | '.join(cells(one))} |" for one in results if not one.is_lacking)
    if lacking := [one.row for one in results if one.is_lacking]:
        yield from ("", "Not held yet:", "")
        yield from (f"- {row.fault}. Must: {row.must}. Today: {row.lacking}." for row in lacking)
    if group.not_applicable:
        yield from ("", "Without a row:", "")
        yield from (f"- {fault}: not applicable, {why}." for fault, why in group.not_applicable.items())


def write(results: Mapping[str, Sequence[Result]], groups: Sequence[Group]) -> None:
    """Write the page."""
    PAGE.write_text(page(results, groups))
