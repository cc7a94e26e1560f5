from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import jsonschema
import msgspec
import pytest
from standardwebhooks import Webhook

from slamon.core.instants import SECOND
from slamon.core.message import Message
from slamon.notifiers.webhook import payload, webhook_id
from slamon.notifiers.webhook_body import encode
from slamon.ports import Reason
from slamon.secrets import Secret
from tests.notifiers.hooking import CANARY, IN_A_HEADER, SIGNING, failing, headers_of, refused, send, settings
from tests.notifiers.hostile import HOSTILE, covered, digest, message
from tests.notifiers.servers import Http, Reader, Writer, answer, serving
from tests.notifiers.test_text import is_safe

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/notifiers/webhook.schema.json").read_text())


@pytest.mark.asyncio
async def test_a_message_is_posted_and_its_signature_is_that_of_standard_webhooks() -> None:
    server = Http([answer(200)])
    async with serving(server.talk) as port:
        await send(settings(port), digest(id="abc-1"))
    headers, raw = headers_of(server.heads[0]), server.bodies[0]
    assert server.heads[0].startswith(f"POST /hooks/{CANARY} HTTP/1.1\r\n")
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["authorization"] == f"Bearer {IN_A_HEADER}"
    assert headers["webhook-id"] == "abc-1" == msgspec.json.decode(raw)["data"]["id"]
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert Webhook(SIGNING).verify(raw, headers)["type"] == "slamon.digest"
    # And by hand, as the specification writes it.
    key = base64.b64decode(SIGNING.removeprefix("whsec_"))
    signed = f"abc-1.{headers['webhook-timestamp']}.".encode() + raw
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"


@pytest.mark.asyncio
async def test_a_repeated_attempt_sends_the_same_body_and_id() -> None:
    server = Http([answer(202)])
    async with serving(server.talk) as port:
        await send(settings(port), message(), message(), message(id="delivery 18"))
    assert server.bodies[0] == server.bodies[1] != server.bodies[2]
    ids = [headers_of(head)["webhook-id"] for head in server.heads]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_anything_from_200_to_299_is_taken(status: int) -> None:
    async with serving(Http([answer(status, "" if status == 204 else "whatever")]).talk) as port:
        await send(settings(port))


@pytest.mark.asyncio
async def test_a_status_is_enough_even_if_the_rest_of_the_answer_never_comes() -> None:
    async with serving(Http([b"HTTP/1.1 202 X\r\nContent-Length: 10\r\n\r\nhalf"]).talk) as port:
        await send(settings(port, timeout=0.3))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        (400, Reason.REJECTED, True),
        (401, Reason.UNAUTHORIZED, False),
        (403, Reason.UNAUTHORIZED, False),
        (404, Reason.SERVER_ERROR, False),
        (408, Reason.TIMEOUT, False),
        (410, Reason.NO_RECIPIENT, True),
        (413, Reason.REJECTED, True),
        (422, Reason.REJECTED, True),
        (429, Reason.RATE_LIMITED, False),
        (500, Reason.SERVER_ERROR, False),
        (502, Reason.SERVER_ERROR, False),
        (503, Reason.SERVER_ERROR, False),
        (301, Reason.REJECTED, True),
        (302, Reason.SERVER_ERROR, False),
        (307, Reason.SERVER_ERROR, False),
        (308, Reason.REJECTED, True),
    ],
)
async def test_each_answer_says_whether_trying_again_helps_and_quotes_nothing(
    status: int, reason: Reason, permanent: bool
) -> None:
    error = await refused(answer(status, f"no: {CANARY} {SIGNING} {IN_A_HEADER}"))
    assert (error.reason, error.permanent, error.unknown) == (reason, permanent, False)
    assert str(error).startswith(f"the webhook answered {status}: ")


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(status: int) -> None:
    elsewhere = Http([answer(200)])
    async with serving(elsewhere.talk) as port:
        await refused(answer(status, "", f"Location: http://127.0.0.1:{port}/{CANARY}"))
    assert elsewhere.bodies == []


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [429, 503])
async def test_it_is_left_alone_for_as_long_as_it_asks(status: int) -> None:
    error = await refused(answer(status, "", "Retry-After: 30"))
    assert error.retry_after == 30 * SECOND


async def _silent(reader: Reader, _writer: Writer) -> None:
    await reader.read()


async def _cut(reader: Reader, writer: Writer) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    await reader.readexactly(int(headers_of(head)["content-length"]))
    writer.close()


