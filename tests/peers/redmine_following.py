"""slamon's source of kind redmine on a real Redmine, and whether what it read is what was done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from slamon.core.instants import parse_instant
from slamon.core.ticket import Ticket
from slamon.secrets import Secret
from slamon.sources.redmine import RedmineSettings, RedmineSource
from tests.clock import ManualTime
from tests.peers.redmine import ADMIN, Redmine
from tests.peers.redmine_record import Written, as_ticket, comparable, told
from tests.peers.verdicts import assert_same_verdicts
from tests.sources.follower import Follower

AFTER = parse_instant("2026-03-10T00:00:00Z")


@asynccontextmanager
async def following(
    redmine: Redmine,
    time: ManualTime | None = None,
    key: str = ADMIN,
    kind: type[RedmineSource] = RedmineSource,
    **keys: Any,
) -> AsyncIterator[Follower]:
    settings = RedmineSettings(url=redmine.url, key=Secret(key), **keys)
    follower = Follower(lambda around: kind("desk", settings, around), time or ManualTime(AFTER))
    try:
        yield follower
    finally:
        await follower.source.close()


def assert_same(kept: Mapping[str, Ticket], written: Mapping[str, Written]) -> int:
    """What slamon read is what was done, and what it says of it too; how many verdicts that were."""
    assert set(kept) == set(written)
    for id, one in written.items():
        assert comparable(told(kept[id])) == comparable(one), f"issue {id}"
        assert kept[id].history == "full"
        assert kept[id].created_by == "customer"
        ids = [event.id for event in kept[id].events]
        assert len(set(ids)) == len(ids)
    return assert_same_verdicts(kept, {id: as_ticket(id, one) for id, one in written.items()})
