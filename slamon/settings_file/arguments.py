"""From the fields of a dataclass to the keys of a map, so that a kind says only once what it wants."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from slamon.core.instants import DAY, SECOND
from slamon.rulefile.amounts import format_amount
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Boolean, Choice, Field, Schema, Text, wrong_shape
from slamon.rulefile.lists import OneOrMany
from slamon.rulefile.nodes import Mapping as MapNode
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.records import Key, Values
from slamon.secrets import Secret
from slamon.settings_file.amounts import Integer, WallTime
from slamon.settings_file.values import Leaf, SecretText, Section

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Argument:
    """A field of a dataclass, the key it is written as, and what makes its value of what was read (ValueError)."""

    name: str
    key: Key[Any]
    made: Callable[[Any], Any]


class Unreadable(Exception):
    """A kind's settings cannot be written in a file: a defect of the kind."""


def arguments(settings: object) -> tuple[Argument, ...]:
    """The keys of a dataclass, in its order. Unreadable says which of its fields has no form in a file."""
    if not (isinstance(settings, type) and dataclasses.is_dataclass(settings)):
        raise Unreadable("its settings are not a dataclass")
    try:
        hints = get_type_hints(settings)
    except Exception as error:
        raise Unreadable(f"the types of its settings cannot be found: {error}") from error
    return tuple(_argument(one, hints[one.name]) for one in dataclasses.fields(settings) if one.init)


def given(keys: tuple[Argument, ...], values: Values) -> dict[str, Any]:
    """What to call the dataclass with: what was written, by the names of its fields."""
    return {one.name: one.made(values.get(one.key)) for one in keys if values.has(one.key)}


def _argument(field: dataclasses.Field[Any], hint: Any) -> Argument:
    reader, made = _reader(field.name, hint)
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    name = field.metadata.get("key", field.name)
    key = Key(name, reader, field.metadata.get("about", ""), required, _shown_default(field.default, hint))
    return Argument(field.name, key, made)


def _shown_default(value: object, hint: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and hint is float:
        days, rest = divmod(round(value * SECOND), DAY)
        return f"{days}d" if days and not rest else format_amount(round(value * SECOND))
    return str(value) if isinstance(value, int | str) else None


# a field for each type, and what makes a value of the type from what the field read

Reader = tuple[Field[Any], Callable[[Any], Any]]


def _as_it_is(value: Any) -> Any:
    return value


_SINGLE: dict[Any, Callable[[], Reader]] = {
    str: lambda: (Leaf(Text()), _as_it_is),
    int: lambda: (Leaf(Integer()), _as_it_is),
    bool: lambda: (Leaf(Boolean()), _as_it_is),
    float: lambda: (Leaf(WallTime()), lambda span: span / SECOND),
    Secret: lambda: (SecretText(), _as_it_is),
}


def _reader(name: str, hint: Any) -> Reader:
    options = _without_none(hint)
    several = next((get_origin(one) for one in options if _is_texts(one)), None)
    if several is not None and all(one is str or _is_texts(one) for one in options):
        return OneOrMany(Leaf(Text())), lambda items: several(item.value for item in items)
    found = _of_type(options[0]) if len(options) == 1 else None
    if found is None:
        raise Unreadable(f"its key {name!r} is of a type that cannot be written in a file: {hint}")
    return found


def _of_type(hint: Any) -> Reader | None:
    if hint in _SINGLE:
        return _SINGLE[hint]()
    if get_origin(hint) is Literal:
        return Leaf(Choice(*map(str, get_args(hint)))), _as_it_is
    if get_origin(hint) in (dict, Mapping) and get_args(hint) in _MAPS:
        return _MAPS[get_args(hint)](), _as_it_is
    if dataclasses.is_dataclass(hint):
        inner = Inner(hint)
        return inner, inner.made
    return None


def _without_none(hint: Any) -> list[Any]:
    parts = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else [hint]
    return [part for part in parts if part is not type(None)]


def _is_texts(hint: Any) -> bool:
    of = get_args(hint)
    return (get_origin(hint) is list and of == (str,)) or (get_origin(hint) is tuple and of == (str, ...))


class ValueMap(Field[dict[str, V]]):
    """A map of values of one kind by names of the user's."""

    takes = "a map such as {name: value}"

    def __init__(self, value: Field[V]) -> None:
        self._value = value

    def read(self, node: Node, owner: Owner, report: Report) -> dict[str, V]:
        if not isinstance(node, MapNode):
            wrong_shape(node, owner, report, self.takes)
        found: dict[str, V] = {}
        for key, value in node.entries:
            try:
                found[key.text] = self._value.read(value, key, report)
            except Refused:
                continue
        if node.damaged or len(found) < len(node.entries):
            raise Refused
        return found

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self._value.schema()}


_MAPS: dict[Any, Callable[[], Field[Any]]] = {
    (str, str): lambda: ValueMap(Leaf(Text())),
    (str, Secret): lambda: ValueMap(SecretText()),
}


class Inner(Section):
    """A dataclass within a dataclass: a map within the map."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings
        self._arguments = arguments(settings)
        keys = [one.key for one in self._arguments]
        super().__init__(f"a map with {', '.join(key.name for key in keys)}", keys)

    def read(self, node: Node, owner: Owner, report: Report) -> Values:
        values = super().read(node, owner, report)
        if values.broken or any(key.required and not values.has(key) for key in self.keys.values()):
            raise Refused
        return values

    def made(self, values: Values) -> Any:
        """The dataclass; ValueError, as it comes from it."""
        return self._settings(**given(self._arguments, values))
