"""slamon evaluate: the engine on a file of tickets."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from slamon.commands.exits import Exit
from slamon.commands.reading import Unusable, instant_of, tickets_of
from slamon.commands.say import complain
from slamon.core.instants import Instant
from slamon.core.judge import Judge
from slamon.core.ticket import Ticket
from slamon.core.verdict import as_json
from slamon.rulefile import load_rules
from slamon.sources.jsonl import BadLine

_LINES_AT_ONCE = 2_000


def evaluate(rules: Path, tickets: Path, at: str | None) -> Exit:
    """Print the verdicts; bad lines are named on standard error."""
    try:
        instant = instant_of(at)
        loaded = load_rules(rules, routes=False)
        if loaded.diagnostics:
            complain(loaded.render().rstrip())
        if loaded.rules is None:
            return Exit.UNUSABLE
        gc.disable()  # nothing here forms cycles that would have to be found
        return _print_verdicts(Judge(loaded.rules), tickets, instant, sys.stdout.buffer)
    except Unusable as error:
        complain(str(error))
        return Exit.UNUSABLE


def _print_verdicts(judge: Judge, tickets: Path, at: Instant, out: BinaryIO) -> Exit:
    bad = 0
    lines: list[bytes] = []
    for found in tickets_of(tickets):
        if isinstance(found, BadLine):
            bad += 1
            complain(str(found))
            continue
        lines += _verdicts(judge, found, at)
        if len(lines) >= _LINES_AT_ONCE:
            out.write(b"".join(lines))
            lines.clear()
    out.write(b"".join(lines))
    out.flush()
    return Exit.FOUND if bad else Exit.FINE


def _verdicts(judge: Judge, ticket: Ticket, at: Instant) -> Iterator[bytes]:
    for verdict in judge.verdicts(ticket, at):
        yield as_json(verdict) + b"\n"
