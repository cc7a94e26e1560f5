"""Overlooking a condition of a match: as if it always held, as if `not` were not there, one operator for another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from tests.options.ignoring import Ignore, Overlooked
from tests.options.trees import (
    Node,
    Position,
    at,
    changed,
    children,
    find,
    is_list,
    is_map,
    is_scalar,
    mapping,
    renamed,
    scalar,
    with_text,
    without,
)

PATH = "policies[].match"
_OPPOSITE = {"true": "false", "false": "true"}
_COMPARISONS = ("gt", "gte", "lt", "lte")


def condition(name: str) -> Ignore:
    """Every condition of a name, such as `match.FIELD.gt`, is overlooked in turn."""
    return partial(_condition, name)


def everything(root: Node) -> Iterator[Overlooked]:
    """`all` as a whole match is read as a condition that never holds."""
    for position in find(root, PATH):
        if is_scalar(at(root, position)):
            never = changed(root, position, lambda _: mapping("nothing", scalar("at all")))
            yield Overlooked("read as something that never holds", never)


def _condition(name: str, root: Node) -> Iterator[Overlooked]:
    for match in find(root, PATH):
        for found, position in _conditions(at(root, match), match):
            if found == name:
                yield Overlooked("taken to hold always", _dropped(root, match, position))
                yield from _misread(root, name, position)


def _conditions(node: Node, here: Position) -> Iterator[tuple[str, Position]]:
    """Every condition of a match by its name."""
    for index, (key, value) in enumerate(children(node) if is_map(node) else ()):
        position = (*here, index)
        if key in ("any", "all"):
            yield f"match.{key}", position
            for number, (_, inner) in enumerate(children(value)):
                yield from _conditions(inner, (*position, number))
        elif key == "not":
            yield "match.not", position
            yield from _conditions(value, position)
        else:
            yield from _of_field(value, position)


def _of_field(value: Node, here: Position) -> Iterator[tuple[str, Position]]:
    if not is_map(value):
        is_null = is_scalar(value) and value.value == "null"
        yield "match.FIELD=[…]" if is_list(value) else "match.FIELD=null" if is_null else "match.FIELD", here
        return
    for index, (operator, inner) in enumerate(children(value)):
        position = (*here, index)
        if operator == "exists":
            yield f"match.FIELD.exists={inner.value}", position
        elif operator == "not" and is_map(inner):
            yield "match.FIELD.not=OPERATOR", position
            yield from _of_field(inner, position)
        else:
            yield f"match.FIELD.{operator}", position


def _dropped(root: Node, match: Position, position: Position) -> Node:
    """Without a condition, and without what it leaves empty; an empty match is `all`."""
    while len(position) > len(match) + 1 and len(children(at(root, position[:-1]))) == 1:
        position = position[:-1]
    if len(children(at(root, match))) == 1 and len(position) == len(match) + 1:
        return with_text(root, [match], "all")
    return without(root, [position])


def _misread(root: Node, name: str, position: Position) -> Iterator[Overlooked]:
    node, operator = at(root, position), name.rpartition(".")[2]
    if is_list(node) and len(node.value) > 1:
        for index in range(len(node.value)):
            yield Overlooked(f"without its item {index + 1}", without(root, [(*position, index)]))
    if operator in _COMPARISONS:
        for other in _COMPARISONS:
            if other != operator:
                yield Overlooked(f"{operator} read as {other}", renamed(root, position, other))
    if operator.startswith("exists"):
        yield Overlooked("read as the opposite", with_text(root, [position], _OPPOSITE[node.value]))
    if operator in ("not", "not=OPERATOR", "regex") or (operator == "all" and name != "match.all"):
        yield from _without_operator(root, name, position)
    if name in ("match.any", "match.all"):
        yield Overlooked("any and all mixed up", renamed(root, position, "all" if operator == "any" else "any"))
    if name == "match.FIELD":
        yield Overlooked("read as another value", with_text(root, [position], "something_else"))


def _without_operator(root: Node, name: str, position: Position) -> Iterator[Overlooked]:
    """The operand alone in place of the map that holds the operator."""
    inner, outer = at(root, position), position[:-1]
    alone = len(children(at(root, outer))) == 1
    if alone:
        yield Overlooked("its operand read alone", changed(root, outer, lambda _: inner))


def names(operators: Iterable[str], nested: Iterable[str]) -> list[str]:
    """Every condition that a match may hold, by name."""
    found = ["match.FIELD", "match.FIELD=[…]", "match.FIELD=null", "match.FIELD.not=OPERATOR"]
    found += [f"match.FIELD.{one}" for one in operators if one != "exists"]
    return [*found, "match.FIELD.exists=true", "match.FIELD.exists=false", *(f"match.{one}" for one in nested)]
