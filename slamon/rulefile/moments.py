"""Moments as they stand in a file: what a commitment, or slamon itself, may come to."""

from __future__ import annotations

from slamon.rulefile.amounts import format_amount, parse_amount
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, scalar
from slamon.rulefile.lists import OneOrMany
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.suggest import did_you_mean, quoted
from slamon.rulefile.warn_at import parse_share

MOMENTS = ("at_risk", "breached", "missed", "met", "resumed", "paused", "cancelled")  # of a commitment
MONITOR_MOMENTS = ("raised", "cleared")  # of slamon itself


class MomentField(Field[str]):
    """A moment of a commitment, or a single warning; with `monitor`, also one of slamon itself."""

    def __init__(self, *, monitor: bool = False) -> None:
        self.words = (*MOMENTS, *MONITOR_MOMENTS) if monitor else MOMENTS
        self.takes = f"{', '.join(self.words)}, or a single warning such as 90% or 30m"
        self._sort = "moment" if monitor else "moment of a commitment"

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        text = scalar(node, owner, report, self.takes).text
        moment = text if text in self.words else _single_warning(text)
        if moment is None:
            help = did_you_mean(report.suggest(text, self.words)) or f"write {self.takes}"
            report.refuse(node, "unknown-moment", f"{quoted(text)} is no {self._sort}", help)
        return moment

    def schema(self) -> Schema:
        return {"anyOf": [{"enum": list(self.words)}, {"type": "string", "pattern": "^[0-9]"}]}


ANY_MOMENTS = OneOrMany(MomentField(monitor=True))


def is_warning(moment: str) -> bool:
    """Whether a moment is a single warning."""
    return moment[0].isdigit()


def _single_warning(text: str) -> str | None:
    """A warning in the one form in which `warn_at` keeps it; None if the text is none."""
    share = parse_share(text)
    if share is not None:
        return share.text if 0 < share.numerator <= share.denominator else None
    amount = parse_amount(text)
    return format_amount(amount.span) if amount and amount.span else None
