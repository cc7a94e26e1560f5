"""A real service tells Slack of a breach; the button under the message is clicked, and the ticket is acknowledged."""

from __future__ import annotations

import json
import time
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from slamon.core.instants import HOUR, MINUTE, SECOND, format_instant
from tests.e2e.process import ServiceProcess, free_port, until
from tests.e2e.receivers import WebhookReceiver

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from slack_sdk.signature import SignatureVerifier

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 1h}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: chat}]}]
"""
SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{port}", tokens: {{leads: {{scope: act, secret: "a-token-of-leads-1234"}}}}}}
sources: {{desk: {{kind: file, path: tickets.jsonl}}}}
notifiers: {{chat: {{kind: slack, webhook: "{hook}", signing_secret: {secret}}}}}
"""


@pytest.mark.asyncio
async def test_a_click_in_slack_acknowledges(tmp_path: Path) -> None:
    slack, port = await WebhookReceiver().start(), free_port()
    (tmp_path / "rules.yml").write_text(RULES, "utf-8")
    (tmp_path / "slamon.yml").write_text(SETTINGS.format(port=port, hook=slack.url, secret=SECRET), "utf-8")
    created = format_instant(time.time_ns() // 1_000 - HOUR - MINUTE)
    (tmp_path / "tickets.jsonl").write_text(json.dumps({"id": "7", "source": "desk", "created_at": created}) + "\n")
    service = ServiceProcess(tmp_path)
    try:
        await service.start()
        await until(lambda: slack.bodies, what="the breach is told")
        status = await _clicked(f"http://127.0.0.1:{port}", json.loads(slack.bodies[0]), slack.url)
        assert status == 200
        await until(lambda: len(slack.bodies) == 2, what="the channel is told who takes care of it")
        assert json.loads(slack.bodies[1])["text"] == "anna takes care of 7"
        kept = await _acks(f"http://127.0.0.1:{port}")
        assert [(one["ticket"], one["target"], one["by"]) for one in kept] == [("7", "first_response", "anna")]
        assert await service.stop() == 0
    finally:
        await service.kill()
        await slack.stop()


async def _clicked(url: str, told: dict[str, Any], reply_to: str) -> int:
    """Post what Slack posts as its button is clicked."""
    buttons = [one for block in told["blocks"] if block["type"] == "actions" for one in block["elements"]]
    posted = {"type": "block_actions", "user": {"id": "U1", "username": "anna"}, "actions": buttons}
    body = urlencode({"payload": json.dumps({**posted, "response_url": reply_to})}).encode()
    stamp = str(time.time_ns() // 1_000 // SECOND)
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{url}/clicks/chat", data=body) as answer,
    ):
        return answer.status


async def _acks(url: str) -> list[dict[str, str]]:
    headers = {"Authorization": "Bearer a-token-of-leads-1234"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{url}/api/acks") as answer:
        found: list[dict[str, str]] = (await answer.json())["acks"]
        return found
