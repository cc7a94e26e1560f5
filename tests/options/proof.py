"""The proof by ignoring: an option is overlooked in every way there is, and its rows must turn red each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.options.ignoring import Overlooked
from tests.options.inventory import Item
from tests.options.judging import NotLoaded, differences, load
from tests.options.rows import Row
from tests.options.trees import compose, text_of

# Refusals that say "this is missing": only by these may a row turn red without another verdict. (A moment is wrong in a
# route from which `alert: monitor` is missing.)
_MISSING = frozenset(
    {"missing-key", "missing-calendar", "unknown-calendar", "no-working-time", "empty", "unknown-kind", "wrong-moment"}
)

# Kinds in whose place no other can stand: `field`, or `repeat`, would have no effect, and that is refused.
_ALONE = frozenset({"policies[].targets.NAME.kind=due", "policies[].targets.NAME.kind=custom"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row once an option was overlooked in one way."""

    row: Row
    how: str
    red: bool
    why: str  # the first difference, or why the rules do not load
    loads: bool = True
    left_out: bool = False


def prove(item: Item, rows: tuple[Row, ...]) -> list[Outcome]:
    """What became of each row that names the item, for each way to overlook it."""
    return [outcome for row in rows if item.name in row.proves for outcome in _of_row(item, row)]


def stays_green(outcomes: list[Outcome]) -> list[str]:
    """Why the item is not proven; empty if it is."""
    if not outcomes:
        return ["no row names it"]
    return [f"{one.row.says!r}, {one.how}: {one.why}" for one in outcomes if not one.red]


def _of_row(item: Item, row: Row) -> list[Outcome]:
    """What can be told from: a word in whose place another cannot stand, so that nothing loads, says nothing."""
    found = [_outcome(row, overlooked) for overlooked in item.ignore(compose(row.rules))]
    if not found:
        return [Outcome(row, "as it is", False, "the row does not use it")]
    telling = [one for one in found if one.loads or one.left_out]
    return telling or [Outcome(row, "read as any other", item.name in _ALONE, found[0].why, False)]


def _outcome(row: Row, overlooked: Overlooked) -> Outcome:
    try:
        found = differences(row, load(row, text_of(overlooked.root)))
    except NotLoaded as mistake:
        codes = ", ".join(sorted(mistake.codes))
        red = not overlooked.left_out or mistake.codes <= _MISSING
        return Outcome(row, overlooked.how, red, f"refused: {codes}", False, overlooked.left_out)
    return Outcome(row, overlooked.how, bool(found), found[0] if found else "nothing changes")


def unproven(items: dict[str, Item], rows: tuple[Row, ...]) -> Iterator[str]:
    """Items that no row names."""
    named = {name for row in rows for name in row.proves}
    yield from (name for name in items if name not in named)
