"""A server on loopback that says what a script tells it, and remembers how it was asked."""

from __future__ import annotations

import asyncio
import inspect
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """What was asked: the path without its query, the query as a dict, headers in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


# Bytes are sent as they stand, pieces as they come; None: the connection is cut; ...: silence until the other gives up.
Said: TypeAlias = bytes | AsyncIterator[bytes] | Any | None
Script: TypeAlias = Callable[[Request], Said | Awaitable[Said]]


@dataclass
class Server:
    """A running server."""

    url: str
    requests: list[Request] = field(default_factory=list)

    def asked(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [one for one in self.requests if one.path == path]


def answer(status: int, body: bytes | str = b"", *headers: str) -> bytes:
    """The bytes of an answer; a Content-Length among the headers stands instead of the right one."""
    raw = body if isinstance(body, bytes) else body.encode()
    measured = any(one.lower().startswith("content-length:") for one in headers)
    length = [] if measured else [f"Content-Length: {len(raw)}"]
    return "\r\n".join([f"HTTP/1.1 {status} X", *headers, *length]).encode() + b"\r\n\r\n" + raw


def data(value: Any, *headers: str, status: int = 200) -> bytes:
    """The bytes of an answer that holds a value as JSON."""
    return answer(status, json.dumps(value), "Content-Type: application/json", *headers)


def in_turn(*answers: Said) -> Script:
    """A script that gives these answers in turn, the last one for ever, whatever is asked."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def by_path(answers: dict[str, Said]) -> Script:
    """A script that goes by the path; 404 for any other."""
    return lambda request: answers.get(request.path, answer(404))


@asynccontextmanager
async def serving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """The server while the block lasts; afterwards all its conversations are over."""
    tasks: set[asyncio.Task[None]] = set()

    def noted(request: Request) -> Any:
        running.requests.append(request)
        return script(request)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await converse(reader, writer, noted)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass  # the other side went away, or the test is over
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    running = Server(f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield running
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, script: Script) -> None:
    """Answer one connection's requests as a script says, until it ends the connection."""
    while True:
        said = script(await _read(reader))
        if inspect.isawaitable(said):
            said = await said
        if said is ...:
            await reader.read()
        if isinstance(said, AsyncIterator):
            async for piece in said:
                writer.write(piece)
                await writer.drain()
        if not isinstance(said, bytes):
            return
        writer.write(said)
        await writer.drain()
        if b"\r\nconnection: close\r\n" in said.partition(b"\r\n\r\n")[0].lower() + b"\r\n":
            return


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().splitlines()
    method, target, _ = first.split()
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))
