"""The notifier of kind pagerduty: what its answers mean, and that nothing is lost or shown on the way."""

from __future__ import annotations

import asyncio
import json
import ssl
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import trustme
from structlog.testing import capture_logs

from slamon.core.instants import SECOND
from slamon.notifiers.pagerduty import PagerDutyNotifier, PagerDutySettings
from slamon.notifiers.templates import Template
from slamon.ports import Reason
from slamon.secrets import Secret
from tests.notifiers.hostile import covered, digest, message
from tests.notifiers.paging import CANARY, TAKEN, about, failing, posted, refused, send, settings
from tests.notifiers.servers import Http, Reader, Writer, answer, serving


@pytest.mark.asyncio
async def test_an_event_is_posted_with_the_key_in_its_body_and_nowhere_else() -> None:
    server = Http([TAKEN])
    async with serving(server.talk) as port:
        await send(settings(port))
        await send(settings(port, url=f"http://127.0.0.1:{port}/v2/enqueue"))
    for head in server.heads:
        assert head.startswith("POST /v2/enqueue HTTP/1.1\r\n")
        assert "content-type: application/json; charset=utf-8\r\n" in head.lower()
        assert CANARY not in head
    assert [msgspec.json.decode(raw)["routing_key"] for raw in server.bodies] == [CANARY] * 2


@pytest.mark.asyncio
async def test_a_repeated_attempt_sends_the_same_bytes() -> None:
    server = Http([TAKEN])
    async with serving(server.talk) as port:
        await send(settings(port), digest(count=99), digest(count=99), digest(count=99, id="another"))
    assert server.bodies[0] == server.bodies[1] != server.bodies[2]


@pytest.mark.asyncio
async def test_warning_breach_and_end_are_one_incident_that_ends_resolved() -> None:
    stages = [("warning 75%", "at_risk", "warning"), ("breached", "breached", "breach"), ("missed", "missed", "breach")]
    told = [about(covered(moment=moment, status=status), id=moment, tone=tone) for moment, status, tone in stages]
    bodies = await posted(*told)
    assert [one["event_action"] for one in bodies] == ["trigger", "trigger", "resolve"]
    assert len({one["dedup_key"] for one in bodies}) == 1


@pytest.mark.asyncio
async def test_a_template_words_the_summary() -> None:
    server = Http([TAKEN])
    async with serving(server.talk) as port:
        notifier = PagerDutyNotifier("pager", settings(port), Template("{{ ticket }} needs you"))
        await notifier.send(about(covered()))
        await notifier.close()
    assert msgspec.json.decode(server.bodies[0])["payload"]["summary"] == "BREACHED: 4711 needs you"


@pytest.mark.asyncio
async def test_of_many_that_ended_together_every_incident_is_resolved_up_to_a_hundred() -> None:
    covers = [covered(number=number, moment="met", status="met") for number in range(130)]
    with capture_logs() as logged:
        bodies = await posted(digest(covers=tuple(covers[:100]), tone="good"))
    assert {one["dedup_key"] for one in bodies} == {one.thread for one in covers[:100]}
    assert logged == []
    with capture_logs() as logged:
        assert len(await posted(digest(covers=tuple(covers), tone="good"))) == 100
    [line] = logged
    assert (line["log_level"], line["notifier"], line["count"]) == ("warning", "pager", 30)


@pytest.mark.asyncio
async def test_one_event_of_many_that_is_not_taken_is_a_failure_that_is_final_only_if_all_are() -> None:
    covers = tuple(covered(number=number, moment="met", status="met") for number in range(3))
    for answers, reason, permanent in (
        ([answer(400), answer(503), TAKEN], Reason.SERVER_ERROR, False),
        ([TAKEN, answer(400), TAKEN], Reason.REJECTED, True),
    ):
        async with serving(Http(answers).talk) as port:
            with failing() as caught:
                await send(settings(port), digest(covers=covers))
        assert (caught[0].reason, caught[0].permanent) == (reason, permanent)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "body", "reason", "permanent"),
    [
        (400, '{"status":"invalid event","errors":["\'summary\' is missing or blank"]}', Reason.REJECTED, True),
        (
            400,
            '{"status":"invalid event","errors":["Length of \'routing_key\' is incorrect"]}',
            Reason.UNAUTHORIZED,
            True,
        ),
        (400, "Invalid routing key", Reason.UNAUTHORIZED, True),
        (400, "", Reason.REJECTED, True),
        (400, "{" * 50_000, Reason.REJECTED, True),
        (401, "", Reason.UNAUTHORIZED, True),
        (403, "", Reason.UNAUTHORIZED, True),
        (404, "<html>", Reason.NO_RECIPIENT, True),
        (408, "", Reason.TIMEOUT, False),
        (410, "", Reason.NO_RECIPIENT, True),
        (413, "", Reason.REJECTED, True),
        (422, "", Reason.REJECTED, True),
        (429, "Invalid routing key", Reason.RATE_LIMITED, False),
        (500, '{"errors":["routing_key"]}', Reason.SERVER_ERROR, False),
        (503, "<html>", Reason.SERVER_ERROR, False),
        (200, "<html>please log in</html>", Reason.SERVER_ERROR, False),
        (200, '{"status":"success"}', Reason.SERVER_ERROR, False),
        (204, "", Reason.SERVER_ERROR, False),
    ],
)
async def test_each_answer_says_whether_trying_again_helps(
    status: int, body: str, reason: Reason, permanent: bool
) -> None:
    error = await refused(answer(status, body))
    assert (error.reason, error.permanent, error.unknown) == (reason, permanent, False)
    assert str(error).startswith(f"PagerDuty answered {status}")


