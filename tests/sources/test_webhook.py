"""Kind webhook: signatures, histories, payloads."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from slamon.core.instants import MINUTE, SECOND, parse_instant
from slamon.ports import Pushed, Refused
from slamon.secrets import Secret
from slamon.sources import Surroundings, load
from slamon.sources.http.settings import Agents
from slamon.sources.webhook import WebhookSettings, WebhookSource
from slamon.sources.webhook_payload import MessageMap, PayloadMap
from tests.clock import ManualTime

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
OTHER = "whsec_" + base64.b64encode(b"76543210fedcba9876543210").decode()
NOW = parse_instant("2026-06-05T14:00:00Z")
BODY = b'{"id": 4711, "created_at": "2026-06-05T13:00:00Z"}'


def signed(body: bytes, secret: str = SECRET, id: str = "msg_1", at: int = NOW) -> dict[str, str]:
    moment = datetime.fromtimestamp(at // SECOND, UTC)
    signature = Webhook(secret).sign(id, moment, body.decode())
    return {"webhook-id": id, "webhook-timestamp": str(at // SECOND), "webhook-signature": signature}


def source(**keys: Any) -> WebhookSource:
    around = Surroundings(Path(), ManualTime(NOW), NOW)
    made = load("webhook").source("hook", WebhookSettings(secret=Secret(SECRET), **keys), around)
    assert isinstance(made, WebhookSource)
    assert isinstance(made, Pushed)
    return made


def refusal(headers: dict[str, str], body: bytes = BODY, **keys: Any) -> str:
    with pytest.raises(Refused) as refused:
        source(**keys).admit(headers, body)
    assert refused.value.status == 401
    return str(refused.value)


@pytest.mark.parametrize("at", [NOW - 5 * MINUTE, NOW, NOW + 5 * MINUTE])
def test_a_good_signature_within_five_minutes_is_admitted_by_its_id(at: int) -> None:
    assert source().admit(signed(BODY, at=at), BODY) == "msg_1"


def test_one_good_signature_among_others_is_enough() -> None:
    headers = signed(BODY)
    headers["webhook-signature"] = f"v1a,xx v1,{'A' * 44} {headers['webhook-signature']}"
    assert source().admit(headers, BODY) == "msg_1"


def test_while_the_secret_is_changed_both_are_good() -> None:
    assert source(previous_secret=Secret(OTHER)).admit(signed(BODY, OTHER), BODY) == "msg_1"
    assert "not that of this body" in refusal(signed(BODY, OTHER))


@pytest.mark.parametrize("at", [NOW - 5 * MINUTE - SECOND, NOW + 5 * MINUTE + SECOND, 1 * SECOND])
def test_a_signature_out_of_its_time_is_refused(at: int) -> None:
    assert refusal(signed(BODY, at=at)) == "webhook-timestamp is more than five minutes from the time here"


def test_another_body_id_or_time_than_the_signed_ones_is_refused() -> None:
    wrong = "webhook-signature is not that of this body"
    assert refusal(signed(BODY), BODY + b" ") == wrong
    assert refusal({**signed(BODY), "webhook-id": "msg_2"}) == wrong
    assert refusal({**signed(BODY), "webhook-timestamp": str(NOW // SECOND + 1)}) == wrong


@pytest.mark.parametrize(
    "odd",
    [
        {"webhook-id": ""},
        {"webhook-id": "x" * 300},
        {"webhook-id": "a\nb"},
        {"webhook-id": "\udcff"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "٣"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,not base64!,x"},
        {"webhook-signature": "v1,\udcff\ud800"},
        {"webhook-signature": " " * 9000},
    ],
)
def test_hostile_headers_are_refused_like_any_other(odd: dict[str, str]) -> None:
    assert refusal({**signed(BODY), **odd}).startswith("webhook-")


def test_a_body_that_is_no_text_and_headers_that_are_missing_are_refused() -> None:
    assert "not UTF-8" in refusal(signed(BODY), b"\xff\xfe")
    assert "must be given" in refusal({})


@pytest.mark.parametrize("secret", ["", "whsec_", "hunter2", "whsec_c2hvcnQ=", "whsec_" + "ü" * 40, "CANARY" * 5 + "!"])
def test_what_can_be_no_secret_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="secret: this is no signing secret of 24 bytes or more") as refused:
        WebhookSettings(secret=Secret(secret))
    assert not secret or secret.removeprefix("whsec_") not in str(refused.value) or secret == "whsec_"


PLAIN = PayloadMap(id="id", created_at="at", updated_at="at")
TALKING = PayloadMap(id="id", created_at="at", updated_at="at", message=MessageMap(id="m", at="at", author="by"))


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ({"fields": {"customer": "org"}}, "fields: it is about payloads, and there is no map"),
        ({"agents": Agents(users=("ann",)), "map": PLAIN}, "agents: it is about messages, and map names none"),
        ({"map": TALKING}, "map: of a message it must be known who is an agent"),
        ({"agents": Agents(roles=("a",)), "map": TALKING}, "agents: a payload tells neither roles nor groups"),
        ({"status": {"New": "new"}, "map": PLAIN}, "status: fields does not say where it stands"),
        ({"status": {"New": "fresh"}, "map": PLAIN, "fields": {"status": "s"}}, "'New' cannot mean 'fresh'"),
    ],
)
def test_keys_that_could_not_act_are_refused(keys: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        WebhookSettings(secret=Secret(SECRET), **keys)


@pytest.mark.asyncio
async def test_a_push_holds_histories_one_a_line_and_they_are_this_sources() -> None:
    line = b'{"id": "1", "source": "elsewhere", "created_at": "2026-06-05T13:00:00Z"}'
    batch = await source().receive({}, b"\xef\xbb\xbf" + BODY + b"\r\n\n" + line)
    assert [one.id for one in batch.tickets] == ["4711", "1"]
    assert [one async for one in source().collect(None)] == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"", "there is no ticket in it: send a history as JSON, one a line"),
        (b"[]", "line 1: this is a list, not an object"),
        (BODY + b'\n\n{"id": 5}', "line 3: created_at is missing"),
        (b'{"id": 5, "created_at": "2026-06-05"}', "line 1: created_at: '2026-06-05' is not a time such as"),
        (b"[" * 100_000, "line 1: nested deeper than 40 levels"),
        (b"x\n" * 10, "line 5: 'x' is not JSON: JSON is malformed: invalid character (byte 0)"),
    ],
)
async def test_a_push_with_a_line_that_is_no_ticket_is_refused_whole(body: bytes, wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        await source().receive({}, body)
    assert refused.value.status == 400
    assert wrong in str(refused.value)


def test_what_is_pushed_for_a_polled_source_is_of_that_source() -> None:
    made = source(source="desk")
    assert (made.name, made.tickets_of) == ("hook", "desk")
    [found] = asyncio.run(made.receive({}, BODY)).tickets
    assert found.source == "desk"
