"""JMESPath expressions as plain functions: what most mappings are made of costs no walk through a tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from jmespath.visitor import TreeInterpreter

Find = Callable[[Any], Any]
Node = Mapping[str, Any]

_LIBRARY = TreeInterpreter()  # keeps nothing of one search for the next


def finder(node: Node) -> Find:
    """A function that finds in JSON data what the library finds by this tree; its errors are the library's."""
    make: Callable[[Node], Find] = _FORMS.get(node["type"], _by_library)
    return make(node)


def is_path(node: Node) -> bool:
    """Whether it is a name, or names within names: nothing can go wrong there."""
    if node["type"] == "subexpression":
        return all(child["type"] == "field" for child in node["children"])
    return bool(node["type"] == "field")


def _by_library(node: Any) -> Find:
    return partial(_LIBRARY.visit, node)


def _itself(node: Node) -> Find:
    return lambda data: data


def _literal(node: Node) -> Find:
    value = node["value"]
    return lambda data: value


def _field(node: Node) -> Find:
    name = node["value"]
    return lambda data: data.get(name) if isinstance(data, dict) else None


def _within(node: Node) -> Find:
    """a.b.c: each part within what the one before it finds."""
    parts = [finder(child) for child in node["children"]]
    if len(parts) == 2 and is_path(node):
        return _pair(*(child["value"] for child in node["children"]))

    def find(data: Any) -> Any:
        for part in parts:
            data = part(data)
        return data

    return find


def _pair(outer: str, inner: str) -> Find:
    def find(data: Any) -> Any:
        found = data.get(outer) if isinstance(data, dict) else None
        return found.get(inner) if isinstance(found, dict) else None

    return find


def _not(node: Node) -> Find:
    found = finder(node["children"][0])

    def find(data: Any) -> bool:
        value = found(data)
        if value is True or value is False:
            return not value
        return not isinstance(value, int | float) and not value  # no number counts as false

    return find


def _or(node: Node) -> Find:
    first, second = (finder(child) for child in node["children"])

    def find(data: Any) -> Any:
        value = first(data)
        return second(data) if value is None or value is False or value in ("", [], {}) else value

    return find


def _compared(node: Node) -> Find:
    """a == 'text' and a != 'text'; other comparisons have more to them."""
    left, right = node["children"]
    if node["value"] not in ("eq", "ne") or right["type"] != "literal" or not isinstance(right["value"], str):
        return _by_library(node)
    found, text, wanted = finder(left), right["value"], node["value"] == "eq"
    return lambda data: (found(data) == text) is wanted


def _flat(node: Node) -> Find:
    base = finder(node["children"][0])

    def find(data: Any) -> list[Any] | None:
        items = base(data)
        if not isinstance(items, list):
            return None
        return [one for item in items for one in (item if isinstance(item, list) else (item,))]

    return find


def _each(node: Node) -> Find:
    """a[].b: what is found in each item, null left out."""
    base, one = (finder(child) for child in node["children"])

    def find(data: Any) -> list[Any] | None:
        items = base(data)
        return [found for item in items if (found := one(item)) is not None] if isinstance(items, list) else None

    return find


_FORMS: Mapping[str, Callable[[Node], Find]] = {
    "comparator": _compared,
    "current": _itself,
    "field": _field,
    "flatten": _flat,
    "identity": _itself,
    "literal": _literal,
    "not_expression": _not,
    "or_expression": _or,
    "projection": _each,
    "subexpression": _within,
}
