"""Kind yaml: a map of entries by their key, or a list of entries that hold it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from slamon.directories.directory import Entry
from slamon.directories.entries import Row, by_key, refuse
from slamon.directories.files import FileSettings, opener
from slamon.directories.registry import Kind
from slamon.ports import SourceError
from slamon.rulefile.compose import compose, decode
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.nodes import Mapping, Node, Scalar, Sequence
from slamon.rulefile.render import first_line


def parse(data: bytes, path: str, key: str) -> dict[str, Entry]:
    """The entries of a file; SourceError says PATH:LINE:COLUMN. At most 1 MiB: larger ones are for csv."""
    root = _root(data, path)
    if not isinstance(root, Mapping | Sequence):
        raise SourceError(f"{path}:1: write a map of entries by {key}, or a list of entries that hold it")
    mistakes: list[str] = []
    rows = list(_rows(root, key, mistakes))
    refuse(mistakes)
    return by_key(rows, key, path)


def _root(data: bytes, path: str) -> Node | None:
    report = Report()
    report.add_file(path)
    root = None
    with suppress(Refused):  # told below, as everything that was reported
        root = compose(decode(path, data, report), report)
    refuse([first_line(found) for found in report.diagnostics])
    return root


def _rows(root: Mapping | Sequence, key: str, mistakes: list[str]) -> Iterator[Row]:
    named = root.entries if isinstance(root, Mapping) else [(None, item) for item in root.items]
    for name, node in named:
        here = name or node
        place = str(here.file.place(here.start))
        if not isinstance(node, Mapping):
            mistakes.append(f"{place}: an entry is a map such as {{tier: gold}}")
            continue
        values: dict[str, Any] = {} if name is None else {key: name.text}
        for attribute, value in node.entries:
            values[attribute.text] = _value(value)
        yield Row(place, {attribute: value for attribute, value in values.items() if value is not None})


def _value(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key.text: _value(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [_value(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None


KIND = Kind(FileSettings, opener(parse))
