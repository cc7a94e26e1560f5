"""What a row of the matrix is: a fault, what must happen, and the one thing in slamon that sees to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol


class Switch(Protocol):
    """Takes something away from slamon."""

    def applied(self) -> AbstractContextManager[None]:
        """While the block lasts."""


@dataclass(frozen=True)
class Off:
    """Names in slamon, as module.attribute or module.Class.attribute, and what stands there while a guard is off."""

    names: str | Sequence[str]
    instead: Any

    def __post_init__(self) -> None:
        self._places()  # so that a name slamon has no more is told at import

    @contextmanager
    def applied(self) -> Iterator[None]:
        """While the block lasts."""
        with ExitStack() as stack:
            for owner, attribute in self._places():
                stack.callback(setattr, owner, attribute, vars(owner)[attribute])
                setattr(owner, attribute, self.instead)
            yield

    def _places(self) -> list[tuple[Any, str]]:
        return [_found(name) for name in ([self.names] if isinstance(self.names, str) else self.names)]


@dataclass(frozen=True)
class Guard:
    """What saves slamon from a fault; `off` takes exactly that away.

    `escapes`: the error that gets out of slamon then, where it is not one of the matrix's own comparisons that fails.
    """

    name: str
    off: Switch
    escapes: type[Exception] | None = None


@dataclass(frozen=True)
class Row:
    """A fault. `play` causes it and compares; `due` are all alerts that must have arrived in the end, and when.

    `desk` makes the server that is watched; `every`: between polls.
    `lacking`: why slamon does not do what it must yet; such a row is played and shown, and held against nobody.
    """

    fault: str
    must: str
    guard: Guard
    play: Callable[[Any], Awaitable[None]]
    due: Sequence[str]
    desk: Callable[..., Any]
    every: int
    lacking: str | None = None


def _found(name: str) -> tuple[Any, str]:
    """The module or class, and the attribute's name; AttributeError if slamon has no such thing any more."""
    path, _, attribute = name.rpartition(".")
    try:
        owner: Any = import_module(path)
    except ModuleNotFoundError:
        module, _, inner = path.rpartition(".")
        owner = getattr(import_module(module), inner)
    getattr(owner, attribute)
    return owner, attribute
