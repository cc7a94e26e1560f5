"""Posting to Slack in tests: to where, and what a failure must not show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slamon.core.message import Message
from slamon.notifiers.slack import SlackNotifier, SlackSettings
from slamon.ports import SendError
from slamon.secrets import Secret
from tests.notifiers.failures import failing_without
from tests.notifiers.sending import sent_by
from tests.notifiers.servers import Http, serving

CANARY = "T000-canary-B000"


def settings(port: int, *, scheme: str = "http", host: str = "127.0.0.1", timeout: float = 5.0) -> SlackSettings:
    return SlackSettings(Secret(f"{scheme}://{host}:{port}/services/{CANARY}"), timeout=timeout)


async def send(to: SlackSettings, *messages: Message) -> None:
    await sent_by(SlackNotifier("slack-support", to), *messages)


@contextmanager
def failing() -> Iterator[list[SendError]]:
    """What the block failed with."""
    with failing_without(CANARY) as caught:
        yield caught


async def refused(raw: bytes) -> SendError:
    """The failure that an answer leads to."""
    async with serving(Http([raw]).talk) as port:
        with failing() as caught:
            await send(settings(port))
    return caught[0]
