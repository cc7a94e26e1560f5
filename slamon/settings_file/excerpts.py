"""Lines of slamon.yml for diagnostics: only those of which every character is known to be no secret."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cached_property

from slamon.rulefile.diagnostics import Diagnostic
from slamon.rulefile.nodes import Mapping, Node, Scalar, Sequence
from slamon.rulefile.source import SourceFile

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_STRUCTURE = re.compile(r"""[\s{}\[\],:"'|>-]*""")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_REFERENCE_WITHOUT_DEFAULT = re.compile(r"\$\{(?:env:[A-Za-z0-9_]+|file:[^}]+)\}")


class Excerpts:
    """What may be shown of a file whose tree, as written, is `root`; `harmless` are offsets of values that may."""

    def __init__(self, file: SourceFile, root: Node, harmless: Collection[int]) -> None:
        self._file = file
        self._root = root
        self._harmless = harmless

    def added(self, found: Diagnostic) -> Diagnostic:
        """The diagnostic with the line it stands in, if that may be shown."""
        number, column = found.place.line, found.place.column
        line = self._line(number) if 0 < number <= len(self._starts) else None
        if line is None:
            return found
        excerpt = SourceFile(self._file.name, line).excerpt(column - 1, found.length)
        return replace(found, excerpt=excerpt)

    def _line(self, number: int) -> str | None:
        """A line, its comment blank; None if something in it is unknown, and so may be a secret."""
        start, end = self._starts[number - 1]
        text = self._file.text[start:end].rstrip("\r\n")
        rest = self._without_known[start : start + len(text)]
        comment = _COMMENT.search(rest)
        if comment:
            text, rest = text[: comment.start()], rest[: comment.start()]
        return text if _STRUCTURE.fullmatch(rest) else None

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        return [found.span() for found in _LINE.finditer(self._file.text)]

    @cached_property
    def _without_known(self) -> str:
        """The text with dashes in place of keys and harmless values."""
        text = self._file.text
        parts, reached = [], 0
        for begin, end in sorted(self._known()):
            if begin >= reached:
                parts += [text[reached:begin], "-" * (end - begin)]
                reached = end
        return "".join([*parts, text[reached:]])

    def _known(self) -> Iterator[tuple[int, int]]:
        seen: set[int] = set()  # aliases make one node stand in many places
        left: list[Node] = [self._root]
        while left:
            node = left.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Mapping):
                yield from ((key.start, key.end) for key, _ in node.entries)
                left += [value for _, value in node.entries]
            elif isinstance(node, Sequence):
                left += node.items
            elif isinstance(node, Scalar) and self._may_be_shown(node):
                yield node.start, node.end

    def _may_be_shown(self, node: Scalar) -> bool:
        return node.start in self._harmless or bool(_REFERENCE_WITHOUT_DEFAULT.fullmatch(node.text))
