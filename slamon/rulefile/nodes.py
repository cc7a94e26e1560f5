"""What a YAML text is made of, with positions. Scalars follow YAML 1.2: `no` is a text, and so is `4:30`."""

from __future__ import annotations

import re
from typing import TypeAlias

from msgspec import Struct

from slamon.rulefile.source import SourceFile

Value: TypeAlias = bool | int | float | str | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_DECIMAL = re.compile(r"[-+]?[0-9]{1,300}")
_OCTAL = re.compile(r"0o[0-7]{1,300}")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,300}|[0-9]{1,300}(?:\.[0-9]{0,300})?)(?:[eE][-+]?[0-9]{1,9})?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FIRST = frozenset("-+.0123456789~nNtTfF")


def resolve(text: str) -> Value:
    """The value of a plain scalar. Numbers of absurd length stay texts."""
    if text and text[0] not in _FIRST:
        return text
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    return _number(text)


def _number(text: str) -> Value:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text


class _Node(Struct, frozen=True, eq=False, gc=False):
    file: SourceFile
    start: int  # offsets of characters in the text
    end: int


class Scalar(_Node, frozen=True, eq=False, gc=False):
    """A text as written, with escapes and folds undone; `plain` if it stands without quotes and may be a number."""

    text: str
    plain: bool

    @property
    def value(self) -> Value:
        """The value that the text stands for."""
        return resolve(self.text) if self.plain else self.text

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is written here, as after `key:`."""
        return self.plain and not self.text


class Sequence(_Node, frozen=True, eq=False, gc=False):
    """A list."""

    items: tuple[Node, ...]


class Mapping(_Node, frozen=True, eq=False, gc=False):
    """A map, in the order written, each key once; `damaged` if an entry with an unusable key was left out."""

    entries: tuple[tuple[Scalar, Node], ...]
    damaged: bool = False


class Broken(_Node, frozen=True, eq=False, gc=False):
    """In place of something that was already reported; whoever reads it stays silent."""


class Spot(_Node, frozen=True, eq=False, gc=False):
    """A place and nothing else."""


Node: TypeAlias = Scalar | Sequence | Mapping | Broken
Owner: TypeAlias = Scalar | Spot  # what a value stands under: its key, or, in a list or as a whole file, just a place


def shape(node: Node) -> str:
    """What a node is, for messages."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a map"
    return "nothing" if isinstance(node, Scalar) and node.value is None else "a single value"


def item_owner(node: Node) -> Spot:
    """What an item of a list stands under, for want of a key: its own place."""
    return Spot(node.file, node.start, node.end)


def first_key(node: Node) -> Spot:
    """The place of a map's first key, where that which is missing in a policy is reported; else the node's own."""
    return item_owner(node.entries[0][0]) if isinstance(node, Mapping) and node.entries else item_owner(node)
