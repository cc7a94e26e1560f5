"""A webhook of somebody's own, whose answers mean something else than ours would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from slamon.core.message import Message
from slamon.notifiers import http
from slamon.notifiers.webhook import WebhookNotifier
from tests.faults.notifiers.reach import PATIENT, while_slow
from tests.faults.notifiers.receivers import Lost
from tests.faults.notifiers.rows import Rows
from tests.faults.notifiers.world import World
from tests.faults.row import Guard, Off
from tests.faults.world import same
from tests.sources.http_server import Request, answer

ROWS = Rows("webhook")
USUAL = ("12:30:00 desk: 1: first response is due in 30 min", "13:00:00 desk: 1: first response is overdue")


_send = WebhookNotifier.send


async def _two_hundred(self: WebhookNotifier, message: Message) -> None:
    """Nothing but 200 is a success."""
    post = http.post_json

    async def posted(*given: Any, **keys: Any) -> http.Answer:
        found = await post(*given, **keys)
        return found if found.status == 200 else http.Answer(500, "", None)

    off = Off("slamon.notifiers.webhook.post_json", posted)
    with off.applied():
        await _send(self, message)


@ROWS.add(
    "webhook: 202 instead of 200",
    "Accepted is accepted: it is sent once",
    Guard("`WebhookNotifier.send`: 200 to 299", Off("slamon.notifiers.webhook.WebhookNotifier.send", _two_hundred)),
    USUAL,
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.desk.usual = answer(202)
    await world.open()
    await world.until("13:10")


@ROWS.add(
    "webhook: slower than the timeout",
    "Given up after the time budget and sent again with the same id and body",
    Guard("`http._attempt`: time budget", Off("slamon.notifiers.http.asyncio", PATIENT)),
    USUAL,
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")

    async def late() -> bytes:
        await asyncio.sleep(1.0)
        return answer(200)

    world.fails("12:30", "12:30:01", lambda request: Lost(late()))
    await world.open()
    await while_slow(world, "12:29", "12:30")
    await world.until("13:10")
    same("tries", world.desk.tries, ["12:30:00", "12:30:01", "13:00:00"])
    same("times that it was told", len(world.told_of("no whole answer came within the time allowed")), 1)


_post_json = http.post_json


async def _whole(*given: Any, **keys: Any) -> http.Answer:
    return await _post_json(*given, **keys | {"status_is_enough": False})


@ROWS.add(
    "webhook: 200, and its body is cut off",
    "The status has said it: it is not sent again",
    Guard("`http.post_json`: status_is_enough", Off("slamon.notifiers.webhook.post_json", _whole)),
    USUAL,
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")

    async def half() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"

    world.fails("12:30", "12:30:01", lambda request: Lost(half()))
    await world.open()
    await world.until("13:10")
    same("tries", world.desk.tries, ["12:30:00", "13:00:00"])


async def _followed(
    session: Any, method: str, url: Any, body: Any, deadline: float, headers: Any, progress: Any
) -> Any:
    async with session.request(
        method, url.reveal(), data=body, headers=headers, trace_request_ctx=progress
    ) as response:
        return http.Answer(response.status, await response.text(), None)


@ROWS.add(
    "webhook: redirect to another server",
    "It is not followed: neither the text nor the headers go there; the fallback has it, with what to do",
    Guard("`http._attempt`: allow_redirects=False", Off("slamon.notifiers.http._attempt", _followed)),
    (
        "12:30:00 pager: 1: first response is due in 30 min [could not be delivered to desk: the webhook answered 308:"
        " it sends us elsewhere, which is not followed: write the address that it names]",
        "12:40:00 desk: 1: first response was met",
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00", "12:40")
    there = f"Location: http://127.0.0.1:{world.second.peer.port}/elsewhere"
    world.fails("12:30", "12:35", answer(308, "", there))
    asked: list[Any] = []

    def elsewhere(request: Request) -> bytes:
        asked.append(request.headers)
        return answer(200)

    world.second.peer.script = elsewhere
    await world.open()
    await world.until("13:10")
    same("requests elsewhere", asked, [])


async def _unbounded(content: aiohttp.StreamReader) -> str:
    return (await content.read()).decode()


@ROWS.add(
    "webhook: an answer without end",
    "No more than 64 KiB of it is read; what it says by its status counts, and it is sent once",
    Guard("`http._read`: MOST_BYTES", Off("slamon.notifiers.http._read", _unbounded)),
    USUAL,
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
        while sent < 64 << 20:
            sent += 1 << 16
            yield b" " * (1 << 16)

    world.fails("12:30", "12:30:01", lambda request: Lost(endless()))
    await world.open()
    await world.until("13:10")
    assert sent < 32 << 20, f"{sent} bytes were taken"
