"""slamon diff: what flips when the rules are edited."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from slamon.commands.exits import Exit
from slamon.commands.reading import Unusable, instant_of, tickets_of
from slamon.commands.say import complain
from slamon.core.instants import Instant, format_instant
from slamon.core.judge import Judge
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict
from slamon.rulefile import load_rules
from slamon.rulefile.suggest import visible
from slamon.sources.jsonl import BadLine


def diff(old: Path, new: Path, tickets: Path, at: str | None) -> Exit:
    """Print every commitment that the new rules judge otherwise; 1 if there is one, or a bad line."""
    try:
        instant = instant_of(at)
        before, after = _judge(old), _judge(new)
        if before is None or after is None:
            return Exit.UNUSABLE
        return _compare(before, after, tickets, instant)
    except Unusable as error:
        complain(str(error))
        return Exit.UNUSABLE


def _judge(path: Path) -> Judge | None:
    loaded = load_rules(path, routes=False)
    if loaded.diagnostics:
        complain(loaded.render().rstrip())
    return None if loaded.rules is None else Judge(loaded.rules)


def _compare(before: Judge, after: Judge, tickets: Path, at: Instant) -> Exit:
    judged = flipped = bad = 0
    for found in tickets_of(tickets):
        if isinstance(found, BadLine):
            bad += 1
            complain(str(found))
            continue
        judged += 1
        for line in _flips(before, after, found, at):
            flipped += 1
            sys.stdout.write(visible(line) + "\n")
    print(f"{judged} tickets judged as of {format_instant(at)}: {flipped} commitments are judged otherwise")
    return Exit.FOUND if flipped or bad else Exit.FINE


def _flips(before: Judge, after: Judge, ticket: Ticket, at: Instant) -> Iterator[str]:
    old, new = ({(one.target, one.cycle): one for one in judge.verdicts(ticket, at)} for judge in (before, after))
    for key in dict.fromkeys(chain(old, new)):
        was, becomes = old.get(key), new.get(key)
        if _told(was) != _told(becomes):
            target, cycle = key
            name = "unmatched" if target is None else f"{target} {cycle}"
            yield f"{ticket.source} {ticket.id} {name}: {_told(was)} -> {_told(becomes)}"


def _told(found: Verdict | None) -> str:
    """What people care about: the status, by which policy, and when it is due."""
    if found is None:
        return "no promise"
    due = "" if found.due_at is None else f", due {format_instant(found.due_at)}"
    return found.status + (f" ({found.policy}{due})" if found.policy else "")
