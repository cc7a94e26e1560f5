"""Lists of a Request Tracker that are cut into pages before rights are applied, and answers that do not fit."""

from __future__ import annotations

import pytest

from slamon.core.instants import MINUTE, SECOND
from slamon.ports import SourceError
from tests.sources.follower import final
from tests.sources.rt_server import Desk, following, read


def busy(desk: Desk, count: int = 250) -> int:
    """A ticket with much that happened, half of it unseen; some pages of a hundred have nothing that is seen."""
    id = desk.create()
    for number in range(count):
        made = desk.done(id, "Comment" if number % 2 else "Correspond")
        if number % 2 or 90 < number < 210:
            desk.hidden.add(made)
    return id


@pytest.mark.parametrize("sees_all", [False, True])
@pytest.mark.asyncio
async def test_pages_that_are_short_or_empty_hide_nothing_that_comes_after(sees_all: bool) -> None:
    desk = Desk(sees_all=sees_all)
    id = busy(desk)
    desk.tickets[id]["Created"] = "2026-03-01T00:00:00Z"
    seen = [one for one in desk.transactions if one["Type"] != "Create" and (sees_all or one["id"] not in desk.hidden)]
    async with following(desk) as (follower, server):
        await follower.poll()
    assert [int(event.id or 0) for event in follower.kept["1"].events] == [one["id"] for one in seen]
    assert len(server.asked("/REST/2.0/ticket/1/history")) == 3


@pytest.mark.asyncio
async def test_without_an_etag_it_pages_on_until_an_empty_page() -> None:
    desk = Desk(tags=False)
    id = desk.create(Created="2026-03-01T00:00:00Z")
    for number in range(230):
        made = desk.done(id, "Correspond")
        if number % 3 == 0:
            desk.hidden.add(made)
    async with following(desk) as (follower, server):
        await follower.poll()
    assert len(follower.kept["1"].events) == 230 - len(desk.hidden)
    assert [one.query["page"] for one in server.asked("/REST/2.0/ticket/1/history")] == ["1", "2", "3", "4"]


@pytest.mark.asyncio
async def test_a_list_that_never_ends_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.rt_lists.MOST_PAGES", 5)
    desk = Desk(tags=False)
    busy(desk, 600)
    desk.hidden.clear()
    async with following(desk) as (follower, _):
        with pytest.raises(SourceError, match="history has no end: 5 pages were read"):
            await follower.poll()


@pytest.mark.asyncio
async def test_addresses_of_next_pages_are_not_followed_nor_needed() -> None:
    desk = Desk(sees_all=True)
    for _ in range(130):
        desk.create()
        desk.time.advance(SECOND)
    async with following(desk) as (follower, server):
        await follower.poll()
    assert len(follower.kept) == 130
    assert all("&=" not in one.target for one in server.requests)


@pytest.mark.parametrize("numbers", [False, True])
@pytest.mark.asyncio
async def test_ids_may_be_texts_or_numbers(numbers: bool) -> None:
    desk = Desk(numbers=numbers)
    id = desk.create()
    desk.time.advance(MINUTE)
    desk.set(id, "Queue", "1")
    made = desk.set(id, "Owner", "27")
    ticket = (await read(desk))["1"]
    assert ticket.fields["group"] == "Support"
    assert final(ticket) | {"group": "General", "assignee": "alice"} == final(ticket)
    assert ticket.events[-1].id == str(made)
