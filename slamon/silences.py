"""Silences as they are kept, and as they are decided with: a match is written as JSON, as it would stand in a route."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from slamon.core.match import Match
from slamon.core.standing import Silence
from slamon.ports import SilenceRow
from slamon.rulefile.compose import compose, decode
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.matches import MatchField
from slamon.rulefile.nodes import Spot

log = structlog.get_logger()

_MATCH = MatchField('write {"FIELD": "VALUE"}, or "all"')


class BadMatch(Exception):
    """A text is no match; `problems` are pairs of what is wrong and what to write."""

    def __init__(self, problems: tuple[tuple[str, str | None], ...]) -> None:
        super().__init__("; ".join(message for message, _ in problems))
        self.problems = problems


def read_match(text: str) -> Match:
    """The match that a JSON text stands for; BadMatch."""
    report = Report()
    try:
        file = decode("match", text.encode("utf-8", "surrogatepass"), report)
        root = compose(file, report)
        if root is not None:
            return _MATCH.read(root, Spot(file, 0, 0), report)
    except Refused:
        pass
    found = tuple((one.message, one.help) for one in report.diagnostics)
    raise BadMatch(found or (("there is no match", 'write {"FIELD": "VALUE"}, or "all"'),))


def silence_of(row: SilenceRow) -> Silence:
    """The silence that was kept; BadMatch if another version kept what this one cannot read."""
    return Silence(row.id, read_match(row.match), row.at, row.until, row.by, row.comment)


def silences_of(rows: Iterable[SilenceRow]) -> tuple[Silence, ...]:
    """Those of them that can be read: whoever is not told by mistake is worse off than who is told."""
    found = []
    for row in rows:
        try:
            found.append(silence_of(row))
        except BadMatch as mistake:
            log.warning("a silence cannot be read, and silences nothing", silence=row.id, problem=str(mistake))
    return tuple(found)
