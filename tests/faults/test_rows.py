"""Every row that needs no process of its own, with its guard; `make faults` plays all, and without their guards too."""

from __future__ import annotations

import pytest

from tests.faults.groups import groups
from tests.faults.playing import Playable

_ROWS = [
    (group.title, row)
    for group in groups()
    for row in group.rows
    if row.lacking is None and not getattr(row, "alone", False)
]


@pytest.mark.asyncio
@pytest.mark.parametrize("row", [row for _, row in _ROWS], ids=[f"{title}: {row.fault}" for title, row in _ROWS])
async def test_a_fault_is_survived(row: Playable) -> None:
    await row.played()
