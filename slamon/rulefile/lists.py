"""Fields that hold others: lists, one or several, maps of named things, alternatives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Field, Schema, named, wrong_shape
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar, Sequence, first_key, item_owner

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """A value that was read, and where it stands."""

    value: T
    node: Node


@dataclass(frozen=True, slots=True)
class Named(Generic[T]):
    """A value under its name; `key` is where the name stands."""

    name: str
    key: Scalar
    value: T
    node: Node


class ListOf(Field[tuple[Located[T], ...]]):
    """A list; items that cannot be used are reported and left out."""

    def __init__(self, item: Field[T], takes: str, *, empty: bool = False) -> None:
        self._item = item
        self._empty = empty
        self.takes = takes

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Located[T], ...]:
        if not isinstance(node, Sequence):
            wrong_shape(node, owner, report, self.takes)
        return read_items(node, owner, report, self._item, empty=self._empty)

    def schema(self) -> Schema:
        return {"type": "array", "items": self._item.schema(), **({} if self._empty else {"minItems": 1})}

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [("[]", self._item)]


class OneOrMany(Field[tuple[Located[T], ...]]):
    """One value, or a list of them."""

    def __init__(self, item: Field[T], *, empty: bool = False) -> None:
        self._item = item
        self._empty = empty
        self.takes = f"{item.takes}, or a list of them"

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Located[T], ...]:
        if isinstance(node, Sequence):
            return read_items(node, owner, report, self._item, empty=self._empty)
        return (Located(self._item.read(node, owner, report), node),)

    def schema(self) -> Schema:
        item = self._item.schema()
        several: Schema = {"type": "array", "items": item, **({} if self._empty else {"minItems": 1})}
        return {"anyOf": [item, several]}

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [("", self._item)]


def read_items(
    node: Sequence, owner: Owner, report: Report, item: Field[T], *, empty: bool = False
) -> tuple[Located[T], ...]:
    """Every item of a list; Refused if one of them was, after all have been looked at."""
    if not node.items and not empty:
        report.refuse(node, "empty", f"the list of {named(owner) or 'this'} is empty", f"write {item.takes}")
    found: list[Located[T]] = []
    for one in node.items:
        try:
            found.append(Located(item.read(one, item_owner(one), report), one))
        except Refused:
            continue
    if len(found) < len(node.items):
        raise Refused
    return tuple(found)


class Several(Field[tuple[Located[T], ...]]):
    """A list of which whatever can be used is used: for things that stand on their own, such as policies."""

    def __init__(self, item: Field[T], takes: str) -> None:
        self._item = item
        self.takes = takes

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Located[T], ...]:
        if not isinstance(node, Sequence):
            wrong_shape(node, owner, report, self.takes)
        found: list[Located[T]] = []
        for one in node.items:
            try:
                found.append(Located(self._item.read(one, first_key(one), report), one))
            except Refused:
                continue
        return tuple(found)

    def schema(self) -> Schema:
        return {"type": "array", "items": self._item.schema()}

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [("[]", self._item)]


class MapOf(Field[tuple[Named[T | None], ...]]):
    """A map of named things; one that cannot be used stands there as None, for its name is known all the same."""

    def __init__(self, item: Field[T], takes: str) -> None:
        self._item = item
        self.takes = takes

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Named[T | None], ...]:
        if not isinstance(node, Mapping):
            wrong_shape(node, owner, report, self.takes)
        return tuple(Named(key.text, key, self._read_one(one, key, report), one) for key, one in node.entries)

    def _read_one(self, node: Node, key: Scalar, report: Report) -> T | None:
        try:
            return self._item.read(node, key, report)
        except Refused:
            return None

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self._item.schema()}

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [(".NAME", self._item)]


class Either(Field[T]):
    """A short form of a single value beside the full form."""

    def __init__(self, short: Field[T], full: Field[T], takes: str) -> None:
        self._short = short
        self._full = full
        self.takes = takes

    def read(self, node: Node, owner: Owner, report: Report) -> T:
        if isinstance(node, Mapping):
            return self._full.read(node, owner, report)
        if isinstance(node, Scalar) and node.value is not None:
            return self._short.read(node, owner, report)
        wrong_shape(node, owner, report, self.takes)

    def schema(self) -> Schema:
        return {"anyOf": [self._short.schema(), self._full.schema()]}

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [("", self._full)]
