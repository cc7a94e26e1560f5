"""The source of kind rest, on an API of no particular make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import DAY, HOUR, MINUTE, parse_instant
from slamon.core.ticket import Ticket
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources import Surroundings, load
from slamon.sources.http import NotFound, Unexpected
from slamon.sources.rest import RestSource
from slamon.sources.rest_settings import MessagesMapping, TicketMapping
from tests.clock import ManualTime
from tests.sources.http_server import answer, data
from tests.sources.rest_server import (
    AUTHOR,
    CHANGES,
    MESSAGES,
    NOW,
    TOKEN,
    Desk,
    note,
    poll,
    reading,
    ticket,
    usual,
)

MEANING = {"status": {"New": "new", "Waiting": "waiting_customer", "Done": "solved"}, "priority": {"2": "high"}}


def whole_ticket() -> Desk:
    """A ticket with answers and changes."""
    log = [
        {
            "id": 1,
            "at": "2026-03-10T11:00:00Z",
            "who": "anna",
            "fields": [{"name": "state", "old": "New", "new": "Waiting"}],
        },
        {
            "id": 2,
            "at": "2026-03-11T09:00:00Z",
            "fields": [{"name": "state", "old": "Waiting", "new": "Done"}, {"name": "team", "old": None, "new": "net"}],
        },
        {"id": 3, "at": "2026-03-11T10:00:00Z", "fields": [{"name": "colour", "old": "red", "new": "blue"}]},
    ]
    notes = [
        note(1, "2026-03-10T10:00:00Z", "carl", False),
        note(2, "2026-03-10T10:01:00Z", "robot", False, author={"login": "robot", "robot": True}),
        note(3, "2026-03-10T10:30:00Z", internal=True),
        note(4, "2026-03-10T11:00:00Z"),
        note(5, "2026-03-11T08:00:00Z", "carl", False),
    ]
    one = ticket(7, updated="2026-03-11T10:00:00Z", state={"name": "Done"}, team="net", log=log)
    return Desk([one], {"7": notes})


@pytest.mark.asyncio
async def test_a_ticket_with_messages_and_changes_has_a_full_history(tmp_path: Path) -> None:
    keys: dict[str, Any] = {
        "messages": MESSAGES,
        "changes": CHANGES,
        "fields": {"group": "team", "label": "title"},
        **MEANING,
    }
    async with reading(whole_ticket(), tmp_path, **keys) as (source, _):
        tickets, _, _ = await poll(source)
    found = tickets["7"]
    assert (found.subject, found.url, found.created_by) == ("Ticket 7", "https://desk.example/7", "customer")
    assert found.history == "full"
    assert found.fields == {
        "status": "new",
        "source_status": "New",
        "priority": "high",
        "group": None,
        "label": "Ticket 7",
    }
    assert [(one.by, one.public) for one in found.events if one.kind == "message"] == [
        ("bot", True),
        ("agent", False),
        ("agent", True),
        ("customer", True),
    ]
    assert [(one.id, one.by, one.set) for one in found.events if one.kind == "change"] == [
        ("change.1.status", "anna", {"status": "waiting_customer", "source_status": "Waiting"}),
        ("change.2.status", None, {"status": "solved", "source_status": "Done"}),
        ("change.2.group", None, {"group": "net"}),
    ]


@pytest.mark.asyncio
async def test_without_changes_what_differs_from_the_stored_history_happened_since_the_last_poll(
    tmp_path: Path,
) -> None:
    desk, known = Desk([ticket(1)]), dict[str, Ticket]()
    async with reading(desk, tmp_path, known, **MEANING) as (source, _):
        tickets, cursor, _ = await poll(source)
        known |= tickets
        assert known["1"].history == "full"  # updated when it was created: nothing can have happened
        clock = source.around.time
        assert isinstance(clock, ManualTime)
        clock.advance(HOUR)
        desk.tickets[0] |= {"state": {"name": "Done"}, "updated": "2026-03-20T00:20:00Z"}
        tickets, cursor, _ = await poll(source, cursor)
        known |= tickets
        clock.advance(HOUR)
        desk.tickets[0] |= {"prio": 1, "updated": "2026-03-20T00:20:00Z"}  # its clock does not tell
        known["1"] = (await source.fetch(["1"]))[0]
    first, second = known["1"].events
    done = {"status": "solved", "source_status": "Done"}
    assert (first.set, first.earliest, first.at) == (done, NOW, NOW + 20 * MINUTE)
    assert (second.set, second.earliest, second.at) == ({"priority": "1"}, NOW + HOUR, NOW + 2 * HOUR)


@pytest.mark.asyncio
async def test_a_ticket_first_seen_long_after_its_creation_says_how_little_is_known(tmp_path: Path) -> None:
    desk = Desk([ticket(1, updated="2026-03-12T00:00:00Z")])
    async with reading(desk, tmp_path) as (source, _):
        assert (await source.ticket("1")).history == "none"
    async with reading(desk, tmp_path, messages=MESSAGES) as (source, _):
        assert (await source.ticket("1")).history == "partial"


@pytest.mark.asyncio
async def test_a_ticket_is_gone_only_while_the_list_still_shows_others(tmp_path: Path) -> None:
    desk = Desk([ticket(1)], said={"/api/tickets/3": {"ticket": None}})
    async with reading(desk, tmp_path) as (source, _):
        for id in ("2", "3", ".."):
            with pytest.raises(NotFound):
                await source.ticket(id)
        desk.tickets.clear()
        with pytest.raises(SourceError, match="the list shows no ticket at all") as error:
            await source.ticket("2")
        assert not isinstance(error.value, NotFound)
        desk.said["/api/tickets"] = answer(404)
        with pytest.raises(SourceError, match=r"list: .* is not there: 404") as error:
            await source.ticket("2")
        assert not isinstance(error.value, NotFound)


@pytest.mark.asyncio
async def test_messages_that_are_not_there_are_no_sign_that_the_ticket_is_not(tmp_path: Path) -> None:
    desk = Desk([ticket(1)], said={"/api/tickets/1/notes": answer(404)})
    async with reading(desk, tmp_path, messages=MESSAGES) as (source, _):
        with pytest.raises(Unexpected, match=r"messages: .*/api/tickets/1/notes is not there: 404"):
            await source.ticket("1")


@pytest.mark.asyncio
async def test_an_id_is_no_path(tmp_path: Path) -> None:
    desk = Desk([ticket(1)])
    async with reading(desk, tmp_path) as (source, server):
        with pytest.raises(NotFound):
            await source.ticket("../secrets?x=1")
    assert server.requests[0].target == "/api/tickets/..%2Fsecrets%3Fx%3D1"


@pytest.mark.asyncio
async def test_one_ticket_that_does_not_fit_hides_no_other(tmp_path: Path) -> None:
    rows = [ticket(1), ticket(2, created="yesterday"), ticket(3, author={"login": {"x": 1}}), {"updated": "2026-03-10"}]
    async with reading(Desk(rows), tmp_path) as (source, _):
        tickets, _, batches = await poll(source)
    assert set(tickets) == {"1"}
    assert sorted(problem for batch in batches for problem in batch.problems) == [
        "desk 2: ticket.created_at: 'yesterday' is no instant",
        "desk 3: ticket.author.login: 'author.login' finds a map, not a text",
        "desk: ticket.id: a ticket has none",
    ]


@pytest.mark.asyncio
async def test_headers_and_logins_are_sent_and_never_shown(tmp_path: Path) -> None:
    desk = Desk(said={"/api/tickets": answer(400, "bad key key-0815 of carl:pass-4711")})
    keys: dict[str, Any] = {"token": None, "headers": {"X-Api-Key": "key-0815", "Authorization": f"Bearer {TOKEN}"}}
    async with reading(desk, tmp_path, **keys) as (source, server):
        with pytest.raises(SourceError) as error:
            await poll(source)
        assert server.requests[0].headers["x-api-key"] == "key-0815"
    assert "key-0815" not in str(error.value) + repr(source._settings)
    keys = {"token": None, "user": "carl", "password": Secret("pass-4711")}
    async with reading(desk, tmp_path, **keys) as (source, server):
        with pytest.raises(SourceError, match="refused the account: 401") as error:
            await poll(source)
        assert server.requests[0].headers["authorization"] == "Basic Y2FybDpwYXNzLTQ3MTE="
    assert "pass-4711" not in str(error.value)


@pytest.mark.asyncio
async def test_a_probe_names_expressions_that_find_nothing_and_statuses_without_a_meaning(tmp_path: Path) -> None:
    mapped = TicketMapping(
        path="tickets/{id}", item="ticket", created_at="created", subject="titel", status="state.name"
    )
    desk = Desk([ticket(1), ticket(2, state={"name": "Done"})])
    keys: dict[str, Any] = {"ticket": mapped, "fields": {"customer": "org.name"}, "status": {"Done": "solved"}}
    async with reading(desk, tmp_path, **keys) as (source, _):
        findings = await source.probe()
    assert [one.text for one in findings if one.level == "warning"] == [
        "ticket.subject: 'titel' finds nothing in 2 tickets",
        "fields.customer: 'org.name' finds nothing in 2 tickets",
        "'New' means nothing here and counts as open",
    ]
    told = [one.text for one in findings if one.level == "info"]
    assert "no messages are mapped: nobody is ever seen to answer" in told


@pytest.mark.asyncio
async def test_an_endless_list_of_messages_is_bounded(tmp_path: Path) -> None:
    notes = {"notes": [note(n, "2026-03-10T10:00:00Z") for n in range(10_001)]}
    desk = Desk([ticket(1)], said={"/api/tickets/1/notes": data(notes)})
    async with reading(desk, tmp_path, messages=MESSAGES) as (source, _):
        with pytest.raises(Unexpected, match="desk 1: messages: more than 10,000"):
            await source.ticket("1")


@pytest.mark.asyncio
async def test_messages_may_stand_within_the_ticket(tmp_path: Path) -> None:
    inside = MessagesMapping(items="posts", at="written", author=AUTHOR)
    desk = Desk([ticket(1, posts=[note(1, "2026-03-10T12:00:00Z")])])
    async with reading(desk, tmp_path, messages=inside) as (source, server):
        found = await source.ticket("1")
    assert [(one.by, one.public, one.at) for one in found.events] == [
        ("agent", True, parse_instant("2026-03-10T12:00Z"))
    ]
    assert len(server.requests) == 1


def test_the_kind_makes_a_source_of_its_settings(tmp_path: Path) -> None:
    kind = load("rest")
    assert isinstance(kind.source("desk", usual(), Surroundings(tmp_path, ManualTime(NOW), NOW)), RestSource)
    assert usual().since == 30 * DAY / 1_000_000
