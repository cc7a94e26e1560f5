"""slamon's source of kind rt on a real Request Tracker, and whether what it read is what was done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from slamon.core.instants import parse_instant
from slamon.core.ticket import Ticket
from slamon.secrets import Secret
from slamon.sources.rt import RtSettings, RtSource
from tests.clock import ManualTime
from tests.peers.rt import RequestTracker
from tests.peers.rt_record import Written, as_ticket, comparable, told
from tests.peers.verdicts import assert_same_verdicts
from tests.sources.follower import Follower

AFTER = parse_instant("2026-03-10T00:00:00Z")


@asynccontextmanager
async def following(
    tracker: RequestTracker, time: ManualTime | None = None, account: str = "slamon", token: str = "", **keys: Any
) -> AsyncIterator[Follower]:
    settings = RtSettings(url=tracker.url, token=Secret(token or tracker.token(account)), **keys)
    follower = Follower(lambda around: RtSource("desk", settings, around), time or ManualTime(AFTER))
    try:
        yield follower
    finally:
        await follower.source.close()


def assert_same(kept: Mapping[str, Ticket], written: Mapping[str, Written]) -> int:
    """What slamon read of these tickets is what was done to them, and what it says of it too; how many verdicts."""
    assert set(written) <= set(kept)
    for id, one in written.items():
        assert comparable(told(kept[id])) == comparable(one), f"ticket {id}"
        assert kept[id].history == "full"
        assert kept[id].created_by == "agent"
        ids = [event.id for event in kept[id].events]
        assert len(set(ids)) == len(ids)
    return assert_same_verdicts(kept, {id: as_ticket(id, one) for id, one in written.items()})
