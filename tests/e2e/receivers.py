"""Receivers of what the service sends: real servers on loopback that keep every request."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class WebhookReceiver:
    """Takes what a webhook would; `bodies` in the order of arrival."""

    bodies: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)  # of arrival, by the clock of the wall
    url: str = ""
    pause: float = 0.0  # seconds from taking a message to saying so
    _runner: web.AppRunner | None = None

    async def start(self) -> WebhookReceiver:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/hook"
        return self

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.times.append(time.time())
        self.bodies.append(body)
        if self.pause:
            await asyncio.sleep(self.pause)
        return web.Response(text="ok")

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
