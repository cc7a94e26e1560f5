"""Kind csv: a table with a line of column names, as spreadsheets save it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from slamon.directories.directory import Entry
from slamon.directories.entries import Row, by_key, check_column, refuse, shown
from slamon.directories.files import FileSettings, opener
from slamon.directories.registry import Kind
from slamon.ports import SourceError

_SEPARATORS = ",;\t"


def parse(data: bytes, path: str, key: str) -> dict[str, Entry]:
    """The entries of a file; SourceError says PATH:LINE. An empty cell says nothing; space around a cell is dropped."""
    lines = _lines(_text(data, path), path)
    place, columns = next(lines, (f"{path}:1", []))
    if not columns:
        raise SourceError(f"{place}: the file is empty: its first line must name the columns")
    _check_columns(columns, place)
    check_column(key, columns, place)
    mistakes: list[str] = []
    entries = list(_rows(lines, columns, mistakes))
    refuse(mistakes)
    return by_key(entries, key, path)


def _text(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as mistake:
        line = data.count(b"\n", 0, mistake.start) + 1
        raise SourceError(f"{path}:{line}: this is not UTF-8: save the file as UTF-8") from None


def _lines(text: str, path: str) -> Iterator[tuple[str, list[str]]]:
    """(place, cells) of every line that is not blank; a cell may span lines, then the place is that of the first."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    while True:
        place = f"{path}:{reader.line_num + 1}"
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as mistake:
            raise SourceError(f"{place}: {mistake}") from None
        if any(cells):
            yield place, cells


def _separator(text: str) -> str:
    """What stands between the columns' names: spreadsheets of some countries write a semicolon."""
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(_SEPARATORS, key=first.count)


def _check_columns(columns: Sequence[str], place: str) -> None:
    for number, name in enumerate(columns, 1):
        if not name:
            raise SourceError(f"{place}: column {number} has no name")
        if name in columns[: number - 1]:
            raise SourceError(f"{place}: two columns are called {shown(name)}")


def _rows(lines: Iterator[tuple[str, list[str]]], columns: Sequence[str], mistakes: list[str]) -> Iterator[Row]:
    for place, cells in lines:
        if len(cells) != len(columns):
            mistakes.append(f"{place}: {len(cells)} cells where there are {len(columns)} columns")
        else:
            yield Row(place, {name: cell for name, cell in zip(columns, cells, strict=True) if cell})


KIND = Kind(FileSettings, opener(parse))
