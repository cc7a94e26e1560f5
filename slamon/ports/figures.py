"""What is kept, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slamon.core.instants import Instant


@dataclass(frozen=True, slots=True)
class Figures:
    """How much there is of what, at one moment."""

    commitments: Mapping[tuple[str, str, str, str], int]  # by source, policy, target and status; ended ones too
    deliveries: Mapping[tuple[str, str], int]  # by notifier and state: pending, bound, or an Ending
    nearest_due: Mapping[str, Instant]  # by policy, of what is open and not broken yet
    oldest: Mapping[str, Instant]  # by notifier: since when the oldest might have gone that still waits
    next_change: Instant | None
