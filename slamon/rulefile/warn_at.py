"""Warnings: a share of the target that is used up, or the working time that is left."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slamon.core.policy import Left, Share, Warning
from slamon.rulefile.amounts import PATTERN, Amount, format_amount, meant_amount, parse_amount
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, scalar
from slamon.rulefile.lists import Located, OneOrMany
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.suggest import quoted

_SHARE = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,9}))?%")
_BARE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Step:
    """A warning, and its text as written if that was in days or weeks, which not every calendar allows."""

    warning: Warning
    in_days: str | None = None


def parse_share(text: str) -> Share | None:
    """A share such as 33.3% as whole numbers; None if the text is none. It may be out of range."""
    found = _SHARE.fullmatch(text)
    if found is None:
        return None
    digits = (found[2] or "").rstrip("0")
    numerator, denominator = int(found[1] + digits), 100 * 10 ** len(digits)
    shown = f"{int(found[1])}{'.' + digits if digits else ''}%"
    return Share(shown, numerator, denominator)


class StepField(Field[Step]):
    """One warning. Its text is brought into one form, so that 60m and 1h are the same warning."""

    takes = "a share such as 75%, or a duration such as 30m"

    def read(self, node: Node, owner: Owner, report: Report) -> Step:
        text = scalar(node, owner, report, self.takes).text
        share = parse_share(text)
        if share is not None:
            return Step(self._share(share, text, node, report))
        amount = parse_amount(text)
        if amount is None:
            report.refuse(node, "bad-warning", f"{quoted(text)} is neither a share nor a duration", _help(text))
        return Step(self._left(amount, node, report), text if amount.days else None)

    def _share(self, share: Share, text: str, node: Node, report: Report) -> Share:
        if not 0 < share.numerator <= share.denominator:
            message = f"{quoted(text)} is not a share of a target: it must be over 0% and at most 100%"
            report.refuse(node, "bad-warning", message, "write a share such as 75%")
        return share

    def _left(self, amount: Amount, node: Node, report: Report) -> Left:
        if amount.span == 0:
            message = f"{quoted(amount.text)} is not a duration left: it is zero"
            report.refuse(node, "bad-warning", message, "write 100% for the due instant, or a duration such as 30m")
        return Left(format_amount(amount.span), amount.span)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:[0-9]+(?:\\.[0-9]+)?%|(?=.){PATTERN})$", "examples": ["75%", "30m"]}


def _help(text: str) -> str:
    if _BARE.fullmatch(text):
        return f"write {text}% for a share, or {text}m for minutes"
    squeezed = text.replace(" ", "")
    if parse_share(squeezed):
        return f"write {squeezed}"
    meant = meant_amount(text[:80])
    return f"write {meant}" if meant else "write a share such as 75%, or a duration such as 30m"


class WarnField(Field[tuple[Located[Step], ...]]):
    """Warnings, one or several; an empty list is none at all."""

    takes = f"{StepField.takes}, or a list of these"
    _steps = OneOrMany(StepField(), empty=True)

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Located[Step], ...]:
        return self._steps.read(node, owner, report)

    def schema(self) -> Schema:
        return self._steps.schema()

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return ()
