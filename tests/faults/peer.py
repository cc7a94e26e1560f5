"""A server on loopback that goes away and comes back on the same port, and says whatever a script makes it say."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from tests.sources.http_server import Request, converse

# Bytes are sent as they stand, pieces as they come; None: the connection is cut.
Script = Callable[[Request], Any | Awaitable[Any]]


class Peer:
    """One port. `greets`: what happens before anything is read; for a TLS handshake that never comes."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.port = 0
        self.greets: Callable[[], Awaitable[None]] | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen: on any free port the first time, on the same one later."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more; whoever talks is cut off."""
        if self._server is not None:
            self._server.close()
            self._server = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def restart(self, tls: ssl.SSLContext | None = None) -> None:
        """Cut off whoever talks, and listen again."""
        await self.stop()
        await self.start(tls)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.greets is not None:
                await self.greets()
            else:
                await self.talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side went away, or this one is stopped
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it is over; here in HTTP."""
        await converse(reader, writer, lambda request: self.script(request))
