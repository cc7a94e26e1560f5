"""Listening: at an address for whoever has a token, and at a local socket for people of this machine."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from slamon.settings import WebSettings
from slamon.web import local
from slamon.web.access import Access
from slamon.web.endpoints import Answers, application

__all__ = ["Answers", "WebServer"]

_KEEP_ALIVE_SECONDS = 15


class WebServer:
    """Listens on one address, and on a local socket if a path is given; port 0 takes a free one, `url` says which."""

    def __init__(self, settings: WebSettings, answers: Answers, socket: Path | None = None) -> None:
        self._settings = settings
        self._access = Access.of(settings)
        self._runner = _runner(application(answers, lambda: self._access))
        local = Access(trusted=True)
        self._local = None if socket is None else _Local(socket, _runner(application(answers, lambda: local)))
        self.url = ""

    async def start(self) -> None:
        """OSError if the address cannot be had, NoLocalSocket if the socket cannot."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.host, self._settings.port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        if self._local is not None:
            await self._local.start()

    def admit(self, settings: WebSettings) -> None:
        """From now on those may ask whom these settings name."""
        self._access = Access.of(settings)

    async def stop(self) -> None:
        if self._local is not None:
            await self._local.stop()
        await self._runner.cleanup()


class _Local:
    """The local socket."""

    def __init__(self, path: Path, runner: web.AppRunner) -> None:
        self._path = path
        self._runner = runner
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        await self._runner.setup()
        protocols = self._runner.server
        assert protocols is not None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(protocols, sock=local.listen(self._path))

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)
        await self._runner.cleanup()


def _runner(app: web.Application) -> web.AppRunner:
    return web.AppRunner(app, keepalive_timeout=_KEEP_ALIVE_SECONDS, access_log=None)
