"""Which kinds of notifiers there are: our own, and those that other packages bring by entry points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slamon import connectors
from slamon.ports import Notifier

GROUP = "slamon.notifiers"
BUILT_IN = ("console", "email", "slack")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notifier: the dataclass of its settings, and what makes one of a name and settings.

    Settings raise ValueError, as `key: what is wrong and what to write`, for what can never work.
    """

    settings: Callable[..., Any]
    notifier: Callable[[str, Any], Notifier]


def kinds() -> list[str]:
    """The names of all kinds that can be loaded here."""
    return connectors.kinds(GROUP, BUILT_IN)


def load(kind: str) -> Kind:
    """The kind of a name; LookupError says which names there are, or why it cannot be loaded."""
    return connectors.load(GROUP, BUILT_IN, kind, Kind)
