"""A click on the button under a message in Slack, signed as Slack's own library signs."""

from __future__ import annotations

import json
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from slamon.core.instants import MINUTE, SECOND
from slamon.core.standing import Ack
from slamon.notifiers.slack import SlackNotifier, SlackSettings, payload
from slamon.secrets import Secret
from tests.notifiers.hostile import covered, digest, message
from tests.notifiers.servers import Http, answer, serving
from tests.web.build import NOW, Desk, desk

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from slack_sdk.signature import SignatureVerifier

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ABOUT = ["desk", "1", "resolution", 1]


def button(about: object = ABOUT, **changes: Any) -> dict[str, Any]:
    """What Slack posts."""
    action = {"type": "button", "action_id": "slamon-acknowledge", "value": json.dumps(about)}
    user = {"id": "U1", "username": "anna", "team_id": "T1"}
    return {"type": "block_actions", "user": user, "actions": [action], "container": {"type": "message"}, **changes}


def signed(body: bytes, secret: str = SECRET, at: int = NOW) -> dict[str, str]:
    stamp = str(at // SECOND)
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    assert signature is not None
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}


def form(posted: object) -> bytes:
    return urlencode({"payload": json.dumps(posted)}).encode()


@asynccontextmanager
async def clicking(folder: Path, port: int = 9, secret: str | None = SECRET) -> AsyncIterator[Desk]:
    """A server with a notifier `slack`, whose Slack listens at a port."""
    webhook, key = Secret(f"http://127.0.0.1:{port}/services/T0"), None if secret is None else Secret(secret)
    notifier = SlackNotifier("slack", SlackSettings(webhook, signing_secret=key))
    async with desk(folder) as made:
        made.clickable["slack"] = notifier
        try:
            yield made
        finally:
            await notifier.close()


async def click(made: Desk, posted: object, **headers: str) -> tuple[int, str]:
    body = form(posted)
    status, text, _ = await made.ask("POST", "/clicks/slack", None, body, **(signed(body) | headers))
    return status, text.strip()


@pytest.mark.asyncio
async def test_a_click_acknowledges_what_the_message_told_of_and_slack_is_told(tmp_path: Path) -> None:
    slack = Http([answer(200, "ok")])
    async with serving(slack.talk) as port, clicking(tmp_path, port) as made:
        reply_to = f"http://127.0.0.1:{port}/actions/T0/1/x"
        assert await click(made, button(response_url=reply_to)) == (200, '{"changed": 1}')
        kept = await made.store.acks([("desk", "1")])
        assert kept == {("desk", "1"): (Ack("desk", "1", "resolution", "anna", NOW, None),)}
        assert made.woken == 1
    assert slack.heads[0].startswith("POST /actions/T0/1/x ")
    said = json.loads(slack.bodies[0])
    assert (said["text"], said["replace_original"]) == ("anna takes care of 1", False)


@pytest.mark.asyncio
async def test_what_cannot_be_acknowledged_any_more_is_told_where_it_was_clicked(tmp_path: Path) -> None:
    slack = Http([answer(200, "ok")])
    async with serving(slack.talk) as port, clicking(tmp_path, port) as made:
        posted = button(["desk", "99", "resolution", 1], response_url=f"http://127.0.0.1:{port}/actions/1")
        assert await click(made, posted) == (200, '{"changed": 0}')
    assert "there is no ticket '99'" in json.loads(slack.bodies[0])["text"]


@pytest.mark.asyncio
@pytest.mark.parametrize("about", [["desk", "1", "resolution", 2], ["desk", "1", "first_answer", 1]])
async def test_a_click_on_an_old_message_takes_care_of_nothing_else(about: list[object], tmp_path: Path) -> None:
    async with clicking(tmp_path) as made:
        assert await click(made, button(about)) == (200, '{"changed": 0}')
        assert await made.store.acks([("desk", "1")]) == {}


