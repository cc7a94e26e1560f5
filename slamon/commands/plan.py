"""slamon plan: who would be told what, and when, if nothing happened from an instant on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from slamon.commands.call import NoAnswer, Service, Where, told
from slamon.commands.exits import Exit
from slamon.commands.reading import Unusable, instant_of, tickets_of
from slamon.commands.say import complain
from slamon.commands.text import columns, shown_at, zone_of
from slamon.core.assess import Assessor
from slamon.core.instants import DAY, LATEST, Instant, Span
from slamon.core.judge import Judge
from slamon.core.plan import plan as ahead
from slamon.core.policy import Rules
from slamon.core.routes import Routing
from slamon.core.standing import NOTHING_SAID
from slamon.core.ticket import Ticket
from slamon.rulefile import load_rules
from slamon.rulefile.amounts import parse_amount
from slamon.rulefile.suggest import quoted
from slamon.settings_file import read_settings
from slamon.sources.jsonl import BadLine
from slamon.web.ahead import MOST, as_of, shown

_LONGEST = 366 * DAY


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
        start, span = instant_of(asked.at), _span(asked.span)
        if rules is not None and tickets is not None:
            found, zone = _from_files(rules, tickets, asked.ticket, start, span), _own_zone(where.config)
        elif rules is None and tickets is None:
            found, zone = _from_service(asked, where)
        else:
            raise Unusable("give both --rules and --tickets to plan from files, or neither to ask the service")
    except Unusable as mistake:
        return told("plan", NoAnswer(str(mistake), Exit.UNUSABLE))
    except NoAnswer as trouble:
        return told("plan", trouble)
    sys.stdout.write("".join(_text(found, asked.format, zone)))
    sys.stdout.flush()
    return Exit.FINE


def _from_service(asked: Asked, where: Where) -> tuple[list[dict[str, Any]], tzinfo]:
    query = {"at": asked.at, "for": asked.span, "ticket": asked.ticket}
    text = urlencode({key: value for key, value in query.items() if value is not None})
    answer = Service(where).ask("GET", f"/api/plan?{text}")
    return answer["planned"], zone_of(answer)


def _own_zone(config: Path) -> tzinfo:
    """What the settings say, if there are any."""
    return read_settings(config, os.environ).zone or UTC


def _from_files(rules: Path, tickets: Path, id: str | None, start: Instant, span: Span) -> list[dict[str, Any]]:
    loaded = load_rules(rules)
    if loaded.diagnostics:
        complain(loaded.render().rstrip("\n"))
    if loaded.rules is None:
        raise Unusable("nothing was planned")
    assessor = Assessor(Judge(loaded.rules), _routing(loaded.rules))
    known, end = as_of(_tickets(tickets, id), start), min(start + span, LATEST)
    return [shown(one) for one in ahead(assessor, known, start, end, lambda _: NOTHING_SAID, MOST)[:MOST]]


def _routing(rules: Rules) -> Routing:
    """The routes of the rules; as in the service, the console where there is none."""
    from slamon.parts import DEFAULT_ROUTE  # the service's parts pull in every connector

    return Routing(rules.routes or (DEFAULT_ROUTE,), rules.quiet)


def _tickets(path: Path, id: str | None) -> Iterator[Ticket]:
    found = bad = 0
    for one in tickets_of(path):
        if isinstance(one, BadLine):
            bad += 1
        elif id is None or one.id == id:
            found += 1
            yield one
    if bad:
        complain(f"{bad} lines are not tickets and were passed over: slamon evaluate names them")
    if id is not None and not found:
        raise Unusable(f"there is no ticket with the id {quoted(id)}")


def _text(found: Sequence[dict[str, Any]], format: str, zone: tzinfo) -> Iterator[str]:
    if format == "json":
        yield from (msgspec.json.encode(one).decode() + "\n" for one in found)
        return
    if not found:
        yield "nobody would be told anything\n"
        return
    rows = [_row(one, zone) for one in found]
    several = len({row["source"] for row in rows}) > 1
    names = [name for name in rows[0] if several or name != "source"]
    yield columns(names, [[row[name] for name in names] for row in rows])
    if len(found) >= MOST:
        yield f"only the first {MOST:,} are shown\n"


def _row(one: dict[str, Any], zone: tzinfo) -> dict[str, str]:
    """What stands in each column."""
    return {
        "at": shown_at(one["at"], zone),
        "ticket": one["ticket"],
        "source": one["source"],
        "target": one["target"] or "",
        "moment": one["moment"],
        "tells": _whom(one),
        "line": one["line"],
    }


def _whom(one: dict[str, Any]) -> str:
    return one["notifier"] if one["to"] is None else f"{one['notifier']} ({one['to']}: {one['who'] or 'nobody'})"


def _span(text: str) -> Span:
    amount = parse_amount(text)
    if amount is None or not 0 < amount.span <= _LONGEST:
        raise Unusable(f"--for: {quoted(text)} is not a duration: write one such as 12h or 3d, up to 366d")
    return amount.span
