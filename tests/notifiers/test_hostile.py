"""Every hostile string through every kind of notifier, to a receiver on loopback: what arrives is what was meant."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email import message_from_bytes

import msgspec
import pytest
from standardwebhooks import Webhook
from structlog.testing import capture_logs

from slamon.core.message import Message
from slamon.notifiers.alertmanager import AlertmanagerNotifier, AlertmanagerSettings
from slamon.notifiers.console import ConsoleNotifier, ConsoleSettings
from slamon.notifiers.console import payload as console_payload
from slamon.notifiers.email import EmailNotifier
from slamon.notifiers.email import payload as email_payload
from slamon.notifiers.pagerduty import PagerDutyNotifier
from slamon.notifiers.slack import SlackNotifier
from slamon.notifiers.slack_blocks import encode
from slamon.notifiers.slack_blocks import payload as slack_payload
from slamon.notifiers.webhook import WebhookNotifier
from slamon.notifiers.webhook_body import encode as webhook_encode
from slamon.notifiers.webhook_body import payload as webhook_payload
from slamon.ports import Notifier
from slamon.secrets import Secret
from tests.notifiers import hooking, mailing, paging, posting
from tests.notifiers.hostile import HOSTILE, digest
from tests.notifiers.servers import Http, Mailbox, answer, mail_server, serving

CANARIES = (
    posting.CANARY,
    hooking.CANARY,
    hooking.IN_A_HEADER,
    hooking.SIGNING.removeprefix("whsec_"),
    mailing.CANARY,
    paging.CANARY,
    "am-canary-4711",
)
Arrived = list[bytes]


Send = Callable[[Message], Awaitable[None]]


async def _twice(notifier: Notifier, of: Message) -> None:
    await notifier.send(of)
    await notifier.send(of)


@asynccontextmanager
async def by_console(arrived: Arrived) -> AsyncIterator[Send]:
    """To a pipe."""
    reading, writing = os.pipe()
    before = sys.stdout
    notifier = ConsoleNotifier("console", ConsoleSettings())

    async def send(of: Message) -> None:
        await _twice(notifier, of)
        raw = os.read(reading, 1_000_000)
        assert raw == console_payload(of).encode() * 2
        assert raw.count(b"\n") == 2 * len(console_payload(of).splitlines())
        arrived.append(raw)

    with open(writing, "w", encoding="utf-8") as stream:
        sys.stdout = stream
        try:
            yield send
        finally:
            sys.stdout = before
    os.close(reading)


@asynccontextmanager
async def by_slack(arrived: Arrived) -> AsyncIterator[Send]:
    server = Http([answer(200, "ok")])
    async with serving(server.talk) as port:
        notifier = SlackNotifier("slack", posting.settings(port))

        async def send(of: Message) -> None:
            await _twice(notifier, of)
            assert server.bodies[-2:] == [encode(slack_payload(of))] * 2
            assert json.loads(server.bodies[-1])["blocks"]
            assert len(server.heads[-1].splitlines()) == len(server.heads[0].splitlines())
            arrived.append(server.bodies[-1])

        yield send
        await notifier.close()


@asynccontextmanager
async def by_email(arrived: Arrived) -> AsyncIterator[Send]:
    box = Mailbox()
    async with mail_server(box) as port:
        notifier = EmailNotifier("mail", mailing.settings(port))

        async def send(of: Message) -> None:
            await _twice(notifier, of)
            wanted = email_payload(of, mailing.settings(port))
            assert [kept.recipients for kept in box.kept[-2:]] == [[mailing.A]] * 2
            assert [kept.content.rstrip() for kept in box.kept[-2:]] == [wanted.rstrip()] * 2
            kinds = [one.get_content_type() for one in message_from_bytes(box.kept[-1].content).walk()]
            assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv"]
            arrived.append(box.kept[-1].content)

        yield send


@asynccontextmanager
async def by_webhook(arrived: Arrived) -> AsyncIterator[Send]:
    server = Http([answer(202)])
    async with serving(server.talk) as port:
        notifier = WebhookNotifier("hook", hooking.settings(port))

        async def send(of: Message) -> None:
            await _twice(notifier, of)
            assert server.bodies[-2:] == [webhook_encode(webhook_payload(of))] * 2
            headers = [hooking.headers_of(head) for head in server.heads[-2:]]
            assert headers[0]["webhook-id"] == headers[1]["webhook-id"]
            Webhook(hooking.SIGNING).verify(server.bodies[-1], headers[1])
            assert len(server.heads[-1].splitlines()) == len(server.heads[0].splitlines())
            arrived.append(server.bodies[-1])

        yield send
        await notifier.close()


@asynccontextmanager
async def by_alertmanager(arrived: Arrived) -> AsyncIterator[Send]:
    server = Http([answer(200)])
    async with serving(server.talk) as port:
        headers = {"Authorization": Secret("am-canary-4711")}
        settings = AlertmanagerSettings((f"http://127.0.0.1:{port}",), headers=headers)
        notifier = AlertmanagerNotifier("prometheus", settings)

        async def send(of: Message) -> None:
            await _twice(notifier, of)
            both = [msgspec.json.decode(raw) for raw in server.bodies[-2:]]
            known = [[(one["labels"], one["annotations"]) for one in each] for each in both]
            assert known[0] == known[1]
            assert len(known[0]) == 3 * len(of.covers)
            arrived.append(server.bodies[-1])

        yield send
        await notifier.close()


@asynccontextmanager
async def by_pagerduty(arrived: Arrived) -> AsyncIterator[Send]:
    server = Http([paging.TAKEN])
    async with serving(server.talk) as port:
        notifier = PagerDutyNotifier("pager", paging.settings(port))

        async def send(of: Message) -> None:
            await _twice(notifier, of)
            assert server.bodies[-1] == server.bodies[-2]
            assert len(server.heads[-1].splitlines()) == len(server.heads[0].splitlines())
            body = json.loads(server.bodies[-1])
            assert body.pop("routing_key") == paging.CANARY  # where it belongs, and nowhere else
            assert body["payload"]["custom_details"]["tickets"] == {"desk": [one.ticket for one in of.covers]}
            arrived.append("".join(server.heads[-2:]).encode() + json.dumps(body).encode())

        yield send
        await notifier.close()


KINDS = [by_console, by_slack, by_email, by_webhook, by_alertmanager, by_pagerduty]


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len(HOSTILE) > 100


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_hostile_text_arrives_harmless_and_no_secret_with_it(
    kind: Callable[[Arrived], AbstractAsyncContextManager[Send]], capfd: pytest.CaptureFixture[str]
) -> None:
    arrived: Arrived = []
    with capture_logs() as logged:
        async with kind(arrived) as send:
            for name, text in HOSTILE.items():
                try:
                    await send(digest(text, 3, id=f"delivery {text[:40]}", footer=text, facts=((text, text),)))
                except Exception as error:
                    error.add_note(f"with the text {name!r}")
                    raise
    assert len(arrived) == len(HOSTILE)
    shown = repr(logged) + "".join(capfd.readouterr()) + "".join(raw.decode("utf-8") for raw in arrived)
    assert not [canary for canary in CANARIES if canary in shown]
