"""Kind webhook: payloads that show a ticket as it stands become its history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from slamon.core.history import encode
from slamon.core.instants import parse_instant
from slamon.core.ticket import Ticket
from slamon.ports import Refused
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.http.settings import Agents
from slamon.sources.webhook import WebhookSettings, WebhookSource
from slamon.sources.webhook_payload import MessageMap, PayloadMap
from tests.clock import ManualTime


def source(known: dict[str, Ticket] | None = None) -> WebhookSource:
    async def stored(ids: Sequence[str]) -> dict[str, Ticket]:
        return {id: one for id, one in (known or {}).items() if id in ids}

    settings = WebhookSettings(secret=Secret("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"), **MAPPED)
    return WebhookSource("hook", settings, Surroundings(Path(), ManualTime(), 0, stored))


MAPPED: dict[str, Any] = {
    "map": PayloadMap(
        id="ticket.id",
        created_at="ticket.opened",
        updated_at="ticket.changed",
        subject="ticket.title",
        message=MessageMap(id="comment.id", at="comment.at", author="comment.by", public="comment.public"),
    ),
    "fields": {"status": "ticket.state", "customer": "ticket.org.name", "priority": "ticket.level"},
    "status": {"Pending": "waiting_customer"},
    "priority": {"P1": "urgent"},
    "agents": Agents(domains=("desk.example",)),
}


def payload(minute: int, state: str, **comment: Any) -> bytes:
    ticket = {"id": 7, "opened": 1780664400, "changed": f"2026-06-05T13:{minute:02}:00Z", "title": "VPN"}
    ticket |= {"state": state, "level": "P1", "org": {"name": "Acme"}}
    return json.dumps({"ticket": ticket, **({"comment": comment} if comment else {})}).encode()


async def after(*bodies: bytes) -> Ticket:
    """The history that these payloads make, each stored before the next one comes."""
    known: dict[str, Ticket] = {}
    for body in bodies:
        batch = await source(known).receive({}, body)
        known = {one.id: one for one in batch.tickets}
    return known["7"]


ANSWER = {"id": 1, "at": "2026-06-05T13:20:00Z", "by": "ann@desk.example", "public": True}


@pytest.mark.asyncio
async def test_payloads_become_a_history_that_knows_no_more_than_they_say() -> None:
    found = await after(payload(10, "new"), payload(20, "Pending", **ANSWER), payload(30, "Odd"))
    assert json.loads(encode(found)) == {
        "id": "7",
        "source": "hook",
        "created_at": "2026-06-05T13:00:00Z",
        "subject": "VPN",
        "created_by": "customer",
        "direction": "inbound",
        "fields": {"status": "new", "source_status": "new", "customer": "Acme", "priority": "urgent"},
        "events": [
            {"id": "m1", "at": "2026-06-05T13:20:00Z", "kind": "message", "by": "agent", "public": True},
            {
                "id": f"seen-{parse_instant('2026-06-05T13:20:00Z')}",
                "at": "2026-06-05T13:20:00Z",
                "kind": "change",
                "set": {"status": "waiting_customer", "source_status": "Pending"},
                "observed_between": ["2026-06-05T13:00:00Z", "2026-06-05T13:20:00Z"],
            },
            {
                "id": f"seen-{parse_instant('2026-06-05T13:30:00Z')}",
                "at": "2026-06-05T13:30:00Z",
                "kind": "change",
                "set": {"status": "Odd", "source_status": "Odd"},
                "observed_between": ["2026-06-05T13:20:00Z", "2026-06-05T13:30:00Z"],
            },
        ],
        "history": "none",
    }


@pytest.mark.asyncio
async def test_a_payload_that_comes_late_or_again_changes_nothing_but_brings_its_message() -> None:
    there = await after(payload(10, "new"), payload(30, "solved"))
    late = await after(payload(10, "new"), payload(30, "solved"), payload(20, "Pending", **ANSWER))
    again = await after(payload(10, "new"), payload(30, "solved"), payload(30, "solved"))
    assert again == there
    assert [one.kind for one in late.events] == ["message", "change"]
    assert late.events[1:] == there.events


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"", "this is no JSON"),
        (b"[1]", "this is neither a JSON object nor a list of them"),
        (b"[]", "this is neither a JSON object nor a list of them"),
        (b"{}", "ticket.id is missing"),
        (b'{"ticket": {"id": 7}}', "ticket.changed is None, not a time such as"),
        (b'{"ticket": {"id": {}}}', "ticket.id is not a text"),
        (b'{"ticket": {"id": 7, "changed": 1e300}}', "ticket.changed is 1e+300, not a time"),
        (b'{"ticket": {"id": 7, "changed": "soon"}}', "ticket.changed is 'soon', not a time"),
    ],
)
async def test_a_payload_that_does_not_fit_the_map_is_refused(body: bytes, wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        await source().receive({}, body)
    assert refused.value.status == 400
    assert wrong in str(refused.value)
