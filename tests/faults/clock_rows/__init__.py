"""The rows of the group Clock, and those of it that cannot be played."""

from __future__ import annotations

from collections.abc import Mapping

from tests.faults.clock_rows.jumps import ROWS as JUMPS
from tests.faults.clock_rows.zones import ROWS as ZONES

ROWS = [*JUMPS, *ZONES]
NOT_APPLICABLE: Mapping[str, str] = {}
