"""Receivers that take one message a second and no more, and remember when and what they were told."""

from __future__ import annotations

import csv
import email
import io
import json
import re
import time
import zipfile
from dataclasses import dataclass, field
from email.policy import default
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller

from tests.e2e.process import free_port

LEAST_APART = 1.0  # seconds
_TOLERANCE = 0.05  # of two clocks in two processes


@dataclass
class Told:
    """What one receiver was told. `tickets` are all ids that can be found out from it."""

    name: str
    times: list[float] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    refused: int = 0  # messages that came too soon after the last

    def admits(self) -> bool:
        """Whether a message may come now; counted if not."""
        now = time.time()
        if self.times and now - self.times[-1] < LEAST_APART - _TOLERANCE:
            self.refused += 1
            return False
        self.times.append(now)
        return True


class Hooks:
    """A webhook and a Slack, on loopback."""

    def __init__(self) -> None:
        self.hook, self.slack = Told("webhook"), Told("slack")
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post("/hook", self._take_hook)
        app.router.add_post("/slack", self._take_slack)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take_hook(self, request: web.Request) -> web.Response:
        data: dict[str, Any] = json.loads(await request.read())["data"]
        if not self.hook.admits():
            return web.Response(status=429, headers={"Retry-After": "1"})
        self.hook.tickets |= {one["ticket"] for one in data["covers"]}
        if data["count"] > len(data["covers"]):
            self.hook.links.append(data["url"])
        return web.Response(text="ok")

    async def _take_slack(self, request: web.Request) -> web.Response:
        text = (await request.read()).decode()
        if not self.slack.admits():
            return web.Response(status=429, headers={"Retry-After": "1"})
        self.slack.tickets |= set(re.findall(r"\bF-\d+\b", text))
        self.slack.links += re.findall(r"http://[^|>\"\\ ]*/digests/[0-9a-f]+", text)
        return web.Response(text="ok")


class Mail:
    """A mail server that reads the table that is attached to a digest."""

    def __init__(self) -> None:
        self.told = Told("email")
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, data_size_limit=64 << 20)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if not self.told.admits():
            return "451 4.7.1 one message a second, please"
        message = email.message_from_bytes(envelope.content, policy=default)
        self.told.tickets |= set(re.findall(r"\bF-\d+\b", str(message["subject"])))
        for part in message.iter_attachments():
            self.told.tickets |= _tickets(part.get_content_type(), part.get_content())
        return "250 OK"


def _tickets(kind: str, content: bytes | str) -> set[str]:
    if kind == "application/zip" and isinstance(content, bytes):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(archive.namelist()[0])
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.lstrip("\ufeff")
    return {row["ticket"] for row in csv.DictReader(io.StringIO(text))}
