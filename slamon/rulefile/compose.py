"""YAML text to nodes with positions, from the parser's events: never recursive, so no depth of nesting can crash it."""

from __future__ import annotations

from typing import Any

import yaml

from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.nodes import Broken, Mapping, Node, Scalar, Sequence, Spot
from slamon.rulefile.source import SourceFile
from slamon.rulefile.suggest import plain, quoted
from slamon.rulefile.syntax import as_tagged, is_collection_tag, report_mistake, report_odd_character, shown

MAX_BYTES = 1 << 20
MAX_LEVELS = 40
MAX_VALUES = 200_000

_LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)


def decode(name: str, data: bytes, report: Report, *, private: bool = False) -> SourceFile:
    """The text of a file; Refused, and reported, if it is too large or no UTF-8."""
    if len(data) > MAX_BYTES:
        report.error_of_file(name, "too-large", "the file is too large: more than 1 MiB", "split it", line=1)
        raise Refused
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as mistake:
        file = SourceFile(name, data.decode("utf-8", "replace"), private=private)
        offset = len(data[: mistake.start].decode("utf-8"))
        report.error_at(file, offset, "not-utf-8", "the file is not UTF-8 from here on", "save it as UTF-8")
        raise Refused from None
    return SourceFile(name, text.removeprefix("\ufeff"), private=private)


def compose(file: SourceFile, report: Report) -> Node | None:
    """The root of a file's only document; None if it is empty. Refused, and reported, if it cannot be read.

    Mistakes that leave the rest readable, such as a duplicate key, are reported and left out.
    """
    if report_odd_character(file, report):
        raise Refused
    try:
        return _Composer(file, report).run()
    except yaml.YAMLError as mistake:
        report_mistake(mistake, file, report)
    raise Refused


class _Frame:
    """A list or map that is still open."""

    __slots__ = (
        "anchor",
        "at_key",
        "broken",
        "damaged",
        "height",
        "items",
        "key",
        "mapping",
        "names",
        "size",
        "start",
    )

    def __init__(self, start: int, anchor: str | None, mapping: bool) -> None:
        self.start = start
        self.anchor = anchor
        self.mapping = mapping
        self.items: list[Any] = []
        self.names: set[str] = set()
        self.key: Scalar | None = None  # None: the value that comes next is dropped with its key
        self.at_key = mapping
        self.size = 1
        self.height = 1
        self.damaged = False  # an entry with an unusable key was left out
        self.broken = False  # nobody shall look at it


class _Composer:
    def __init__(self, file: SourceFile, report: Report) -> None:
        self._file = file
        self._report = report
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int, int] | None] = {}  # node, values, levels; None while it is open
        self._root: Node | None = None
        self._values = 0

    def run(self) -> Node | None:
        take = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
        }
        documents = 0
        for event in yaml.parse(self._file.text, Loader=_LOADER):
            kind = type(event)
            if kind in take:
                take[kind](event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._second_document(event)
                    break
        return self._root

    def _second_document(self, event: Any) -> None:
        message = "a second YAML document begins here"
        self._report.error(self._spot(event), "several-documents", message, "put it into a file of its own")

    def _stop(self, event: Any, code: str, message: str, help: str) -> None:
        self._report.error(self._spot(event), code, message, help)
        raise Refused

    def _spot(self, event: Any) -> Spot:
        return Spot(self._file, event.start_mark.index, event.end_mark.index)

    # values

    def _scalar(self, event: Any) -> None:
        written = Scalar(self._file, event.start_mark.index, event.end_mark.index, event.value, event.implicit[0])
        node: Node | None = as_tagged(written, event.tag) if event.tag else written
        if not (self._stack and self._stack[-1].at_key):
            self._count(1, event)
        self._finish(node or self._bad_tag(event), 1, 0, event.anchor)

    def _bad_tag(self, event: Any) -> Broken:
        message = f"the YAML tag {shown(event.tag)} is not accepted here"
        self._report.error(self._spot(event), "bad-tag", message, "delete it")
        return Broken(self._file, event.start_mark.index, event.end_mark.index)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        node: Node = Broken(self._file, event.start_mark.index, event.end_mark.index)
        known = self._anchors.get(name)
        if known is None:
            self._bad_alias(plain(name), event)
            self._finish(node, 1, 0, None)
            return
        node, size, height = known
        self._deep(len(self._stack) + height, event)
        self._count(size, event)
        self._finish(node, size, height, None)

    def _bad_alias(self, name: str, event: Any) -> None:
        if event.anchor in self._anchors:
            problem = "is recursive: it stands inside the very value it repeats"
        else:
            problem = f"is undefined: no anchor &{name} stands before it"
        message = f"the YAML alias *{name} {problem}"
        self._report.error(self._spot(event), "bad-alias", message, f"write the value instead of *{name}")

    def _count(self, size: int, event: Any) -> None:
        self._values += size
        if self._values > MAX_VALUES:
            self._stop(
                event,
                "too-many-values",
                f"more than {MAX_VALUES:,} values, aliases counted in full",
                "split the file, or repeat less",
            )

    def _deep(self, levels: int, event: Any) -> None:
        if levels > MAX_LEVELS:
            self._stop(event, "too-deep", f"nested too deep: more than {MAX_LEVELS} levels", "nest less")

    # lists and maps

    def _open(self, event: Any) -> None:
        self._deep(len(self._stack) + 1, event)
        self._count(1, event)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._stack.append(_Frame(event.start_mark.index, event.anchor, type(event) is yaml.MappingStartEvent))
        if event.tag and not is_collection_tag(event.tag):
            self._bad_tag(event)
            self._stack[-1].broken = True

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        self._finish(self._built(frame, event.end_mark.index), frame.size, frame.height, frame.anchor)

    def _built(self, frame: _Frame, end: int) -> Node:
        if frame.broken:
            return Broken(self._file, frame.start, end)
        if frame.mapping:
            return Mapping(self._file, frame.start, end, tuple(frame.items), frame.damaged)
        return Sequence(self._file, frame.start, end, tuple(frame.items))

    def _finish(self, node: Node, size: int, height: int, anchor: str | None) -> None:
        """Put a complete node where it belongs."""
        if anchor:
            self._anchors[anchor] = (node, size, height)
        if not self._stack:
            self._root = node
            return
        frame = self._stack[-1]
        if frame.at_key:
            frame.at_key = False
            frame.key = self._key(node, frame)
            return
        frame.at_key = frame.mapping
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if not frame.mapping:
            frame.items.append(node)
        elif frame.key is not None:
            frame.items.append((frame.key, node))

    def _key(self, node: Node, frame: _Frame) -> Scalar | None:
        """A usable key, or None: then it has been reported."""
        if not isinstance(node, Scalar) or not self._is_usable(node):
            self._bad_key(node)
            frame.damaged = True
            return None
        if node.text in frame.names:
            self._report.error(node, "duplicate-key", f"duplicate key {quoted(node.text)}", "keep one of them")
            return None
        frame.names.add(node.text)
        return node

    def _is_usable(self, key: Scalar) -> bool:
        return key.value is not None and not (key.plain and key.text == "<<")

    def _bad_key(self, node: Node) -> None:
        if isinstance(node, Scalar) and node.value is not None:
            help = "write the keys out; an alias as a whole value is fine"
            self._report.error(node, "merge-key", "the YAML merge key << is not accepted", help)
        elif not isinstance(node, Broken):
            self._report.error(node, "bad-key", "a key must be a text", "write a name before the colon")
