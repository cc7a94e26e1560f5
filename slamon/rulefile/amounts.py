"""Durations as they are written: numbers with the units w, d, h, m and s, joined; exact to the microsecond."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Span
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, scalar
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.suggest import plain, quoted

UNITS: dict[str, Span] = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}

_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,12})?"
PATTERN = "".join(f"(?:({_NUMBER}){unit})?" for unit in UNITS)
_AMOUNT = re.compile(PATTERN)
_PIECE = re.compile(rf"({_NUMBER})\s*([a-z]+)")
_CLOCK = re.compile(r"([0-9]{1,6}):([0-9]{2})(?::([0-9]{2}))?")
_BARE = re.compile(_NUMBER)
_WORDS = {
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A duration as it was written; `days` if it counts in days or weeks, which are not plain on every calendar."""

    text: str
    span: Span
    days: bool


def parse_amount(text: str) -> Amount | None:
    """The duration that a text stands for; None if it is no duration. It may be zero."""
    found = _AMOUNT.fullmatch(text)
    if found is None or not text:
        return None
    numbers = found.groups()
    span = sum(_span(number, size) for number, size in zip(numbers, UNITS.values(), strict=True) if number)
    return Amount(text, span, numbers[0] is not None or numbers[1] is not None)


def _span(number: str, size: Span) -> Span:
    """A decimal number of units in whole microseconds; what is smaller is cut."""
    whole, _, fraction = number.partition(".")
    return int(whole) * size + (int(fraction) * size // 10 ** len(fraction) if fraction else 0)


def format_amount(span: Span) -> str:
    """The shortest text of a positive duration in h, m and s."""
    hours, rest = divmod(span, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = f"{rest // SECOND}.{rest % SECOND:06d}".rstrip("0").rstrip(".")
    parts = (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{seconds}s" if rest else "")
    return "".join(parts)


def meant_amount(text: str) -> str | None:
    """What somebody probably meant who wrote 4:30, 4 h, 30m1h or PT4H; None if there is no telling."""
    clock = _CLOCK.fullmatch(text)
    if clock:
        return _joined(zip("hms", clock.groups("0"), strict=True))
    if _BARE.fullmatch(text):
        return f"{text}h or {text}m"
    lower = text.lower().strip().removeprefix("p").replace("t", "", 1) if text[:1] in "pP" else text.lower().strip()
    if not lower or _PIECE.sub("", lower).strip(" ,+"):
        return None
    pieces = [(_WORDS.get(unit), number) for number, unit in _PIECE.findall(lower)]
    if any(unit is None for unit, _ in pieces) or len({unit for unit, _ in pieces}) < len(pieces):
        return None
    order = list(UNITS)
    return _joined(sorted(((str(unit), number) for unit, number in pieces), key=lambda piece: order.index(piece[0])))


def _joined(pieces: Iterable[tuple[str, str]]) -> str | None:
    parts = [f"{_bare(number)}{unit}" for unit, number in pieces if float(number)]
    return "".join(parts) or None


def _bare(number: str) -> str:
    return number.lstrip("0") if number.lstrip("0")[:1].isdigit() else number


class Duration(Field[Amount]):
    """A duration longer than zero."""

    takes = "a duration such as 1h30m"

    def read(self, node: Node, owner: Owner, report: Report) -> Amount:
        return read_amount(scalar(node, owner, report, self.takes).text, node, report)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?=.){PATTERN}$", "examples": ["1h30m"]}


def read_amount(text: str, node: Node, report: Report, tail: str = "") -> Amount:
    """The duration of a text, longer than zero; else Refused. `tail` is what stands behind it, such as ` working`."""
    amount = parse_amount(text)
    if amount is None:
        meant = meant_amount(text[:80])
        written = plain(meant) + tail if meant else "a number with a unit, such as 4h30m"
        report.refuse(node, "bad-duration", f"{quoted(text + tail)} is not a duration", f"write {written}")
    if amount.span == 0:
        message = f"{quoted(text + tail)} is not a duration: it is zero"
        report.refuse(node, "bad-duration", message, f"write one longer than zero, such as 1m{tail}")
    return amount
