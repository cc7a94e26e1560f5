"""The text of one file, and where in it something stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from slamon.core.policy import Place

_LINE_END = re.compile(r"\r\n|\n|\r")
_WIDTH = 140


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line of a file, or as much of it around something as people can read; `begin` and `end` are in `text`."""

    text: str
    begin: int
    end: int
    cut_before: bool = False
    cut_after: bool = False


class SourceFile:
    """A file as its reader typed its name, and its text. `private`: no line of it may be shown, it may hold secrets."""

    def __init__(self, name: str, text: str, *, private: bool = False) -> None:
        self.name = name
        self.text = text
        self.private = private

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def place(self, offset: int) -> Place:
        """Line and column, counted in characters from 1, of a character's offset."""
        line = bisect_right(self._starts, offset)
        return Place(self.name, line, offset - self._starts[line - 1] + 1)

    def excerpt(self, offset: int, length: int) -> Excerpt | None:
        """The line around something; None if no line of this file may be shown."""
        if self.private:
            return None
        start, stop = self._line(offset)
        left = start if stop - start <= _WIDTH else max(start, min(offset - _WIDTH // 2, stop - _WIDTH))
        right = min(stop, left + _WIDTH)
        end = max(offset + 1, min(offset + length, right))
        return Excerpt(self.text[left:right], offset - left, end - left, left > start, right < stop)

    def _line(self, offset: int) -> tuple[int, int]:
        """Where the line of an offset begins, and where it stops, without its end."""
        number = bisect_right(self._starts, offset)
        start = self._starts[number - 1]
        stop = self._starts[number] if number < len(self._starts) else len(self.text)
        while stop > start and self.text[stop - 1] in "\r\n":
            stop -= 1
        return start, stop
