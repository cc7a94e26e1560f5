"""What comes first in a django-helpdesk, whatever the clocks say and whichever answer is last."""

from __future__ import annotations

import asyncio

import pytest

from slamon.core.instants import HOUR, SECOND
from tests.sources.django_helpdesk_desk import CLOSED, NOW, OPEN, RESOLVED, desk
from tests.sources.django_helpdesk_server import Helpdesk, moved
from tests.sources.follower import changes, final
from tests.sources.http_server import Request


@pytest.mark.asyncio
async def test_a_change_without_a_date_after_one_with_a_date_lies_behind_it() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        last = await follower.poll_of(helpdesk)
        resolved = moved(helpdesk, 10)
        helpdesk.follow_up(id, 2, new_status=RESOLVED)
        helpdesk.patch(id, status=OPEN, priority=2)
        await follower.poll_of(helpdesk)
        dated, *seen = changes(follower.kept[id])
        assert (dated.at, dated.earliest) == (resolved, None)
        brackets = {tuple(one.set or {}): one.earliest for one in seen}
        assert brackets == {("source_status", "status"): resolved, ("priority",): last - SECOND // 2}


@pytest.mark.parametrize("behind", [HOUR, 10 * SECOND, 0])
@pytest.mark.asyncio
async def test_a_clock_that_is_behind_turns_no_order_round(behind: int) -> None:
    """What was seen before a change with a date was there came first, whatever the two clocks say."""
    helpdesk = Helpdesk(NOW - behind)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        for step in (1, 2):
            await follower.poll()
            helpdesk.patch(id, on_hold=step == 1)
            moved(helpdesk, 10)
            follower.time.advance(10 * SECOND)
            await follower.poll()
        helpdesk.follow_up(id, 2, comment="Fixed", new_status=RESOLVED)
        moved(helpdesk, 10)
        follower.time.advance(10 * SECOND)
        for _ in range(2):
            await follower.poll()
        natives = [(one.set or {})["source_status"] for one in changes(follower.kept[id])]
        assert natives == ["on hold", "open", "resolved"]


@pytest.mark.asyncio
async def test_a_change_seen_in_the_second_of_one_with_a_date_is_put_before_it() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.patch(id, on_hold=True)
        await follower.poll_of(helpdesk)
        helpdesk.now -= SECOND // 5  # the two clocks differ by less than can be told
        helpdesk.follow_up(id, 2, new_status=CLOSED)
        await follower.poll_of(helpdesk)
        assert [(one.set or {})["source_status"] for one in changes(follower.kept[id])] == ["on hold", "closed"]
        assert final(follower.kept[id])["status"] == "closed"


@pytest.mark.asyncio
async def test_a_page_that_was_overtaken_by_a_newer_reading_is_no_change_back() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    overtaken = False

    async def script(request: Request) -> bytes:
        nonlocal overtaken
        said = helpdesk(request)
        if overtaken and request.path == "/api/tickets/":
            overtaken = False
            helpdesk.patch(id, status=RESOLVED)
            await follower.reread(id)
        return said

    async with desk(script) as follower:
        await follower.poll_of(helpdesk)
        overtaken = True
        await follower.poll_of(helpdesk)
        await follower.poll_of(helpdesk)
        assert not overtaken
        assert [(one.set or {})["source_status"] for one in changes(follower.kept[id])] == ["resolved"]


@pytest.mark.asyncio
async def test_a_reading_that_began_before_a_page_and_ended_after_it_is_newer_too() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    asked, kept, shown = asyncio.Event(), asyncio.Event(), asyncio.Event()
    racing = False

    async def script(request: Request) -> bytes:
        nonlocal racing
        if racing and request.path == "/api/tickets/1/":
            asked.set()
            await shown.wait()
            return helpdesk(request)
        said = helpdesk(request)
        if racing and request.path == "/api/tickets/":
            helpdesk.patch(id, status=RESOLVED)
            shown.set()
            await kept.wait()
            racing = False
        return said

    async def reread() -> None:
        await follower.reread(id)
        kept.set()

    async with desk(script) as follower:
        await follower.poll_of(helpdesk)
        racing = True
        reading = asyncio.create_task(reread())
        await asked.wait()
        await follower.poll_of(helpdesk)
        await reading
        await follower.poll_of(helpdesk)
        assert [(one.set or {})["source_status"] for one in changes(follower.kept[id])] == ["resolved"]
