"""What /api/status tells, of a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from slamon.core.instants import DAY, HOUR, Instant
from slamon.ports import CommitmentRow, Ending, Judgement
from slamon.store import SqliteStore
from slamon.web.health import Health
from slamon.web.status import status
from tests.store.build import bound, delivery, message, queued

NOW: Instant = 1_780_909_200_000_000  # 2026-06-08T09:00:00Z


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "slamon.db")
    await store.open()
    yield store
    await store.close()


async def _promised(store: SqliteStore, id: str, due_at: Instant, state: str) -> None:
    await store.save_batch("desk", [(id, b"{}")], None)
    row = CommitmentRow("gold", "resolution", 1, state, "running", due_at - HOUR, due_at, None, None, due_at)
    version = (await store.load("desk", [id]))[id].version
    await store.apply([Judgement("desk", id, version, [row], ())], NOW)


async def _told(store: SqliteStore) -> dict[str, Any]:
    return await status(Health(True), store, NOW)


@pytest.mark.asyncio
async def test_what_is_due_next_comes_first_and_what_is_overdue_the_longest_is_there_too(store: SqliteStore) -> None:
    for id, hours in (("late", -2), ("later", 3), ("soon", 1), ("very late", -30)):
        await _promised(store, id, NOW + hours * HOUR, "on_track" if hours > 0 else "breached")
    found = (await _told(store))["nearest"]
    assert [one["ticket"] for one in found] == ["soon", "later", "very late", "late"]
    assert found[2]["due_at"] == "2026-06-07T03:00:00Z"


@pytest.mark.asyncio
async def test_what_is_due_at_this_very_instant_is_told_once(store: SqliteStore) -> None:
    await _promised(store, "now", NOW, "breached")
    assert [one["ticket"] for one in (await _told(store))["nearest"]] == ["now"]


@pytest.mark.asyncio
async def test_what_reached_nobody_is_told_for_a_day(store: SqliteStore) -> None:
    await queued(store, delivery("a"), delivery("b"))
    for identity, ended_at in (("a", NOW - DAY), ("b", NOW - DAY + 1_000_000)):
        one = await bound(store, identity, about=message(f"title of {identity}"))
        await store.settle(one.id, Ending.DEAD, ended_at, "no such channel")
    expected = {"at": "2026-06-07T09:00:01Z", "notifier": "slack", "what": "title of b", "why": "no such channel"}
    assert (await _told(store))["dead"] == [{**expected, "copied": False}]
