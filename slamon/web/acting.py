"""The endpoints by which people say something: /api/acks and /api/silences."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from slamon.web.bodies import read_ack, read_silence
from slamon.web.problems import BROKEN, Problem, Unwilling, as_json
from slamon.web.say import Say, shown_ack, shown_silence

_SECONDS = 15.0  # that a body may take to come


class Acting:
    """Every method answers one request; Unwilling is what is said instead."""

    def __init__(self, say: Say, zone: Callable[[], str]) -> None:
        self._say = say
        self._zone = zone

    async def acks(self, request: web.Request) -> web.Response:
        found = await self._say.acks(request.query.get("ticket") or None, request.query.get("source"))
        return as_json({"acks": [shown_ack(one) for one in found], "zone": self._zone()})

    async def acknowledge(self, request: web.Request) -> web.Response:
        asked = read_ack(await _body(request), self._say.now())
        return as_json({**shown_ack(await self._say.ack(asked)), "zone": self._zone()}, 201)

    async def silences(self, _: web.Request) -> web.Response:
        found = await self._say.silences()
        return as_json({"silences": [shown_silence(one) for one in found], "zone": self._zone()})

    async def silence(self, request: web.Request) -> web.Response:
        asked = read_silence(await _body(request), self._say.now())
        return as_json(shown_silence(await self._say.silence(asked)), 201)

    async def end(self, request: web.Request) -> web.Response:
        await self._say.end(request.match_info["id"])
        return web.Response(status=204)


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(_SECONDS):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Unwilling(413, [Problem("the body is longer than 64 KiB")]) from None
    except BROKEN:
        help = "send it as it is, or packed as its header Content-Encoding says"
        raise Unwilling(400, [Problem("the body cannot be read", help)]) from None
    except TimeoutError:
        raise Unwilling(408, [Problem(f"the body took longer than {_SECONDS:.0f} s")]) from None
