"""slamon plan: who would be told what, and when, if nothing happened from an instant on."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from slamon.cli import Exit
from slamon.commands.call import NoAnswer, Service, Where, told
from slamon.commands.say import complain
from slamon.commands.text import columns
from slamon.core.assess import Assessor
from slamon.core.instants import EARLIEST, LATEST, Instant, Span, parse_instant
from slamon.core.judge import Judge
from slamon.core.plan import plan as ahead
from slamon.core.policy import Rules
from slamon.core.routes import Routing
from slamon.core.standing import NOTHING_SAID
from slamon.core.ticket import Ticket
from slamon.rulefile import load_rules
from slamon.rulefile.amounts import parse_amount
from slamon.rulefile.suggest import quoted
from slamon.sources.jsonl import BadLine, read
from slamon.time import wall_now
from slamon.web.ahead import MOST, as_of, shown

_LONGEST = 366 * 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, as it was typed."""

    at: str | None
    span: str
    ticket: str | None
    format: str = "text"


def plan(asked: Asked, rules: Path | None, tickets: Path | None, where: Where) -> Exit:
    """Print what lies ahead by a file of histories, or by the running service if no file is given."""
    try:
        start, span = _instant(asked.at), _span(asked.span)
        if rules is not None and tickets is not None:
            found = _from_files(rules, tickets, asked.ticket, start, span)
        elif rules is None and tickets is None:
            found = _from_service(asked, where)
        else:
            message = "give both --rules and --tickets to plan from files, or neither to ask the service"
            raise NoAnswer(message, Exit.UNUSABLE)
    except NoAnswer as trouble:
        return told("plan", trouble)
    sys.stdout.write("".join(_text(found, asked.format)))
    sys.stdout.flush()
    return Exit.FINE


def _from_service(asked: Asked, where: Where) -> list[dict[str, Any]]:
    query = {"at": asked.at, "for": asked.span, "ticket": asked.ticket}
    text = urlencode({key: value for key, value in query.items() if value is not None})
    found: list[dict[str, Any]] = Service(where).ask("GET", f"/api/plan?{text}")["planned"]
    return found


def _from_files(rules: Path, tickets: Path, id: str | None, start: Instant, span: Span) -> list[dict[str, Any]]:
    loaded = load_rules(rules)
    if loaded.diagnostics:
        complain(loaded.render().rstrip("\n"))
    if loaded.rules is None:
        raise NoAnswer("nothing was planned", Exit.UNUSABLE)
    assessor = Assessor(Judge(loaded.rules), _routing(loaded.rules))
    known = as_of(_tickets(tickets, id), start)
    return [shown(one) for one in ahead(assessor, known, start, start + span, lambda _: NOTHING_SAID, MOST)[:MOST]]


def _routing(rules: Rules) -> Routing:
    """The routes of the rules; as in the service, the console where there is none."""
    from slamon.parts import DEFAULT_ROUTE  # the service's parts pull in every connector

    return Routing(rules.routes or (DEFAULT_ROUTE,), rules.quiet)


def _tickets(path: Path, id: str | None) -> Iterator[Ticket]:
    found = bad = 0
    try:
        for one in read(path, set()):
            if isinstance(one, BadLine):
                bad += 1
            elif id is None or one.id == id:
                found += 1
                yield one
    except (OSError, EOFError) as error:
        raise NoAnswer(f"{path}: {getattr(error, 'strerror', None) or error}", Exit.UNUSABLE) from None
    if bad:
        complain(f"{bad} lines are not tickets and were passed over: slamon evaluate names them")
    if id is not None and not found:
        raise NoAnswer(f"there is no ticket with the id {quoted(id)}", Exit.UNUSABLE)


def _text(found: Sequence[dict[str, Any]], format: str) -> Iterator[str]:
    if format == "json":
        yield from (msgspec.json.encode(one).decode() + "\n" for one in found)
        return
    if not found:
        yield "nobody would be told anything\n"
        return
    rows = [(one["at"], one["ticket"], one["target"] or "", one["moment"], _whom(one), one["line"]) for one in found]
    yield columns(("at", "ticket", "target", "moment", "tells", "line"), rows)
    if len(found) >= MOST:
        yield f"only the first {MOST:,} are shown\n"


def _whom(one: dict[str, Any]) -> str:
    return one["notifier"] if one["to"] is None else f"{one['notifier']} ({one['to']}: {one['who'] or 'nobody'})"


def _instant(at: str | None) -> Instant:
    try:
        instant = wall_now() if at is None else parse_instant(at)
    except ValueError:
        instant = LATEST + 1
    if not EARLIEST <= instant <= LATEST - _LONGEST:
        message = f"--at: {quoted(at or '')} is not an instant: write one such as 2026-06-08T09:00:00Z"
        raise NoAnswer(message, Exit.UNUSABLE)
    return instant


def _span(text: str) -> Span:
    amount = parse_amount(text)
    if amount is None or not 0 < amount.span <= _LONGEST:
        message = f"--for: {quoted(text)} is not a duration: write one such as 12h or 3d, up to 366d"
        raise NoAnswer(message, Exit.UNUSABLE)
    return amount.span
