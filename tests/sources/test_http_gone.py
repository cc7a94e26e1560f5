"""What all kinds over HTTP do alike: when tickets that are not shown any more count as deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND
from slamon.core.ticket import Ticket
from slamon.ports import SourceError
from slamon.sources.rest import RestSource
from slamon.sources.rest_settings import ListMapping
from tests.sources import django_helpdesk_desk, rest_server
from tests.sources.django_helpdesk_server import Helpdesk
from tests.sources.follower import Follower, changes
from tests.sources.http_server import answer
from tests.sources.replicas import WHOLE, clock_of
from tests.sources.rest_server import LIST


@pytest.mark.asyncio
async def test_after_a_day_a_list_that_shows_far_fewer_tickets_is_believed(tmp_path: Path) -> None:
    desk = rest_server.Desk([rest_server.ticket(n) for n in range(1, 31)])
    async with rest_server.reading(desk, tmp_path, listing=WHOLE) as (source, _):
        clock = clock_of(source)
        _, cursor, _ = await rest_server.poll(source)
        desk.tickets = desk.tickets[:3]
        for span in (0, HOUR, DAY - HOUR - 1):
            clock.advance(span)
            cursor = await _refused(source, cursor)
        clock.advance(1)
        _, cursor, _ = await rest_server.poll(source, cursor)
        desk.tickets = []
        await rest_server.poll(source, cursor)


async def _refused(source: RestSource, cursor: bytes) -> bytes:
    """Poll in vain; the cursor that was given before."""

    async def read() -> None:
        nonlocal cursor
        async for batch in source.collect(cursor):
            cursor = batch.cursor

    with pytest.raises(SourceError, match="3 tickets are shown where there were 30: has the account lost a right"):
        await read()
    return cursor


@pytest.mark.asyncio
async def test_after_a_day_most_tickets_of_a_helpdesk_are_deleted_if_others_are_still_seen() -> None:
    helpdesk = Helpdesk(django_helpdesk_desk.NOW)
    ids = [helpdesk.create() for _ in range(40)]
    async with django_helpdesk_desk.desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        deleted = {id: helpdesk.tickets.pop(id) for id in range(1, 31)}
        await _refused_for_a_day(follower, helpdesk)
        assert not any(one.events for one in follower.kept.values())
        helpdesk.tickets |= deleted  # in between they are there again
        await follower.poll_of(helpdesk, 60)
        for id in deleted:
            del helpdesk.tickets[id]
        await _refused_for_a_day(follower, helpdesk)
        await follower.poll_of(helpdesk, 60)
        assert sorted(id for id, one in follower.kept.items() if one.events) == sorted(ids[:30])
        await follower.poll_of(helpdesk, 60)
        assert follower.given == []


async def _refused_for_a_day(follower: Any, helpdesk: Helpdesk) -> None:
    for _ in range(25):
        with pytest.raises(SourceError, match="has the account lost a right"):
            await follower.poll_of(helpdesk, HOUR / SECOND - 1)


@pytest.mark.asyncio
async def test_a_queue_that_is_not_seen_any_more_is_never_taken_for_deleted() -> None:
    helpdesk = Helpdesk(django_helpdesk_desk.NOW)
    for number in range(60):
        helpdesk.create(queue=1 if number < 20 else 2)
    async with django_helpdesk_desk.desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.hidden = {1}
        for _ in range(3):
            with pytest.raises(SourceError, match="0 tickets are shown where there were 20"):
                await follower.poll_of(helpdesk, DAY / SECOND)
        assert isinstance(follower, Follower)
        assert not any(one.events for one in follower.kept.values())


@pytest.mark.asyncio
@pytest.mark.parametrize("listing", [LIST, WHOLE], ids=["followed", "whole"])
async def test_what_changed_while_a_ticket_of_any_api_could_not_be_read_is_not_dated_after_that(
    tmp_path: Path, listing: ListMapping
) -> None:
    desk, known = rest_server.Desk([rest_server.ticket(1), rest_server.ticket(2)]), dict[str, Ticket]()
    async with rest_server.reading(desk, tmp_path, known, listing=listing) as (source, _):
        clock = clock_of(source)
        known_at, cursor = clock.now(), None
        known_tickets, cursor, _ = await rest_server.poll(source, cursor)
        known |= known_tickets
        desk.said["/api/tickets/1"] = answer(500)
        for _ in range(3):
            clock.advance(HOUR)
            desk.tickets[0] |= {"state": {"name": "Done"}, "updated": "2026-03-20T00:30:00Z"}
            _, cursor, _ = await rest_server.poll(source, cursor)
        desk.said.clear()
        clock.advance(HOUR)
        tickets, cursor, _ = await rest_server.poll(source, cursor)
    (event,) = tickets["1"].events
    assert (event.earliest, event.at) == (known_at, known_at + 30 * MINUTE)


@pytest.mark.asyncio
async def test_what_changed_while_a_ticket_of_a_helpdesk_could_not_be_read_is_not_dated_after_that() -> None:
    helpdesk = Helpdesk(django_helpdesk_desk.NOW)
    id, _ = helpdesk.create(), helpdesk.create()
    async with django_helpdesk_desk.desk(helpdesk) as follower:
        last = await follower.poll_of(helpdesk)
        helpdesk.patch(id, priority=1)
        helpdesk.tickets[1]["status"] = "odd"
        for _ in range(3):
            await follower.poll_of(helpdesk, 600)
        assert len(follower.problems) == 3
        helpdesk.tickets[1]["status"] = 1
        await follower.restarted()
        at = await follower.poll_of(helpdesk)
        (event,) = changes(follower.kept[id])
        assert event.earliest is not None
        assert last - 2 * SECOND <= event.earliest <= last < at - 600 * SECOND < event.at
