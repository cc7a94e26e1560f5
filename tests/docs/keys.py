"""Tables of keys on the pages: each key with an example, an entry of the map that holds the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from slamon.rulefile.records import Option
from tests.docs.pages import in_code, tables

Row = dict[str, str]  # what stands in each column


@dataclass(frozen=True, slots=True)
class Place:
    """A heading of a page: where its keys stand, and files in which an example takes the place of ENTRIES."""

    paths: tuple[str, ...]
    files: tuple[str, ...]
    beside: Mapping[str, str] = field(default_factory=dict)  # entries that are needed too, unless the example has them

    def with_example(self, row: Row) -> list[str]:
        """The files, with the example of a key in them."""
        return [joined(file, example_of(row), self.beside) for file in self.files]

    def meant(self, row: Row, known: Mapping[str, Option]) -> dict[str, Option]:
        """The keys that a row is about."""
        paths = (f"{place}{name_of(row)}" for place in self.paths)
        return {path: known[path] for path in paths if path in known}


def rows_of(parts: Mapping[str, str], titles: Iterable[str]) -> list[tuple[str, Row]]:
    """The rows of the tables of keys under some headings, each with its heading."""
    found = ((title, table) for title in titles for table in tables(parts[title]))
    return [(title, row) for title, table in found if {"key", "example"} <= table[0].keys() for row in table]


def name_of(row: Row) -> str:
    """The key that a row is about."""
    return row["key"].strip("`")


def example_of(row: Row) -> str:
    """The entry that a row shows."""
    [entry] = in_code(row["example"])
    return entry


def joined(file: str, entry: str, beside: Mapping[str, str]) -> str:
    """The text of a file with an entry, and with those that are needed beside it."""
    key = entry.partition(":")[0]
    others = [f"{name}: {value}" for name, value in beside.items() if name != key]
    return file.replace("ENTRIES", ", ".join([*others, entry]))


def check(row: Row, one: Option) -> None:
    """Fail unless a row tells what a key takes, whether it is required, its default, and what it means."""
    told = row["default"].replace("`", "")
    assert row["takes"] == one.takes
    assert told == "required" if one.required else told.startswith(one.default or "")
    assert told
    assert row["meaning"]
