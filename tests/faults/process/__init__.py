"""The rows of the group Process, and those of it that cannot be played."""

from __future__ import annotations

from collections.abc import Mapping

from tests.faults.process.rows import LivingRow

ROWS: list[LivingRow] = []
NOT_APPLICABLE: Mapping[str, str] = {}
