"""Who wrote what in a Request Tracker, and what its fields become."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.core.instants import MINUTE
from slamon.ports import SourceError
from slamon.sources.http import Agents, Bots
from tests.sources.follower import changes, messages
from tests.sources.rt_server import NEW, Desk, conversation, following, read


async def authors(desk: Desk, **keys: Any) -> list[str | None]:
    return [by for _, by, _ in messages((await read(desk, **keys))["1"])]


@pytest.mark.asyncio
async def test_an_agent_is_who_is_privileged_and_did_not_ask() -> None:
    assert await authors(conversation()) == ["agent", "customer", "customer", "system"]


@pytest.mark.parametrize(
    ("agents", "expected"),
    [
        (Agents(users=("carol",)), ["customer", "customer", "agent", "system"]),
        (Agents(users=("bob@example.org",)), ["customer", "agent", "customer", "system"]),
        (Agents(domains=("example.org",)), ["agent", "agent", "agent", "system"]),
        (Agents(groups=("Desk",)), ["agent", "agent", "customer", "system"]),
    ],
)
@pytest.mark.asyncio
async def test_or_who_is_named(agents: Agents, expected: list[str]) -> None:
    assert sorted(map(str, await authors(conversation(groups={"Desk": [27, 29]}), agents=agents))) == sorted(expected)


@pytest.mark.asyncio
async def test_a_large_group_is_read_to_its_end() -> None:
    desk = conversation(groups={"Desk": [*range(1000, 1250), 27]})
    assert "agent" in await authors(desk, agents=Agents(groups=("Desk",)))


@pytest.mark.asyncio
async def test_bots_answer_nothing() -> None:
    assert (await authors(conversation(), bots=Bots(users=("alice",)))).count("bot") == 1


@pytest.mark.asyncio
async def test_a_group_that_is_not_seen_is_a_fault_not_a_desk_without_agents() -> None:
    async with following(conversation(), agents=Agents(groups=("Desk",))) as (follower, _):
        with pytest.raises(SourceError, match="no group 'Desk' is seen: correct its name, or grant") as caught:
            await follower.poll()
    assert caught.value.permanent


@pytest.mark.asyncio
async def test_an_account_that_is_shown_nobody_is_refused_unless_agents_are_named() -> None:
    desk = conversation(sees_people=False)
    async with following(desk) as (follower, _):
        with pytest.raises(SourceError, match="the account is not privileged, so it is not shown who else is"):
            await follower.poll()
    desk.set(1, "Owner", "27")
    desk.set(1, "Owner", "29")
    async with following(desk, agents=Agents(users=("alice",))) as (follower, server):
        await follower.poll()
        assert len(server.asked("/REST/2.0/user/27")) == 0
    assert [one.set for one in changes(follower.kept["1"])] == [{"assignee": "alice"}, {"assignee": "bob"}]


@pytest.mark.asyncio
async def test_names_with_anything_in_them_are_asked_for_as_they_are() -> None:
    desk = Desk()
    desk.people["31"] = "dan o'dell+x@acme.example"
    desk.create(Requestor=["dan o'dell+x@acme.example"])
    found = await read(desk, fields={"customer": "requestor.domain", "who": "requestor"})
    assert found["1"].fields | {"customer": "acme.example", "who": "dan o'dell+x@acme.example"} == found["1"].fields


@pytest.mark.asyncio
async def test_fields_come_from_where_they_are_said_to() -> None:
    desk = Desk()
    customs = [{"id": "2", "name": "Customer", "values": ["globex"]}, {"id": "3", "name": "Tags", "values": []}]
    id = desk.create(CustomFields=customs, SLA="std")
    desk.time.advance(MINUTE)
    desk.done(id, "CustomField", Field="2", OldValue="acme", NewValue="globex")
    desk.set(id, "SLA", "rt24")
    desk.set(id, "Due", "2026-03-09 10:00:00")
    fields = {
        "customer": "custom_field.Customer",
        "tags": "custom_field.Tags",
        "level": "sla",
        "from": "requestor.email",
    }
    ticket = (await read(desk, fields=fields | {"by": "creator.email"}, priority={"0": "low"}))["1"]
    assert ticket.fields == NEW | {
        "priority": "low",
        "customer": "acme",
        "tags": None,
        "level": "std",
        "from": "carol@acme.example",
        "by": "root@example.org",
    }
    assert [one.set for one in ticket.events] == [
        {"customer": "globex"},
        {"level": "rt24"},
        {"due_at": "2026-03-09T10:00:00Z"},
    ]
