"""Ways to overlook something that is written in a rules file: as if a key were not there, or a word were another.

Each gives the trees that a reader with that defect would see. A tree may be one that cannot be loaded at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from tests.options.trees import (
    Node,
    Position,
    at,
    children,
    find,
    is_list,
    is_map,
    is_scalar,
    key_at,
    renamed,
    with_text,
    without,
)


@dataclass(frozen=True, slots=True)
class Overlooked:
    """The rules as a reader with one defect sees them. `left_out`: as if it were not written at all."""

    how: str
    root: Node
    left_out: bool = False


Ignore: TypeAlias = Callable[[Node], Iterator[Overlooked]]
Misread: TypeAlias = Callable[[Node], str | None]


def key(path: str, misread: Misread = lambda node: None) -> Ignore:
    """A key is left out; or its value is read as a single one that is another."""
    return partial(_key, path, misread)


def _key(path: str, misread: Misread, root: Node) -> Iterator[Overlooked]:
    positions = find(root, path)
    if not positions:
        return
    yield Overlooked("left out", without(root, positions), left_out=True)
    for position in positions:
        node = at(root, position)
        other = misread(node)
        if other is not None and other != node.value:
            yield Overlooked(f"read as {other}", with_text(root, [position], other))


def word(path: str, mine: Callable[[str], bool], others: Iterable[str]) -> Ignore:
    """A word is read as each of some others; alone or in a list."""
    return partial(_word, path, mine, tuple(others))


def _word(path: str, mine: Callable[[str], bool], others: tuple[str, ...], root: Node) -> Iterator[Overlooked]:
    found = [position for position in singles(root, path) if mine(at(root, position).value)]
    for other in others if found else ():
        yield Overlooked(f"read as {other}", with_text(root, found, other))


def tail(path: str, mine: str, other: str) -> Ignore:
    """What a value ends with is read as another ending."""
    return partial(_tail, path, mine, other)


def _tail(path: str, mine: str, other: str, root: Node) -> Iterator[Overlooked]:
    for position in singles(root, path):
        head, found, rest = at(root, position).value.partition(" ")
        if found + rest == mine:
            yield Overlooked(f"{head}{mine} read as {head}{other}", with_text(root, [position], head + other))


def window(path: str, mine: Callable[[str], bool], other: str) -> Ignore:
    """What is written for a day, below a map of days, is read as something else, each day in turn."""
    return partial(_window, path, mine, other)


def _window(path: str, mine: Callable[[str], bool], other: str, root: Node) -> Iterator[Overlooked]:
    for position in find(root, f"{path}.NAME"):
        node = at(root, position)
        if is_scalar(node) and mine(node.value):
            yield Overlooked(f"{node.value} read as {other}", with_text(root, [position], other))


def singles(root: Node, path: str) -> list[Position]:
    """Where single values of an option stand, as its value or in a list of them."""
    return [position for position in items(root, path) if is_scalar(at(root, position))]


def items(root: Node, path: str) -> list[Position]:
    """Where the values of an option stand, those of a list one by one."""
    found: list[Position] = []
    for position in find(root, path):
        node = at(root, position)
        found += [(*position, index) for index in range(len(children(node)))] if is_list(node) else [position]
    return found


def form(path: str, mine: Callable[[Node], bool]) -> Ignore:
    """A value of a certain form is left out, with its key or from its list."""
    return partial(_form, path, mine)


def _form(path: str, mine: Callable[[Node], bool], root: Node) -> Iterator[Overlooked]:
    for position in {*find(root, path), *items(root, path)}:
        if mine(at(root, position)):
            yield Overlooked("left out", without(root, [position]), left_out=True)


def each(path: str) -> Ignore:
    """Of a list each single item is left out in turn."""
    return partial(_each, path)


def _each(path: str, root: Node) -> Iterator[Overlooked]:
    for position in find(root, path):
        node = at(root, position)
        for index in range(len(children(node)) if is_list(node) else 0):
            yield Overlooked(f"without its item {index + 1}", without(root, [(*position, index)]), left_out=True)


def entry(path: str, mine: Callable[[str], bool]) -> Ignore:
    """Of a map each entry with such a key is left out in turn."""
    return partial(_entry, path, mine)


def _entry(path: str, mine: Callable[[str], bool], root: Node) -> Iterator[Overlooked]:
    for position in find(root, f"{path}.NAME"):
        name = key_at(root, position)
        if mine(name):
            yield Overlooked(f"without {name}", without(root, [position]), left_out=True)


def day_range(path: str, root: Node) -> Iterator[Overlooked]:
    """A range of weekdays is read as its first day, and as its last."""
    for position in find(root, f"{path}.NAME"):
        first, dash, last = key_at(root, position).partition("-")
        for day in (first, last) if dash else ():
            yield Overlooked(f"{first}-{last} read as {day}", renamed(root, position, day))


def event_map(path: str, names: Iterable[str]) -> Ignore:
    """A change that makes a match true is read as each of some events."""
    return partial(_event_map, path, tuple(names))


def _event_map(path: str, names: tuple[str, ...], root: Node) -> Iterator[Overlooked]:
    found = [position for position in items(root, path) if is_map(at(root, position))]
    for name in names if found else ():
        yield Overlooked(f"read as {name}", with_text(root, found, name))


def holder(path: str, text: str, parent: int) -> Ignore:
    """What holds a certain word is left out: the node so many levels above it."""
    return partial(_holder, path, text, parent)


def _holder(path: str, text: str, parent: int, root: Node) -> Iterator[Overlooked]:
    for position in find(root, path):
        if is_scalar(at(root, position)) and at(root, position).value == text:
            yield Overlooked("left out", without(root, [position[:-parent]]), left_out=True)


def unit(paths: Iterable[str], mine: str, others: Iterable[str]) -> Ignore:
    """A unit of durations is read as each of the others."""
    return partial(_unit, tuple(paths), mine, tuple(others))


def _unit(paths: tuple[str, ...], mine: str, others: tuple[str, ...], root: Node) -> Iterator[Overlooked]:
    pattern = re.compile(rf"(?<=[0-9]){mine}(?=$|[0-9])")
    found = [position for path in paths for position in singles(root, path) if pattern.search(at(root, position).value)]
    for position in found:
        for other in others:
            read = pattern.sub(other, at(root, position).value)
            yield Overlooked(f"{mine} read as {other}", with_text(root, [position], read))