@pytest.mark.asyncio
async def test_nobody_is_asked_at_an_address_that_is_not_slacks(tmp_path: Path) -> None:
    other = Http([answer(200, "ok")])
    async with serving(other.talk) as port, clicking(tmp_path) as made:
        assert (await click(made, button(response_url=f"http://127.0.0.1:{port}/actions/1")))[0] == 200
        assert (await click(made, button(response_url="nonsense")))[0] == 200
    assert other.heads == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("posted", "by"),
    [
        (button(user={"id": "U1", "name": "anna b"}), "anna b"),
        (button(user={"id": "U1"}), "U1"),
        (button(user={"id": "U1", "username": "an\u202ena\nlead" + "x" * 200}), None),
    ],
)
async def test_who_clicked_is_named_as_well_as_slack_can(posted: object, by: str | None, tmp_path: Path) -> None:
    async with clicking(tmp_path) as made:
        assert (await click(made, posted))[0] == 200
        [[ack]] = (await made.store.acks([("desk", "1")])).values()
        assert ack.by == by or (by is None and len(ack.by) <= 100 and "\n" not in ack.by and "\u202e" not in ack.by)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"X-Slack-Signature": ""}, "X-Slack-Request-Timestamp and X-Slack-Signature must be given, each once"),
        ({"X-Slack-Signature": "v0=0"}, "X-Slack-Signature is not that of this body"),
        ({"X-Slack-Signature": "v0=\u00e9"}, "X-Slack-Signature is not that of this body"),
        ({"X-Slack-Request-Timestamp": "soon"}, "must be given, each once"),
        (signed(form(button()), at=NOW - 6 * MINUTE), "more than five minutes from the time here"),
        (signed(form(button()), at=NOW + 6 * MINUTE), "more than five minutes from the time here"),
        (signed(form(button()), secret="another"), "is signing_secret that of the app?"),
        (signed(form(button(["desk", "2", "resolution", 1]))), "is not that of this body"),
    ],
)
async def test_a_click_that_the_app_did_not_sign_just_now_does_nothing(
    headers: dict[str, str], said: str, tmp_path: Path
) -> None:
    async with clicking(tmp_path) as made:
        status, text = await click(made, button(), **headers)
        assert (status, said in text) == (401, True)
        assert await made.store.acks([("desk", "1")]) == {}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "posted",
    [
        {},
        [],
        button(actions=[]),
        button(actions=[{"action_id": "of another app", "value": "[]"}]),
        button(["desk", "1", "resolution"]),
        button({"ticket": "1"}),
        button(user=None),
        button(user={"username": 7}),
    ],
)
async def test_what_is_signed_and_no_click_of_ours_is_refused(posted: object, tmp_path: Path) -> None:
    async with clicking(tmp_path) as made:
        assert await click(made, posted) == (400, "this is no click on a button of slamon")


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"", b"payload", b"payload=%7B", b"payload=%FF", b"payload=1&payload=2", b"other={}"])
async def test_what_is_no_form_is_refused(body: bytes, tmp_path: Path) -> None:
    async with clicking(tmp_path) as made:
        status, text, _ = await made.ask("POST", "/clicks/slack", None, body, **signed(body))
        assert (status, text) == (400, "this is no click on a button of slamon\n")


@pytest.mark.asyncio
async def test_a_notifier_without_buttons_takes_no_clicks(tmp_path: Path) -> None:
    async with clicking(tmp_path, secret=None) as made:
        assert (await click(made, button()))[0] == 404
        assert (await made.ask("POST", "/clicks/pager", None, b""))[0] == 404


@pytest.mark.parametrize(
    ("of", "has"),
    [
        (message(covers=(covered(),)), True),
        (message(covers=(covered(),), tone="warning"), True),
        (message(covers=(covered(),), tone="good"), False),
        (message(covers=(covered(),), update=True), False),
        (message(), False),
        (digest(count=3), False),
        (message(covers=(covered(source="slamon"),)), False),  # slamon itself
        (message(covers=(covered(ticket="x" * 2_000),)), False),  # longer than Slack takes
    ],
)
def test_a_button_stands_where_somebody_can_take_care_of_one_thing(of: Any, has: bool) -> None:
    assert payload(of) == payload(of, button=False)
    blocks = payload(of, button=True)["blocks"]
    actions = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    assert [msgspec.json.decode(one["value"]) for one in actions] == [["desk", "4711", "first_response", 1]] * has
