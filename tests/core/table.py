"""What tables of tests are read with: a verdict in short words."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.core.instants import HOUR, MINUTE, Instant, Span, to_datetime
from slamon.core.judge import Judge
from slamon.core.policy import Rules, Target
from slamon.core.ticket import Event, Ticket
from slamon.core.verdict import Verdict

from .build import BERLIN, ROUND, at, change, gone, message, target


def verdicts(rules: Rules, ticket: Ticket, when: str | Instant) -> list[Verdict]:
    return Judge(rules).verdicts(ticket, at(when) if isinstance(when, str) else when)


def only(rules: Rules, ticket: Ticket, when: str | Instant) -> Verdict:
    """The one verdict that there is."""
    found = verdicts(rules, ticket, when)
    assert len(found) == 1, found
    return found[0]


def shown(instant: Instant | None) -> str:
    """Weekday and time in Berlin; a dash for none."""
    if instant is None:
        return "-"
    moment = to_datetime(instant).astimezone(BERLIN)
    return moment.strftime("%a %H:%M:%S" if moment.second else "%a %H:%M")


def length(span: Span | None) -> str:
    """Hours and minutes; a dash for none."""
    if span is None:
        return "-"
    sign, whole = ("-" if span < 0 else ""), abs(span)
    hours, rest = divmod(whole, HOUR)
    return f"{sign}{hours}h{rest // MINUTE:02}" if rest else f"{sign}{hours}h"


def said(verdict: Verdict) -> str:
    """A verdict in one line; what is none is left out.

    `missed/stopped Mon 09:00-12:00 3h of 2h due 11:00`: status and clock, start and stop, elapsed and promised, due,
    then when and why it was late.
    """
    parts = [f"{verdict.status}/{verdict.clock}", shown(verdict.started_at)]
    if verdict.stopped_at is not None:
        parts.append(f"to {shown(verdict.stopped_at)}")
    parts.append(f"{length(verdict.elapsed)} of {length(verdict.target_span)}")
    if verdict.due_at is not None:
        parts.append(f"due {shown(verdict.due_at)}")
    if verdict.breached_at is not None:
        parts.append(f"late {shown(verdict.breached_at)}")
    return " ".join(parts + ([verdict.cause] if verdict.cause else []) + list(verdict.quality))


# histories in short words

DAYS = {
    name: f"2026-06-{day:02}" for day, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), start=8)
}
MESSAGES: dict[str, dict[str, Any]] = {
    "customer": {"by": "customer"},
    "agent": {"by": "agent"},
    "note": {"by": "agent", "public": False},
    "bot": {"by": "bot"},
    "botnote": {"by": "bot", "public": False},
    "system": {"by": "system"},
    "vendor": {"by": "third_party"},
    "whisper": {"by": "customer", "public": False},
    "autoreply": {"by": "agent", "automated": True},
    "automat": {"by": "customer", "automated": True},
}


def moment(text: str) -> Instant:
    """`Mon 09:00`, in the week of the 8th of June 2026 in Berlin."""
    day, time = text.split()
    return at(f"{DAYS[day]} {time}")


def tale(text: str, **rest: Any) -> Ticket:
    """A ticket from words such as `Mon 09:00 created priority=low; Mon 10:00 agent, status=solved`.

    What stands between commas happened at one instant, in this order.
    """
    first, *others = (part.strip() for part in text.split(";"))
    start, words = _split(first)
    fields: dict[str, Any] = {"status": "new"}
    for word in words[0].split()[1:]:
        fields |= _field(word)
    events: list[Event] = []
    for part in others:
        when, words = _split(part)
        for word in words:
            events.append(_event(when, word, f"e{len(events) + 1}"))
    return Ticket("1", "desk", start, fields, events, **rest)


def _split(part: str) -> tuple[Instant, list[str]]:
    day, time, words = part.split(maxsplit=2)
    return moment(f"{day} {time}"), [word.strip() for word in words.split(",")]


def _field(word: str) -> dict[str, Any]:
    name, _, value = word.partition("=")
    return {name: value or None}


def _event(when: Instant, word: str, id: str) -> Event:
    if "=" in word:
        fields: dict[str, Any] = {}
        for one in word.split():
            fields |= _field(one)
        return change(when, id, **fields)
    if word in MESSAGES:
        return message(when, id=id, **MESSAGES[word])
    assert word in ("deleted", "restored", "merged"), word
    return gone(when, word, id)


def judged(rules: Rules, ticket: Ticket, when: str) -> list[str]:
    """Every verdict in one line."""
    return [said(found) for found in Judge(rules).verdicts(ticket, moment(when))]


# tables of such histories

CREATED = "Mon 09:00 created"
Row = tuple[str, Target, str, str, list[str]]  # case, target, history, asked at, verdicts


def table(rows: list[Row]) -> pytest.MarkDecorator:
    names = ("kind", "history", "asked", "wanted")
    return pytest.mark.parametrize(names, [row[1:] for row in rows], ids=[row[0] for row in rows])


def of(kind: str, promise: Any = "4h", **options: Any) -> Target:
    """A target round the clock."""
    return target(kind, promise, ROUND, **options)
