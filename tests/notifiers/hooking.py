"""Posting to a webhook in tests: to where, and what a failure must not show."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slamon.core.message import Message
from slamon.notifiers.webhook import WebhookNotifier, WebhookSettings
from slamon.ports import SendError
from slamon.secrets import Secret
from tests.notifiers.failures import failing_without
from tests.notifiers.sending import sent_by
from tests.notifiers.servers import Http, serving

CANARY, IN_A_HEADER = "hook-canary-4711", "bearer-canary-0815"
SIGNING = "whsec_" + b64encode(b"signing-canary-0123456789").decode()


def settings(port: int, **changes: Any) -> WebhookSettings:
    values: dict[str, Any] = {
        "url": Secret(f"http://127.0.0.1:{port}/hooks/{CANARY}"),
        "secret": Secret(SIGNING),
        "headers": {"Authorization": Secret(f"Bearer {IN_A_HEADER}")},
        "timeout": 5.0,
    }
    return WebhookSettings(**values | changes)


async def send(to: WebhookSettings, *messages: Message) -> None:
    await sent_by(WebhookNotifier("hook", to), *messages)


@contextmanager
def failing() -> Iterator[list[SendError]]:
    """What the block failed with."""
    with failing_without(CANARY, IN_A_HEADER, SIGNING, SIGNING.removeprefix("whsec_")) as caught:
        yield caught


async def refused(raw: bytes, **changes: Any) -> SendError:
    """The failure that an answer leads to."""
    async with serving(Http([raw]).talk) as port:
        with failing() as caught:
            await send(settings(port, **changes))
    return caught[0]


def headers_of(head: str) -> dict[str, str]:
    """The headers of a request by their names in small letters."""
    pairs = (line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
    return {name.lower(): value for name, value in pairs}
