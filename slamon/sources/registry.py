"""Which kinds of sources there are, and what a source is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slamon import connectors
from slamon.core.instants import Instant
from slamon.core.ticket import Ticket
from slamon.ports import Source, Time

GROUP = "slamon.sources"
BUILT_IN = ("django_helpdesk", "file", "github", "redmine", "replay", "rest", "roundup", "rt", "webhook")


Known = Callable[[Sequence[str]], Awaitable[Mapping[str, Ticket]]]


async def nothing_known(ids: Sequence[str]) -> Mapping[str, Ticket]:
    """For a source that has never been read."""
    return {}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a source may need beside its settings."""

    folder: Path  # what relative paths in the settings are relative to
    time: Time
    anchored_at: Instant  # the service's instant at which replays begin: of the very first start, not of this one
    known: Known = nothing_known  # the stored histories of this source's tickets, by id; those it has none of left out


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: the dataclass of its settings, and what makes one of a name, settings and surroundings.

    Settings raise ValueError, or a group of them, as `key: what is wrong and what to write`, for what can never
    work; making a source raises SourceError for what cannot work now.
    """

    settings: Callable[..., Any]
    source: Callable[[str, Any, Surroundings], Source]


def kinds() -> list[str]:
    """The names of all kinds that can be loaded here."""
    return connectors.kinds(GROUP, BUILT_IN)


def load(kind: str) -> Kind:
    """The kind of a name; LookupError says which names there are, or why it cannot be loaded."""
    return connectors.load(GROUP, BUILT_IN, kind, Kind)
