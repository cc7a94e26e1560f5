"""The endpoint that looks ahead: /api/plan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from slamon.core.instants import DAY, EARLIEST, LATEST, Instant, Span, parse_instant
from slamon.rulefile.amounts import parse_amount
from slamon.rulefile.suggest import quoted
from slamon.web.problems import Problem, Unwilling, as_json

_LONGEST = 366 * DAY

# from an instant (None: now), how far, of which ticket (None: of all open ones)
PlanAhead = Callable[[Instant | None, Span, str | None], Awaitable[Sequence[dict[str, Any]]]]


class Planning:
    """GET /api/plan?at=INSTANT&for=DURATION&ticket=ID; without at: from now, without for: a day."""

    def __init__(
        self, ahead: Callable[[Instant | None, Span, str | None], Awaitable[Sequence[dict[str, Any]]]]
    ) -> None:
        self._ahead = ahead

    async def answer(self, request: web.Request) -> web.Response:
        at, span, ticket = (request.query.get(name) for name in ("at", "for", "ticket"))
        found = await self._ahead(_instant(at), DAY if span is None else _span(span), ticket or None)
        return as_json({"planned": found})


def _instant(text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        instant = parse_instant(text)
    except ValueError:
        instant = LATEST + 1
    if not EARLIEST <= instant <= LATEST - _LONGEST:
        help = "write one such as 2026-06-08T09:00:00Z"
        raise Unwilling(400, [Problem(f"{quoted(text)} is not an instant", help, "at")])
    return instant


def _span(text: str) -> Span:
    amount = parse_amount(text)
    if amount is None or not 0 < amount.span <= _LONGEST:
        help = "write one such as 12h or 3d, up to 366d"
        raise Unwilling(400, [Problem(f"{quoted(text)} is not a duration that can be used", help, "for")])
    return amount.span
