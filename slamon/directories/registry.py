"""Which kinds of directories there are: our own, and those that other packages bring by entry points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slamon import connectors
from slamon.ports import DirectorySource, Time

GROUP = "slamon.directories"
BUILT_IN = ("csv", "rest", "yaml")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a directory may need beside its settings."""

    folder: Path  # what relative paths in the settings are relative to
    time: Time
    key: str  # the column by which an entry is found


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of directory: the dataclass of its settings, and what makes one of a name, settings and surroundings.

    Settings raise ValueError, or a group of them, as `key: what is wrong: write this`, for what can never work; making
    a directory raises SourceError for what cannot work now.
    """

    settings: Callable[..., Any]
    directory: Callable[[str, Any, Surroundings], DirectorySource]


def kinds() -> list[str]:
    """The names of all kinds that can be loaded here."""
    return connectors.kinds(GROUP, BUILT_IN)


def load(kind: str) -> Kind:
    """The kind of a name; LookupError says which names there are, or why it cannot be loaded."""
    return connectors.load(GROUP, BUILT_IN, kind, Kind)
