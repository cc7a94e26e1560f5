"""Kind webhook: payloads that show a ticket as it stands become its history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from slamon.core.history import decode, encode
from slamon.core.instants import parse_instant
from slamon.core.ticket import Ticket
from slamon.ports import Measured, Readings, Refused
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.http.settings import Agents
from slamon.sources.webhook import WebhookSettings, WebhookSource
from slamon.sources.webhook_payload import MessageMap, PayloadMap
from tests.clock import ManualTime


def source(known: dict[str, Ticket] | None = None, **keys: Any) -> WebhookSource:
    async def stored(ids: Sequence[str]) -> dict[str, Ticket]:
        return {id: one for id, one in (known or {}).items() if id in ids}

    settings = WebhookSettings(secret=Secret("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"), **(MAPPED | keys))
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


def polled(**more: Any) -> dict[str, Ticket]:
    fields = {"status": "new", "source_status": "new", "customer": "Acme", "priority": "urgent"}
    usual = {"id": "7", "created_at": "2026-06-05T13:00:00Z", "created_by": "agent", "direction": "outbound"}
    body = usual | {"url": "https://desk.example/7", "history": "full", "fields": fields} | more
    return {"7": decode(json.dumps(body).encode(), "desk")}


def message(id: str, minute: int = 20, by: str = "agent", *, public: bool = True) -> dict[str, Any]:
    return {"id": id, "at": f"2026-06-05T13:{minute}:00Z", "kind": "message", "by": by, "public": public}


@pytest.mark.asyncio
async def test_a_payload_leaves_what_it_says_nothing_of_as_a_poll_told_it() -> None:
    known = polled(events=[message("12")])
    (found,) = (await source(known, source="desk").receive({}, payload(30, "new"))).tickets
    assert found == msgspec.structs.replace(known["7"], subject="VPN")


@pytest.mark.asyncio
async def test_a_late_payload_overwrites_nothing_and_undoes_no_deletion() -> None:
    deleted = {"id": "deleted", "kind": "deleted", "observed_between": ["2026-06-05T13:30:00Z", "2026-06-05T13:40:00Z"]}
    known = polled(subject="VPN is down", events=[message("12", 30), deleted])
    (found,) = (await source(known, source="desk").receive({}, payload(20, "Pending", **ANSWER))).tickets
    assert (found.subject, found.fields) == ("VPN is down", known["7"].fields)
    assert [one.kind for one in found.events] == ["message", "message", "deleted"]
    (back,) = (await source(known, source="desk").receive({}, payload(50, "Pending"))).tickets
    assert [one.kind for one in back.events] == ["message", "change"]


@pytest.mark.parametrize(
    ("there", "new"),
    [
        (message("12"), False),
        (message("12", by="customer"), True),
        (message("12", public=False), True),
        (message("12", 21), True),
    ],
)
@pytest.mark.asyncio
async def test_a_message_that_a_poll_knows_by_another_id_does_not_come_twice(there: dict[str, Any], new: bool) -> None:
    known, body = polled(events=[there]), payload(20, "new", **ANSWER)
    (found,) = (await source(known, source="desk").receive({}, body)).tickets
    assert {one.id for one in found.events} == ({"12", "m1"} if new else {"12"})
    (alone,) = (await source(known).receive({}, body)).tickets  # no poll would ever tell of it
    assert {one.id for one in alone.events} == {"12", "m1"}


@pytest.mark.asyncio
async def test_two_messages_of_one_instant_in_a_body_are_two() -> None:
    both = [json.loads(payload(20, "new", **ANSWER | {"id": id})) for id in (1, 2)]
    (found,) = (await source(polled(), source="desk").receive({}, json.dumps(both).encode())).tickets
    assert [one.id for one in found.events] == ["m1", "m2"]


@pytest.mark.asyncio
async def test_what_a_ticket_was_opened_with_is_no_message() -> None:
    opening = ANSWER | {"at": "2026-06-05T13:00:00Z"}
    assert (await after(payload(10, "new", **opening))).events == []
    assert (await after(payload(10, "new"), payload(10, "new", **opening))).events == []


@pytest.mark.parametrize(
    ("told", "public"),
    [(True, True), ("true", True), ("Yes", True), (1, True), (False, False), ("no", False), (0, False)],
)
@pytest.mark.asyncio
async def test_whether_a_message_is_public_may_be_said_in_other_words(told: Any, public: bool) -> None:
    found = await after(payload(20, "new", **ANSWER | {"public": told}))
    assert [one.public for one in found.events] == [public]


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (None, "comment.public is missing"),
        ("maybe", "comment.public is 'maybe', not true or false"),
        ([1], "comment.public is [1], not true or false"),
        (2, "comment.public is 2, not true or false"),
    ],
)
@pytest.mark.asyncio
async def test_a_message_that_does_not_say_whether_it_is_public_is_refused(told: Any, wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        await source().receive({}, payload(20, "new", **ANSWER | {"public": told}))
    assert (refused.value.status, str(refused.value)) == (400, wrong)


@pytest.mark.asyncio
async def test_statuses_without_a_meaning_are_counted() -> None:
    hook = source(source="desk")
    for state in ("Odd", "new", "Odd"):
        await hook.receive({}, payload(10, state))
    assert isinstance(hook, Measured)
    assert hook.readings == Readings(unmapped=2)
