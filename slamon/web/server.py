"""Listening: at an address for whoever has a token, and at a local socket for people of this machine."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

from aiohttp import web, web_response

from slamon.addresses import host_and_port
from slamon.settings import WebSettings
from slamon.web import local
from slamon.web.access import Access
from slamon.web.endpoints import Answers, application
from slamon.web.problems import BROKEN

__all__ = ["Answers", "WebServer"]

_KEEP_ALIVE_SECONDS = 15

# In the header Server of every answer, that to what is no request too, which nothing else reaches: no versions.
web_response.SERVER_SOFTWARE = "slamon"  # type: ignore[attr-defined]


class _Log(logging.LoggerAdapter[logging.Logger]):
    """The library's log. That somebody sends what is not HTTP is no fault here, and what it was is not told."""

    def log(self, level: int, msg: object, *args: object, exc_info: Any = None, **more: Any) -> None:
        if isinstance(exc_info, BROKEN):
            self.logger.debug("what came is not HTTP: %s", type(exc_info).__name__)
        else:
            self.logger.log(level, msg, *args, exc_info=exc_info, **more)


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
        self.url = f"http://{host_and_port(host, port)}"
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
    log = _Log(logging.getLogger("aiohttp.server"), {})
    return web.AppRunner(app, keepalive_timeout=_KEEP_ALIVE_SECONDS, access_log=None, logger=log)
