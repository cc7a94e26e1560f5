"""Maps with fixed keys: a table of keys, read at once, from which schema and reference are made too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any, Generic, TypeVar, cast

from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Field, Schema, named, wrong_shape
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar
from slamon.rulefile.suggest import did_you_mean, listed, quoted

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Key(Generic[T_co]):
    """One key of a record: how it is called, what it takes, and one line about it for the reference."""

    name: str
    field: Field[T_co]
    about: str
    required: bool = False
    default: str | None = None
    example: str | None = None  # what a help line tells to write


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """What was read of a record. A key may be absent, readable, or broken (given, but reported)."""

    node: Node
    owner: Owner  # where that which is missing is reported
    found: dict[str, tuple[Any, Scalar, Node]] = attribute(default_factory=dict)
    broken: set[str] = attribute(default_factory=set)
    unknown: list[str] = attribute(default_factory=list)

    def get(self, key: Key[T]) -> T | None:
        """The value of a key; None if it is absent or broken."""
        known = self.found.get(key.name)
        return None if known is None else cast(T, known[0])

    def at(self, key: Key[Any]) -> Node:
        """Where the value of a readable key stands; its key if nothing is written."""
        return self.found[key.name][2]

    def key_at(self, key: Key[Any]) -> Scalar:
        """Where a readable key itself stands."""
        return self.found[key.name][1]

    def has(self, key: Key[Any]) -> bool:
        """Whether the key was given and could be read."""
        return key.name in self.found

    def given(self, key: Key[Any]) -> bool:
        """Whether the key was given, readable or not."""
        return key.name in self.found or key.name in self.broken


class Record(Field[Values]):
    """A map with fixed keys. Mistakes in one key leave the others readable."""

    def __init__(
        self,
        takes: str,
        keys: Sequence[Key[Any]],
        *,
        hints: dict[str, str] | None = None,
    ) -> None:
        self.takes = takes
        self.keys = {key.name: key for key in keys}
        self._required = [key for key in keys if key.required]
        self.hints = hints or {}  # help for keys that people write here in error

    def read(self, node: Node, owner: Owner, report: Report) -> Values:
        if not isinstance(node, Mapping):
            wrong_shape(node, owner, report, self.takes)
        values = Values(node, owner)
        for key_node, value_node in node.entries:
            key = self.keys.get(key_node.text)
            if key is None:
                self._refuse_key(key_node, values, report)
                continue
            try:
                value = key.field.read(value_node, key_node, report)
                values.found[key.name] = (value, key_node, value_node)
            except Refused:
                values.broken.add(key.name)
        if not node.damaged:
            self._check_required(values, report)
        return values

    def _refuse_key(self, key: Scalar, values: Values, report: Report) -> None:
        values.unknown.append(key.text)
        meant = None if key.text in self.hints else report.suggest(key.text, self.keys)
        if meant:
            values.broken.add(meant)  # it is not missing, it is misspelt
        help = self.hints.get(key.text) or did_you_mean(meant) or f"the keys here are {listed(self.keys, 'and')}"
        report.error(key, "unknown-key", f"unknown key {quoted(key.text)}", help)

    def _check_required(self, values: Values, report: Report) -> None:
        for key in self._required:
            if not values.given(key):
                self.missing(key, values, report)

    def missing(self, key: Key[Any], values: Values, report: Report) -> None:
        """Report a key that must be given."""
        inside = f" in {named(values.owner)}" if named(values.owner) else ""
        help = f"add {key.name}: {key.example or key.field.takes}"
        report.error(values.owner, "missing-key", f"the key {quoted(key.name)} is missing{inside}", help)

    def schema(self) -> Schema:
        required = [key.name for key in self._required]
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {key.name: _property(key) for key in self.keys.values()},
            **({"required": required} if required else {}),
        }

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [(f".{key.name}", key.field) for key in self.keys.values()]


def _property(key: Key[Any]) -> Schema:
    schema = key.field.schema()
    if "$ref" in schema:  # what stands beside a reference is ignored by older readers of schemas
        schema = {"allOf": [schema]}
    return {"description": key.about, **schema}


@dataclass(frozen=True, slots=True)
class Option:
    """A key that may be written somewhere in a file; the path shows where."""

    path: str
    takes: str
    about: str
    required: bool
    default: str | None


def options(field: Field[Any], path: str = "") -> Iterable[Option]:
    """Every key that a field accepts, at any depth, in the order of the tables."""
    if isinstance(field, Record):
        for key in field.keys.values():
            here = f"{path}.{key.name}" if path else key.name
            yield Option(here, key.field.takes, key.about, key.required, key.default)
            yield from options(key.field, here)
        return
    for added, inner in field.parts():
        yield from options(inner, path + added)
