"""Stands before a Redmine, hands every request on, and keeps which issues were asked for one by one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

_ONE_ISSUE = re.compile(r"/issues/(\d+)\.json")


@dataclass
class Proxy:
    """`read`: the ids of issues, in the order in which they were asked for."""

    behind: str
    url: str = ""
    read: list[str] = field(default_factory=list)

    async def hand_on(self, request: web.Request) -> web.Response:
        if match := _ONE_ISSUE.fullmatch(request.path):
            self.read.append(match[1])
        kept = {name: request.headers[name] for name in ("X-Redmine-API-Key", "Accept") if name in request.headers}
        async with self._session.get(self.behind + request.path_qs, headers=kept) as answer:
            return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)

    async def start(self) -> web.AppRunner:
        self._session = aiohttp.ClientSession()
        app = web.Application()
        app.router.add_get("/{path:.*}", self.hand_on)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return runner

    async def stop(self) -> None:
        await self._session.close()


@asynccontextmanager
async def before(url: str) -> AsyncIterator[Proxy]:
    """A proxy before an address."""
    proxy = Proxy(url)
    runner = await proxy.start()
    try:
        yield proxy
    finally:
        await runner.cleanup()
        await proxy.stop()
