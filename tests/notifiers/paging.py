"""Events for PagerDuty in tests: to where, and what a failure must not show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from slamon.core.message import Covered, Message
from slamon.notifiers.pagerduty import PagerDutyNotifier, PagerDutySettings
from slamon.ports import SendError
from slamon.secrets import Secret
from tests.notifiers.failures import failing_without
from tests.notifiers.hostile import message
from tests.notifiers.sending import sent_by
from tests.notifiers.servers import Http, answer, serving

CANARY = "canary4711canary0815canary2342ab"
TAKEN = answer(202, '{"status":"success","message":"Event processed","dedup_key":"k"}')


def settings(port: int, **changes: Any) -> PagerDutySettings:
    values: dict[str, Any] = {"key": Secret(CANARY), "url": f"http://127.0.0.1:{port}", "timeout": 5.0}
    return PagerDutySettings(**values | changes)


async def send(to: PagerDutySettings, *messages: Message) -> None:
    await sent_by(PagerDutyNotifier("pager", to), *messages)


async def posted(*messages: Message) -> list[dict[str, Any]]:
    """The bodies by which PagerDuty hears of some messages."""
    server = Http([TAKEN])
    async with serving(server.talk) as port:
        await send(settings(port), *messages)
    return [msgspec.json.decode(raw) for raw in server.bodies]


@contextmanager
def failing() -> Iterator[list[SendError]]:
    """What the block failed with."""
    with failing_without(CANARY) as caught:
        yield caught


async def refused(raw: bytes, **changes: Any) -> SendError:
    """The failure that an answer leads to."""
    async with serving(Http([raw]).talk) as port:
        with failing() as caught:
            await send(settings(port, **changes))
    return caught[0]


def about(*covers: Covered, **changes: Any) -> Message:
    """A message that tells of some commitments."""
    return message(covers=covers, **changes)
