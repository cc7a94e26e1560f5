"""What `slamon status` is told, as JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slamon.core.instants import format_instant
from slamon.ports import CommitmentRow
from slamon.web.health import Health


def status(
    health: Health,
    commitments: Mapping[tuple[str, str, str, str], int],
    deliveries: Mapping[tuple[str, str], int],
    nearest: Sequence[tuple[str, str, CommitmentRow]],
) -> dict[str, Any]:
    """Health, what there is by its kind, and what is due next."""
    return {
        "status": health.status,
        "problems": health.problems,
        **health.details,
        "commitments": [[*key, number] for key, number in sorted(commitments.items())],
        "deliveries": [[*key, number] for key, number in sorted(deliveries.items())],
        "nearest": [{"source": source, "ticket": ticket, **_shown(row)} for source, ticket, row in nearest],
    }


def _shown(row: CommitmentRow) -> dict[str, Any]:
    return {
        "policy": row.policy,
        "target": row.target,
        "status": row.status,
        "due_at": None if row.due_at is None else format_instant(row.due_at),
    }
