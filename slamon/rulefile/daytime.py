"""Times of day, dates and windows as they are written."""

from __future__ import annotations

import re
from datetime import date

from slamon.core.calendars import Window
from slamon.core.instants import DAY, HOUR, MINUTE, Span
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, scalar, wrong_shape
from slamon.rulefile.lists import read_items
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar, Sequence
from slamon.rulefile.suggest import quoted

_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DASHES = re.compile(r"\s*(?:[-\u2010-\u2015]|to|until)\s*")
_TIME_PATTERN = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00"


def parse_time(text: str) -> Span | None:
    """A local time of day from 0:00 to 24:00; None if the text is none."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2])
    span = hours * HOUR + minutes * MINUTE
    return span if minutes < 60 and span <= DAY else None


def parse_date(text: str) -> date | None:
    """A date as YYYY-MM-DD; None if the text is none, or there is no such day."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class TimeOfDay(Field[Span]):
    """A local time of day; 24:00 is the end of the day."""

    takes = "a time of day such as 16:00"

    def read(self, node: Node, owner: Owner, report: Report) -> Span:
        text = scalar(node, owner, report, self.takes).text
        time = parse_time(text)
        if time is None:
            report.refuse(
                node, "bad-time", f"{quoted(text)} is not a time of day", "write hours and minutes, such as 16:00"
            )
        return time

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:{_TIME_PATTERN})$"}


class WindowField(Field[Window]):
    """One stretch of working time, such as 09:00-17:00. A close at or before the opening is on the next day."""

    takes = "a window such as 09:00-17:00"

    def read(self, node: Node, owner: Owner, report: Report) -> Window:
        text = scalar(node, owner, report, self.takes).text
        parts = text.split("-")
        if len(parts) != 2:
            report.refuse(node, "bad-window", f"{quoted(text)} is not a window of time", _window_help(text))
        opening, closing = (self._time(part, node, text, report) for part in parts)
        if opening == closing:
            message = f"{quoted(text)} is a window without length"
            report.refuse(node, "bad-window", message, "write closed, or 00:00-24:00 for the whole day")
        if opening == DAY:
            message = f"{quoted(text)} is not a window: no time opens at 24:00"
            report.refuse(node, "bad-window", message, "write 00:00 on the next day")
        return opening, closing if closing > opening else closing + DAY

    def _time(self, part: str, node: Node, text: str, report: Report) -> Span:
        time = parse_time(part)
        if time is None:
            report.refuse(
                node,
                "bad-window",
                f"{quoted(text)} is not a window: {quoted(part)} is not a time of day",
                _window_help(text),
            )
        return time

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:{_TIME_PATTERN})-(?:{_TIME_PATTERN})$"}


def _window_help(text: str) -> str:
    """What to write instead of something that is almost a window."""
    if text == "closed":
        return "write closed alone, not in a list"
    times = [_padded(part.strip()) for part in _DASHES.split(text[:40])]
    if len(times) == 2 and all(times) and times[0] != times[1] and times[0] != "24:00":
        return f"write {times[0]}-{times[1]}"
    return "write one such as 09:00-17:00, or closed"


def _padded(part: str) -> str | None:
    text = f"{part}:00" if part.isascii() and part.isdigit() else part
    time = parse_time(text)
    return None if time is None else f"{time // HOUR:02d}:{time % HOUR // MINUTE:02d}"


class Windows(Field[tuple[Window, ...]]):
    """The working time of a day: a window, a list of windows, or `closed`. Sorted and merged."""

    takes = "a window such as 09:00-17:00, a list of windows, or closed"
    _item = WindowField()

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Window, ...]:
        if isinstance(node, Scalar) and node.text == "closed":
            return ()
        if isinstance(node, Sequence):
            return _merged([one.value for one in read_items(node, owner, report, self._item)])
        if isinstance(node, Mapping):
            wrong_shape(node, owner, report, self.takes)
        return (self._item.read(node, owner, report),)

    def schema(self) -> Schema:
        item = self._item.schema()
        return {"anyOf": [{"const": "closed"}, item, {"type": "array", "items": item, "minItems": 1}]}


def _merged(windows: list[Window]) -> tuple[Window, ...]:
    merged: list[Window] = []
    for opening, closing in sorted(windows):
        if merged and opening <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closing))
        else:
            merged.append((opening, closing))
    return tuple(merged)
