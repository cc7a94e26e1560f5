"""A rules file as a tree of YAML nodes: what stands at the path of an option, and the tree with that changed.

Trees are never changed in place. Quotes are kept, so a text stays a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import yaml

Node: TypeAlias = yaml.nodes.Node
Position: TypeAlias = tuple[int, ...]  # which child of the root, of that child, …
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DUMPER: Any = getattr(yaml, "CBaseDumper", yaml.BaseDumper)
_STEP = re.compile(r"\[\]|[^.\[\]]+")


def compose(text: str) -> Node:
    """The tree of a file."""
    root = yaml.compose(text, Loader=_LOADER)
    assert root is not None, "the file is empty"
    return root


def text_of(root: Node) -> str:
    """The tree as a file."""
    text: str = yaml.serialize(root, Dumper=_DUMPER, allow_unicode=True)
    return text


def is_map(node: Node) -> bool:
    return isinstance(node, yaml.MappingNode)


def is_list(node: Node) -> bool:
    return isinstance(node, yaml.SequenceNode)


def is_scalar(node: Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def children(node: Node) -> list[tuple[str, Node]]:
    """The entries of a map by their keys, the items of a list, nothing of a scalar."""
    if is_map(node):
        return [(key.value, value) for key, value in node.value]
    return [("[]", item) for item in node.value] if is_list(node) else []


def find(root: Node, path: str) -> list[Position]:
    """Where the values of an option stand; NAME in its path is any key."""
    return list(_find(root, tuple(_STEP.findall(path)), ()))


def _find(node: Node, steps: tuple[str, ...], here: Position) -> Iterator[Position]:
    if not steps:
        yield here
        return
    for index, (key, child) in enumerate(children(node)):
        if key == steps[0] or (steps[0] == "NAME" and is_map(node)):
            yield from _find(child, steps[1:], (*here, index))


def at(root: Node, position: Position) -> Node:
    """The node at a position."""
    for index in position:
        root = children(root)[index][1]
    return root


def key_at(root: Node, position: Position) -> str:
    """The key under which the node at a position stands; `[]` in a list."""
    return children(at(root, position[:-1]))[position[-1]][0]


def changed(node: Node, position: Position, change: Callable[[Node], Node | None]) -> Node:
    """The tree with another node at a position; None takes it out, with its key."""
    if not position:
        found = change(node)
        assert found is not None, "the root cannot be taken out"
        return found
    index, rest = position[0], position[1:]
    inner = change(children(node)[index][1]) if not rest else changed(children(node)[index][1], rest, change)
    kept = list(node.value)
    if inner is None:
        del kept[index]
    else:
        kept[index] = (kept[index][0], inner) if is_map(node) else inner
    return _like(node, kept)


def renamed(root: Node, position: Position, key: str) -> Node:
    """The tree with another key at a position in a map."""

    def rename(parent: Node) -> Node:
        kept = list(parent.value)
        kept[position[-1]] = (scalar(key), kept[position[-1]][1])
        return _like(parent, kept)

    return changed(root, position[:-1], rename)


def without(root: Node, positions: Iterable[Position]) -> Node:
    """The tree with everything at some positions taken out."""
    for position in sorted(positions, reverse=True):
        root = changed(root, position, lambda _: None)
    return root


def with_text(root: Node, positions: Iterable[Position], text: str) -> Node:
    """The tree with a plain scalar at some positions."""
    for position in positions:
        root = changed(root, position, lambda _: scalar(text))
    return root


def scalar(text: str) -> Node:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text)


def mapping(key: str, value: Node) -> Node:
    return yaml.MappingNode("tag:yaml.org,2002:map", [(scalar(key), value)])


def _like(node: Any, value: list[Any]) -> Node:
    found: Node = type(node)(node.tag, value, flow_style=node.flow_style)
    return found