@pytest.mark.asyncio
async def test_an_error_says_what_pagerduty_lists_and_never_the_key() -> None:
    error = await refused(answer(400, json.dumps({"errors": [f"no '{CANARY}'\n", "'summary' is too long"]})))
    assert (
        str(error)
        == "PagerDuty answered 400 (no '<secret>' , 'summary' is too long): it cannot take an event like this"
    )
    for echo in (CANARY, json.dumps({"message": CANARY}), json.dumps({"errors": [{CANARY: 1}]}), json.dumps([CANARY])):
        assert str(await refused(answer(400, echo))) == "PagerDuty answered 400: it cannot take an event like this"
    revoked = await refused(answer(400, "Invalid routing key"))
    assert str(revoked).endswith(": it does not know this key: copy it from the integration again")
    cut = await refused(answer(400, json.dumps({"errors": ["x" * 100 + CANARY]})))
    assert CANARY[:8] not in str(cut)


@pytest.mark.asyncio
@pytest.mark.parametrize(("status", "permanent"), [(301, True), (308, True), (302, False), (303, False), (307, False)])
async def test_a_redirect_is_never_followed(status: int, permanent: bool) -> None:
    elsewhere = Http([TAKEN])
    async with serving(elsewhere.talk) as port:
        error = await refused(answer(status, "", f"Location: http://127.0.0.1:{port}/v2/enqueue"))
    assert elsewhere.bodies == []
    assert (error.permanent, error.unknown) == (permanent, False)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [429, 503])
async def test_it_is_left_alone_for_as_long_as_it_asks(status: int) -> None:
    assert (await refused(answer(status, "", "Retry-After: 30"))).retry_after == 30 * SECOND
    assert (await refused(answer(status))).retry_after is None


async def _hang(reader: Reader, _writer: Writer) -> None:
    await reader.read(-1)


@pytest.mark.asyncio
async def test_without_an_answer_it_is_known_whether_pagerduty_may_have_heard() -> None:
    async with serving(_hang) as port:
        with failing() as caught:
            await asyncio.wait_for(send(settings(port, timeout=0.2)), 5)
    assert (caught[0].reason, caught[0].permanent, caught[0].unknown) == (Reason.TIMEOUT, False, True)
    with failing() as caught:
        await send(settings(port))
    assert (caught[0].reason, caught[0].permanent, caught[0].unknown) == (Reason.UNREACHABLE, False, False)
    cut = await refused(b"HTTP/1.1 20")
    assert (cut.reason, cut.permanent, cut.unknown) == (Reason.UNREACHABLE, False, True)


@pytest.mark.asyncio
async def test_that_it_is_accepted_is_enough_even_if_the_rest_of_the_answer_never_comes() -> None:
    async with serving(Http([b"HTTP/1.1 202 X\r\nContent-Length: 99\r\n\r\n{"]).talk) as port:
        await send(settings(port, timeout=0.3))


@pytest.mark.asyncio
async def test_a_certificate_is_always_verified_by_the_authorities_of_ca_file_if_there_is_one() -> None:
    authority, server = trustme.CA(), Http([TAKEN])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    async with serving(server.talk, context) as port:
        with authority.cert_pem.tempfile() as ca_file:
            await send(settings(port, url=f"https://localhost:{port}", ca_file=ca_file))
            assert len(server.bodies) == 1
            for changes in (
                {"url": f"https://localhost:{port}"},
                {"url": f"https://127.0.0.1:{port}", "ca_file": ca_file},
            ):
                with failing() as caught:
                    await send(settings(port, **changes))
                assert (caught[0].reason, caught[0].unknown) == (Reason.UNREACHABLE, False)
    assert len(server.bodies) == 1


KEY = "key: not an integration key: write that of an integration of type Events API V2"
URL = "url: not the address of an Events API: write https://events.eu.pagerduty.com"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        *(({"key": Secret(key)}, KEY) for key in ("", "two words", f"{CANARY}\n", "\u00fc" * 32)),
        *(({"url": url}, URL) for url in ("", "events.pagerduty.com", "ftp://x", "https://a:b@x", "https://x/?a=b", "https://x/#a")),
        ({"timeout": 0.0}, "timeout: 0.0 is not between 0 and 300 seconds: write 10s"),
    ],
)  # fmt: skip
def test_what_can_never_work_is_refused_without_showing_it(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole text is compared
        settings(1, **changes)
    assert str(caught.value) == said


def test_only_the_key_is_needed_and_it_shows_nowhere() -> None:
    made = PagerDutySettings(Secret(CANARY))
    assert (made.url, made.timeout, made.ca_file) == ("https://events.pagerduty.com", 10.0, None)
    assert CANARY not in f"{made} {made!r} {PagerDutyNotifier('pager', made)!r}"
    with pytest.raises(ValueError, match=r"^ca_file: '/nowhere.pem' cannot be read as PEM certificates: No such file"):
        PagerDutyNotifier("pager", PagerDutySettings(Secret(CANARY), ca_file="/nowhere.pem"))


@pytest.mark.shared
@pytest.mark.asyncio
async def test_every_body_is_one_of_pagerdutys_own_contract(shared: Path) -> None:
    contract = json.loads((shared / "api/pagerduty/events-v2-openapiv3.json").read_text("utf-8"))
    wanted = contract["paths"]["/enqueue"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    payload = contract["components"]["schemas"]["Payload"]["properties"]
    ended = covered(moment="met", status="met")
    told = (message(), about(covered()), about(ended, tone="good"), digest(), digest(covers=(covered(number=1), ended)))
    bodies: list[dict[str, Any]] = await posted(*told, message(url=None, footer=None, at=None))
    assert len(bodies) == 7
    for body in bodies:
        jsonschema.Draft4Validator({**wanted, "components": contract["components"]}).validate(body)
        assert set(body) <= set(wanted["properties"])
        assert set(body["payload"]) <= set(payload)
