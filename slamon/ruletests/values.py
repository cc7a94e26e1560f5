"""What values a rule test takes besides those of the rules: local times, spans that may be negative, field values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Generic, TypeVar

from slamon.core.calendars import Calendar
from slamon.core.instants import DAY, SECOND, Instant, Span, from_datetime
from slamon.rulefile.amounts import PATTERN, format_amount, meant_amount, parse_amount
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Field, Schema, scalar
from slamon.rulefile.nodes import Broken, Node, Owner, Scalar, Sequence
from slamon.rulefile.suggest import plain, quoted

T = TypeVar("T")
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[-+][0-9]{2}:[0-9]{2})?"
_LOCAL = re.compile(_TIME)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A time as written: local unless it has an offset."""

    moment: datetime

    def instant(self, zone: tzinfo) -> Instant:
        """A local time that does not exist is one gap later, of two the first is meant, as in calendars."""
        if self.moment.tzinfo is not None:
            return from_datetime(self.moment)
        time = from_datetime(self.moment.replace(tzinfo=UTC)) % DAY
        return Calendar("", zone, [()] * 7).instant(self.moment.toordinal(), time)


class LocalTimeField(Field[LocalTime]):
    """A date and time of day."""

    takes = "a local time such as 2026-06-05 16:50"

    def read(self, node: Node, owner: Owner, report: Report) -> LocalTime:
        text = scalar(node, owner, report, self.takes).text
        try:
            if not _LOCAL.fullmatch(text):
                raise ValueError
            found = LocalTime(datetime.fromisoformat(text))
            found.instant(UTC)
        except (ValueError, OverflowError):
            help = "write date and time of day, such as 2026-06-05 16:50 or 2026-06-05 16:50:30"
            report.refuse(node, "bad-time", f"{quoted(text)} is not {self.takes}", help)
        return found

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_TIME}$"}


class SpanField(Field[Span]):
    """Working time left or used: a duration, zero or below zero too."""

    takes = "a duration such as 7m30s, or -5m"

    def read(self, node: Node, owner: Owner, report: Report) -> Span:
        text = scalar(node, owner, report, self.takes).text
        amount = parse_amount(text.removeprefix("-"))
        if amount is None:
            meant = meant_amount(text[:80])
            help = f"write {plain(meant) if meant else 'a number with a unit, such as 7m30s'}"
            report.refuse(node, "bad-duration", f"{quoted(text)} is not a duration", help)
        return -amount.span if text.startswith("-") else amount.span

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^-?(?=[0-9]){PATTERN}$"}


def span_text(span: Span) -> str:
    """A span as rule tests write it."""
    return f"{'-' if span < 0 else ''}{format_amount(abs(span))}" if span else "0s"


class SecondsField(Field[Span]):
    """A number of seconds, as verdicts give them."""

    takes = "a number of seconds"

    def read(self, node: Node, owner: Owner, report: Report) -> Span:
        found = scalar(node, owner, report, self.takes)
        value = found.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e12:
            report.refuse(node, "bad-number", f"{quoted(found.text)} is not {self.takes}", "write one such as 450")
        return round(value * SECOND)

    def schema(self) -> Schema:
        return {"type": "number"}


class OrNull(Field[T | None], Generic[T]):
    """A value, or null where there must be none."""

    def __init__(self, inner: Field[T]) -> None:
        self._inner = inner
        self.takes = f"{inner.takes}, or null"

    def read(self, node: Node, owner: Owner, report: Report) -> T | None:
        if isinstance(node, Scalar) and node.value is None and not node.is_empty:
            return None
        return self._inner.read(node, owner, report)

    def schema(self) -> Schema:
        return {"anyOf": [{"type": "null"}, self._inner.schema()]}


def plain_value(node: Node) -> Any:
    """The data of a node. Refused for what was already reported; no deeper than the composer lets it be."""
    if isinstance(node, Broken):
        raise Refused
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain_value(item) for item in node.items]
    return {key.text: plain_value(value) for key, value in node.entries}
