"""A reload while something is under way, and one that takes away what somebody waits for."""

from __future__ import annotations

from tests.faults.process.rows import LivingRows

ROWS = LivingRows()
