"""What became of commitments, seen from their rows before and after a judgement."""

from __future__ import annotations

from collections.abc import Iterable

from slamon.core.verdict import ENDED_STATUSES
from slamon.ports import CommitmentRow, Turn


def turns(
    source: str, customer: str | None, before: Iterable[CommitmentRow], after: Iterable[CommitmentRow]
) -> list[Turn]:
    """Those of one ticket that began, were broken or ended, or of which that was taken back.

    A commitment is told by its target and cycle: under another policy it is the same one.
    """
    earlier, later = _by_cycle(before), _by_cycle(after)
    return [
        Turn(source, customer, earlier.get(key), later.get(key))
        for key in earlier | later
        if _standing(earlier.get(key)) != _standing(later.get(key))
    ]


def _by_cycle(rows: Iterable[CommitmentRow]) -> dict[tuple[str, int], CommitmentRow]:
    """Without the rows that are no commitments: of tickets that nothing matches, or that are still to come."""
    return {(row.target, row.cycle): row for row in rows if row.target}


def _standing(row: CommitmentRow | None) -> tuple[str, bool] | None:
    if row is None:
        return None
    return row.status if row.status in ENDED_STATUSES else "open", row.breached_at is not None
