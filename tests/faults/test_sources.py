"""Every row of the group Sources, with its guard; `make faults` plays them without it, too."""

from __future__ import annotations

import pytest

from tests.faults.row import Row
from tests.faults.rows import played
from tests.faults.sources import ROWS


@pytest.mark.asyncio
@pytest.mark.parametrize("row", [row for row in ROWS if row.lacking is None], ids=lambda row: row.fault)
async def test_a_fault_is_survived(row: Row) -> None:
    await played(row)
