"""Tickets that all break their promise at 13:00 UTC."""

from __future__ import annotations

from typing import Any

from slamon.ports import Reason, SendError, Store
from tests.flow.build import Bench, bench

NOON = "2026-06-05T12:00:00Z"
BREACHES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 1h}}]
routes: [{name: all, match: all, group: {wait: 20s}, steps: [{when: [breached, missed], notify: desk}]}]
"""
WARNINGS = BREACHES.replace("[breached, missed]", "90%").replace("targets", "warn_at: 90%, targets")  # at 12:54
BUSY = SendError(Reason.SERVER_ERROR, "503")


async def overdue(store: Store, tickets: int, rules: str = BREACHES, **parts: Any) -> Bench:
    """So many tickets, created at noon and judged."""
    run = bench(store, NOON, rules, **parts)
    for number in range(tickets):
        await run.put(str(number), NOON)
    await run.go()
    return run


def sizes(run: Bench) -> list[int]:
    """How many commitments each message told of."""
    return [len(one.covers) for one in run.desk.sent]
