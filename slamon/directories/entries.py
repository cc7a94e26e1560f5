"""From rows to entries: every row has a key, and no key has two meanings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from slamon import files
from slamon.core.match import lookup
from slamon.directories.directory import Entry, key_of
from slamon.ports import SourceError

_LARGEST = 64 * 1024 * 1024  # bytes of a file
_MOST_TOLD = 5  # mistakes
_SHOWN = 60  # characters


class Row(NamedTuple):
    """An entry and where it stands, such as customers.csv:7."""

    place: str
    values: Mapping[str, Any]


def by_key(rows: Iterable[Row], key: str, whole: str) -> dict[str, Entry]:
    """The entries by their key. SourceError names the place of each mistake; `whole` is what all of them are called.

    A row that comes again word for word is taken once. No rows at all are a fault, not a business without customers.
    """
    found: dict[str, Row] = {}
    mistakes: list[str] = []
    for row in rows:
        value = key_of(lookup(row.values, key))
        if value is None:
            mistakes.append(f"{row.place}: {key} is empty")
        elif found.setdefault(value, row).values != row.values:
            mistakes.append(f"{row.place}: {shown(value)} has another meaning at {found[value].place}")
    if not (found or mistakes):
        raise SourceError(f"{whole}: there is no entry")
    refuse(mistakes)
    return {value: row.values for value, row in found.items()}


def refuse(mistakes: Sequence[str]) -> None:
    """SourceError with the first mistakes and the number of the others, if there are any."""
    more = len(mistakes) - _MOST_TOLD
    if mistakes:
        raise SourceError("; ".join([*mistakes[:_MOST_TOLD], *([f"and {more} more mistakes"] if more > 0 else [])]))


def check_column(key: str, columns: Sequence[str], place: str) -> None:
    """SourceError if there is no such column."""
    if key not in columns:
        near = get_close_matches(key, columns, n=1)
        remedy = f"did you mean {shown(near[0])}?" if near else f"there are {', '.join(map(shown, columns))}"
        raise SourceError(f"{place}: there is no column {shown(key)}: {remedy}")


def shown(text: str) -> str:
    """A text as messages repeat it."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def contents(path: Path) -> bytes:
    """A whole file; SourceError if it cannot be had."""
    try:
        return files.contents(path, _LARGEST)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise SourceError(f"{path} {error}") from None
