"""The source of kind rest: how its list is followed, page by page and from poll to poll."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slamon.core.ticket import Ticket
from slamon.ports import SourceError
from slamon.sources.rest_settings import ListMapping
from tests.sources.rest_server import (
    LIST,
    MESSAGES,
    Desk,
    paged,
    poll,
    reading,
    ticket,
)
from tests.sources.talking import looked_at_during_a_batch


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "paging",
    [
        {"by": "cursor", "parameter": "cursor", "next": "meta.next"},
        {"by": "page", "parameter": "page"},
        {"by": "page", "parameter": "page", "total": "meta.total"},
        {"by": "offset", "parameter": "offset", "first": 0},
        {"by": "offset", "parameter": "offset", "total": "meta.total"},
        {"by": "link"},
        {"by": "link", "next": "meta.next && join('', ['/api/tickets?cursor=', meta.next])"},
    ],
    ids=["cursor", "page", "page with total", "offset", "offset with total", "link header", "link in the answer"],
)
async def test_every_way_of_paging_reads_the_whole_list(tmp_path: Path, paging: dict[str, Any]) -> None:
    desk = Desk([ticket(n) for n in range(1, 24)], most=7)
    async with reading(desk, tmp_path, listing=paged(**paging)) as (source, _):
        tickets, _, _ = await poll(source)
    assert {int(id) for id in tickets} == set(range(1, 24))


@pytest.mark.asyncio
async def test_a_row_that_moves_to_a_page_already_read_is_read_all_the_same(tmp_path: Path) -> None:
    desk = Desk([ticket(n) for n in range(1, 21)], most=10)
    async with reading(desk, tmp_path, listing=paged(by="page", parameter="page")) as (source, _):
        batches = source.collect(None)
        found = [one.id for one in (await anext(batches)).tickets]
        desk.tickets.append(desk.tickets.pop(0))  # number 11 moves to the first page
        found += [one.id async for batch in batches for one in batch.tickets]
    assert set(found) == {str(n) for n in range(1, 21)}


@pytest.mark.asyncio
@pytest.mark.parametrize("messages", [None, MESSAGES], ids=["all told by the list", "with messages"])
async def test_a_last_look_asks_the_server_also_while_the_list_is_being_read(tmp_path: Path, messages: Any) -> None:
    desk = Desk([ticket(1), ticket(2)])
    listing = ListMapping(path=LIST.path, parameters=LIST.parameters, items=LIST.items, complete=True)
    async with reading(desk, tmp_path, listing=listing, messages=messages) as (source, server):
        found = await looked_at_during_a_batch(source, "1", lambda: desk.tickets[0].update(title="other"))
        assert found.subject == "other"
        assert [one.path for one in server.requests].count("/api/tickets/2") == 0


@pytest.mark.asyncio
async def test_a_list_that_leads_back_to_itself_is_an_error(tmp_path: Path) -> None:
    desk = Desk(said={"/api/tickets": {"data": {"tickets": [ticket(1)]}, "meta": {"next": "x"}}})
    desk.tickets = [ticket(1)]
    listing = paged(by="cursor", parameter="cursor", next="meta.next")
    async with reading(desk, tmp_path, listing=listing) as (source, _):
        with pytest.raises(SourceError, match="a list has no end"):
            await poll(source)


@pytest.mark.asyncio
async def test_a_link_to_another_server_is_not_followed(tmp_path: Path) -> None:
    desk = Desk(
        [ticket(1)], said={"/api/tickets": {"data": {"tickets": []}, "meta": {"next": "https://evil.example/"}}}
    )
    async with reading(desk, tmp_path, listing=paged(by="link", next="meta.next")) as (source, _):
        with pytest.raises(SourceError, match="names an address of another server"):
            await poll(source)


@pytest.mark.asyncio
async def test_later_polls_ask_for_what_was_updated_and_read_only_that(tmp_path: Path) -> None:
    desk = Desk([ticket(1), ticket(2, "2026-03-11T10:00:00Z")])
    async with reading(desk, tmp_path) as (source, server):
        _, cursor, _ = await poll(source)
        desk.tickets.append(ticket(3, "2026-03-12T10:00:00Z"))
        tickets, cursor, _ = await poll(source, cursor)
        assert set(tickets) == {"3"}
        tickets, _, _ = await poll(source, cursor)
    assert tickets == {}
    asked = [one.query["updated_since"] for one in server.asked("/api/tickets")]
    assert asked == ["1970-01-01T00:00:00Z", "2026-03-11T09:45:00Z", "2026-03-12T09:45:00Z"]


@pytest.mark.asyncio
async def test_with_parameters_for_open_tickets_only_those_are_read_from_the_beginning(tmp_path: Path) -> None:
    listing = ListMapping(
        path="tickets", parameters=LIST.parameters, open_parameters={"state": "open"}, items=LIST.items
    )
    old = "2025-01-01T00:00:00Z"
    desk = Desk([ticket(1, old), ticket(2, old, state={"name": "Closed"}), ticket(3)])
    async with reading(desk, tmp_path, listing=listing) as (source, server):
        tickets, _, _ = await poll(source)
    assert set(tickets) == {"1", "3"}
    asked = [one.query for one in server.asked("/api/tickets")]
    assert asked == [
        {"updated_since": "1970-01-01T00:00:00Z", "state": "open"},
        {"updated_since": "2026-02-18T00:00:00Z"},
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("form", "zone", "text"),
    [
        ("rfc3339", None, "2026-03-11T09:45:00Z"),
        ("date", None, "2026-03-11"),
        ("plain", "Europe/Berlin", "2026-03-11 10:45:00"),
        ("seconds", None, "1773222300"),
        ("milliseconds", None, "1773222300000"),
    ],
)
async def test_since_is_written_as_the_api_wants_it(tmp_path: Path, form: Any, zone: str | None, text: str) -> None:
    parameters = {"q": "updated >= {since}", "sort": "id"}
    listing = ListMapping(path="tickets", parameters=parameters, since_format=form, items=LIST.items)
    async with reading(Desk([ticket(1, "2026-03-11T10:00:00Z")]), tmp_path, listing=listing, time_zone=zone) as pair:
        source, server = pair
        _, cursor, _ = await poll(source)
        await poll(source, cursor)
    assert server.asked("/api/tickets")[-1].query == {"q": f"updated >= {text}", "sort": "id"}


@pytest.mark.asyncio
async def test_a_complete_list_needs_no_request_for_each_ticket(tmp_path: Path) -> None:
    listing = ListMapping(path="tickets", items=LIST.items, complete=True)
    async with reading(Desk([ticket(n) for n in range(1, 150)]), tmp_path, listing=listing) as (source, server):
        tickets, _, batches = await poll(source)
    assert len(tickets) == 149
    assert [one.path for one in server.requests] == ["/api/tickets"]
    assert [len(batch.tickets) for batch in batches] == [149, 0]


@pytest.mark.asyncio
async def test_a_list_without_the_items_is_never_an_empty_list(tmp_path: Path) -> None:
    async with reading(Desk(said={"/api/tickets": {"data": {"tickts": []}}}), tmp_path) as (source, _):
        with pytest.raises(SourceError) as error:
            await poll(source)
    said = "list.items: 'data.tickets' finds nothing: if that means none, write data.tickets || `[]`"
    assert str(error.value) == said


@pytest.mark.asyncio
async def test_a_list_that_is_suddenly_empty_is_a_fault_and_no_deletion(tmp_path: Path) -> None:
    desk = Desk([ticket(n) for n in range(1, 31)])
    async with reading(desk, tmp_path) as (source, _):
        _, cursor, _ = await poll(source)
        desk.said["/api/tickets"] = {"data": {"tickets": []}}
        with pytest.raises(SourceError, match="the list shows nothing, yet there is"):
            await poll(source, cursor)
    async with reading(desk, tmp_path, listing=ListMapping(path="tickets", items=LIST.items)) as (source, _):
        desk.said.clear()
        _, cursor, _ = await poll(source)
        desk.tickets = desk.tickets[:3]
        with pytest.raises(SourceError, match="3 tickets are shown where there were 30"):
            await poll(source, cursor)


@pytest.mark.asyncio
async def test_the_last_tickets_of_an_empty_list_may_really_be_deleted(tmp_path: Path) -> None:
    desk, known = Desk([ticket(1), ticket(2)]), dict[str, Ticket]()
    async with reading(desk, tmp_path, known) as (source, _):
        tickets, cursor, _ = await poll(source)
        known |= tickets
        desk.tickets = [ticket(3, "2020-01-01T00:00:00Z")]
        tickets, cursor, _ = await poll(source, cursor)
        assert {id: one.events[-1].kind for id, one in tickets.items()} == {"1": "deleted", "2": "deleted"}
        tickets, _, _ = await poll(source, cursor)
    assert tickets == {}


@pytest.mark.asyncio
async def test_a_ticket_updated_twice_within_a_second_is_read_twice(tmp_path: Path) -> None:
    just_now = "2026-03-20T00:00:00Z"
    desk = Desk([ticket(1, updated=just_now)])
    async with reading(desk, tmp_path) as (source, _):
        _, cursor, _ = await poll(source)
        desk.tickets[0]["title"] = "Another"
        tickets, _, _ = await poll(source, cursor)
    assert tickets["1"].subject == "Another"


@pytest.mark.asyncio
@pytest.mark.parametrize("other", [b"\xff", b'{"newest": "x"}', b"[]"])
async def test_what_another_kind_of_that_name_left_behind_is_no_cursor(tmp_path: Path, other: bytes) -> None:
    async with reading(Desk([ticket(1)]), tmp_path) as (source, _):
        tickets, _, _ = await poll(source, other)
    assert set(tickets) == {"1"}
