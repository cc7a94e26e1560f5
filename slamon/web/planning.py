"""The endpoint that looks ahead: /api/plan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from slamon.core.instants import DAY, EARLIEST, LATEST, Instant, Span, parse_instant
from slamon.rulefile.amounts import parse_amount
from slamon.rulefile.suggest import did_you_mean, listed, nearest, quoted
from slamon.web.problems import Problem, Unwilling, as_json

_LONGEST = 366 * DAY
_NAMES = ("at", "for", "ticket")

# from an instant (None: now), how far, of which ticket (None: of all open ones)
PlanAhead = Callable[[Instant | None, Span, str | None], Awaitable[Sequence[dict[str, Any]]]]


class Planning:
    """GET /api/plan?at=INSTANT&for=DURATION&ticket=ID; without at: from now, without for: a day."""

    def __init__(self, ahead: PlanAhead, zone: Callable[[], str]) -> None:
        self._ahead = ahead
        self._zone = zone

    async def answer(self, request: web.Request) -> web.Response:
        at, span, ticket = _asked(request.query)
        found = await self._ahead(at, span, ticket)
        return as_json({"planned": found, "zone": self._zone()})


def _asked(given: Mapping[str, str]) -> tuple[Instant | None, Span, str | None]:
    """From when, how far, of which ticket; Unwilling (400) tells every mistake."""
    problems = [_unknown(name) for name in given if name not in _NAMES]
    at, span = given.get("at"), given.get("for")
    start, length = None if at is None else _instant(at), DAY if span is None else _span(span)
    if at is not None and start is None:
        problems.append(Problem(f"{quoted(at)} is not an instant", "write one such as 2026-06-08T09:00:00Z", "at"))
    if span is not None and length is None:
        message, help = f"{quoted(span)} is not a duration that can be used", "write one such as 12h or 3d, up to 366d"
        problems.append(Problem(message, help, "for"))
    if problems or length is None:
        raise Unwilling(400, problems)
    return start, length, given.get("ticket") or None


def _unknown(name: str) -> Problem:
    help = did_you_mean(nearest(name, _NAMES)) or f"write {listed(_NAMES)}"
    return Problem(f"there is no parameter {quoted(name)}", help, name)


def _instant(text: str) -> Instant | None:
    try:
        instant = parse_instant(text)
    except ValueError:
        return None
    return instant if EARLIEST <= instant <= LATEST - _LONGEST else None


def _span(text: str) -> Span | None:
    amount = parse_amount(text)
    return amount.span if amount is not None and 0 < amount.span <= _LONGEST else None
