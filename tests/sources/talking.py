"""A client of a source over HTTP, and a server that says what it is told to."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from slamon.core.instants import SECOND
from slamon.core.ticket import Ticket
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources.http import Access, Client, HttpSource
from tests.clock import ManualTime
from tests.sources.http_server import Script, Server, in_turn, serving

KEY = "s3cret-key-of-the-desk"
NOON = 1_780_660_800 * SECOND  # 2026-06-05T12:00:00Z


class Shape(Struct):
    name: str


class Shapes(Struct):
    items: list[Shape]


@asynccontextmanager
async def talking(
    script: Script,
    time: ManualTime | None = None,
    folder: Path = Path(),
    tls: ssl.SSLContext | None = None,
    **more: Any,
) -> AsyncIterator[tuple[Client, Server]]:
    async with serving(script, tls) as server:
        headers = {"X-Key": Secret(KEY), "Authorization": Secret("Bearer tok-en-12345")}
        access = Access(server.url, headers, "do this", **more)
        client = Client(access, folder, time or ManualTime(NOON))
        try:
            yield client, server
        finally:
            await client.close()


async def failure(*answers: Any, **more: Any) -> SourceError:
    """How it fails to read a Shape from a server that says this."""
    async with talking(in_turn(*answers), **more) as (client, _):
        with pytest.raises(SourceError) as caught:
            await client.get("api/thing", Shape, {"q": "find me"})
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    return caught.value


async def looked_at_during_a_batch(source: HttpSource, id: str, change: Callable[[], None]) -> Ticket:
    """A ticket as a last look finds it that begins in the midst of a batch, after a change that its list missed."""
    under_way = asyncio.Event()

    async def look() -> list[Ticket]:
        await under_way.wait()
        return await source.fetch([id])

    async def known(ids: Sequence[str]) -> dict[str, Ticket]:
        if not under_way.is_set():
            change()
            under_way.set()
            await asyncio.wait([looking])
        return {}

    source.around = replace(source.around, known=known)
    looking = asyncio.create_task(look())
    async for _ in source.collect(None):
        pass
    [found] = await looking
    return found
