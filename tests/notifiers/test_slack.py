from __future__ import annotations

import msgspec
import pytest

from slamon.core.instants import HOUR, SECOND
from slamon.notifiers.http import retry_after
from slamon.ports import Reason
from tests.notifiers.hostile import message
from tests.notifiers.posting import CANARY, failing, refused, send, settings
from tests.notifiers.servers import Http, answer, serving


@pytest.mark.asyncio
async def test_a_message_is_posted_as_json_and_ok_is_enough() -> None:
    server = Http([answer(200, "ok")])
    async with serving(server.talk) as port:
        await send(settings(port))
    assert server.heads[0].startswith(f"POST /services/{CANARY} HTTP/1.1\r\n")
    assert "content-type: application/json; charset=utf-8\r\n" in server.heads[0].lower()
    assert msgspec.json.decode(server.bodies[0])["blocks"][0]["type"] == "header"


@pytest.mark.asyncio
async def test_a_repeated_attempt_sends_the_same_bytes_and_another_delivery_does_not() -> None:
    server = Http([answer(200, "ok")])
    async with serving(server.talk) as port:
        await send(settings(port), message(), message(), message(id="delivery 18"))
    assert server.bodies[0] == server.bodies[1] != server.bodies[2]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "body", "reason", "permanent"),
    [
        (400, "invalid_payload", Reason.REJECTED, True),
        (400, "no_text", Reason.REJECTED, True),
        (400, "too_many_attachments", Reason.REJECTED, True),
        (400, "user_not_found", Reason.NO_RECIPIENT, True),
        (400, "something_new", Reason.REJECTED, True),
        (403, "action_prohibited", Reason.UNAUTHORIZED, True),
        (403, "posting_to_general_channel_denied", Reason.UNAUTHORIZED, True),
        (403, "invalid_token", Reason.UNAUTHORIZED, True),
        (403, "team_disabled", Reason.UNAUTHORIZED, True),
        (404, "channel_not_found", Reason.NO_RECIPIENT, True),
        (404, "no_service", Reason.UNAUTHORIZED, True),
        (404, "no_service_id", Reason.UNAUTHORIZED, True),
        (404, "no_team", Reason.UNAUTHORIZED, True),
        (404, "<html>not found</html>", Reason.NO_RECIPIENT, True),
        (410, "channel_is_archived", Reason.NO_RECIPIENT, True),
        (401, "", Reason.UNAUTHORIZED, True),
        (408, "", Reason.TIMEOUT, False),
        (413, "", Reason.REJECTED, True),
        (429, "rate_limited", Reason.RATE_LIMITED, False),
        (429, "no_service", Reason.RATE_LIMITED, False),
        (500, "rollup_error", Reason.SERVER_ERROR, False),
        (500, "no_service", Reason.SERVER_ERROR, False),
        (503, "<html>", Reason.SERVER_ERROR, False),
        (200, "no_service", Reason.UNAUTHORIZED, True),
        (200, '{"ok":false,"error":"channel_not_found"}', Reason.NO_RECIPIENT, True),
        (200, '{"ok":false,"error":"ratelimited"}', Reason.RATE_LIMITED, False),
        (200, "<html>please log in</html>", Reason.SERVER_ERROR, False),
        (200, "okay", Reason.SERVER_ERROR, False),
        (200, "", Reason.SERVER_ERROR, False),
        (200, "{" * 50_000, Reason.SERVER_ERROR, False),
        (202, "ok", Reason.SERVER_ERROR, False),
        (204, "", Reason.SERVER_ERROR, False),
    ],
)
async def test_each_answer_of_slack_says_whether_trying_again_helps(
    status: int, body: str, reason: Reason, permanent: bool
) -> None:
    error = await refused(answer(status, body))
    assert (error.reason, error.permanent, error.unknown) == (reason, permanent, False)
    assert str(error).startswith(f"Slack answered {status}")


@pytest.mark.asyncio
async def test_an_error_says_what_slack_said_and_what_to_do_and_quotes_nothing_else() -> None:
    gone = await refused(answer(404, "no_service"))
    assert str(gone) == "Slack answered 404 (no_service): the webhook is not valid any more: create a new one in Slack"
    echo = await refused(answer(400, f"no such thing: /services/{CANARY}"))
    assert str(echo) == "Slack answered 400: Slack cannot take a message like this"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (["Retry-After: 30"], 30),
        (["Retry-After: 0"], 0),
        (["Retry-After: 999999999999999999999"], 3_600),
        (["Retry-After: Sun, 22 Nov 2026 13:00:30 GMT", "Date: Sun, 22 Nov 2026 13:00:00 GMT"], 30),
        (["Retry-After: Sun, 22 Nov 2026 12:00:00 GMT", "Date: Sun, 22 Nov 2026 13:00:00 GMT"], 0),
        (["Retry-After: Sun, 22 Nov 2026 13:00:30 GMT"], None),
        (["Retry-After: -5"], None),
        (["Retry-After: soon"], None),
        ([], None),
    ],
)
async def test_slack_is_left_alone_for_as_long_as_it_asks_but_not_for_ever(
    headers: list[str], seconds: int | None
) -> None:
    error = await refused(answer(429, "", *headers))
    assert error.reason is Reason.RATE_LIMITED
    assert error.retry_after == (None if seconds is None else seconds * SECOND)


def test_no_header_value_breaks_reading_a_wait() -> None:
    for text in ("", "\u0663", "1e9", "99 Nov 99999", "Mon, 01 Jan 0000 00:00:00 GMT", "x" * 10_000):
        assert retry_after({"Retry-After": text, "Date": text}) in {None, 0, HOUR}


@pytest.mark.asyncio
@pytest.mark.parametrize(("status", "permanent"), [(301, True), (308, True), (302, False), (303, False), (307, False)])
async def test_a_redirect_is_never_followed(status: int, permanent: bool) -> None:
    elsewhere = Http([answer(200, "ok")])
    async with serving(elsewhere.talk) as port:
        error = await refused(answer(status, "", f"Location: http://127.0.0.1:{port}/{CANARY}"))
    assert elsewhere.bodies == []
    assert (error.permanent, error.unknown) == (permanent, False)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body", ["invalid_blocks", "invalid_blocks_format", "msg_too_long", '{"ok":false,"error":"invalid_blocks"}']
)
async def test_a_layout_that_is_refused_goes_out_once_more_as_plain_text(body: str) -> None:
    server = Http([answer(400, body), answer(200, "ok")])
    async with serving(server.talk) as port:
        await send(settings(port))
    assert len(server.bodies) == 2
    plain = msgspec.json.decode(server.bodies[1])
    assert "blocks" not in plain
    assert plain["text"].startswith("BREACHED: #4711 Printer on fire\nSubject: Printer on fire\n")


@pytest.mark.asyncio
async def test_plain_text_that_is_refused_too_is_final() -> None:
    server = Http([answer(400, "invalid_blocks")])
    async with serving(server.talk) as port:
        with failing() as caught:
            await send(settings(port))
    assert len(server.bodies) == 2
    assert (caught[0].reason, caught[0].permanent) == (Reason.REJECTED, True)