@pytest.mark.asyncio
async def test_slower_than_the_time_allowed_or_cut_means_that_nobody_knows() -> None:
    async with serving(_silent) as port:
        with failing() as caught:
            await send(settings(port, timeout=0.2))
    assert (caught[0].reason, caught[0].unknown, caught[0].permanent) == (Reason.TIMEOUT, True, False)
    async with serving(_cut) as port:
        with failing() as caught:
            await send(settings(port))
    assert (caught[0].reason, caught[0].unknown, caught[0].permanent) == (Reason.UNREACHABLE, True, False)
    with failing() as caught:
        await send(settings(port))
    assert (caught[0].reason, caught[0].unknown) == (Reason.UNREACHABLE, False)


@pytest.mark.parametrize("one", [message(), message(url=None, footer=None, at=None), digest(), digest(count=1), digest(to="a@example.com", update=True)])  # fmt: skip
def test_the_body_is_of_the_form_that_is_documented(one: Message) -> None:
    made = msgspec.json.decode(encode(payload(one)))
    jsonschema.validate(made, SCHEMA)
    documented = SCHEMA["properties"]["data"]["properties"]
    assert set(made["data"]) == set(documented)
    assert set(made) == set(SCHEMA["properties"])
    for each in made["data"]["covers"]:
        assert set(each) == set(documented["covers"]["items"]["properties"])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_inside_of_its_own_string(name: str) -> None:
    raw = encode(payload(digest(HOSTILE[name], 3)))
    made = json.loads(raw.decode("utf-8"), parse_constant=pytest.fail)
    jsonschema.validate(made, SCHEMA)
    assert len(raw) < 40_000
    assert made["data"]["url"] == "https://slamon.example/digests/x"
    assert all(map(is_safe, _texts(made)))


def _texts(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [text for one in inner for text in _texts(one)]


def test_a_digest_holds_every_commitment_and_names_each_moment_once() -> None:
    covers = (covered(number=1, moment="breached"), covered(number=2, moment="warning 75%"), covered(number=3))
    made = payload(digest(covers=covers)).data
    assert [one.ticket for one in made.covers] == ["1", "2", "3"]
    assert made.moments == ["breached", "warning 75%"]
    assert made.covers[0].due_at == "2026-11-22T12:20:00Z"


def test_beyond_two_thousand_commitments_a_link_leads_to_the_rest() -> None:
    assert len(payload(digest(count=2_001)).data.covers) == 2_000
    assert payload(digest(count=2_001)).data.count == 2_001
    assert len(payload(digest(count=2_001, url=None)).data.covers) == 2_001
    assert len(encode(payload(digest(count=2_001)))) < 1_000_000


def test_an_id_that_cannot_stand_in_a_header_is_replaced_by_its_digest() -> None:
    assert webhook_id(message(id="0123abcd")) == "0123abcd"
    for hostile in ("x\r\ny: z", "", "\ud800", "a.b", "x" * 101, "\u00fc"):
        assert len(webhook_id(message(id=hostile))) == 32
    assert webhook_id(message(id="a.b")) != webhook_id(message(id="a.c"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": Secret("ftp://example.com/canary")}, "url: not an http(s) address: write https://example.com/hooks/slamon"),
        ({"url": Secret("https://example.com/a b")}, "url: not an http(s) address: write https://example.com/hooks/slamon"),
        ({"secret": Secret("whsec_short")}, "secret: this is no signing secret of 24 bytes or more: write whsec_ and its base64"),
        ({"secret": Secret("no base64 at all, however long it is")}, "secret: this is no signing secret of 24 bytes or more: write whsec_ and its base64"),
        ({"headers": {"X Y": Secret("a")}}, "headers: 'X Y' is not the name of a header: write Authorization"),
        ({"headers": {"Webhook-Id": Secret("a")}}, "headers: Webhook-Id is set by slamon itself: leave it out"),
        ({"headers": {"Content-Length": Secret("1")}}, "headers: Content-Length is set by slamon itself: leave it out"),
        ({"headers": {"X-A": Secret("a\r\nX-B: canary")}}, "headers: the value of X-A is not one line of ASCII: write it so"),
        ({"timeout": 0.0}, "timeout: 0.0 is not between 0 and 300 seconds: write 10s"),
    ],
)  # fmt: skip
def test_what_can_never_work_is_refused_without_showing_it(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole text is compared
        settings(1, **changes)
    assert str(caught.value) == said


def test_the_settings_show_no_secret() -> None:
    shown = repr(settings(1))
    assert not [one for one in (CANARY, IN_A_HEADER, SIGNING) if one in shown]


def test_the_example_of_the_documentation_is_of_that_form_too() -> None:
    page = (Path(__file__).parents[2] / "docs/notifiers/webhook.md").read_text(encoding="utf-8")
    example = json.loads(page.split("```json\n")[1].split("```")[0])
    jsonschema.validate(example, SCHEMA)
    assert set(example["data"]) == set(SCHEMA["properties"]["data"]["properties"])
