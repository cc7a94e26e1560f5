"""Silences as they are kept, and as they are decided with: a match is written as JSON, as it would stand in a route."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import structlog

from slamon.core.conditions import CONDITIONS
from slamon.core.match import Match
from slamon.core.standing import Silence
from slamon.ports import SilenceRow
from slamon.rulefile.compose import compose, decode
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.matches import MatchField
from slamon.rulefile.mentions import mentioned
from slamon.rulefile.nodes import Node, Spot
from slamon.rulefile.suggest import did_you_mean, listed, quoted

log = structlog.get_logger()

_MATCH = MatchField('write {"FIELD": "VALUE"}, or "all"', statuses=None)
_OURSELVES = "monitor"


class BadMatch(Exception):
    """A text is no match; `problems` are pairs of what is wrong and what to write."""

    def __init__(self, problems: tuple[tuple[str, str | None], ...]) -> None:
        super().__init__("; ".join(message for message, _ in problems))
        self.problems = problems


def read_match(text: str, known: Mapping[str, Collection[str]] | None = None) -> Match:
    """The match that a JSON text stands for; BadMatch. `known`: what there is of policies, targets and sources.

    None: what was kept may name what is no more, and then silences nothing by it.
    """
    report = Report()
    try:
        file = decode("match", text.encode("utf-8", "surrogatepass"), report)
        root = compose(file, report)
        if root is not None:
            match = _MATCH.read(root, Spot(file, 0, 0), report)
            if known is None or not _unknown(root, {**_about_ourselves(root, report), **known}, report):
                return match
    except Refused:
        pass
    found = tuple((one.message, one.help) for one in report.diagnostics)
    raise BadMatch(found or (("there is no match", 'write {"FIELD": "VALUE"}, or "all"'),))


def _about_ourselves(match: Node, report: Report) -> Mapping[str, Collection[str]]:
    """What there is of alerts about slamon. A ticket may have fields that are called like theirs."""
    alerts = {node.text for node in mentioned(match, "alert")}
    meant = {text for text in alerts if text == _OURSELVES or report.suggest(text, (_OURSELVES,))}
    return {"alert": (_OURSELVES, *(alerts - meant)), "monitor": tuple(CONDITIONS)} if meant else {}


def _unknown(match: Node, known: Mapping[str, Collection[str]], report: Report) -> bool:
    """Whether a match names what there is not, which is reported: it would silence nothing, or too much."""
    for field, names in known.items():
        for node in mentioned(match, field):
            if node.text not in names:
                help = did_you_mean(report.suggest(node.text, names)) or (f"write {listed(names)}" if names else None)
                report.error(node, f"unknown-{field}", f"there is no {field} {quoted(node.text)}", help)
    return report.failed


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
