"""Values that a match mentions by name, wherever in it they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import get_args

from slamon.core.ticket import STATUSES
from slamon.core.verdict import Status
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.nodes import Mapping, Node, Scalar, Sequence
from slamon.rulefile.suggest import did_you_mean, listed, quoted

OF_TICKETS = tuple(sorted(STATUSES))
OF_COMMITMENTS = tuple(sorted(STATUSES | set(get_args(Status)) - {"unmatched"}))  # in routes either may be meant


def mentioned(node: Node, field: str) -> Iterator[Scalar]:
    """The values of a field that a match wants or does not want; not what is only compared or searched for."""
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if key.text == "not":
            yield from mentioned(value, field)
        elif key.text in ("any", "all"):
            for one in value.items if isinstance(value, Sequence) else ():
                yield from mentioned(one, field)
        elif key.text == field:
            yield from scalars(value)


def scalars(value: Node) -> Iterable[Scalar]:
    """What a field is to be: a value, those of a list, and those behind `not` and `all`."""
    if isinstance(value, Mapping):
        for key, wanted in value.entries:
            yield from scalars(wanted) if key.text in ("not", "all") else ()
        return
    items = value.items if isinstance(value, Sequence) else (value,)
    yield from (item for item in items if isinstance(item, Scalar) and item.value is not None)


def check_statuses(match: Node, known: Collection[str], report: Report) -> None:
    """Warn of a status that slamon does not know: a slip of the pen, or one of the helpdesk's own that is not mapped.

    `source_status`, the helpdesk's own, is free.
    """
    for node in mentioned(match, "status"):
        if node.text not in known:
            help = did_you_mean(report.suggest(node.text, known)) or f"write {listed(known)}"
            report.warn(node, "unknown-status", f"unknown status {quoted(node.text)}", help)
