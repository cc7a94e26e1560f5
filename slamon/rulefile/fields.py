"""What a value in a file may be: typed readers that also describe themselves as JSON Schema."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Generic, NoReturn, TypeVar

from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.nodes import Broken, Mapping, Node, Owner, Scalar, shape
from slamon.rulefile.suggest import did_you_mean, listed, quoted

T_co = TypeVar("T_co", covariant=True)
W = TypeVar("W", bound=str)
Schema = dict[str, Any]


class Field(ABC, Generic[T_co]):
    """Reads one kind of value."""

    takes: str  # as it stands in a sentence: "a duration such as 1h30m"

    @abstractmethod
    def read(self, node: Node, owner: Owner, report: Report) -> T_co:
        """The value of a node that stands under `owner` (its key, or itself in a list). Refused once it is reported."""

    @abstractmethod
    def schema(self) -> Schema:
        """A JSON Schema of what is accepted."""

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        """The fields inside this one, each with what it adds to a path."""
        return ()


def named(owner: Owner) -> str | None:
    """The name of what stands under an owner, in quotes; None where it has none."""
    return quoted(owner.text) if isinstance(owner, Scalar) and owner.text else None


def wrong_shape(node: Node, owner: Owner, report: Report, takes: str) -> NoReturn:
    """Refuse a node that is a list where a map is wanted, and the like."""
    if isinstance(node, Broken):
        raise Refused
    got = shape(node)
    found = "but nothing is written" if got == "nothing" else f"not {got}"
    report.refuse(node, "wrong-shape", f"{named(owner) or 'this item'} takes {takes}, {found}", owner=owner)


def entries_of(node: Mapping, owner: Owner, report: Report, help: str) -> tuple[tuple[Scalar, Node], ...]:
    """The entries of a map that must have some; an empty one is refused."""
    if not node.entries:
        if node.damaged:
            raise Refused
        report.refuse(node, "empty", f"the map of {named(owner) or 'this item'} is empty", help)
    return node.entries


def scalar(node: Node, owner: Owner, report: Report, takes: str) -> Scalar:
    """The node as a single value that is not null; anything else is refused."""
    if isinstance(node, Scalar) and node.value is not None:
        return node
    wrong_shape(node, owner, report, takes)


class Text(Field[str]):
    """Any text that is not empty; a number counts as written."""

    def __init__(
        self, takes: str = "a text", *, pattern: str | None = None, code: str = "bad-text", example: str = ""
    ) -> None:
        self.takes = takes
        self._pattern = re.compile(pattern) if pattern else None
        self._code = code
        self._example = example

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        text = scalar(node, owner, report, self.takes).text
        if not text.strip() or (self._pattern and not self._pattern.fullmatch(text)):
            help = f"write {self._example}" if self._example else None
            report.refuse(node, self._code, f"{quoted(text)} is not {self.takes}", help)
        return text

    def schema(self) -> Schema:
        pattern = {"pattern": f"^(?:{self._pattern.pattern})$"} if self._pattern else {}
        return {"type": ["string", "number", "boolean"], "minLength": 1, **pattern}


class Choice(Field[W]):
    """One of a few words."""

    def __init__(self, *words: W) -> None:
        self.words = words
        self.takes = f"one of {listed(words)}" if len(words) > 1 else words[0]

    def read(self, node: Node, owner: Owner, report: Report) -> W:
        text = scalar(node, owner, report, self.takes).text
        for word in self.words:
            if word == text:
                return word
        help = did_you_mean(report.suggest(text, self.words)) or f"write {listed(self.words)}"
        report.refuse(node, "bad-choice", f"{quoted(text)} is not {self.takes}", help)

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


_LIKE_TRUE = {"yes": "true", "on": "true", "y": "true", "1": "true", "true": "true"}
_LIKE_FALSE = {"no": "false", "off": "false", "n": "false", "0": "false", "false": "false"}


class Boolean(Field[bool]):
    """`true` or `false`; `yes`, `on` and quoted ones are texts."""

    takes = "true or false"

    def read(self, node: Node, owner: Owner, report: Report) -> bool:
        found = scalar(node, owner, report, self.takes)
        if isinstance(found.value, bool):
            return found.value
        meant = (_LIKE_TRUE | _LIKE_FALSE).get(found.text.lower())
        unquoted = "" if found.plain else " without quotes"
        help = f"write {meant}{unquoted}" if meant else None
        report.refuse(node, "bad-boolean", f"{quoted(found.text)} is not true or false", help)

    def schema(self) -> Schema:
        return {"type": "boolean"}


class WholeNumber(Field[int]):
    """An integer between two bounds."""

    def __init__(self, minimum: int = 0, maximum: int = 1_000_000) -> None:
        self._minimum = minimum
        self._maximum = maximum
        self.takes = f"a whole number from {minimum} to {maximum}"

    def read(self, node: Node, owner: Owner, report: Report) -> int:
        found = scalar(node, owner, report, self.takes)
        value = found.value
        if isinstance(value, int) and not isinstance(value, bool) and self._minimum <= value <= self._maximum:
            return value
        report.refuse(node, "bad-number", f"{quoted(found.text)} is not {self.takes}")

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self._minimum, "maximum": self._maximum}


class Constant(Field[int]):
    """One very number, such as the version of a format."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.takes = str(number)

    def read(self, node: Node, owner: Owner, report: Report) -> int:
        found = scalar(node, owner, report, self.takes)
        if found.value == self._number and isinstance(found.value, int) and not isinstance(found.value, bool):
            return self._number
        name = owner.text if isinstance(owner, Scalar) else "this"
        report.refuse(node, "bad-version", f"{name} {quoted(found.text)} is not known", f"write {name}: {self._number}")

    def schema(self) -> Schema:
        return {"const": self._number}


class Anything(Field[Node]):
    """Whatever stands there, left to somebody else."""

    takes = "anything"

    def read(self, node: Node, owner: Owner, report: Report) -> Node:
        return node

    def schema(self) -> Schema:
        return {}
