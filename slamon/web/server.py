"""The endpoints. What each says in which state: docs/reference/endpoints.md."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from slamon.ports import StoreError
from slamon.web.health import Health
from slamon.web.hooks import Hooks, Take

_MOST_BODY_BYTES = 64 * 1024
_KEEP_ALIVE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Answers:
    """Where the endpoints get what they say."""

    health: Callable[[], Health]
    metrics: Callable[[], Awaitable[tuple[bytes, str]]]  # text and content type
    status: Callable[[], Awaitable[dict[str, Any]]]
    tickets: Callable[[str], Awaitable[Sequence[bytes]]]  # the histories of an id, one for each source that has it
    take: Take  # what is pushed


class WebServer:
    """Listens on one address; port 0 takes a free one, `url` says which."""

    def __init__(self, host: str, port: int, answers: Answers) -> None:
        self._host, self._port = host, port
        self._runner = web.AppRunner(_application(answers), keepalive_timeout=_KEEP_ALIVE_SECONDS, access_log=None)
        self.url = ""

    async def start(self) -> None:
        """OSError if the address cannot be had."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def stop(self) -> None:
        await self._runner.cleanup()


def _application(answers: Answers) -> web.Application:
    app = web.Application(client_max_size=_MOST_BODY_BYTES, middlewares=[_store_trouble])

    async def livez(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        health = answers.health()
        text = "".join(f"{line}\n" for line in (health.status, *health.problems))
        return web.Response(text=text, status=200 if health.ready else 503)

    async def healthz(_: web.Request) -> web.Response:
        health = answers.health()
        body = {"status": health.status, "problems": health.problems, **health.details}
        return _json(body, 200 if health.ready else 503)

    async def metrics(_: web.Request) -> web.Response:
        text, content_type = await answers.metrics()
        return web.Response(body=text, headers={"Content-Type": content_type})

    async def status(_: web.Request) -> web.Response:
        return _json(await answers.status(), 200)

    async def tickets(request: web.Request) -> web.Response:
        found = await answers.tickets(request.query.get("id", ""))
        if not found:
            return _json({"nearest": []}, 404)
        return web.Response(body=b"".join(line + b"\n" for line in found), content_type="application/jsonl")

    for path, answer in (
        ("/livez", livez),
        ("/readyz", readyz),
        ("/healthz", healthz),
        ("/metrics", metrics),
        ("/api/status", status),
        ("/api/tickets", tickets),
    ):
        app.router.add_get(path, answer)
    app.router.add_post("/hooks/{name}", Hooks(answers.take).answer)
    return app


@web.middleware
async def _store_trouble(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except StoreError as error:
        return web.Response(text=f"the store does not answer: {error}\n", status=503)


def _json(body: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=msgspec.json.encode(body) + b"\n", status=status, content_type="application/json")
