"""Tickets of a Request Tracker that are merged, deleted, or out of sight."""

from __future__ import annotations

import pytest

from slamon.core.instants import HOUR
from slamon.ports import SourceError
from slamon.sources.http import NotFound
from tests.sources.follower import changes, final
from tests.sources.rt_server import OPEN, Desk, following


@pytest.mark.asyncio
async def test_a_merged_ticket_is_known_by_the_one_it_is_part_of() -> None:
    desk = Desk()
    into, merged, unknown = (desk.create() for _ in range(3))
    desk.time.advance(HOUR)
    async with following(desk) as (follower, _):
        await follower.poll()
        before = follower.kept["2"]
        del follower.bodies["3"]
        desk.time.advance(HOUR)
        desk.done(merged, "Correspond")
        desk.time.advance(HOUR)
        desk.merge(merged, into)
        desk.merge(unknown, into)
        await follower.poll()
        assert sorted(follower.given) == ["1", "2"]
        found = follower.kept["2"]
        assert [(one.kind, one.at, one.into) for one in found.events] == [
            ("message", desk.time.now() - HOUR, None),
            ("merged", desk.time.now(), "1"),
        ]
        assert (found.fields, found.subject) == (before.fields, before.subject)
        assert follower.kept["1"].events == []
        desk.time.advance(HOUR)
        desk.set(into, "Priority", "50")
        await follower.poll()
        assert follower.given == ["1"]
        assert sorted(one.id for one in await follower.reread("1", "2", "3")) == ["1", "2"]
        with pytest.raises(NotFound, match="ticket 3 is part of ticket 1"):
            await follower.source.ticket("3")


@pytest.mark.asyncio
async def test_a_deleted_ticket_is_found_out_when_it_is_read_again_and_may_come_back() -> None:
    desk = Desk()
    id = desk.create()
    desk.time.advance(HOUR)
    async with following(desk) as (follower, _):
        await follower.poll()
        desk.set(id, "Status", "deleted")
        (found,) = await follower.reread("1")
        assert final(found)["status"] == "cancelled"
        desk.time.advance(HOUR)
        desk.set(id, "Status", "open")
        await follower.poll()
        assert [one.set for one in changes(follower.kept["1"])][-1] == OPEN


@pytest.mark.asyncio
async def test_a_ticket_out_of_sight_is_gone_only_if_its_queue_still_shows_others() -> None:
    desk = Desk()
    desk.create()
    desk.create()
    async with following(desk) as (follower, _):
        await follower.poll()
        desk.forbidden = {1}
        desk.time.advance(HOUR)
        found = {one.id: one for one in await follower.reread("1", "2")}
        assert [one.kind for one in found["1"].events] == ["deleted"]
        desk.forbidden = {1, 2}
        with pytest.raises(SourceError, match="refused the account: 403"):
            await follower.reread("2")
        assert [one.id for one in await follower.source.fetch(["99"])] == []
