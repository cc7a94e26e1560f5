"""Defaults, then the policy, then the target: which value of an option holds, and which values can act on nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, cast

from slamon.rulefile.diagnostics import Report
from slamon.rulefile.nodes import Node
from slamon.rulefile.options import OPTIONS, Shape, TargetOption
from slamon.rulefile.records import Key, Values
from slamon.rulefile.suggest import quoted

T = TypeVar("T")


@dataclass(slots=True)
class Level:
    """Options for several targets, and which of them have acted on one so far."""

    values: Values
    whose: str  # "the policy 'gold'"
    acted: set[str] = field(default_factory=set)
    certain: bool = True  # whether all its targets could be looked at

    def report_idle(self, report: Report) -> None:
        """Report every option that can act on no target, unless a target could not be read."""
        if not self.certain:
            return
        for option in OPTIONS:
            key = option.key
            if self.values.has(key) and key.name not in self.acted:
                message = f"{key.name} has no effect: {self.whose} has no target on which it can act"
                report.error(self.values.at(key), "no-effect", message, f"leave it out; it acts on {option.acts_on}")


class Chosen:
    """The options that hold for one target."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[object, Node]] = {}

    def add(self, key: Key[T], values: Values) -> None:
        """Take an option unless a nearer level gave it."""
        self._found.setdefault(key.name, (values.get(key), values.at(key)))

    def get(self, key: Key[T]) -> T | None:
        return cast(T, self._found[key.name][0]) if key.name in self._found else None

    def at(self, key: Key[T]) -> Node:
        """Where a chosen option's value stands."""
        return self._found[key.name][1]


def choose(own: Values, name: str, shape: Shape, levels: tuple[Level, ...], report: Report) -> Chosen:
    """The options of a target: its own, else those of the levels, nearest first, where they can act."""
    chosen = Chosen()
    for option in OPTIONS:
        if not option.can_act(shape):
            if own.has(option.key):
                _no_effect(option, own, name, shape, report)
            continue
        if own.has(option.key):
            chosen.add(option.key, own)
        for level in levels:
            if level.values.has(option.key):
                level.acted.add(option.key.name)
                chosen.add(option.key, level.values)
    return chosen


def _no_effect(option: TargetOption, own: Values, name: str, shape: Shape, report: Report) -> None:
    kind = shape.kind.name
    target = quoted(name) if name == kind else f"{quoted(name)} of kind {kind}"
    message = f"{option.key.name} has no effect on {target}"
    report.error(own.at(option.key), "no-effect", message, f"leave it out; it acts on {option.acts_on}")
