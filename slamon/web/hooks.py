"""What is pushed to the service: bounded in size, time and number before anybody looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from multidict import CIMultiDictProxy

from slamon.core.instants import SECOND
from slamon.ports import Refused
from slamon.web.problems import BROKEN

MOST_BYTES = 1024 * 1024
_MOST_AT_ONCE = 128
_SECONDS = 15.0  # that a body may take to come

Take = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]  # name, headers in lower case, body: tickets changed


class Hooks:
    """POST to a path with a NAME in it."""

    def __init__(self, take: Take, taken: int = 202) -> None:
        self._take = take
        self._taken = taken  # the status of what was
        self._under_way = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Once it is stored; every refusal says in a line what is wrong."""
        if self._under_way >= _MOST_AT_ONCE:
            return _refusal(Refused(503, "too much is pushed at once: try again", SECOND))
        self._under_way += 1
        try:
            body = await _body(request)
            changed = await self._take(request.match_info["name"], _headers(request.headers), body)
        except Refused as refused:
            return _refusal(refused)
        finally:
            self._under_way -= 1
        return web.json_response({"changed": changed}, status=self._taken)


async def _body(request: web.Request) -> bytes:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refused(415, "the signature is over the body as it is sent: send it unpacked")
    if (request.content_length or 0) > MOST_BYTES:
        raise Refused(413, "more than 1 MiB: send fewer tickets at once")
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > MOST_BYTES:
                    raise Refused(413, "more than 1 MiB: send fewer tickets at once")
    except BROKEN:
        raise Refused(400, "the body does not come as its headers say") from None
    except TimeoutError:
        raise Refused(408, f"the body took longer than {_SECONDS:.0f} s") from None
    return bytes(body)


def _headers(given: CIMultiDictProxy[str]) -> dict[str, str]:
    """Names in lower case; one that comes twice is as none, for it is not known which of them is meant."""
    return {name.lower(): value if len(given.getall(name)) == 1 else "" for name, value in given.items()}


def _refusal(refused: Refused) -> web.Response:
    answer = web.Response(text=f"{refused}\n", status=refused.status)
    if refused.retry_after is not None:
        answer.headers["Retry-After"] = str(-(-refused.retry_after // SECOND))
    if refused.status in (408, 413, 415):  # what is left of the body is not waited for
        answer.force_close()
    return answer
