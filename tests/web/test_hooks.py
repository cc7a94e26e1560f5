"""What is pushed, over real connections: bounded, and every answer a line that says what is wrong."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio

from slamon.ports import Refused
from slamon.settings import WebSettings
from slamon.web.health import Health
from slamon.web.hooks import MOST_BYTES
from slamon.web.server import Answers, WebServer


@dataclass
class Taker:
    """Keeps what the server hands on; `go_on` holds it up, `refusal` is raised."""

    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    refusal: Refused | None = None
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def take(self, name: str, headers: Mapping[str, str], body: bytes) -> int:
        await self.go_on.wait()
        if self.refusal:
            raise self.refusal
        self.taken.append((name, dict(headers), body))
        return 3

    async def push(self, body: bytes = b"{}", **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=headers) as answer:
            return answer.status, await answer.text(), dict(answer.headers)

    async def raw(self, *lines: bytes, body: bytes = b"") -> bytes:
        """The first line of the answer to a request as bytes."""
        address = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"\r\n".join([b"POST /hooks/desk HTTP/1.1", b"Host: x", *lines]) + b"\r\n\r\n" + body)
        await writer.drain()
        first = await reader.readline()
        writer.close()
        return first


async def nothing(*_: object) -> list[bytes]:
    return []


@pytest_asyncio.fixture
async def taker() -> AsyncIterator[Taker]:
    made = Taker()
    made.go_on.set()
    answers = Answers(lambda: Health(True), nothing, nothing, nothing, made.take)  # type: ignore[arg-type]
    server = WebServer(WebSettings(port=0), answers)
    await server.start()
    made.url = f"{server.url}/hooks/desk"
    yield made
    await server.stop()


@pytest.mark.asyncio
async def test_the_body_arrives_as_it_was_sent_with_headers_in_lower_case(taker: Taker) -> None:
    status, text, _ = await taker.push(b'{"id":\xc3\xa4}\n ', **{"Webhook-Id": "a"})
    assert (status, text) == (202, '{"changed": 3}')
    [(name, headers, body)] = taker.taken
    assert (name, headers["webhook-id"], body) == ("desk", "a", b'{"id":\xc3\xa4}\n ')


@pytest.mark.asyncio
async def test_a_refusal_is_a_status_a_line_and_perhaps_when_to_come_again(taker: Taker) -> None:
    taker.refusal = Refused(503, "it cannot be stored now: try again", 1_500_000)
    status, text, headers = await taker.push()
    assert (status, text, headers["Retry-After"]) == (503, "it cannot be stored now: try again\n", "2")
    taker.refusal = Refused(400, "line 3: id is missing")
    assert (await taker.push())[:2] == (400, "line 3: id is missing\n")


@pytest.mark.asyncio
async def test_a_mebibyte_is_taken_and_a_byte_more_is_not(taker: Taker) -> None:
    assert (await taker.push(b"x" * MOST_BYTES))[0] == 202
    assert (await taker.raw(f"Content-Length: {MOST_BYTES + 1}".encode())).startswith(b"HTTP/1.1 413 ")
    chunk = f"{MOST_BYTES + 1:x}\r\n".encode() + b"x" * (MOST_BYTES + 1) + b"\r\n0\r\n\r\n"
    assert (await taker.raw(b"Transfer-Encoding: chunked", body=chunk)).startswith(b"HTTP/1.1 413 ")
    assert len(taker.taken) == 1


@pytest.mark.asyncio
async def test_a_packed_body_is_not_unpacked(taker: Taker) -> None:
    status, text, _ = await taker.push(gzip.compress(b"x" * 50_000_000), **{"Content-Encoding": "gzip"})
    assert (status, text) == (415, "the signature is over the body as it is sent: send it unpacked\n")


@pytest.mark.asyncio
async def test_a_header_that_comes_twice_is_as_none_and_odd_bytes_are_no_defect(taker: Taker) -> None:
    lines = [b"Content-Length: 0", b"Webhook-Id: a", b"webhook-id: b", b"Webhook-Signature: v1,\xff\xfe"]
    assert await taker.raw(*lines) == b"HTTP/1.1 202 Accepted\r\n"
    [(_, headers, _)] = taker.taken
    assert headers["webhook-id"] == ""
    assert headers["webhook-signature"].startswith("v1,")


@pytest.mark.asyncio
async def test_only_post_is_answered(taker: Taker) -> None:
    async with aiohttp.ClientSession() as session, session.get(taker.url) as answer:
        assert answer.status == 405


@pytest.mark.asyncio
async def test_beyond_so_many_at_once_others_are_asked_to_come_again(taker: Taker) -> None:
    taker.go_on.clear()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def push() -> int:
            async with session.post(taker.url, data=b"{}") as answer:
                return answer.status

        pushes = [asyncio.create_task(push()) for _ in range(140)]
        for number, answered in enumerate(asyncio.as_completed(pushes), 1):
            assert await answered == (503 if number <= 12 else 202)
            if number == 12:
                taker.go_on.set()
    assert len(taker.taken) == 128
