"""What was told can be looked up, and settings reloaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slamon.core.message import Covered, Message
from slamon.ports import CommitmentRow, Judgement, NewDelivery
from tests.web.build import ACT, ADMIN, NOW, READ, Desk, desk


def covered(id: str) -> Covered:
    return Covered(
        "desk",
        id,
        "gold",
        "resolution",
        1,
        "breached",
        "breached",
        NOW,
        NOW,
        f"{id}: overdue by 5 min",
        f"https://desk/{id}",
    )


async def tell(server: Desk) -> None:
    """A digest about two tickets was sent."""
    found = [
        NewDelivery(f"i{id}", "desk", id, "gold", "resolution", 1, "rest", "chat", "breached", "p", NOW, NOW)
        for id in ("1", "2")
    ]
    await server.store.queue(found, NOW)
    waiting = await server.store.waiting("chat", NOW)
    taken = await server.store.take("chat", waiting, NOW, 10)
    message = Message("d1", "d1", "breach", "2 promises are broken", (), covers=(covered("1"), covered("2")))
    assert await server.store.bind("chat", message, [one.id for one in taken], NOW)


async def open_tickets(server: Desk, source: str, *ids: str) -> None:
    await server.store.save_batch(source, [(id, b"{}") for id in ids], None)
    row = CommitmentRow("gold", "resolution", 1, "on_track", "running", NOW, NOW, None, None, NOW)
    await server.store.apply([Judgement(source, id, 1, [row], ()) for id in ids], NOW)


@pytest.mark.asyncio
async def test_the_link_of_a_digest_leads_to_all_that_it_covers(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        await tell(server)
        status, text, _ = await server.ask("GET", "/digests/d1", READ)
        assert (status, text) == (
            200,
            "2 promises are broken\n\n\n1: overdue by 5 min  https://desk/1\n2: overdue by 5 min  https://desk/2\n",
        )
        assert (await server.ask("GET", "/digests/d1"))[0] == 401


@pytest.mark.asyncio
async def test_programs_get_a_message_with_its_commitments(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        await tell(server)
        status, text, _ = await server.ask("GET", "/api/messages/d1", READ)
        found = json.loads(text)
        assert (status, found["id"], [one["ticket"] for one in found["covers"]]) == (200, "d1", ["1", "2"])
        assert found["covers"][0]["due_at"].endswith("Z")


@pytest.mark.asyncio
async def test_a_message_that_there_is_not_says_how_long_messages_are_kept(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        status, text, _ = await server.ask("GET", "/digests/none", READ)
        assert status == 404
        assert "storage.keep.deliveries" in text


@pytest.mark.asyncio
async def test_a_ticket_that_there_is_not_comes_back_with_an_open_one_that_looks_like_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        await open_tickets(server, "desk", "OPS/VPN-12")
        await open_tickets(server, "mail", *map(str, range(10_000, 13_000)))
        for asked, help in (
            ("ops/vpn-21", "did you mean OPS/VPN-12?"),
            ("12799x", "did you mean 12799?"),
            ("none", "write the id that its source gives it"),
        ):
            status, text, _ = await server.ask("GET", f"/api/tickets?id={asked}", READ)
            problem = {"message": f"there is no ticket '{asked}' in desk or mail", "help": help, "key": "id"}
            assert (status, json.loads(text)) == (404, {"errors": [problem]})


@pytest.mark.asyncio
async def test_reloading_is_for_admins_and_says_what_is_wrong(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        assert (await server.ask("POST", "/-/reload", ACT))[0] == 403
        assert (await server.ask("POST", "/-/reload", ADMIN))[:2] == (200, "reloaded\n")
        server.mistake = "slamon.yml:3:1: unknown key 'ruls'"
        status, text, _ = await server.ask("POST", "/-/reload", ADMIN)
        assert (status, json.loads(text)) == (409, {"errors": [{"message": "slamon.yml:3:1: unknown key 'ruls'"}]})
        assert server.reloads == 2
