"""Sending e-mail in tests: to whom, and what a failure must not show."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slamon.notifiers.email import EmailNotifier, EmailSettings
from slamon.ports import Reason, SendError
from tests.notifiers.failures import failing_without
from tests.notifiers.hostile import message
from tests.notifiers.servers import ScriptedMail, serving

CANARY = "canary-pa55word"
A, B, C = "a@example.com", "b@example.com", "c@example.com"


def settings(port: int | None, **changes: Any) -> EmailSettings:
    values: dict[str, Any] = {"host": "127.0.0.1", "sender": "slamon <slamon@example.com>", "to": (A,), "tls": "none"}
    values |= {"timeout": 5.0, **changes}
    return EmailSettings(**values if port is None else {"port": port, **values})


def notifier(port: int, **changes: Any) -> EmailNotifier:
    return EmailNotifier("mail", settings(port, **changes))


@contextmanager
def failing() -> Iterator[list[SendError]]:
    """What the block failed with."""
    with failing_without(CANARY, b64encode(CANARY.encode()).decode()) as caught:
        yield caught


async def refused(script: dict[str, str | None], **changes: Any) -> SendError:
    """The failure that a server's script leads to."""
    async with serving(ScriptedMail(script).talk) as port:
        with failing() as caught:
            await asyncio.wait_for(notifier(port, **changes).send(message()), 10)
    return caught[0]


def kind_of(error: SendError) -> tuple[Reason, bool, bool]:
    return error.reason, error.permanent, error.unknown
