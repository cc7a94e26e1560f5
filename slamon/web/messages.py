"""What was told, for whoever follows the link of a digest: every commitment that it covers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from slamon.core.instants import Instant, format_instant
from slamon.core.message import Covered, Message
from slamon.web.problems import Problem, Unwilling, as_json

PATHS = ("/digests/{id}", "/api/messages/{id}")

Find = Callable[[str], Awaitable[Message | None]]


class Messages:
    """GET: a message as plain text, or as JSON below /api; Unwilling (404) if there is none of that id."""

    def __init__(self, find: Find) -> None:
        self._find = find

    async def answer(self, request: web.Request) -> web.Response:
        found = await self._find(request.match_info["id"])
        if found is None:
            help = "follow the link of a message; old ones are forgotten after storage.keep.deliveries"
            raise Unwilling(404, [Problem("there is no such message", help)])
        if request.path.startswith("/api/"):
            return as_json(_shown(found))
        return web.Response(text=_page(found))


def _page(message: Message) -> str:
    lines = [message.title, "", *(f"{label}: {value}" for label, value in message.facts), ""]
    lines += [f"{one.line}{f'  {one.url}' if one.url else ''}" for one in message.covers]
    return "\n".join([*lines, *filter(None, (message.footer,)), ""])


def _shown(message: Message) -> dict[str, object]:
    return {
        "id": message.id,
        "title": message.title,
        "facts": [{"label": label, "value": value} for label, value in message.facts],
        "footer": message.footer,
        "covers": [_covered(one) for one in message.covers],
    }


def _covered(one: Covered) -> dict[str, object]:
    shown: dict[str, object] = msgspec.to_builtins(one)
    return {**shown, "due_at": _instant(one.due_at), "breached_at": _instant(one.breached_at)}


def _instant(at: Instant | None) -> str | None:
    return None if at is None else format_instant(at)
