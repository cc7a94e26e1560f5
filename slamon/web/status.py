"""What `slamon status` is told, as JSON."""

from __future__ import annotations

from typing import Any

from slamon.core.instants import DAY, EARLIEST, Instant, format_instant
from slamon.ports import CommitmentRow, DeadLetter, Store
from slamon.web.health import Health

_SHOWN = 20  # commitments that are due next, that are overdue the longest, and dead letters


async def status(health: Health, store: Store, now: Instant) -> dict[str, Any]:
    """Health, what there is by its kind, what is due next or overdue, and what of the last day reached nobody."""
    figures = await store.figures()
    overdue = [one for one in await store.nearest(EARLIEST, _SHOWN) if _due(one[2]) < now]
    nearest = [*await store.nearest(now, _SHOWN), *overdue]
    return {
        **health.body,
        "commitments": [[*key, number] for key, number in sorted(figures.commitments.items())],
        "deliveries": [[*key, number] for key, number in sorted(figures.deliveries.items())],
        "nearest": [{"source": source, "ticket": ticket, **_commitment(row)} for source, ticket, row in nearest],
        "dead": [_letter(one) for one in await store.dead_letters(now - DAY, _SHOWN)],
    }


def _due(row: CommitmentRow) -> Instant:
    """When it is or was due: of those that are nearest one of these is always known."""
    due_at = row.due_at if row.due_at is not None else row.breached_at
    assert due_at is not None
    return due_at


def _commitment(row: CommitmentRow) -> dict[str, Any]:
    return {
        "policy": row.policy,
        "target": row.target,
        "status": row.status,
        "due_at": None if row.due_at is None else format_instant(row.due_at),
    }


def _letter(one: DeadLetter) -> dict[str, Any]:
    return {
        "at": format_instant(one.ended_at),
        "notifier": one.notifier,
        "what": one.what,
        "why": one.error,
        "copied": one.copied,
    }
