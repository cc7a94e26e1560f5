"""Durations, rates and numbers in slamon.yml."""

from __future__ import annotations

import re

from slamon.core.instants import DAY, Span
from slamon.ports import Rate
from slamon.rulefile.amounts import PATTERN, UNITS, meant_amount, parse_amount
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, scalar
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.suggest import plain, quoted

_LONGEST: Span = 3650 * DAY
_LARGEST = 10**15
_RATE = re.compile(r"([1-9][0-9]{0,5})/([smhd])")
_LIKE_A_RATE = re.compile(r"\s*([1-9][0-9]{0,5})\s*(?:/|per)\s*([smhd])[a-z]*\s*", re.IGNORECASE)


class WallTime(Field[Span]):
    """A duration by the wall clock, longer than zero: a day is 24 hours."""

    takes = "a duration such as 30s, 10m or 1d"

    def read(self, node: Node, owner: Owner, report: Report) -> Span:
        text = scalar(node, owner, report, self.takes).text
        amount = parse_amount(text)
        if amount is None:
            report.refuse(node, "bad-duration", f"{quoted(text)} is not a duration", f"write {_meant(text)}")
        if not 0 < amount.span <= _LONGEST:
            what = "zero" if amount.span == 0 else "longer than 3650d"
            report.refuse(node, "bad-duration", f"{quoted(text)} is {what}", f"write {self.takes}")
        return amount.span

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?=.){PATTERN}$", "examples": ["30s"]}


def _meant(text: str) -> str:
    if text.isascii() and text.isdigit() and len(text) < 12:
        return f"{text}s or {text}m"
    return plain(meant_amount(text[:80]) or "a number with a unit, such as 30s, 10m or 1d")


class RateField(Field[Rate]):
    """How many in a second, minute, hour or day."""

    takes = "a rate such as 1/s, 30/m or 6/h"

    def read(self, node: Node, owner: Owner, report: Report) -> Rate:
        text = scalar(node, owner, report, self.takes).text
        found = _RATE.fullmatch(text)
        if found is None:
            meant = _LIKE_A_RATE.fullmatch(text)
            help = f"write {meant[1]}/{meant[2].lower()}" if meant else "write a number, a slash and s, m, h or d"
            report.refuse(node, "bad-rate", f"{quoted(text)} is not {self.takes}", help)
        return Rate(int(found[1]), UNITS[found[2]])

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_RATE.pattern}$", "examples": ["1/s"]}


class Integer(Field[int]):
    """A whole number; its bounds are the kind's own affair."""

    takes = "a whole number"

    def read(self, node: Node, owner: Owner, report: Report) -> int:
        found = scalar(node, owner, report, self.takes)
        value = found.value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
            return value
        help = "write it without quotes" if isinstance(value, str) and value.isdecimal() else None
        report.refuse(node, "bad-number", f"{quoted(found.text)} is not {self.takes}", help)

    def schema(self) -> Schema:
        return {"type": "integer"}
