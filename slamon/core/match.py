"""Matches: which tickets a policy, a row, a pause or a route is about.

A match looks at fields: a plain dict of a ticket's values at one instant. Attributes of the ticket itself (source,
created_by, direction, subject, id) stand in the dict under their names, the directory's attributes under DIRECTORY.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Fields = Mapping[str, Any]
_NUMERIC = re.compile(r"\s*[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*")  # as people write it
DIRECTORY = "customer."  # key of the customer's attributes in a dict of fields; no field name ends in a dot


class Match(Protocol):
    """Says whether fields fulfil a condition."""

    @property
    def reads(self) -> frozenset[str]:
        """Every key of the fields that the answer may depend on."""

    def holds(self, fields: Fields) -> bool: ...


class Test(Protocol):
    """Says whether one value fulfils a condition; None is an absent value."""

    def passes(self, value: Any) -> bool: ...


class Pattern(Protocol):
    """A compiled regular expression of a linear-time engine."""

    def search(self, text: str) -> object | None: ...


def lookup(fields: Fields, name: str) -> Any:
    """The value of a name: a field of that very name, else the directory's, else reached for inside a field."""
    value = fields.get(name)
    if value is not None:
        return value
    head, dot, rest = name.partition(".")
    if not dot:
        return None
    if head == "customer":
        known = fields.get(DIRECTORY)
        found = lookup(known, rest) if isinstance(known, Mapping) else None
        if found is not None:
            return found
    inner = fields.get(head)
    return lookup(inner, rest) if isinstance(inner, Mapping) else None


def keys_of(name: str) -> frozenset[str]:
    """The keys of the fields that looking up a name may read."""
    parts = name.split(".")
    keys = {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
    return frozenset(keys | {DIRECTORY} if parts[0] == "customer" and len(parts) > 1 else keys)


def text_of(value: Any) -> str:
    """How a scalar compares as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def number_of(value: Any) -> float | None:
    """A number or numeric text as a number, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and not _NUMERIC.fullmatch(value):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Equal to one of some values: numbers as numbers, else by text; a list field when it contains one."""

    texts: frozenset[str]
    numbers: frozenset[float] = frozenset()
    absent: bool = False

    @classmethod
    def of(cls, values: Iterable[tuple[Any, str]]) -> OneOf:
        """From (value, its text as written) pairs."""
        pairs = list(values)
        return cls(
            frozenset(text for value, text in pairs if value is not None),
            frozenset(value for value, _ in pairs if isinstance(value, (int, float)) and not isinstance(value, bool)),
            any(value is None for value, _ in pairs),
        )

    def passes(self, value: Any) -> bool:
        if value is None:
            return self.absent
        if isinstance(value, str):
            return value in self.texts
        if isinstance(value, (list, tuple)):
            return any(item is not None and self.passes(item) for item in value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value in self.numbers:
            return True
        return not isinstance(value, Mapping) and text_of(value) in self.texts


@dataclass(frozen=True, slots=True)
class Except:
    """Not equal to any of some values; an absent value passes."""

    values: OneOf

    def passes(self, value: Any) -> bool:
        return not self.values.passes(value)


@dataclass(frozen=True, slots=True)
class Contains:
    """A list that holds each of some values."""

    each: tuple[OneOf, ...]

    def passes(self, value: Any) -> bool:
        return all(one.passes(value) for one in self.each)


@dataclass(frozen=True, slots=True)
class Exists:
    """Present and not null, or the opposite."""

    wanted: bool

    def passes(self, value: Any) -> bool:
        return (value is not None) is self.wanted


@dataclass(frozen=True, slots=True)
class Regex:
    """A pattern found anywhere in the text; in a list, in any of its texts."""

    source: str
    pattern: Pattern

    def passes(self, value: Any) -> bool:
        if isinstance(value, (list, tuple)):
            return any(self.passes(item) for item in value)
        if value is None or isinstance(value, Mapping):
            return False
        return self.pattern.search(text_of(value)) is not None


@dataclass(frozen=True, slots=True)
class Compare:
    """gt, gte, lt or lte than a number; numeric text counts as a number."""

    operator: str
    bound: float

    def passes(self, value: Any) -> bool:
        number = number_of(value)
        if number is None:
            return False
        if self.operator == "gt":
            return number > self.bound
        if self.operator == "gte":
            return number >= self.bound
        if self.operator == "lt":
            return number < self.bound
        return number <= self.bound


@dataclass(frozen=True, slots=True)
class Both:
    """Several tests of one value."""

    tests: tuple[Test, ...]

    def passes(self, value: Any) -> bool:
        return all(test.passes(value) for test in self.tests)


@dataclass(frozen=True, slots=True)
class Entry:
    """One field and what its value must be."""

    field: str
    test: Test

    @property
    def reads(self) -> frozenset[str]:
        return keys_of(self.field)

    def holds(self, fields: Fields) -> bool:
        return self.test.passes(lookup(fields, self.field))


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of some matches; none of them means every ticket (`match: all`)."""

    matches: tuple[Match, ...]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(match.reads for match in self.matches))

    def holds(self, fields: Fields) -> bool:
        return all(match.holds(fields) for match in self.matches)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of some matches."""

    matches: tuple[Match, ...]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(match.reads for match in self.matches))

    def holds(self, fields: Fields) -> bool:
        return any(match.holds(fields) for match in self.matches)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a match."""

    match: Match

    @property
    def reads(self) -> frozenset[str]:
        return self.match.reads

    def holds(self, fields: Fields) -> bool:
        return not self.match.holds(fields)


EVERYTHING = AllOf(())
